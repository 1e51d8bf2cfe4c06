package line

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"gatehouse/drivers"
)

var errNotPeriph = errors.New("line: this line can't do that")

// PinOf gives a device driver of periph an output of the board as the pin that it takes. Levels are logical: High is
// active.
func PinOf(name string, o drivers.Output) gpio.PinOut { return pin{name, o} }

type pin struct {
	name   string
	output drivers.Output
}

// Out sets the level.
func (p pin) Out(l gpio.Level) error { return p.output.Set(bool(l)) }

// PWM is not possible.
func (p pin) PWM(gpio.Duty, physic.Frequency) error { return errNotPeriph }

// Halt makes the output inactive.
func (p pin) Halt() error { return p.output.Set(false) }

// String is the board's name of it.
func (p pin) String() string { return p.name }

// Name is the board's name of it.
func (p pin) Name() string { return p.name }

// Number is not known.
func (p pin) Number() int { return -1 }

// Function is what the line is for, and touches nothing.
func (p pin) Function() string { return "OUT" }

// PinOfInput gives a device driver of periph an input of the board as the pin that it takes. WaitForEdge keeps its
// promise of waiting for ever. Close it in the end; until then it watches the input.
func PinOfInput(name string, in drivers.Input) *InputPin {
	ctx, stop := context.WithCancel(context.Background())
	p := &InputPin{name: name, stop: stop, edges: make(chan bool, edgesMax), level: make(chan bool, 1)}
	p.level <- false
	go p.watch(ctx, in)
	return p
}

// InputPin is an input as periph has it. Levels are logical: High is active.
type InputPin struct {
	name  string
	stop  context.CancelFunc
	edges chan bool
	level chan bool // holds the present one
	edge  gpio.Edge
}

func (p *InputPin) watch(ctx context.Context, in drivers.Input) {
	for first := true; ctx.Err() == nil; {
		_ = in.Watch(ctx, func(active bool, _ time.Time) {
			<-p.level
			p.level <- active
			if !first {
				select {
				case p.edges <- active:
				default: // as a kernel's buffer that is full
				}
			}
			first = false
		})
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// In says which edges WaitForEdge waits for; the bias is the board's.
func (p *InputPin) In(_ gpio.Pull, edge gpio.Edge) error {
	p.edge = edge
	for len(p.edges) > 0 {
		<-p.edges
	}
	return nil
}

// Read is the level.
func (p *InputPin) Read() gpio.Level {
	active := <-p.level
	p.level <- active
	return gpio.Level(active)
}

// WaitForEdge waits for an edge; for ever if the timeout is negative.
func (p *InputPin) WaitForEdge(timeout time.Duration) bool {
	var late <-chan time.Time
	if timeout >= 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	for {
		select {
		case active := <-p.edges:
			if p.edge == gpio.BothEdges || p.edge == gpio.RisingEdge && active || p.edge == gpio.FallingEdge && !active {
				return true
			}
		case <-late:
			return false
		}
	}
}

// Halt ends the watch.
func (p *InputPin) Halt() error { p.stop(); return nil }

// Pull is the board's business.
func (p *InputPin) Pull() gpio.Pull { return gpio.PullNoChange }

// DefaultPull is not known.
func (p *InputPin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// String is the board's name of it.
func (p *InputPin) String() string { return p.name }

// Name is the board's name of it.
func (p *InputPin) Name() string { return p.name }

// Number is not known.
func (p *InputPin) Number() int { return -1 }

// Function is what the line is for.
func (p *InputPin) Function() string { return "IN" }

// BusOf gives a device driver of periph one device of an I2C bus as the bus that it takes. The address is the
// transactor's own.
func BusOf(name string, t drivers.Transactor) i2c.Bus { return periphBus{name, t} }

type periphBus struct {
	name string
	t    drivers.Transactor
}

// Tx is one transaction.
func (b periphBus) Tx(_ uint16, write, read []byte) error { return b.t.Tx(write, read) }

// SetSpeed is the board's boot lines' business.
func (b periphBus) SetSpeed(physic.Frequency) error { return errNotPeriph }

// String is the board's name of it.
func (b periphBus) String() string { return b.name }

// PortOf gives a device driver of periph an SPI device as the port that it takes. The speed and the mode are those that
// the transactor was opened with.
func PortOf(name string, t drivers.Transactor) spi.Port { return periphPort{name, t} }

type periphPort struct {
	name string
	t    drivers.Transactor
}

// Connect takes 8 bits per word, and nothing else that differs from the way the device was opened.
func (p periphPort) Connect(_ physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if bits != 8 || mode > spi.Mode3 {
		return nil, fmt.Errorf("line: %s: %d bits in mode %v: %w", p.name, bits, mode, errNotPeriph)
	}
	return periphConn{p}, nil
}

// String is the board's name of it.
func (p periphPort) String() string { return p.name }

type periphConn struct{ periphPort }

// Tx is one transaction.
func (c periphConn) Tx(write, read []byte) error { return c.t.Tx(write, read) }

// TxPackets does several transactions one after the other.
func (c periphConn) TxPackets(packets []spi.Packet) error {
	for _, packet := range packets {
		if err := c.t.Tx(packet.W, packet.R); err != nil {
			return err
		}
	}
	return nil
}

// Duplex is full.
func (c periphConn) Duplex() conn.Duplex { return conn.Full }
