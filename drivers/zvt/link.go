package zvt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

const (
	frameLimit = time.Second // an ACK, and the rest of a frame
	framesMax  = 3           // times that a frame is sent
)

// Dial opens a connection over TCP.
type Dial func(ctx context.Context, address string) (net.Conn, error)

// link carries messages over a port.
type link struct {
	port     drivers.Port
	serial   bool
	faults   *drivers.Faults
	splitter Splitter
	received []byte // over TCP: what is no whole message yet
	inbox    []APDU
}

// send sends a message; on a serial port until it is acknowledged.
func (l *link) send(ctx context.Context, a APDU) error {
	data := a.AppendTo(nil)
	if !l.serial {
		_, err := l.port.Write(data)
		return err
	}
	frame := AppendFrame(nil, data)
	for range framesMax {
		if _, err := l.port.Write(frame); err != nil {
			return err
		}
		acked, refused := false, false
		err := dialog.Await(ctx, l.port, frameLimit, func(received []byte) bool {
			for _, b := range received {
				switch l.take(b) {
				case FoundACK:
					acked = true
				case FoundNAK:
					refused = true
				}
			}
			return acked || refused
		})
		if acked {
			return nil
		}
		if err != nil && (!errors.Is(err, drivers.ErrOffline) || ctx.Err() != nil) {
			return err
		}
	}
	return fmt.Errorf("the terminal does not acknowledge: check the cable, and that it is set to ZVT: %w", drivers.ErrOffline)
}

// take takes a byte of a serial port, and acknowledges a frame that it ends.
func (l *link) take(b byte) Found {
	before := l.splitter.Skipped
	found, data := l.splitter.Push(b)
	if l.splitter.Skipped > before {
		l.faults.Note(ErrGarbage)
	}
	switch found {
	case FoundBad:
		l.faults.Note(ErrSum)
		_, _ = l.port.Write([]byte{nak}) // a port that fails is told by its next use
	case FoundFrame:
		a, used, err := ParseAPDU(data)
		if err != nil || used != len(data) {
			l.faults.Note(ErrGarbage)
			break
		}
		_, _ = l.port.Write([]byte{ack}) // as above
		l.keep(a)
	}
	return found
}

// inboxMax bounds the messages that wait.
const inboxMax = 64

func (l *link) keep(a APDU) {
	if len(l.inbox) < inboxMax {
		a.Data = append([]byte(nil), a.Data...)
		l.inbox = append(l.inbox, a)
	}
}

// receive waits for the next message.
func (l *link) receive(ctx context.Context, limit time.Duration) (APDU, error) {
	if len(l.inbox) == 0 {
		var broken error
		err := dialog.Await(ctx, l.port, limit, func(received []byte) bool {
			if l.serial {
				for _, b := range received {
					l.take(b)
				}
			} else {
				broken = l.cut(received)
			}
			return broken != nil || len(l.inbox) > 0
		})
		if err == nil {
			err = broken
		}
		if err != nil {
			return APDU{}, err
		}
	}
	a := l.inbox[0]
	l.inbox = l.inbox[1:]
	return a, nil
}

// cut cuts messages out of a stream. What is none ends the connection: nobody knows where the next one begins.
func (l *link) cut(received []byte) error {
	l.received = append(l.received, received...)
	for {
		a, used, err := ParseAPDU(l.received)
		if err != nil {
			l.faults.Note(err)
			return fmt.Errorf("%w: %w", drivers.ErrOffline, err)
		}
		if used == 0 {
			return nil
		}
		l.keep(a)
		l.received = append(l.received[:0], l.received[used:]...)
	}
}
