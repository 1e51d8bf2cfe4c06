package line

import (
	"maps"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"gatehouse/boards"
)

// Chip is a GPIO chip in memory. A simulator drives the lines that are inputs of the board, and watches those that
// are outputs. It outlives the Hosts that stand on it, as a car park outlives its gateway's restarts.
type Chip struct {
	mu       sync.Mutex
	pins     map[string]*virtualPin
	watchers []func(name string, high bool, at time.Time)
}

// NewChip makes a chip whose lines are as the board's wiring holds them while no gateway runs: outputs safe, inputs
// inactive.
func NewChip(board boards.Board) *Chip {
	c := &Chip{pins: map[string]*virtualPin{}}
	for _, output := range board.Outputs {
		c.wire(output.Line, output.High(output.Safe == boards.SafeOn))
	}
	for _, input := range board.Inputs {
		c.wire(input.Line, input.High(false))
	}
	return c
}

// Pin is the line of that name. It is made if there is none.
func (c *Chip) Pin(name string) gpio.PinIO { return c.pin(name) }

func (c *Chip) pin(name string) *virtualPin {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, found := c.pins[name]
	if !found {
		p = &virtualPin{chip: c, name: name, number: len(c.pins), edges: make(chan struct{}, edgesMax)}
		c.pins[name] = p
	}
	return p
}

// wire says how a line is while nothing drives it.
func (c *Chip) wire(name string, high bool) {
	p := c.pin(name)
	p.high, p.rest = high, high
}

// Release gives up all lines that the gateway drives, as a strict kernel does when the gateway's process dies: they
// fall back to what the wiring makes of them.
func (c *Chip) Release() {
	c.mu.Lock()
	var fallen []*virtualPin
	for _, name := range slices.Sorted(maps.Keys(c.pins)) {
		if p := c.pins[name]; p.driven {
			p.driven = false
			if p.setLevel(p.rest) {
				fallen = append(fallen, p)
			}
		}
	}
	c.mu.Unlock()
	for _, p := range fallen {
		p.tell(true, p.rest)
	}
}

// Drive sets the electrical level of a line from outside. It does nothing to a line that the gateway drives.
func (c *Chip) Drive(name string, high bool) {
	p := c.pin(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !p.driven {
		p.setLevel(high)
	}
}

// High is the electrical level of a line.
func (c *Chip) High(name string) bool {
	p := c.pin(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	return p.high
}

// OnOutput calls watch at every edge that the gateway makes on a line, in the order of the edges of that line. watch may
// use the chip.
func (c *Chip) OnOutput(watch func(name string, high bool, at time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, watch)
}
