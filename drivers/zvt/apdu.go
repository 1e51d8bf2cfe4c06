package zvt

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Command is the control field of an APDU.
type Command uint16

// The commands.
const (
	Registration   Command = 0x0600
	Authorisation  Command = 0x0601
	Completion     Command = 0x060F
	Abort          Command = 0x061E
	RepeatReceipt  Command = 0x0620
	Reversal       Command = 0x0630
	EndOfDay       Command = 0x0650
	CancelCommand  Command = 0x06B0
	PrintLine      Command = 0x06D1
	PrintBlock     Command = 0x06D3
	StatusEnquiry  Command = 0x0501
	StatusInfo     Command = 0x040F
	Intermediate   Command = 0x04FF
	acknowledged   Command = 0x8000
	refusedClass           = 0x84
	refusedNoGoods Command = 0x8466
)

// ErrGarbage is bytes that are no APDU.
var ErrGarbage = errors.New("zvt: bytes that are no message: check that the address, or the port and its baud rate, are the terminal's")

// APDU is one message.
type APDU struct {
	Command Command
	Data    []byte
}

// dataMax bounds the data of a message.
const dataMax = 8192

// AppendTo appends the bytes of a message.
func (a APDU) AppendTo(out []byte) []byte {
	out = binary.BigEndian.AppendUint16(out, uint16(a.Command))
	if len(a.Data) < 0xFF {
		out = append(out, byte(len(a.Data)))
	} else {
		out = binary.LittleEndian.AppendUint16(append(out, 0xFF), uint16(len(a.Data)))
	}
	return append(out, a.Data...)
}

// ParseAPDU reads the message that data begin with, and says how long it is: 0 if it is not whole yet. Its Data are a part of
// data.
func ParseAPDU(data []byte) (a APDU, used int, err error) {
	if len(data) > 0 && !knownClass(data[0]) {
		return APDU{}, 0, fmt.Errorf("%w (class %02X)", ErrGarbage, data[0])
	}
	if len(data) < 3 {
		return APDU{}, 0, nil
	}
	a.Command = Command(binary.BigEndian.Uint16(data))
	head, length := 3, int(data[2])
	if length == 0xFF {
		if len(data) < 5 {
			return APDU{}, 0, nil
		}
		head, length = 5, int(binary.LittleEndian.Uint16(data[3:]))
	}
	if length > dataMax {
		return APDU{}, 0, fmt.Errorf("%w (%d bytes long)", ErrGarbage, length)
	}
	if len(data) < head+length {
		return APDU{}, 0, nil
	}
	a.Data = data[head : head+length]
	return a, head + length, nil
}

func knownClass(class byte) bool {
	switch class {
	case 0x04, 0x05, 0x06, 0x08, 0x0F, 0x80, refusedClass:
		return true
	}
	return false
}

// bcd writes a number in so many bytes of two digits each.
func bcd(value int64, length int) []byte {
	out := make([]byte, length)
	for i := length - 1; i >= 0; i-- {
		out[i] = byte(value/10%10<<4 | value%10)
		value /= 100
	}
	return out
}

// fromBCD reads a number; false if a digit is none.
func fromBCD(data []byte) (value int64, ok bool) {
	for _, b := range data {
		if b>>4 > 9 || b&15 > 9 {
			return 0, false
		}
		value = value*100 + int64(b>>4)*10 + int64(b&15)
	}
	return value, true
}
