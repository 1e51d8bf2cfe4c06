package modbus

import (
	"encoding/binary"
	"time"

	"gatehouse/drivers"
)

// The functions.
const (
	FunctionReadCoils      = 1
	FunctionReadDiscretes  = 2
	FunctionReadHoldings   = 3
	FunctionReadInputs     = 4
	FunctionWriteCoil      = 5
	FunctionWriteRegister  = 6
	FunctionWriteCoils     = 15
	FunctionWriteRegisters = 16
	exceptionFlag          = 0x80
)

// The limits of the protocol.
const (
	RegistersMax = 125
	BitsMax      = 2000
	SlaveMax     = 247 // on a serial line; see Addresses
	frameMax     = 256
	requestBytes = 8 // without data, and of a reply that repeats a request
	overhead     = 5 // of a reply with data: slave, function, count, CRC
	dataAt       = 7 // of a request with data: slave, function, start, count, how many bytes
)

// The values with which a coil is switched. Some relay boards take others, for a time.
const (
	CoilOn  = 0xFF00
	CoilOff = 0
)

// Relay boards of the Waveshare kind switch a relay on for a time at the address of its coil and FlashOn: the value is in
// FlashUnit (Waveshare wiki, Modbus RTU Relay, development protocol V3).
const (
	FlashOn   = 0x0200
	FlashUnit = 100 * time.Millisecond
)

// Request is one request of a master: a reading of Count things from Start on, a writing of Value to Start, or a writing of
// Data to Count things from Start on.
type Request struct {
	Slave    byte
	Function byte
	Start    uint16
	Count    uint16 // of a reading, and of a writing of several
	Value    uint16 // of a writing of one; of a coil, CoilOn or CoilOff
	Data     string // of a writing of several: the bytes as on the wire
}

// WriteCoil is the request to switch a coil.
func WriteCoil(slave byte, address uint16, on bool) Request {
	value := uint16(CoilOff)
	if on {
		value = CoilOn
	}
	return Request{Slave: slave, Function: FunctionWriteCoil, Start: address, Value: value}
}

// WriteCoils is the request to switch coils that lie beside each other, all in one frame: no other order gets in between.
func WriteCoils(slave byte, start uint16, on ...bool) Request {
	data := make([]byte, (len(on)+7)/8)
	for i, is := range on {
		if is {
			data[i/8] |= 1 << (i % 8)
		}
	}
	return Request{Slave: slave, Function: FunctionWriteCoils, Start: start, Count: uint16(len(on)), Data: string(data)}
}

// WriteRegisters is the request to write registers that lie beside each other.
func WriteRegisters(slave byte, start uint16, values ...uint16) Request {
	data := make([]byte, 0, 2*len(values))
	for _, value := range values {
		data = binary.BigEndian.AppendUint16(data, value)
	}
	return Request{Slave: slave, Function: FunctionWriteRegisters, Start: start, Count: uint16(len(values)), Data: string(data)}
}

// writesSeveral reports whether the request has data.
func (r Request) writesSeveral() bool {
	return r.Function == FunctionWriteCoils || r.Function == FunctionWriteRegisters
}

// crc is the CRC-16 of Modbus: polynomial A001 reflected, beginning with FFFF.
func crc(data []byte) uint16 {
	sum := uint16(0xFFFF)
	for _, b := range data {
		sum = sum>>8 ^ crcTable[byte(sum)^b]
	}
	return sum
}

// crcTable is the CRC of each byte.
var crcTable = makeCRCTable()

func makeCRCTable() (table [256]uint16) {
	for i := range table {
		sum := uint16(i)
		for range 8 {
			low := sum & 1
			sum >>= 1
			if low != 0 {
				sum ^= 0xA001
			}
		}
		table[i] = sum
	}
	return table
}

func appendCRC(frame []byte) []byte {
	return binary.LittleEndian.AppendUint16(frame, crc(frame))
}

// crcFits reports whether a frame ends with its CRC.
func crcFits(frame []byte) bool {
	body := len(frame) - 2
	return body >= 2 && crc(frame[:body]) == binary.LittleEndian.Uint16(frame[body:])
}

// AppendTo appends the frame of the request.
func (r Request) AppendTo(out []byte) []byte {
	begin := len(out)
	out = r.appendHead(out)
	if r.writesSeveral() {
		out = append(append(out, byte(len(r.Data))), r.Data...)
	}
	return binary.LittleEndian.AppendUint16(out, crc(out[begin:]))
}

// appendHead appends what the reply to a writing repeats.
func (r Request) appendHead(out []byte) []byte {
	word := r.Count
	if r.Function == FunctionWriteRegister || r.Function == FunctionWriteCoil {
		word = r.Value
	}
	out = append(out, r.Slave, r.Function)
	out = binary.BigEndian.AppendUint16(out, r.Start)
	return binary.BigEndian.AppendUint16(out, word)
}

