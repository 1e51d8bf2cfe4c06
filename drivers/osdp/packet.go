package osdp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The codes of orders.
const (
	CodePoll      = 0x60
	CodeID        = 0x61
	CodeCap       = 0x62
	CodeLocal     = 0x64
	CodeLED       = 0x69
	CodeBuzzer    = 0x6A
	CodeKeySet    = 0x75
	CodeChallenge = 0x76
	CodeServer    = 0x77
)

// The codes of answers.
const (
	CodeAck        = 0x40
	CodeNak        = 0x41
	CodePDID       = 0x45
	CodePDCap      = 0x46
	CodeLocalIs    = 0x48
	CodeReadersAre = 0x4B
	CodeRaw        = 0x50
	CodeText       = 0x51
	CodeKeys       = 0x53
	CodeClient     = 0x76
	CodeRMAC       = 0x78
	CodeBusy       = 0x79
)

// The kinds of a security block.
const (
	BlockChallenge = 0x11
	BlockClient    = 0x12
	BlockServer    = 0x13
	BlockRMAC      = 0x14
	BlockOrder     = 0x15 // a MAC, no data
	BlockAnswer    = 0x16
	BlockOrderData = 0x17 // a MAC and encrypted data
	BlockAnswerEnc = 0x18
)

// The parts of a packet.
const (
	start         = 0x53
	headBytes     = 5
	macBytes      = 4
	lengthMin     = headBytes + 2
	PacketMax     = 1440 // bytes, the largest that the standard allows
	answerFlag    = 0x80
	controlNumber = 0x03
	controlCRC    = 0x04
	controlBlock  = 0x08
	Broadcast     = 0x7F
	blockHead     = 2
)

// What is wrong with a packet.
var (
	ErrGarbage = errors.New("osdp: bytes that are no packet: check baud, the termination, and that A and B are not swapped")
	ErrSum     = errors.New("osdp: a packet with a wrong checksum: check the cable, its termination, and that no two readers have one address")
)

// Packet is one order or answer.
type Packet struct {
	Address  byte // 0 to 126, or Broadcast
	Answer   bool
	Sequence byte // 0 to 3
	Sum      bool // it ends with a checksum of one byte, as old readers want it, and not with a CRC
	Block    byte // the kind of its security block; 0 is none
	BlockArg []byte
	Code     byte
	Data     []byte
	MAC      []byte // four bytes, if the block is one that has them
}

func (p Packet) hasMAC() bool { return p.Block >= BlockOrder && p.Block <= BlockAnswerEnc }

func (p Packet) encrypted() bool { return p.Block == BlockOrderData || p.Block == BlockAnswerEnc }

// crc is the CRC of OSDP.
func crc(data []byte) uint16 {
	sum := uint16(0x1D0F)
	for _, b := range data {
		sum ^= uint16(b) << 8
		for range 8 {
			top := sum & 0x8000
			sum <<= 1
			if top != 0 {
				sum ^= 0x1021
			}
		}
	}
	return sum
}

func checksum(data []byte) (sum byte) {
	for _, b := range data {
		sum += b
	}
	return -sum
}

// appendHead appends all of a packet that its MAC is made of.
func (p Packet) appendHead(out []byte) []byte {
	begin := len(out)
	address, control := p.Address, p.Sequence&controlNumber
	if p.Answer {
		address |= answerFlag
	}
	tail := 1
	if !p.Sum {
		control |= controlCRC
		tail = 2
	}
	if p.hasMAC() {
		tail += macBytes
	}
	if p.Block != 0 {
		control |= controlBlock
	}
	out = append(out, start, address, 0, 0, control)
	if p.Block != 0 {
		out = append(out, byte(blockHead+len(p.BlockArg)), p.Block)
		out = append(out, p.BlockArg...)
	}
	out = append(append(out, p.Code), p.Data...)
	binary.LittleEndian.PutUint16(out[begin+2:], uint16(len(out)-begin+tail))
	return out
}

// AppendTo appends the bytes of a packet. Its MAC must be there if its block wants one.
func (p Packet) AppendTo(out []byte) []byte {
	begin := len(out)
	out = p.appendHead(out)
	if p.hasMAC() {
		out = append(out, p.MAC[:macBytes]...)
	}
	if p.Sum {
		return append(out, checksum(out[begin:]))
	}
	return binary.LittleEndian.AppendUint16(out, crc(out[begin:]))
}

// Parse finds the first packet in data and says how many bytes are done with: those of the packet and what stood before it.
// Without a packet, it is the bytes that can't begin one. An error says what was wrong with the first of them. The packet's slices are
// parts of data.
func Parse(data []byte) (p Packet, used int, found bool, err error) {
	for used < len(data) {
		next := bytes.IndexByte(data[used:], start)
		if next < 0 {
			return Packet{}, len(data), false, noise(data[used:], err)
		}
		if next > 0 {
			err = noise(data[used:used+next], err)
			used += next
		}
		at := data[used:]
		if len(at) < headBytes {
			return Packet{}, used, false, err
		}
		length := int(binary.LittleEndian.Uint16(at[2:]))
		if length < lengthMin || length > PacketMax {
			if used++; err == nil {
				err = ErrGarbage
			}
			continue
		}
		if len(at) < length {
			return Packet{}, used, false, err
		}
		p, bad := decode(at[:length])
		if bad == nil {
			return p, used + length, true, err
		}
		if used++; err == nil {
			err = bad
		}
	}
	return Packet{}, used, false, err
}

// noise is garbage, unless it is only the marks with which some devices wake the bus.
func noise(data []byte, before error) error {
	for _, b := range data {
		if b != 0xFF && before == nil {
			return ErrGarbage
		}
	}
	return before
}

// decode takes a packet of the right length apart.
func decode(data []byte) (Packet, error) {
	control := data[4]
	p := Packet{Address: data[1] &^ answerFlag, Answer: data[1]&answerFlag != 0, Sequence: control & controlNumber, Sum: control&controlCRC == 0}
	body := data[headBytes:]
	if p.Sum {
		if checksum(data[:len(data)-1]) != data[len(data)-1] {
			return Packet{}, ErrSum
		}
		body = body[:len(body)-1]
	} else {
		if crc(data[:len(data)-2]) != binary.LittleEndian.Uint16(data[len(data)-2:]) {
			return Packet{}, ErrSum
		}
		body = body[:len(body)-2]
	}
	if control&controlBlock != 0 {
		if len(body) < blockHead || int(body[0]) < blockHead || int(body[0]) > len(body) || body[1] == 0 {
			return Packet{}, fmt.Errorf("%w (its security block)", ErrGarbage)
		}
		p.Block, p.BlockArg, body = body[1], body[blockHead:body[0]], body[body[0]:]
	}
	if p.hasMAC() {
		if len(body) < macBytes {
			return Packet{}, fmt.Errorf("%w (no MAC)", ErrGarbage)
		}
		p.MAC, body = body[len(body)-macBytes:], body[:len(body)-macBytes]
	}
	if len(body) == 0 {
		return Packet{}, fmt.Errorf("%w (no code)", ErrGarbage)
	}
	p.Code, p.Data = body[0], body[1:]
	return p, nil
}
