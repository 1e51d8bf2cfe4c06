package ups

import (
	"encoding/binary"
	"sync"
)

// Simulator is a gauge, a device on an I2C bus.
type Simulator struct {
	mu        sync.Mutex
	registers map[byte]uint16
}

// NewMAX17040 makes a gauge of that voltage and charge.
func NewMAX17040(millivolt, percent int) *Simulator {
	s := &Simulator{}
	s.SetMAX17040(millivolt, percent)
	return s
}

// SetMAX17040 sets what the gauge tells.
func (s *Simulator) SetMAX17040(millivolt, percent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registers = map[byte]uint16{maxVoltage: uint16(millivolt*100/125) << 4, maxCharge: uint16(percent * 256)}
}

// NewINA219 makes a gauge of that voltage, and of that current through a shunt.
func NewINA219(millivolt, milliampere, shuntMilliohm int) *Simulator {
	return &Simulator{registers: map[byte]uint16{
		inaBus: uint16(millivolt/4) << 3, inaShunt: uint16(int16(milliampere * shuntMilliohm / 10)),
	}}
}

// Tx reads a register.
func (s *Simulator) Tx(write, read []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(write) == 1 && len(read) == 2 {
		binary.BigEndian.PutUint16(read, s.registers[write[0]])
	}
	return nil
}
