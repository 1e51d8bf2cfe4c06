package pca9548

import (
	"errors"
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// The faults of a multiplexer, each with what to do.
var (
	ErrAbsent  = errors.New("does not acknowledge: check its power, its wires and its address pins A0 to A2")
	ErrReset   = errors.New("was reset, and what is behind it has to be set up anew: check its supply and its plugs if this comes again")
	ErrCrossed = errors.New("was connected as well, so that two chips may have answered: check its supply and its plugs")
	ErrForeign = errors.New("does not say what is written to it, so that it is no PCA9548 or broken: look at the label and the address of what answers there")
)

// Transact is one transaction on the bus itself.
type Transact func(address uint16, write, read []byte) error

// Tree is what is known of the multiplexers of one bus.
type Tree struct {
	// Absent tells the error of an address that nobody acknowledges from those of the bus.
	Absent func(error) bool

	known []*multiplexer // by address
}

// multiplexer is one of them.
type multiplexer struct {
	address   uint16
	sure      bool // that its register is connected
	connected byte
	proven    bool // it has once said what was written to it
	reset     byte // the channels whose next transaction is ErrReset
}

// Faulty reports whether an error is about a multiplexer and not about the bus or a chip.
func Faulty(err error) bool {
	return slices.ContainsFunc([]error{ErrAbsent, ErrReset, ErrCrossed, ErrForeign}, func(one error) bool { return errors.Is(err, one) })
}

// Add notes a multiplexer. One that is known already stays as it is.
func (t *Tree) Add(address uint16) {
	at, found := slices.BinarySearchFunc(t.known, address, func(m *multiplexer, a uint16) int { return int(m.address) - int(a) })
	if !found {
		t.known = slices.Insert(t.known, at, &multiplexer{address: address})
	}
}

// Forget is for a bus that failed or was away: what its multiplexers were left with is not sure any more.
func (t *Tree) Forget() {
	for _, m := range t.known {
		m.sure = false
	}
}

// Tx does one transaction with a chip, with the channel that it is behind connected and no other.
func (t *Tree) Tx(bus Transact, at drivers.I2CPlace, write, read []byte) error {
	if at.Multiplexer != 0 {
		t.Add(at.Multiplexer)
	}
	if err := t.connect(bus, at); err != nil {
		return err
	}
	err := bus(at.Address, write, read)
	if err != nil && !t.Absent(err) {
		return during(at, err)
	}
	if slipped := t.verify(bus, at); slipped != nil {
		return slipped
	}
	return err
}

// during says what was connected when the bus itself failed: the trouble is likely behind it.
func during(at drivers.I2CPlace, err error) error {
	if at.Multiplexer == 0 {
		return err
	}
	return fmt.Errorf("with channel %d of multiplexer 0x%02X connected: %w", at.Channel, at.Multiplexer, err)
}

// Rest disconnects all channels, as far as the multiplexers are there.
func (t *Tree) Rest(bus Transact) error { return t.connect(bus, drivers.I2CPlace{}) }

// connect disconnects all channels but the one of a place, and then connects that one. A multiplexer that is away can connect
// nothing.
func (t *Tree) connect(bus Transact, at drivers.I2CPlace) error {
	var own *multiplexer
	for _, m := range t.known {
		if m.address == at.Multiplexer {
			own = m
		} else if err := t.set(bus, m, 0); err != nil && !errors.Is(err, ErrAbsent) {
			return err
		}
	}
	if own == nil {
		return nil
	}
	if err := t.set(bus, own, 1<<at.Channel); err != nil {
		return err
	}
	if own.reset>>at.Channel&1 == 1 {
		own.reset &^= 1 << at.Channel
		return fault(own, ErrReset)
	}
	return nil
}

// set writes a multiplexer's register unless it is sure to hold that.
func (t *Tree) set(bus Transact, m *multiplexer, connected byte) error {
	if m.sure && m.connected == connected {
		return nil
	}
	err := t.told(m, bus(m.address, []byte{connected}, nil))
	if err == nil {
		m.sure, m.connected = true, connected
	}
	return err
}

// told notes what became of a transaction with a multiplexer. One that did not acknowledge may have lost its power.
func (t *Tree) told(m *multiplexer, err error) error {
	if err == nil {
		return nil
	}
	m.sure = false
	if t.Absent(err) {
		m.lapsed()
		return fault(m, ErrAbsent)
	}
	return fmt.Errorf("multiplexer 0x%02X: %w", m.address, err)
}

// lapsed notes that what is behind a multiplexer that worked has to be set up anew.
func (m *multiplexer) lapsed() {
	if m.proven {
		m.reset = 0xFF
	}
}

// verify looks whether all multiplexers are still as they were set for a transaction. It looks at all of them, and tells of the
// first that is not.
func (t *Tree) verify(bus Transact, at drivers.I2CPlace) (first error) {
	for _, m := range t.known {
		own := m.address == at.Multiplexer
		var register [1]byte
		err := t.told(m, bus(m.address, nil, register[:]))
		switch {
		case err == nil:
			err = m.says(register[0], own, at.Channel)
		case !own && errors.Is(err, ErrAbsent):
			err = nil // one that is away can connect nothing
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// says judges what a multiplexer's register holds after a transaction, with one of its own channels or with another's.
func (m *multiplexer) says(said byte, own bool, channel int) error {
	written := m.connected
	switch {
	case m.sure && said == written:
		m.proven = true
		return nil
	case !own && said == 0: // it is back, and connects nothing
		m.sure, m.connected = true, 0
		return nil
	}
	m.sure = false
	m.lapsed()
	err := ErrCrossed
	switch {
	case !m.proven:
		err = ErrForeign
	case own:
		err, m.reset = ErrReset, m.reset&^(1<<channel)
	}
	return fault(m, fmt.Errorf("%w (its register says 0x%02X where 0x%02X was written)", err, said, written))
}

func fault(m *multiplexer, err error) error {
	return fmt.Errorf("multiplexer 0x%02X %w", m.address, err)
}
