package line

import (
	"errors"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// edgesMax is how many edges a line keeps until somebody waits for them, as in the kernel.
const edgesMax = 16

// virtualPin is a line of a Chip; it implements gpio.PinIO as periph's documents have it. Its fields belong to whoever
// holds the chip's mutex.
type virtualPin struct {
	chip   *Chip
	name   string
	number int
	edges  chan struct{}
	high   bool
	rest   bool // the level while nothing drives it
	driven bool // by the gateway
	edge   gpio.Edge
	pull   gpio.Pull
}

// setLevel changes the level and wakes who waits for such an edge.
func (p *virtualPin) setLevel(high bool) (changed bool) {
	if p.high == high {
		return false
	}
	p.high = high
	if p.edge == gpio.BothEdges || p.edge == gpio.RisingEdge && high || p.edge == gpio.FallingEdge && !high {
		select {
		case p.edges <- struct{}{}:
		default:
		}
	}
	return true
}

// In makes the line an input and forgets old edges. A line that the gateway drove falls back to what the wiring makes
// of it, which is stronger than the chip's own pull.
func (p *virtualPin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.chip.mu.Lock()
	changed := p.driven && p.setLevel(p.rest)
	p.driven, p.edge, p.pull = false, edge, pull
	for len(p.edges) > 0 {
		<-p.edges
	}
	p.chip.mu.Unlock()
	p.tell(changed, p.rest)
	return nil
}

// Out drives the line.
func (p *virtualPin) Out(level gpio.Level) error {
	p.chip.mu.Lock()
	p.driven, p.edge = true, gpio.NoEdge
	changed := p.setLevel(bool(level))
	p.chip.mu.Unlock()
	p.tell(changed, bool(level))
	return nil
}

// tell reports an edge of the gateway's to the watchers.
func (p *virtualPin) tell(changed, high bool) {
	if !changed {
		return
	}
	at := time.Now()
	p.chip.mu.Lock()
	watchers := slices.Clone(p.chip.watchers)
	p.chip.mu.Unlock()
	for _, watch := range watchers {
		watch(p.name, high, at)
	}
}

// Read is the level.
func (p *virtualPin) Read() gpio.Level {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	return gpio.Level(p.high)
}

// WaitForEdge waits for an edge; for ever if the timeout is negative.
func (p *virtualPin) WaitForEdge(timeout time.Duration) bool {
	if timeout < 0 {
		<-p.edges
		return true
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-p.edges:
		return true
	case <-timer.C:
		return false
	}
}

// Pull is what In was told.
func (p *virtualPin) Pull() gpio.Pull {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	return p.pull
}

// String is the name.
func (p *virtualPin) String() string { return p.name }

// Name is the name.
func (p *virtualPin) Name() string { return p.name }

// Number is the place on the chip, which means nothing.
func (p *virtualPin) Number() int { return p.number }

// Function is what the line is used as.
func (p *virtualPin) Function() string {
	p.chip.mu.Lock()
	defer p.chip.mu.Unlock()
	if p.driven {
		return "Out"
	}
	return "In"
}

// Halt does nothing: no wait of this package is long.
func (p *virtualPin) Halt() error { return nil }

// DefaultPull is not known.
func (p *virtualPin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// PWM is not possible.
func (p *virtualPin) PWM(gpio.Duty, physic.Frequency) error {
	return errors.New("line: a virtual line has no PWM")
}
