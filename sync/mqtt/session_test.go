package mqtt_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sync/mqtt"
)

// broker is the broker's end of connections, written by hand (MQTT 3.1.1, chapter 3), which answers when a test says so.
type broker struct {
	*testing.T
	listener net.Listener
	conn     net.Conn
	in       *bufio.Reader
}

func newBroker(t *testing.T) *broker {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &broker{T: t, listener: listener}
}

// admits waits for a client, and tells it whether its session is still there. It returns what the client asked for: a clean
// session or one to keep.
func (b *broker) admits(present byte) (clean bool) {
	b.Helper()
	for spoken := false; !spoken; { // of two attempts at once the client gives one up without a word
		conn, err := b.listener.Accept()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		b.conn, b.in = conn, bufio.NewReader(conn)
		_, err = b.in.Peek(1)
		spoken = err == nil
	}
	connect := b.expects(0x10)
	const afterName = 2 + len("MQTT") + 1
	b.says([]byte{0x20, 2, present, 0})
	return connect[afterName]&2 != 0
}

// expects reads a packet of a kind.
func (b *broker) expects(kind byte) []byte {
	b.Helper()
	if err := b.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		b.Fatal(err)
	}
	got, err := b.in.ReadByte()
	if err != nil || got&0xf0 != kind {
		b.Fatalf("packet %x instead of %x: %v", got, kind, err)
	}
	size, err := binary.ReadUvarint(b.in)
	body := make([]byte, size)
	if _, failed := io.ReadFull(b.in, body); err != nil || failed != nil {
		b.Fatal(err, failed)
	}
	return body
}

func (b *broker) says(packet []byte) {
	b.Helper()
	if _, err := b.conn.Write(packet); err != nil {
		b.Fatal(err)
	}
}

// grants answers a SUBSCRIBE for one filter.
func (b *broker) grants(subscribe []byte, code byte) {
	b.Helper()
	b.says([]byte{0x90, 3, subscribe[0], subscribe[1], code})
}

// keeper has the broker keep its session; it says hello when it is up.
func keeper(b *broker) (up chan struct{}, down chan error) {
	b.Helper()
	up, down = make(chan struct{}, 16), make(chan error, 16)
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tcp://" + b.listener.Addr().String(), ClientID: "lot", Session: true, Backoff: time.Millisecond,
		Subscriptions: []mqtt.Subscription{{Filter: "down", Handle: func(mqtt.Message) {}}},
		Up: func(c *mqtt.Client) {
			up <- struct{}{}
			_ = c.Publish(context.Background(), mqtt.Message{Topic: "hello"})
		},
		Down: func(err error) { down <- err },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return up, down
}

// A session that the broker has kept saves a round trip: the client speaks at once. One that the broker has forgotten begins
// with the subscription, without which an answer would go to nobody.
func TestWhoseSessionWasKeptSpeaksAtOnce(t *testing.T) {
	b := newBroker(t)
	up, _ := keeper(b)
	if b.admits(0) {
		t.Error("it asked for a clean session")
	}
	asked := b.expects(0x80)
	select {
	case <-up:
		t.Error("it is up without its subscription")
	default:
	}
	b.grants(asked, 0)
	b.expects(0x30) // the hello

	b.conn.Close()
	b.admits(1)
	asked = b.expects(0x80)
	b.expects(0x30) // the hello, though nothing was granted yet
	b.grants(asked, 0)
}

func TestASessionWithoutItsSubscriptionIsNoConnection(t *testing.T) {
	b := newBroker(t)
	_, down := keeper(b)
	b.admits(1)
	b.grants(b.expects(0x80), 0x80)
	if err := <-down; err == nil || !strings.Contains(err.Error(), "refused a subscription") {
		t.Errorf("%v", err)
	}
}

func TestASessionKeepsNoMessages(t *testing.T) {
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tcp://127.0.0.1:1", ClientID: "lot", Session: true, Subscriptions: []mqtt.Subscription{{Filter: "down", QoS: 1}},
	})
	if err == nil {
		client.Close()
		t.Error("a session that keeps messages was allowed")
	}
}

// Whoever waits for a broker's acknowledgement hears at once that it will not come.
func TestAPublicationEndsWithItsConnection(t *testing.T) {
	b := newBroker(t)
	failed := make(chan error, 1)
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tcp://" + b.listener.Addr().String(), ClientID: "lot", Session: true, Backoff: time.Hour,
		Up: func(c *mqtt.Client) {
			failed <- c.Publish(context.Background(), mqtt.Message{Topic: "hello", QoS: 1})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	b.admits(1)
	b.expects(0x30)
	b.conn.Close()
	if err := <-failed; !errors.Is(err, mqtt.ErrDown) {
		t.Errorf("%v", err)
	}
}

// A broker behind an address that two programs take turns at, or that fails in two ways: of each reason the log has one line,
// and of none many.
func TestReasonsThatAlternateAreSaidOnceEach(t *testing.T) {
	b := newBroker(t)
	go func() {
		for turn := 0; ; turn++ {
			conn, err := b.listener.Accept()
			if err != nil {
				return
			}
			readRecord(conn)
			if turn%2 == 0 {
				_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			}
			_ = conn.Close()
		}
	}()
	var log bytes.Buffer
	tried := make(chan struct{})
	client, err := mqtt.Dial(mqtt.Options{
		Broker: "tls://" + b.listener.Addr().String(), TLS: &tls.Config{}, ClientID: "lot", Backoff: time.Millisecond, BackoffMax: time.Millisecond,
		Down: func(error) { tried <- struct{}{} }, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		<-tried
	}
	go func() {
		for range tried {
		}
	}()
	client.Close()
	close(tried)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	foreign := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "does not look like a TLS handshake") })
	if len(lines) != 2 || foreign < 0 {
		t.Errorf("30 attempts that failed in two ways are told in %d lines:\n%s", len(lines), log.String())
	}
}

// readRecord reads a TLS record (RFC 8446, 5.1), if there is one: what is unread at the end would break the connection off, sooner or
// later, instead of ending it.
func readRecord(conn net.Conn) {
	var header [5]byte
	if _, err := io.ReadFull(conn, header[:]); err == nil {
		_, _ = io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint16(header[3:])))
	}
}
