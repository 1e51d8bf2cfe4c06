package column

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// ErrRefused is the error for an order that the column can't do: no paper, for example.
var ErrRefused = errors.New("column: the column can't do it")

const (
	replyLimit   = 10 * time.Second // a long ticket prints in three
	answersQueue = 8                // late answers that nobody waits for any more; beyond it they are dropped
	orderMax     = 10_000           // orders are numbered below it
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "column",
		Summary: "lane column with buttons, scanner, text display and ticket printer, on a serial line",
		Settings: map[string]string{
			"port": "name of the serial port on the board",
			"baud": "115200 (the default)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newColumn(host, settings) },
	}
}

// ErrLine is the fault of a line that says nothing that a column says.
var ErrLine = errors.New("column: a line that can't be understood: check the cable, the baud rate and the column's firmware")

// Column is one column: a Reader, a Display and a Printer.
type Column struct {
	drivers.Faults
	host    drivers.Host
	port    string
	mode    drivers.SerialMode
	session atomic.Pointer[session] // nil while Read is not running
	turn    chan struct{}           // holds a token while an order is out
	order   int                     // number of the last order; whoever has the turn uses it
}

// session is one opening of the port.
type session struct {
	port    drivers.Port
	answers chan message
	ended   chan struct{}
}

func newColumn(host drivers.Host, settings drivers.Settings) (*Column, error) {
	port, err := settings.Named("port", "one of the board's serial ports")
	if err != nil {
		return nil, err
	}
	baud, err := settings.Int("baud", 115200)
	if err != nil {
		return nil, err
	}
	// The first number differs from run to run, so that an answer to the last run's order is not taken for ours.
	first := int(time.Now().UnixMilli() % orderMax)
	return &Column{host: host, port: port, mode: drivers.SerialMode{Baud: baud}, turn: make(chan struct{}, 1), order: first}, nil
}

// Read reports what drivers show and press until ctx ends or the port hangs up.
func (c *Column) Read(ctx context.Context, report func(drivers.Shown)) error {
	port, err := c.host.Serial(c.port, c.mode)
	if err != nil {
		return fmt.Errorf("column: open port %s: %w", c.port, err)
	}
	defer port.Close()
	s := &session{port: port, answers: make(chan message, answersQueue), ended: make(chan struct{})}
	c.session.Store(s)
	defer close(s.ended)
	defer c.session.CompareAndSwap(s, nil)
	return c.listen(ctx, s, report)
}

func (c *Column) listen(ctx context.Context, s *session, report func(drivers.Shown)) error {
	var splitter Splitter
	var repeats credentials.Repeats
	chunk := make([]byte, 256)
	for ctx.Err() == nil {
		n, err := s.port.Read(chunk)
		if err != nil {
			return fmt.Errorf("column: read port %s: %w", c.port, err)
		}
		for _, m := range c.messages(&splitter, chunk[:n]) {
			switch {
			case m.answer:
				s.take(m)
			case !repeats.Seen(m.shown, time.Now()):
				report(m.shown)
			}
		}
	}
	return ctx.Err()
}

func (c *Column) messages(splitter *Splitter, chunk []byte) []message {
	var messages []message
	before := splitter.Skipped
	for _, b := range chunk {
		line, complete := splitter.Push(b)
		if !complete {
			continue
		}
		if m, understood := parseMessage(line); understood {
			messages = append(messages, m)
		} else {
			c.Note(fmt.Errorf("%w (port %s)", ErrLine, c.port))
		}
	}
	if splitter.Skipped > before {
		c.Note(fmt.Errorf("%w (port %s)", ErrLine, c.port))
	}
	return messages
}

// take keeps an answer for whoever waits for it.
func (s *session) take(m message) {
	select {
	case s.answers <- m:
	default:
	}
}
