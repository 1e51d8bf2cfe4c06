package natsline_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/broker/natsline"
)

// answers is a server that takes a client in and answers each of its questions with what a function says, between pings.
func answers(t *testing.T, say func(reply string) string) *natsline.Line {
	t.Helper()
	ours, theirs := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer theirs.Close()
		in := bufio.NewScanner(theirs)
		fmt.Fprint(theirs, "INFO {}\r\n")
		for in.Scan() {
			fields := strings.Fields(in.Text())
			switch {
			case len(fields) == 1 && fields[0] == "PING":
				fmt.Fprint(theirs, "PONG\r\n")
			case len(fields) == 4 && fields[0] == "PUB":
				in.Scan() // the question
				fmt.Fprint(theirs, "PING\r\n")
				in.Scan() // PONG
				fmt.Fprint(theirs, say(fields[2]))
			}
		}
	}()
	line, err := natsline.Over(ours, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = line.Close()
		<-done
	})
	return line
}

func message(subject, text string) string {
	return fmt.Sprintf("MSG %s 1 %d\r\n%s\r\n", subject, len(text), text)
}

func TestAnAnswerIsThatOfItsQuestion(t *testing.T) {
	line := answers(t, func(reply string) string { return message("late.1", `{"n":1}`) + message(reply, `{"n":2}`) })
	var got struct{ N int }
	if err := line.Ask("api", []byte("{}"), &got); err != nil || got.N != 2 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestARefusalIsToldFromALineThatBroke(t *testing.T) {
	refused := answers(t, func(reply string) string { return message(reply, `{"error":{"code":503}}`) })
	if err := refused.Ask("api", nil, nil); !errors.Is(err, natsline.ErrRefused) {
		t.Error(err)
	}
	for name, text := range map[string]string{"an error": "-ERR 'no'\r\n", "too large": "MSG x 1 99999999\r\n", "no JSON": message("_INBOX", "{")} {
		broken := answers(t, func(reply string) string { return strings.ReplaceAll(text, "_INBOX", reply) })
		if err := broken.Ask("api", nil, nil); err == nil || errors.Is(err, natsline.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
