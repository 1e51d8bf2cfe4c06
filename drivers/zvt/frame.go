package zvt

import (
	"errors"
	"fmt"
)

// The bytes of the serial transport.
const (
	dle = 0x10
	stx = 0x02
	etx = 0x03
	ack = 0x06
	nak = 0x15
)

// frameMax bounds what a frame holds.
const frameMax = dataMax + 5

// ErrSum is a frame with a wrong CRC.
var ErrSum = errors.New("zvt: a frame with a wrong checksum: check the cable and the baud rate")

// sum is the CRC over an APDU and ETX.
func sum(data []byte) uint16 {
	crc := uint16(0)
	for i := range len(data) + 1 {
		b := byte(etx)
		if i < len(data) {
			b = data[i]
		}
		crc ^= uint16(b)
		for range 8 {
			low := crc & 1
			crc >>= 1
			if low != 0 {
				crc ^= 0x8408
			}
		}
	}
	return crc
}

// AppendFrame appends the frame of an APDU's bytes.
func AppendFrame(out, apdu []byte) []byte {
	out = append(out, dle, stx)
	for _, b := range apdu {
		if b == dle {
			out = append(out, dle)
		}
		out = append(out, b)
	}
	crc := sum(apdu)
	return append(out, dle, etx, byte(crc), byte(crc>>8))
}

// Splitter finds frames, ACKs and NAKs in a stream of bytes. The zero value is ready.
type Splitter struct {
	apdu    []byte
	state   splitState
	low     byte
	Skipped uint64 // bytes that belong to nothing
}

type splitState uint8

const (
	outside splitState = iota
	outsideDLE
	inside
	insideDLE
	wantLow
	wantHigh
)

// Found is what a byte has completed.
type Found uint8

// What there is to find.
const (
	FoundNothing Found = iota
	FoundFrame
	FoundACK
	FoundNAK
	FoundBad // a frame with a wrong checksum
)

// Push takes the next byte. The frame's APDU holds until the next Push.
func (s *Splitter) Push(b byte) (found Found, apdu []byte) {
	switch s.state {
	case outside:
		return s.pushOutside(b), nil
	case outsideDLE:
		s.state = outside
		if b == stx {
			s.state, s.apdu = inside, s.apdu[:0]
		} else {
			s.Skipped += 2
		}
	case inside:
		if b == dle {
			s.state = insideDLE
		} else {
			s.keep(b)
		}
	case insideDLE:
		switch b {
		case dle:
			s.state = inside
			s.keep(b)
		case etx:
			s.state = wantLow
		case stx: // the last frame stopped in the middle
			s.Skipped += uint64(len(s.apdu)) + 2
			s.state, s.apdu = inside, s.apdu[:0]
		default:
			s.Skipped += uint64(len(s.apdu)) + 2
			s.state = outside
		}
	case wantLow:
		s.state, s.low = wantHigh, b
	case wantHigh:
		s.state = outside
		if sum(s.apdu) != uint16(s.low)|uint16(b)<<8 {
			return FoundBad, nil
		}
		return FoundFrame, s.apdu
	}
	return FoundNothing, nil
}

func (s *Splitter) pushOutside(b byte) Found {
	switch b {
	case ack:
		return FoundACK
	case nak:
		return FoundNAK
	case dle:
		s.state = outsideDLE
	default:
		s.Skipped++
	}
	return FoundNothing
}

func (s *Splitter) keep(b byte) {
	if len(s.apdu) == frameMax {
		s.Skipped += frameMax
		s.state = outside
		return
	}
	s.apdu = append(s.apdu, b)
}

// reasonText says in words why a terminal refuses or aborts.
func reasonText(code byte) string {
	if text, known := reasons[code]; known {
		return text
	}
	return fmt.Sprintf("reason %02X", code)
}

// reasons are those of PA00P015, chapter 10, that people can do something about.
var reasons = map[byte]string{
	0x64: "the card can't be read", 0x65: "there is no card", 0x66: "the card reader failed", 0x6A: "its memory of payments is full: do an end of day",
	0x6B: "it is not registered", 0x6C: "aborted by time or by the customer", 0x6F: "wrong currency", 0x71: "too little credit on the card",
	0x78: "the card has expired", 0x7A: "the card is unknown to it", 0x7D: "its communication module fails", 0x83: "it can't do that now",
	0x85: "a key is missing: do a diagnosis", 0x9A: "it did not understand", 0x9B: "it can't reach its host", 0x9C: "it is busy",
	0xA0: "it is not ready", 0xA1: "its host does not answer", 0xA3: "it has no connection to its host", 0xB4: "reversed already",
	0xB5: "a reversal is not possible", 0xC2: "do a diagnosis", 0xC3: "the amount is too large", 0xC8: "the amount is too small",
	0xCC: "its printer is not ready", 0xDC: "a card is still in it", 0xE4: "it has to be activated", 0xF0: "do the end of day", 0xFF: "system error",
}
