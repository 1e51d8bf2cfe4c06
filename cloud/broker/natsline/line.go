package natsline

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	buffer = 64 << 10
	// answerBytes is how much of an answer is read: JetStream's lists are smaller, with the few streams that there are.
	answerBytes = 1 << 20
)

// ErrRefused says that the server took the question and answered with an error of its own.
var ErrRefused = errors.New("natsline: refused")

// Line is a connection. It belongs to one goroutine.
type Line struct {
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	inbox  string
	asked  int
	answer time.Duration
}

// Over opens a line over a connection, for who has the token ("": the server asks for none). Each answer may take so long.
func Over(conn net.Conn, token string, answer time.Duration) (*Line, error) {
	l := &Line{
		conn: conn, in: bufio.NewReaderSize(conn, buffer), out: bufio.NewWriterSize(conn, buffer), inbox: "_INBOX." + rand.Text(), answer: answer,
	}
	if err := l.open(token); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return l, nil
}

func (l *Line) open(token string) error {
	if err := l.conn.SetDeadline(time.Now().Add(l.answer)); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	if _, err := l.in.ReadString('\n'); err != nil { // INFO
		return fmt.Errorf("natsline: %w", err)
	}
	connect, err := json.Marshal(map[string]any{"verbose": false, "pedantic": false, "headers": false, "auth_token": token})
	if err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	if _, err := fmt.Fprintf(l.out, "CONNECT %s\r\nSUB %s.* 1\r\n", connect, l.inbox); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	return l.Flush()
}

// Close ends the connection.
func (l *Line) Close() error { return l.conn.Close() }

// Publish sends a message some time before Flush returns.
func (l *Line) Publish(subject string, payload []byte) error { return l.send(subject, "", payload) }

func (l *Line) send(subject, reply string, payload []byte) error {
	if err := l.conn.SetDeadline(time.Now().Add(l.answer)); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	if _, err := fmt.Fprintf(l.out, "PUB %s %s %d\r\n%s\r\n", subject, reply, len(payload), payload); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	return nil
}

// Flush returns when the server has read everything.
func (l *Line) Flush() error {
	if err := l.conn.SetDeadline(time.Now().Add(l.answer)); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	if _, err := l.out.WriteString("PING\r\n"); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	return l.read(func(line string) (bool, error) { return line == "PONG", nil })
}

// Ask puts a question to JetStream's API and reads the answer into a value, if it is given one. ErrRefused is the API's own.
func (l *Line) Ask(subject string, question []byte, into any) error {
	l.asked++
	reply := l.inbox + "." + strconv.Itoa(l.asked) // an answer that came too late is no answer to the next question
	if err := l.send(subject, reply, question); err != nil {
		return err
	}
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("natsline: %w", err)
	}
	var answer []byte
	err := l.read(func(line string) (found bool, err error) {
		if subject, size, is := message(line); is {
			found = subject == reply
			answer, err = l.payload(size)
		}
		return found, err
	})
	if err != nil {
		return err
	}
	return understand(subject, answer, into)
}

func understand(subject string, answer []byte, into any) error {
	var refusal struct{ Error json.RawMessage }
	if err := json.Unmarshal(answer, &refusal); err != nil {
		return fmt.Errorf("natsline: %s: %w", subject, err)
	}
	if refusal.Error != nil {
		return fmt.Errorf("%w: %s: %s", ErrRefused, subject, refusal.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// message takes the line before a message apart: MSG subject subscription [reply] size.
func message(line string) (subject string, size int, is bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || fields[0] != "MSG" {
		return "", 0, false
	}
	size, err := strconv.Atoi(fields[len(fields)-1])
	return fields[1], size, err == nil
}

func (l *Line) payload(size int) ([]byte, error) {
	if size < 0 || size > answerBytes {
		return nil, fmt.Errorf("natsline: an answer of %d bytes", size)
	}
	answer := make([]byte, size+len("\r\n"))
	if _, err := io.ReadFull(l.in, answer); err != nil {
		return nil, fmt.Errorf("natsline: %w", err)
	}
	return answer[:size], nil
}

// read reads lines until one is found, and answers pings.
func (l *Line) read(found func(line string) (bool, error)) error {
	for {
		line, err := l.in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("natsline: %w", err)
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "PING":
			if _, err := l.out.WriteString("PONG\r\n"); err != nil {
				return fmt.Errorf("natsline: %w", err)
			}
			if err := l.out.Flush(); err != nil {
				return fmt.Errorf("natsline: %w", err)
			}
		case strings.HasPrefix(line, "-ERR"):
			return fmt.Errorf("natsline: %s", line)
		default:
			if done, err := found(line); done || err != nil {
				return err
			}
		}
	}
}
