package line_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// trapPin is a line with the habits of periph's Linux back end (host v3.8.5): the first Out pulls the line low, reading
// an output makes it an input with a pull-up, a wait of 0 lasts for ever, and one of -1 ends at once.
type trapPin struct {
	mu     sync.Mutex
	high   bool
	output bool
	broken bool // Out fails
	deaf   bool // edges are never signalled, and waits end at once
	levels []bool
	calls  []string // what must never be called, as it was called
	waits  int
}

func (p *trapPin) setLevel(high bool) {
	if p.high != high {
		p.high = high
		p.levels = append(p.levels, high)
	}
}

func (p *trapPin) In(pull gpio.Pull, _ gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output = false
	if pull == gpio.PullUp {
		p.setLevel(true)
	}
	return nil
}

func (p *trapPin) Out(level gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken {
		return errors.New("device or resource busy")
	}
	if !p.output {
		p.output = true
		p.setLevel(false)
	}
	p.setLevel(bool(level))
	return nil
}

func (p *trapPin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.output {
		p.output = false
		p.setLevel(true)
		p.calls = append(p.calls, "Read of an output")
	}
	return gpio.Level(p.high)
}

func (p *trapPin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	p.waits++
	deaf := p.deaf
	if timeout <= 0 {
		p.calls = append(p.calls, fmt.Sprintf("WaitForEdge(%d)", timeout))
	}
	p.mu.Unlock()
	if !deaf {
		time.Sleep(timeout)
	}
	return false
}

func (p *trapPin) Function() string {
	p.Read()
	return "Out/High"
}

func (p *trapPin) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// trace is every level that the line had since the start, and every forbidden call.
func (p *trapPin) trace() ([]bool, []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.levels), slices.Clone(p.calls)
}

func (p *trapPin) waited() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waits
}

func (p *trapPin) String() string                        { return p.Function() }
func (p *trapPin) Halt() error                           { return nil }
func (p *trapPin) Name() string                          { return "trap" }
func (p *trapPin) Number() int                           { return 0 }
func (p *trapPin) Pull() gpio.Pull                       { return gpio.PullNoChange }
func (p *trapPin) DefaultPull() gpio.Pull                { return gpio.PullNoChange }
func (p *trapPin) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }
