package rtc

import "sync/atomic"

// Simulator is a DS3231 on a bus. The zero value runs.
type Simulator struct{ status atomic.Uint32 }

// Stop has the chip say that it stopped (OSF), or that it runs again.
func (s *Simulator) Stop(yes bool) {
	status := uint32(0)
	if yes {
		status = stopped
	}
	s.status.Store(status)
}

// Stopped reports whether it says so.
func (s *Simulator) Stopped() bool { return s.status.Load()&stopped != 0 }

// Tx reads the status register.
func (s *Simulator) Tx(write, read []byte) error {
	if len(write) == 1 && write[0] == registerStatus && len(read) == 1 {
		read[0] = byte(s.status.Load())
	}
	return nil
}
