package dialog

import (
	"context"
	"fmt"
	"io"
	"time"

	"gatehouse/drivers"
)

// Line is what a driver speaks over with its device: a port, or the like. Its zero value is not ready: use New.
type Line[T io.Closer] struct {
	open   func(ctx context.Context) (T, error)
	turn   chan struct{} // holds a token while somebody has the port
	port   T
	isOpen bool
}

// New makes a line whose port is opened like that.
func New[T io.Closer](open func(ctx context.Context) (T, error)) *Line[T] {
	return &Line[T]{open: open, turn: make(chan struct{}, 1)}
}

// Serial makes a line on a serial port of the board.
func Serial(host drivers.Host, name string, mode drivers.SerialMode) *Line[drivers.Port] {
	return New(func(context.Context) (drivers.Port, error) {
		port, err := host.Serial(name, mode)
		if err != nil {
			return nil, fmt.Errorf("open port %s: %w", name, err)
		}
		return port, nil
	})
}

// Do has use speak on the port while nobody else does. fresh says that the port has just been opened. After an error, which
// Do returns, the port is closed.
func (l *Line[T]) Do(ctx context.Context, use func(port T, fresh bool) error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	fresh := !l.isOpen
	if fresh {
		port, err := l.open(ctx)
		if err != nil {
			return err
		}
		l.port, l.isOpen = port, true
	}
	err := use(l.port, fresh)
	if err != nil {
		_ = l.port.Close() // what was to be said is said
		l.isOpen = false
	}
	return err
}

// Await reads until take says that it has what it waits for. Nothing for so long is an error that wraps drivers.ErrOffline.
func Await(ctx context.Context, port drivers.Port, limit time.Duration, take func(received []byte) (done bool)) error {
	chunk := make([]byte, 256)
	for deadline := time.Now().Add(limit); ; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := port.Read(chunk)
		if err != nil {
			return err
		}
		if n > 0 && take(chunk[:n]) {
			return nil
		}
		if !time.Now().Before(deadline) {
			return fmt.Errorf("no answer within %v: %w", limit, drivers.ErrOffline)
		}
	}
}

// drainMax bounds the reads that throw away what a device still had to say.
const drainMax = 64

// Drain throws away what came before anything was asked, on a port that has just been opened: it would pass for an answer.
func Drain(ctx context.Context, port drivers.Port) (bytes int, err error) {
	chunk := make([]byte, 256)
	for range drainMax {
		n, err := port.Read(chunk)
		if err != nil || n == 0 || ctx.Err() != nil {
			return bytes, err
		}
		bytes += n
	}
	return bytes, fmt.Errorf("something talks without being asked: unplug devices one by one until the line is quiet: %w", drivers.ErrOffline)
}