// dataBytes is how many bytes of data a reply to the request holds, or -1 if it repeats the request, without its data.
func (r Request) dataBytes() int {
	switch r.Function {
	case FunctionReadCoils, FunctionReadDiscretes:
		return (int(r.Count) + 7) / 8
	case FunctionReadHoldings, FunctionReadInputs:
		return 2 * int(r.Count)
	}
	return -1
}

// replyBytes is the length of the reply.
func (r Request) replyBytes() int {
	if data := r.dataBytes(); data >= 0 {
		return overhead + data
	}
	return requestBytes
}

// Reply is the data of a reply. It holds only as long as whoever got it says.
type Reply struct {
	data []byte
}

// Register is the i-th register.
func (r Reply) Register(i int) uint16 { return binary.BigEndian.Uint16(r.data[2*i:]) }

// Bit is the i-th bit.
func (r Reply) Bit(i int) bool { return r.data[i/8]>>(i%8)&1 != 0 }

// passesFor reports whether a reply to r looks like one to another request, and is none: that to a reading does not say from
// where on, and that to a writing of several not what.
func (r Request) passesFor(other Request) bool {
	if r == other || r.Slave != other.Slave || r.Function != other.Function || r.dataBytes() != other.dataBytes() {
		return false
	}
	return r.dataBytes() >= 0 || r.writesSeveral() && r.Start == other.Start && r.Count == other.Count
}

// Answer finds the reply to the request in what was received; it holds as long as received does. An exception is none.
func (r Request) Answer(received []byte) (reply Reply, found bool) {
	at, exception := r.find(received)
	if at < 0 || exception {
		return Reply{}, false
	}
	return r.reply(received[at:]), true
}

// reply is the data of a frame that answers the request.
func (r Request) reply(frame []byte) Reply {
	if data := r.dataBytes(); data >= 0 {
		return Reply{data: frame[3 : 3+data]}
	}
	return Reply{}
}

// find looks for the reply to the request, or for the exception, in what was received; -1 is none. The frame may begin
// anywhere: a transceiver that turns round often makes a byte of its own.
func (r Request) find(received []byte) (at int, exception bool) {
	for at := range received {
		frame := received[at:]
		if len(frame) < overhead {
			break
		}
		if frame[0] != r.Slave || frame[1]&^exceptionFlag != r.Function {
			continue
		}
		if frame[1]&exceptionFlag != 0 {
			if crcFits(frame[:overhead]) {
				return at, true
			}
			continue
		}
		if length := r.replyBytes(); len(frame) >= length && r.fits(frame[:length]) {
			return at, false
		}
	}
	return -1, false
}

// fits reports whether a frame of the right slave, function and length answers the request.
func (r Request) fits(frame []byte) bool {
	data := r.dataBytes()
	if data < 0 {
		var own [requestBytes]byte
		return string(appendCRC(r.appendHead(own[:0]))) == string(frame)
	}
	return int(frame[2]) == data && crcFits(frame)
}

// beginsIn reports whether received ends with the beginning of a reply.
func (r Request) beginsIn(received []byte) bool {
	for at, b := range received {
		if b == r.Slave && (at == len(received)-1 || received[at+1] == r.Function) {
			return true
		}
	}
	return false
}

// foreign finds a whole frame with a good CRC of a slave that was not asked, or of another shape than was asked for.
func foreign(received []byte) (slave byte, found bool) {
	for at := range received {
		if length := shape(received[at:]); length > 0 && length <= len(received)-at && crcFits(received[at:at+length]) {
			return received[at], true
		}
	}
	return 0, false
}

// shape is the length of the reply that begins a slice, or 0 if its function is unknown.
func shape(frame []byte) int {
	if len(frame) < overhead {
		return 0
	}
	switch frame[1] {
	case FunctionReadCoils, FunctionReadDiscretes, FunctionReadHoldings, FunctionReadInputs:
		return overhead + int(frame[2])
	case FunctionWriteCoil, FunctionWriteRegister, FunctionWriteCoils, FunctionWriteRegisters:
		return requestBytes
	}
	if frame[1]&exceptionFlag != 0 {
		return overhead
	}
	return 0
}

// wireTime is how long so many bytes take.
func wireTime(count int, mode drivers.SerialMode) time.Duration {
	return time.Duration(count*mode.CharBits()) * time.Second / time.Duration(mode.Baud)
}

// silence is the gap between frames: 3.5 characters, and 1.75 ms above 19200 baud.
func silence(mode drivers.SerialMode) time.Duration {
	if mode.Baud > 19200 {
		return 1750 * time.Microsecond
	}
	return time.Duration(7*mode.CharBits()) * time.Second / time.Duration(2*mode.Baud)
}
