package line

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers/line/gpiochip"
)

// Chip is a GPIO chip in memory. A simulator drives the lines that are inputs of the board, and watches those that
// are outputs. It outlives the Hosts that stand on it, as a car park outlives its gateway's restarts.
type Chip struct {
	mu       sync.Mutex
	lines    map[string]*virtualLine
	watchers []func(name string, high bool, at time.Time)
}

// NewChip makes a chip whose lines are as the board's wiring holds them while no gateway runs: outputs safe, inputs
// inactive.
func NewChip(board boards.Board) *Chip {
	c := &Chip{lines: map[string]*virtualLine{}}
	for _, output := range board.Outputs {
		c.wire(output.Line, output.High(output.Safe == boards.SafeOn))
	}
	for _, input := range board.Inputs {
		c.wire(input.Line, input.High(false))
	}
	return c
}

// line is the line of that name; it is made if there is none. The caller holds mu.
func (c *Chip) line(name string) *virtualLine {
	l, found := c.lines[name]
	if !found {
		l = &virtualLine{chip: c, name: name}
		c.lines[name] = l
	}
	return l
}

// wire says how a line is while nothing drives it.
func (c *Chip) wire(name string, high bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.line(name)
	l.high, l.rest = high, high
}

// Release gives up all lines that the gateway drives, as a strict kernel does when the gateway's process dies: they
// fall back to what the wiring makes of them. What that gateway still commands has no effect.
func (c *Chip) Release() {
	c.mu.Lock()
	var fallen []*virtualLine
	for _, name := range slices.Sorted(maps.Keys(c.lines)) {
		if l := c.lines[name]; l.release() {
			fallen = append(fallen, l)
		}
	}
	c.mu.Unlock()
	for _, l := range fallen {
		c.tell(l.name, l.rest)
	}
}

// Leave drives a line as a process did that died on a kernel which keeps outputs as they were.
func (c *Chip) Leave(name string, high bool) {
	c.mu.Lock()
	l := c.line(name)
	l.driven = true
	changed := l.setLevel(high)
	c.mu.Unlock()
	if changed {
		c.tell(name, high)
	}
}

// Hold has another program hold a line, until it is called with "".
func (c *Chip) Hold(name, program string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line(name).holder = program
}

// Unplug takes the chip of an output away from the machine, and Plug brings it back: then the line has to be requested anew.
// It falls back to what the wiring makes of it; Leave says that it does not, with a supply of its own.
func (c *Chip) Unplug(name string) { c.setGone(name, true) }

// Plug brings a line back.
func (c *Chip) Plug(name string) { c.setGone(name, false) }

func (c *Chip) setGone(name string, gone bool) {
	c.mu.Lock()
	l := c.line(name)
	l.gone = gone
	if gone {
		l.losses++
	}
	fallen := gone && l.release()
	c.mu.Unlock()
	if fallen {
		c.tell(name, l.rest)
	}
}

// Drive sets the electrical level of a line from outside. It does nothing to a line that the gateway drives.
func (c *Chip) Drive(name string, high bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.line(name); !l.driven {
		l.setLevel(high)
	}
}

// High is the electrical level of a line.
func (c *Chip) High(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.line(name).high
}

// OnOutput calls watch at every edge that the gateway makes on a line, in the order of the edges of that line. watch may
// use the chip.
func (c *Chip) OnOutput(watch func(name string, high bool, at time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, watch)
}

// tell reports an edge of the gateway's to the watchers.
func (c *Chip) tell(name string, high bool) {
	at := time.Now()
	c.mu.Lock()
	watchers := slices.Clone(c.watchers)
	c.mu.Unlock()
	for _, watch := range watchers {
		watch(name, high, at)
	}
}

// take makes a consumer the holder of a line. The caller holds mu.
func (c *Chip) take(name, consumer string) (*virtualLine, error) {
	l := c.line(name)
	if l.gone {
		return nil, fmt.Errorf("line %s: %w", name, gpiochip.ErrNoLine)
	}
	if l.holder != "" {
		return nil, fmt.Errorf("line %s: %w (%q)", name, gpiochip.ErrBusy, l.holder)
	}
	l.holder = consumer
	l.reign++
	return l, nil
}

func (c *Chip) check(boards.Line) error { return nil }

func (c *Chip) output(at boards.Line, consumer string, high, keep bool) (driven, error) {
	c.mu.Lock()
	l, err := c.take(at.Name, consumer)
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	changed := false
	if !keep {
		l.driven, changed = true, l.setLevel(high)
	}
	o := &virtualOutput{line: l, reign: l.reign, losses: l.losses}
	c.mu.Unlock()
	if changed {
		c.tell(at.Name, high)
	}
	return o, nil
}

func (c *Chip) inputs(specs []inputSpec, consumer string) (watched, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &virtualInputs{chip: c, edges: make(chan rawEdge, edgesMax)}
	for i, spec := range specs {
		l, err := c.take(spec.at.Name, consumer)
		if err != nil {
			w.free()
			return nil, err
		}
		s := &settling{inputs: w, line: l, index: i, delay: time.Duration(spec.DebounceUS) * time.Microsecond, high: l.high}
		l.watch = s
		w.settling = append(w.settling, s)
	}
	return w, nil
}
