package osdp

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"gatehouse/drivers"
)

// Buses finds the bus of a port, so that readers share it. One catalog has one.
type Buses struct {
	mu     sync.Mutex
	open   map[busKey]*bus
	speaks map[busKey]claims
}

// claims is who is on a port.
type claims struct {
	mode      drivers.SerialMode
	addresses map[byte]bool
}

type busKey struct {
	host drivers.Host
	port string
}

// NewBuses makes a place for buses.
func NewBuses() *Buses { return &Buses{open: map[busKey]*bus{}, speaks: map[busKey]claims{}} }

// keyOf tells ports apart.
func keyOf(host drivers.Host, name string) busKey {
	if !reflect.ValueOf(host).Comparable() { // one that only says why there is no board
		host = nil
	}
	return busKey{host, name}
}

// claim has a reader be on a port, which all readers speak to at one speed, each with an address of its own.
func (b *Buses) claim(host drivers.Host, name string, mode drivers.SerialMode, address byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := keyOf(host, name)
	on, shared := b.speaks[key]
	switch {
	case !shared:
		b.speaks[key] = claims{mode: mode, addresses: map[byte]bool{address: true}}
	case on.mode != mode:
		return fmt.Errorf("%w: baud = %d: another reader on port %s has %d: write the same for all", drivers.ErrSettings, mode.Baud, name, on.mode.Baud)
	case on.addresses[address]:
		return fmt.Errorf("%w: address = %d: another reader on port %s has it: write the one that is set in this reader, each its own", drivers.ErrSettings, address, name)
	default:
		on.addresses[address] = true
	}
	return nil
}

// bus is an open port with one reader, or several with an address of their own each. The gateway asks one at a time.
type bus struct {
	drivers.Port
	key   busKey
	users int
	turn  chan struct{} // holds a token while a reader is asked
}

// join opens the port, unless it is open.
func (b *Buses) join(host drivers.Host, name string, mode drivers.SerialMode) (*bus, error) {
	key := keyOf(host, name)
	b.mu.Lock()
	defer b.mu.Unlock()
	if open := b.open[key]; open != nil {
		open.users++
		return open, nil
	}
	port, err := host.Serial(name, mode)
	if err != nil {
		return nil, err
	}
	b.open[key] = &bus{Port: port, key: key, users: 1, turn: make(chan struct{}, 1)}
	return b.open[key], nil
}

// leave closes the port when its last user is gone.
func (b *Buses) leave(open *bus) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if open.users--; open.users == 0 {
		delete(b.open, open.key)
		_ = open.Close() // what was to be asked is asked
	}
}

// exchange has ask speak with a reader while nobody else does.
func (b *bus) exchange(ctx context.Context, ask func() error) error {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
		return ask()
	case <-ctx.Done():
		return ctx.Err()
	}
}
