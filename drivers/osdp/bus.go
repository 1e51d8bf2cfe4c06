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
	mu   sync.Mutex
	open map[busKey]*bus
}

type busKey struct {
	host drivers.Host
	port string
}

// NewBuses makes a place for buses.
func NewBuses() *Buses { return &Buses{open: map[busKey]*bus{}} }

// bus is an open port with one reader, or several with an address of their own each. The gateway asks one at a time.
type bus struct {
	drivers.Port
	key   busKey
	mode  drivers.SerialMode
	users int
	turn  chan struct{} // holds a token while a reader is asked
}

// join opens the port, unless it is open.
func (b *Buses) join(host drivers.Host, name string, mode drivers.SerialMode) (*bus, error) {
	key := busKey{host, name}
	if !reflect.ValueOf(host).Comparable() { // one that only says why there is no board
		key.host = nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if open := b.open[key]; open != nil {
		if open.mode != mode {
			return nil, fmt.Errorf("%w: another reader on it has %d baud: write the same for all", drivers.ErrSettings, open.mode.Baud)
		}
		open.users++
		return open, nil
	}
	port, err := host.Serial(name, mode)
	if err != nil {
		return nil, err
	}
	b.open[key] = &bus{Port: port, key: key, mode: mode, users: 1, turn: make(chan struct{}, 1)}
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
