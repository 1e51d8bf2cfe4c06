package magnetic

import "sync"

// Simulator is a chip: its registers, on the same codecs as the driver. Put it on an I2C bus.
type Simulator struct {
	mu        sync.Mutex
	chip      string
	registers [256]byte
	pointer   byte
	fieldNT   [3]int32
	centiC    int32
	offset    int32 // of the MMC5983MA's bridge, in counts
	reversed  bool  // the MMC5983MA is magnetised the other way
	garbled   bool
	frozen    bool
	deaf      [3]bool // axes that don't feel the chip's self test
}

// NewSimulator makes a chip, by the name that the driver's setting has.
func NewSimulator(chip string) *Simulator {
	s := &Simulator{chip: chip, fieldNT: [3]int32{17_000, -900, 43_000}, centiC: 2000}
	switch chip {
	case "qmc5883l":
		s.registers[qmcID] = qmcIsID
	case "hmc5883l":
		copy(s.registers[hmcID:], "H43")
	case "lis3mdl":
		s.registers[lisID] = lisIsID
	case "rm3100":
		s.registers[rmID] = rmIsID
	case "mmc5983ma":
		s.registers[mmcID] = mmcIsID
	}
	return s
}

// Set makes the field and the temperature.
func (s *Simulator) Set(fieldNT [3]int32, centiC int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fieldNT, s.centiC, s.garbled = fieldNT, centiC, false
}

// Garble makes the chip answer nothing but ones until Set.
func (s *Simulator) Garble() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.garbled = true
}

// Freeze makes the chip answer and measure nothing, or lets it go on.
func (s *Simulator) Freeze(frozen bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = frozen
}

// Deafen makes an axis not feel the chip's self test any more. An MMC5983MA then can't be magnetised the other way.
func (s *Simulator) Deafen(axis int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf[axis] = true
}

// Offset shifts all that an MMC5983MA measures by so many counts, as its bridge does with the weather.
func (s *Simulator) Offset(counts int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset = counts
}

// Tx is one transaction with the chip.
func (s *Simulator) Tx(write, read []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(write) > 0 {
		s.pointer = write[0]
		for i, value := range write[1:] {
			s.store(write[0]+byte(i), value)
		}
	}
	if len(read) > 0 {
		s.measure()
	}
	pointer, step := s.pointer, byte(1)
	if s.chip == "lis3mdl" {
		step, pointer = pointer>>7, pointer&0x7F
	}
	for i := range read {
		read[i] = s.registers[pointer]
		if s.garbled {
			read[i] = 0xFF
		}
		pointer += step
	}
	return nil
}

// store takes a write to a register. What the chip says of itself can't be written.
func (s *Simulator) store(register, value byte) {
	if s.chip == "mmc5983ma" && register == mmcControl {
		s.order(value)
		return
	}
	s.registers[register] = value
	if s.chip == "rm3100" && register == rmPoll && s.registers[rmTest]&0x80 != 0 {
		for axis, deaf := range s.deaf {
			if !deaf {
				s.registers[rmTest] |= rmTestWell << axis
			}
		}
	}
}

// measure fills the data registers from the field, if the chip measures by itself.
func (s *Simulator) measure() {
	on := map[string]bool{
		"qmc5883l": s.registers[qmcControl]&3 == 1, "hmc5883l": s.registers[hmcMode]&3 == 0,
		"lis3mdl": s.registers[lisMode]&3 == 0, "rm3100": s.registers[rmContinuous]&1 == 1,
	}[s.chip]
	if !on || s.frozen {
		s.setReady(false)
		return
	}
	s.setReady(true)
	switch s.chip {
	case "qmc5883l":
		s.measureQMC()
	case "hmc5883l":
		field := s.fieldNT
		if s.registers[hmcRate]&3 == hmcTestIs&3 { // the difference that its own coil makes
			field = s.coil([3]int32{116_000, 116_000, 108_000}, [3]int32{})
		}
		for i, axis := range [3]int{0, 2, 1} {
			raw := counts(field[axis], hmcGains()[max(s.registers[hmcGain]>>5, 1)-1], 1<<30)
			if raw < -2048 || raw > 2047 {
				raw = hmcOverflow
			}
			s.registers[hmcData+2*i], s.registers[hmcData+2*i+1] = byte(raw>>8), byte(raw)
		}
	case "lis3mdl":
		field := s.fieldNT
		if s.registers[lisRate]&lisTestOn != 0 {
			field = s.coil([3]int32{200_000, 200_000, 50_000}, field)
		}
		for axis := range field {
			s.putWord(lisData&0x7F+2*axis, counts(field[axis], lisGains()[s.registers[lisRange]>>5&3], 1<<15-1))
		}
		s.putWord(lisData&0x7F+6, (s.centiC-2500)*8/100)
	case "rm3100":
		for axis := range s.fieldNT {
			raw := counts(s.fieldNT[axis], rmPerGauss, rmCountsMax)
			copy(s.registers[rmData+3*axis:], []byte{byte(raw >> 16), byte(raw >> 8), byte(raw)})
		}
	}
}

// coil is a field with what the chip's own coil adds to the axes that feel it.
func (s *Simulator) coil(own, field [3]int32) [3]int32 {
	for axis, deaf := range s.deaf {
		if !deaf {
			field[axis] += own[axis]
		}
	}
	return field
}

func (s *Simulator) measureQMC() {
	for axis := range s.fieldNT {
		raw := counts(s.fieldNT[axis], qmcPerGauss, 1<<15-1)
		if raw == -1<<15 || raw == 1<<15-1 {
			s.registers[qmcStatus] |= qmcOverflow
		}
		s.putWord(qmcData+2*axis, raw)
	}
	s.putWord(qmcWarmth, s.centiC)
}

func (s *Simulator) setReady(ready bool) {
	bit := map[string]struct{ register, bit byte }{
		"qmc5883l": {qmcStatus, qmcReady}, "hmc5883l": {hmcStatus, hmcReady},
		"lis3mdl": {lisStatus, lisReady}, "rm3100": {rmStatus, rmReady},
	}[s.chip]
	if bit.bit == 0 {
		return
	}
	s.registers[bit.register] = 0
	if ready {
		s.registers[bit.register] = bit.bit
	}
}

func (s *Simulator) putWord(at int, value int32) {
	s.registers[at], s.registers[at+1] = byte(value), byte(value>>8)
}

// order does what the control register of an MMC5983MA says.
func (s *Simulator) order(value byte) {
	switch {
	case value&(mmcMagnetSet|mmcMagnetReset) != 0:
		s.reversed = value&mmcMagnetReset != 0 && s.deaf == [3]bool{}
	case s.frozen:
		s.registers[mmcStatus] = 0
	case value&mmcTakeField != 0:
		s.takeField()
	case value&mmcTakeWarmth != 0:
		s.registers[mmcStatus] = mmcWarmthReady
		s.registers[mmcWarmth] = byte((s.centiC + 7500) / 80)
	}
}

func (s *Simulator) takeField() {
	s.registers[mmcStatus] = mmcReady
	s.registers[mmcData+6] = 0
	for axis, nt := range s.fieldNT {
		if s.reversed {
			nt = -nt
		}
		raw := uint32(min(max(int64(nt)*mmcPerGauss/100_000+int64(s.offset)+mmcZero, 0), mmcCountsMax))
		s.registers[mmcData+2*axis], s.registers[mmcData+2*axis+1] = byte(raw>>10), byte(raw>>2)
		s.registers[mmcData+6] |= byte(raw&3) << (6 - 2*axis)
	}
}
