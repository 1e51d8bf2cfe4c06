package pca9548

import (
	"errors"
	"sync"

	"gatehouse/drivers"
)

// Device is a simulated chip on an I2C bus: Tx is one transaction, and an error is a chip that does not acknowledge.
type Device interface {
	Tx(write, read []byte) error
}

// Simulator is a PCA9548 with chips behind its channels. On the bus it stands at its own address, and so do the chips of all
// channels that are connected.
type Simulator struct {
	mu        sync.Mutex
	connected byte
	away      bool
	chips     [drivers.MultiplexerChannels]map[uint16]Device
}

var errAway = errors.New("pca9548: the simulated multiplexer is pulled out")

// Attach puts a chip behind a channel.
func (s *Simulator) Attach(channel int, address uint16, chip Device) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chips[channel] == nil {
		s.chips[channel] = map[uint16]Device{}
	}
	s.chips[channel][address] = chip
}

// PullOut takes the multiplexer off the bus, with all that is behind it.
func (s *Simulator) PullOut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = true
}

// PowerUp puts it on the bus, with what its register then holds: 0 after a clean start, anything after a dip of its supply.
func (s *Simulator) PowerUp(connected byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.connected = false, connected
}

// Connected is the channels that are connected, a bit for each; none while it is away.
func (s *Simulator) Connected() byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0
	}
	return s.connected
}

// Tx is one transaction with the multiplexer itself: the last byte that is written is its register.
func (s *Simulator) Tx(write, read []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	if len(write) > 0 {
		s.connected = write[len(write)-1]
	}
	for i := range read {
		read[i] = s.connected
	}
	return nil
}

// Behind is the chips of an address that are connected to the bus.
func (s *Simulator) Behind(address uint16) (chips []Device) {
	connected := s.Connected()
	s.mu.Lock()
	defer s.mu.Unlock()
	for channel, behind := range s.chips {
		if chip, found := behind[address]; found && connected>>channel&1 == 1 {
			chips = append(chips, chip)
		}
	}
	return chips
}
