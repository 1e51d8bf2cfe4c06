package mqtt_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/sync/mqtt"
	"gatehouse/sync/mqtt/mosquitto"
)

// The examples are those of the standard, section 4.7.
func TestFiltersMatchAsTheStandardSays(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"sport/tennis/player1/#", "sport/tennis/player1", true},
		{"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
		{"sport/#", "sport", true},
		{"#", "a/b", true},
		{"#", "$SYS/x", false},
		{"+/monitor/Clients", "$SYS/monitor/Clients", false},
		{"$SYS/monitor/+", "$SYS/monitor/Clients", true},
		{"sport/tennis/+", "sport/tennis/player1", true},
		{"sport/tennis/+", "sport/tennis/player1/ranking", false},
		{"sport/+", "sport", false},
		{"sport/+", "sport/", true},
		{"+/+", "/finance", true},
		{"+", "/finance", false},
		{"a/b", "a/b/c", false},
		{"a/b/c", "a/b", false},
	} {
		if got := mqtt.Matches(c.filter, c.topic); got != c.want {
			t.Errorf("Matches(%q, %q) is %v", c.filter, c.topic, got)
		}
	}
}

func TestTopicsAreTakenApartAsTheyWereMade(t *testing.T) {
	topic := mqtt.Topic("main", "p8", mqtt.KindFacts)
	chain, location, kind, ok := mqtt.SplitTopic(topic)
	if !ok || chain != "main" || location != "p8" || kind != mqtt.KindFacts || !mqtt.Matches(mqtt.AllOf("main", kind), topic) {
		t.Fatalf("%q: %q %q %q %v", topic, chain, location, kind, ok)
	}
	for _, bad := range []string{"", "a/b", "a b", "a.b", "+", "#", ">", "$a", "ä", string(make([]byte, 65))} {
		if mqtt.CheckName(bad) == nil {
			t.Errorf("%q passed as a name", bad)
		}
	}
	if _, _, _, ok := mqtt.SplitTopic("lot/a/b"); ok {
		t.Error("three levels passed as a topic")
	}
}

func TestABrokerThatIsNotThereIsNoError(t *testing.T) {
	downs := make(chan error, 16)
	var said bytes.Buffer
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tcp://" + mosquitto.FreeAddress(t), ClientID: "c", Backoff: time.Millisecond, BackoffMax: 2 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Down: func(err error) {
			select {
			case downs <- err:
			default:
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 3 {
		if err := <-downs; err == nil {
			t.Error("down without a reason")
		}
	}
	if err := client.Publish(context.Background(), mqtt.Message{Topic: "a"}); !errors.Is(err, mqtt.ErrDown) || client.Connected() {
		t.Errorf("published to nobody: %v", err)
	}
	big := mqtt.Message{Topic: "a", Payload: make([]byte, mqtt.MaxPayloadBytes+1)}
	if err := client.Publish(context.Background(), big); !errors.Is(err, mqtt.ErrTooLarge) {
		t.Errorf("a payload too large: %v", err)
	}
	client.Close()
	if lines := strings.Count(said.String(), "no connection"); lines != 1 {
		t.Errorf("one time without a connection is %d lines in the log:\n%s", lines, said.String())
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	for _, o := range []mqtt.Options{
		{Broker: "", ClientID: "c"}, {Broker: "host", ClientID: "c"}, {Broker: "http://host", ClientID: "c"},
		{Broker: "tls://host:1", ClientID: "c"}, {Broker: "tcp://host:1"},
	} {
		if client, err := mqtt.Dial(o); err == nil {
			client.Close()
			t.Errorf("%+v passed", o)
		}
	}
}

// A broker that hangs up before anything was said is away, and costs nobody anything: the pause after a refusal is not for it.
func TestABrokerThatIsAwayIsTriedAgainSoon(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tls://" + listener.Addr().String(), ClientID: "lot", TLS: &tls.Config{ServerName: "headquarters"}, Backoff: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for attempt := range 3 {
		conn, err := listener.Accept()
		if err != nil {
			t.Fatalf("attempt %d: %v", attempt, err)
		}
		conn.Close()
	}
}
