package rtc

import "sync"

// registers of a DS3231; after the last one comes the first.
const registers = 0x13

// Simulator is a DS3231 on an I2C bus, as far as it is asked here: its status register, whose bit 7 says that the clock had
// stopped. Put it at address 0x68. The zero value has run without a stop.
type Simulator struct {
	mu     sync.Mutex
	status byte
	at     byte // the register that the next byte is read from
}

// Stop makes the chip say that it had stopped, as after its battery was empty, or that it had not.
func (s *Simulator) Stop(had bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = 0
	if had {
		s.status = stopped
	}
}

// Tx is one transaction with the chip.
func (s *Simulator) Tx(write, read []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(write) > 0 {
		s.at = write[0]
	}
	for i := range read {
		read[i] = 0
		if s.at == registerStatus {
			read[i] = s.status
		}
		s.at = (s.at + 1) % registers
	}
	return nil
}
