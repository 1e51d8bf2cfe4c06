package drivertest

import (
	"fmt"
	"slices"
	"sync"

	"gatehouse/drivers"
	"gatehouse/drivers/pca9548"
)

// Host is a fake board. Each name can be open once at a time, as on a real one.
type Host struct {
	mu      sync.Mutex
	inputs  map[string]*Input
	outputs map[string]*Output
	wires   map[string]*Wire
	i2c     map[string]*Bus
	spi     map[string]*SPI
	opened  int
	open    map[string]bool
	lost    map[string]bool
	claims  pca9548.Claims // on I2C buses

	brokers     brokers
	connections int // to brokers
}

// NewHost makes a board on which every name exists.
func NewHost() *Host {
	return &Host{
		inputs: map[string]*Input{}, outputs: map[string]*Output{}, wires: map[string]*Wire{},
		i2c: map[string]*Bus{}, spi: map[string]*SPI{},
		open: map[string]bool{}, lost: map[string]bool{},
	}
}

// Input opens an input.
func (h *Host) Input(name string) (drivers.Input, error) {
	input := h.FakeInput(name)
	release, err := h.take(name)
	if err != nil {
		return nil, err
	}
	return openInput{input, release}, nil
}

// Output opens an output; that makes no edge.
func (h *Host) Output(name string) (drivers.Output, error) {
	output := h.FakeOutput(name)
	release, err := h.take(name)
	if err != nil {
		return nil, err
	}
	return openOutput{output, release}, nil
}

// Serial opens a serial port.
func (h *Host) Serial(name string, mode drivers.SerialMode) (drivers.Port, error) {
	wire := h.Wire(name)
	release, err := h.take(name)
	if err != nil {
		return nil, err
	}
	return wire.open(mode, release), nil
}

// take marks a name as open until release is called.
func (h *Host) take(name string) (release func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost[name] {
		return nil, fmt.Errorf("drivertest: %s is away: %w", name, drivers.ErrOffline)
	}
	if h.open[name] {
		return nil, fmt.Errorf("drivertest: %s is open already", name)
	}
	h.open[name] = true
	h.opened++
	return sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open[name] = false
	}), nil
}

// FakeInput is the far side of an input.
func (h *Host) FakeInput(name string) *Input { return fake(h, h.inputs, name, newInput) }

// FakeOutput is the far side of an output.
func (h *Host) FakeOutput(name string) *Output { return fake(h, h.outputs, name, newOutput) }

// Wire is what a serial port is plugged into.
func (h *Host) Wire(name string) *Wire { return fake(h, h.wires, name, newWire) }

func fake[T any](h *Host, known map[string]T, name string, make func() T) T {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, found := known[name]; !found {
		known[name] = make()
	}
	return known[name]
}

// Opened counts how often something was opened.
func (h *Host) Opened() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.opened
}

// OpenNow lists what is open, sorted.
func (h *Host) OpenNow() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	names := []string{}
	for name, open := range h.open {
		if open {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Edges counts the edges that all outputs made.
func (h *Host) Edges() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	edges := 0
	for _, output := range h.outputs {
		edges += len(output.Edges())
	}
	return edges
}

// Lose takes the thing of that name away: whoever uses it gets an error, and it can't be opened.
func (h *Host) Lose(name string) { h.setLost(name, true) }

// Restore brings it back. It has to be opened again.
func (h *Host) Restore(name string) { h.setLost(name, false) }

func (h *Host) setLost(name string, lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost[name] = lost
	h.brokers.find(name).setLost(lost)
	if input, found := h.inputs[name]; found {
		input.setLost(lost)
	}
	if output, found := h.outputs[name]; found {
		output.setLost(lost)
	}
	if wire, found := h.wires[name]; found && lost {
		wire.HangUp()
	}
	if bus, found := h.i2c[name]; found {
		bus.setLost(lost)
	}
	if device, found := h.spi[name]; found {
		device.setLost(lost)
	}
}

// Close hangs all wires up, so that the simulated devices on them end.
func (h *Host) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, wire := range h.wires {
		wire.unplug()
	}
}

// Broker opens a broker of the site.
func (h *Host) Broker(name string) (drivers.Broker, error) { return h.openBroker(name) }
