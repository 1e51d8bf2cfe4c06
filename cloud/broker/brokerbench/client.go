package brokerbench

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// client speaks the little of NATS' protocol that a measurement needs.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

const clientBuffer = 64 << 10

// dial connects to a server in this process.
func dial(s *server.Server) (*client, error) {
	conn, err := s.InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	c := &client{conn: conn, in: bufio.NewReaderSize(conn, clientBuffer), out: bufio.NewWriterSize(conn, clientBuffer)}
	if err := conn.SetDeadline(time.Now().Add(10 * readyTimeout)); err != nil {
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	if _, err := c.in.ReadString('\n'); err != nil { // INFO
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	_, err = fmt.Fprintf(c.out, "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":false}\r\n")
	return c, err
}

func (c *client) close() { _ = c.conn.Close() }

// publish sends a message some time before flush returns.
func (c *client) publish(subject string, payload []byte) error {
	if _, err := fmt.Fprintf(c.out, "PUB %s %d\r\n", subject, len(payload)); err != nil {
		return err
	}
	if _, err := c.out.Write(payload); err != nil {
		return err
	}
	_, err := c.out.WriteString("\r\n")
	return err
}

// flush returns when the server has read everything.
func (c *client) flush() error {
	if _, err := c.out.WriteString("PING\r\n"); err != nil {
		return err
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	return c.read(func(line string) (bool, error) { return line == "PONG", nil })
}

// request asks the JetStream API, and returns its error.
func (c *client) request(subject, body string) error {
	if _, err := fmt.Fprintf(c.out, "SUB answer 1\r\nPUB %s answer %d\r\n%s\r\n", subject, len(body), body); err != nil {
		return err
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	return c.read(func(line string) (bool, error) {
		if !strings.HasPrefix(line, "{") {
			return false, nil
		}
		if strings.Contains(line, `"error":`) {
			return true, fmt.Errorf("brokerbench: %s: %s", subject, line)
		}
		return true, nil
	})
}

// read reads lines until one is found, and answers pings.
func (c *client) read(found func(line string) (bool, error)) error {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("brokerbench: %w", err)
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "PING":
			if _, err := c.out.WriteString("PONG\r\n"); err != nil {
				return err
			}
			if err := c.out.Flush(); err != nil {
				return err
			}
		case strings.HasPrefix(line, "-ERR"):
			return fmt.Errorf("brokerbench: %s", line)
		default:
			if done, err := found(line); done || err != nil {
				return err
			}
		}
	}
}
