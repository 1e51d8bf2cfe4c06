package matrix

import (
	"bytes"
	"errors"
	"sync"

	"periph.io/x/devices/v3/max7219"
)

var errLength = errors.New("matrix: a chain takes two bytes for each of its chips")

// The registers of a MAX7219.
const (
	registerDecode   = 0x09
	registerScan     = 0x0B
	registerShutdown = 0x0C
	registerTest     = 0x0F
	registers        = 0x10
)

// Simulator is a chain of chips, a device on an SPI bus.
type Simulator struct {
	mu    sync.Mutex
	chips [][registers]byte // the first is the one nearest to the gateway
}

// NewSimulator makes a dark chain of so many chips.
func NewSimulator(units int) *Simulator { return &Simulator{chips: make([][registers]byte, units)} }

// Tx takes one word for each chip: the first one goes through to the last chip.
func (s *Simulator) Tx(write, _ []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(write) != 2*len(s.chips) {
		return errLength
	}
	for i := range s.chips {
		word := write[2*(len(s.chips)-1-i):]
		if register := word[0] & 0x0F; register != 0 {
			s.chips[i][register] = word[1]
		}
	}
	return nil
}

// Unpower takes the chips' power away for a moment: they forget everything and are dark.
func (s *Simulator) Unpower() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.chips)
}

// Shown is what can be read on digits, or on dots with the letters of periph; "" if the chips are dark.
func (s *Simulator) Shown() (text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, chip := range s.chips {
		if chip[registerShutdown]&1 == 0 || chip[registerTest]&1 != 0 {
			return ""
		}
		digits := int(chip[registerScan]&7) + 1
		if chip[registerDecode] == 0 {
			text += letter(chip)
			continue
		}
		for digit := digits; digit >= 1; digit-- {
			text += string("0123456789-EHLP "[chip[digit]&0x0F])
		}
	}
	return text
}

// letter finds the letter whose dots a chip shows.
func letter(chip [registers]byte) string {
	var dots [rows]byte
	for row := range dots {
		dots[row] = reverse(chip[rows-row])
	}
	for code := ' '; code <= '~'; code++ {
		if bytes.Equal(max7219.CP437Glyphs[code], dots[:]) {
			return string(code)
		}
	}
	return "?"
}

func reverse(b byte) (out byte) {
	for range 8 {
		out, b = out<<1|b&1, b>>1
	}
	return out
}
