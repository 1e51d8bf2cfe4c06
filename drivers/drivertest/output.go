package drivertest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers"
)

// Output is the far side of a digital output: the relay that follows it. It starts inactive, which is its safe
// state.
type Output struct {
	mu     sync.Mutex
	active bool
	lost   bool
	level  bool // the present state was commanded by Set, not by Pulse
	timer  *time.Timer
	edges  []Edge
}

// Edge is one change of an output.
type Edge struct {
	Active bool
	At     time.Time
}

func newOutput() *Output { return &Output{} }

// Active is the present state.
func (o *Output) Active() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.active
}

// Edges are all changes until now.
func (o *Output) Edges() []Edge {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.edges)
}

func (o *Output) setLost(lost bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost = lost
}

// change makes the edge, if it is one.
func (o *Output) change(active bool) {
	if o.active != active {
		o.active = active
		o.edges = append(o.edges, Edge{Active: active, At: time.Now()})
	}
}

func (o *Output) stopTimer() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
}

// openOutput is an Output as a driver has it.
type openOutput struct {
	output  *Output
	release func()
}

// Set sets the level and ends a pulse.
func (d openOutput) Set(active bool) error {
	o := d.output
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost {
		return fmt.Errorf("drivertest: output: %w", drivers.ErrOffline)
	}
	o.stopTimer()
	o.level = active
	o.change(active)
	return nil
}

// Pulse makes the output active for d. It does not end a level.
func (d openOutput) Pulse(length time.Duration) error {
	o := d.output
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost {
		return fmt.Errorf("drivertest: output: %w", drivers.ErrOffline)
	}
	if o.level {
		return nil
	}
	o.stopTimer()
	o.change(true)
	o.timer = time.AfterFunc(length, o.endPulse)
	return nil
}

func (o *Output) endPulse() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timer != nil {
		o.timer = nil
		o.change(false)
	}
}

func (o *Output) makeSafe() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopTimer()
	o.level = false
	o.change(false)
}

// Close makes the output safe and gives it back.
func (d openOutput) Close() error {
	d.output.makeSafe()
	d.release()
	return nil
}
