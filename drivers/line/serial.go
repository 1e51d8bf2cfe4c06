package line

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/tarm/serial"

	"gatehouse/boards"
	"gatehouse/drivers"
)

const (
	// readTimeout is the shortest that the kernel's terminal layer knows.
	readTimeout = 100 * time.Millisecond
	// hangUpReads is how many reads that end too early in a row mean that the port is gone.
	hangUpReads = 2
	// writeSlack is how much longer than its bytes take a write may last.
	writeSlack = 500 * time.Millisecond
	// grace is what a write or the closing gets on top once its time is over: on a busy machine the time may be over before it
	// was begun, or before its end was heard.
	grace = 100 * time.Millisecond
	// closeLimit is how long closing may wait for what still goes on.
	closeLimit = 500 * time.Millisecond
)

// OpenSerial opens the serial port of that device path.
func OpenSerial(device string, mode drivers.SerialMode) (drivers.Port, error) {
	return OpenUART(boards.UART{Path: device}, mode)
}

// The faults of a serial port that can't be opened, each with what to do.
var (
	ErrPortBusy   = errors.New("another program has the port: stop it")
	ErrPortAbsent = errors.New("the port is not there: is it in the board's boot lines (lotctl board show), or unplugged?")
	ErrPortAccess = errors.New("this user may not open the port: add the user to the group dialout")
)

// OpenUART opens a serial port as the board describes it. No other program that heeds locks can open it meanwhile.
func OpenUART(uart boards.UART, mode drivers.SerialMode) (drivers.Port, error) {
	parity := serial.Parity(mode.Parity)
	if mode.Parity == 0 {
		parity = serial.ParityNone
	}
	stop := serial.StopBits(cmp.Or(mode.StopBits, 1))
	if stop != serial.Stop1 && stop != serial.Stop2 {
		return nil, fmt.Errorf("%w: stop_bits = %d: write 1 or 2", drivers.ErrSettings, mode.StopBits)
	}
	if bauds := drivers.Bauds(); !slices.Contains(bauds, mode.Baud) {
		return nil, fmt.Errorf("%w: baud = %d: write one of %v", drivers.ErrSettings, mode.Baud, bauds)
	}
	if uart.MaxBaud > 0 && mode.Baud > uart.MaxBaud {
		return nil, fmt.Errorf("%w: baud = %d: the board's port %s takes %d at most", drivers.ErrSettings, mode.Baud, uart.Name, uart.MaxBaud)
	}
	g, err := guardPort(uart.Path)
	if err != nil {
		return nil, err
	}
	raw, err := serial.OpenPort(&serial.Config{Name: uart.Path, Baud: mode.Baud, Parity: parity, StopBits: stop, ReadTimeout: readTimeout})
	if err != nil {
		g.close()
		return nil, fmt.Errorf("open %s: %w: %w", uart.Path, drivers.ErrOffline, err)
	}
	if err := g.direct(uart); err != nil {
		g.close()
		return nil, errors.Join(err, raw.Close())
	}
	return newSerialPort(uart.Path, mode.Baud, guarded{raw, g}), nil
}

// guarded is a port with its guard.
type guarded struct {
	io.ReadWriteCloser
	guard *guard
}

// Close closes both.
func (g guarded) Close() error {
	g.guard.close()
	return g.ReadWriteCloser.Close()
}

// serialPort gives tarm's port the manners of drivers.Port. Its reads end with io.EOF after the timeout, and at once when
// the port is gone.
type serialPort struct {
	device string
	baud   int
	raw    io.ReadWriteCloser
	input  [256]byte
	unread []byte // of input
	early  int    // reads in a row that ended too early
	writes chan writing
	closed chan struct{}
	once   sync.Once
}

func newSerialPort(device string, baud int, raw io.ReadWriteCloser) *serialPort {
	p := &serialPort{
		device: device, baud: baud, raw: raw, writes: make(chan writing), closed: make(chan struct{}),
	}
	go p.write()
	return p
}

// Read is for one goroutine.
func (p *serialPort) Read(b []byte) (int, error) {
	if len(p.unread) == 0 {
		if err := p.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}

// fill reads what is there, or waits for the timeout.
func (p *serialPort) fill() error {
	if p.isClosed() {
		return p.fail("read", errClosedPort)
	}
	start := time.Now()
	n, err := p.raw.Read(p.input[:])
	switch {
	case n > 0:
		p.early, p.unread = 0, p.input[:n]
		return nil
	case err != nil && !errors.Is(err, io.EOF):
		return p.fail("read", err)
	case time.Since(start) >= readTimeout/2:
		p.early = 0
		return nil
	}
	if p.early++; p.early >= hangUpReads {
		return p.fail("read", errHungUp)
	}
	return nil
}

var (
	errClosedPort = errors.New("line: the port is closed")
	errHungUp     = errors.New("line: the port hung up")
	errStuck      = errors.New("line: nothing takes the bytes")
)

func (p *serialPort) fail(what string, err error) error {
	return fmt.Errorf("%s %s: %w: %w", what, p.device, drivers.ErrOffline, err)
}

// writing is a write on its way.
type writing struct {
	bytes []byte
	done  chan error
}

// Write is for one goroutine at a time, beside the one that reads. A write that lasts much longer than its bytes need
// is given up; the port is of no more use until the far side takes them.
func (p *serialPort) Write(b []byte) (int, error) {
	timer := time.NewTimer(writeSlack + time.Duration(len(b))*12*time.Second/time.Duration(p.baud))
	defer timer.Stop()
	w := writing{bytes: slices.Clone(b), done: make(chan error, 1)}
	queue := p.writes
	for late := false; ; {
		select {
		case queue <- w:
			queue = nil
		case err := <-w.done:
			if err != nil {
				return 0, p.fail("write", err)
			}
			return len(b), nil
		case <-p.closed:
			return 0, p.fail("write", errClosedPort)
		case <-timer.C:
			if late {
				return 0, p.fail("write", errStuck)
			}
			late = true
			timer.Reset(grace)
		}
	}
}

// write does the writes, which can block for as long as the far side likes.
func (p *serialPort) write() {
	for {
		select {
		case w := <-p.writes:
			_, err := p.raw.Write(w.bytes)
			w.done <- err
		case <-p.closed:
			return
		}
	}
}

func (p *serialPort) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// Close ends reads within the read timeout, and does not wait for a write that is stuck.
func (p *serialPort) Close() (err error) {
	p.once.Do(func() {
		close(p.closed)
		done := make(chan error, 1)
		go func() { done <- p.raw.Close() }()
		for _, limit := range []time.Duration{closeLimit, grace} {
			select {
			case err = <-done:
				return
			case <-time.After(limit):
			}
		}
		err = p.fail("close", errStuck)
	})
	return err
}
