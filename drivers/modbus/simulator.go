package modbus

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers"
)

// Simulator is the far side of a bus: slaves that answer with the byte times of the wire and a turnaround of their own.
type Simulator struct {
	Mode       drivers.SerialMode // 0 baud: everything is instant
	Turnaround time.Duration

	mu     sync.Mutex
	slaves map[byte]*Slave
}

// Slave is one simulated device. Registers and bits exist once they were set.
type Slave struct {
	mu        sync.Mutex
	registers map[uint16]uint16
	bits      map[uint16]bool
	writes    []Request
	trouble   Trouble
	requests  int
	flashes   bool
	unknown   []byte
}

// Trouble is what is wrong with a slave.
type Trouble uint8

// The troubles.
const (
	TroubleNone Trouble = iota
	TroubleMute
	TroubleGarbles   // a bit of its reply is flipped
	TroubleHalves    // its reply stops in the middle
	TroubleImposter  // it answers under the next address
	TroubleLate      // it answers after 150 ms
	TroubleBusy      // it says that it is busy
	TroubleOtherCode // it answers with another function
	TroubleRefuses   // it knows no function; see also SetUnknown
)

// lateAfter is how late a reply is with TroubleLate.
const lateAfter = 150 * time.Millisecond

// Slave is the slave of that address; it is on the bus from then on.
func (s *Simulator) Slave(address byte) *Slave {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slaves == nil {
		s.slaves = map[byte]*Slave{}
	}
	if s.slaves[address] == nil {
		s.slaves[address] = &Slave{registers: map[uint16]uint16{}, bits: map[uint16]bool{}}
	}
	return s.slaves[address]
}

// SetRegister sets a register, which is both a holding and an input register.
func (s *Slave) SetRegister(address, value uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registers[address] = value
}

// SetBit sets a bit, which is both a coil and a discrete input.
func (s *Slave) SetBit(address uint16, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bits[address] = on
}

// Bit is a bit as it is now.
func (s *Slave) Bit(address uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bits[address]
}

// SetFlashes makes the slave a relay board that ends pulses by itself: a coil at FlashOn and above is the relay below, and
// its value how many tenths of a second that stays on.
func (s *Slave) SetFlashes(flashes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flashes = flashes
}

// SetUnknown makes the slave one that does not know some functions.
func (s *Slave) SetUnknown(functions ...byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown = functions
}

// SetTrouble breaks or mends the slave.
func (s *Slave) SetTrouble(trouble Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = trouble
}

// Requests counts what the slave was asked.
func (s *Slave) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Writes are the writings that it did.
func (s *Slave) Writes() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

// Serve answers what comes from wire until that ends.
func (s *Simulator) Serve(wire io.ReadWriter) error {
	return serve(wire, func(received []byte) []byte {
		for {
			request, used, whole := parseRequest(received)
			received = received[used:]
			if !whole {
				return received
			}
			s.answer(request, wire)
		}
	})
}

// ServeTCP answers what comes from wire as a device does that speaks Modbus TCP, until that ends.
func (s *Simulator) ServeTCP(wire io.ReadWriter) error {
	return serve(wire, func(received []byte) []byte {
		for {
			number, frame, used, wrong := parseTCP(received)
			if wrong != nil {
				received = received[1:]
				continue
			}
			if used == 0 {
				return received
			}
			received = received[used:]
			if request, _, whole := parseRequest(frame); whole {
				s.answer(request, numbered{wire, number})
			}
		}
	})
}

// serve has take work on what has come from wire, of which it returns the rest, until that ends.
func serve(wire io.Reader, take func(received []byte) []byte) error {
	var received []byte
	chunk := make([]byte, frameMax)
	for {
		n, err := wire.Read(chunk)
		received = take(append(received, chunk[:n]...))
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// InNetwork are buses on which whoever dials gets a port of the board, on whose far side ServeTCP answers: with it, drivers
// are tried over the network without one.
func InNetwork(port string) *Buses {
	buses := NewBuses()
	buses.Dial = func(_ context.Context, host drivers.Host, _ string) (drivers.Port, error) {
		return host.Serial(port, drivers.SerialMode{Baud: 9600})
	}
	return buses
}

// numbered writes replies to the request of that number.
type numbered struct {
	io.Writer
	number uint16
}

func (n numbered) Write(reply []byte) (int, error) {
	if len(reply) < overhead {
		return len(reply), nil // a frame on TCP has no half
	}
	return n.Writer.Write(appendTCP(nil, n.number, reply))
}

// parseRequest finds the first whole request, and says how many bytes are done with.
func parseRequest(received []byte) (request Request, used int, whole bool) {
	for ; len(received)-used >= requestBytes; used++ {
		frame := received[used:]
		length := requestShape(frame)
		if length > len(frame) {
			return Request{}, used, false
		}
		if length == 0 || !crcFits(frame[:length]) {
			continue
		}
		request = Request{Slave: frame[0], Function: frame[1], Start: binary.BigEndian.Uint16(frame[2:])}
		word := binary.BigEndian.Uint16(frame[4:])
		switch request.Function {
		case FunctionWriteCoil, FunctionWriteRegister:
			request.Value = word
		case FunctionWriteCoils, FunctionWriteRegisters:
			request.Count, request.Data = word, string(frame[dataAt:length-2])
		default:
			request.Count = word
		}
		return request, used + length, true
	}
	return Request{}, used, false
}

// requestShape is the length of the request that begins a slice of requestBytes at least, or 0 if it is none.
func requestShape(frame []byte) int {
	count, data := int(binary.BigEndian.Uint16(frame[4:])), int(frame[dataAt-1])
	switch function := frame[1]; {
	case function >= FunctionReadCoils && function <= FunctionWriteRegister:
		return requestBytes
	case function == FunctionWriteCoils && count > 0 && data == (count+7)/8, function == FunctionWriteRegisters && count > 0 && data == 2*count:
		if length := dataAt + data + 2; length <= frameMax {
			return length
		}
	}
	return 0
}

// answer lets the times of the wire go by, and sends what the slave says.
func (s *Simulator) answer(request Request, wire io.Writer) {
	s.mu.Lock()
	slave := s.slaves[request.Slave]
	s.mu.Unlock()
	if slave == nil {
		return
	}
	reply, late := slave.answer(request)
	if s.Mode.Baud > 0 {
		time.Sleep(wireTime(len(request.AppendTo(nil)), s.Mode) + silence(s.Mode) + s.Turnaround + wireTime(len(reply), s.Mode))
	}
	send := func() { _, _ = wire.Write(reply) } // a wire that is gone takes nothing
	if late {
		time.AfterFunc(lateAfter, send)
	} else {
		send()
	}
}

func (s *Slave) answer(request Request) (reply []byte, late bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	reply = s.do(request)
	switch s.trouble {
	case TroubleMute:
		return nil, false
	case TroubleGarbles:
		reply[len(reply)/2] ^= 0x10
	case TroubleHalves:
		reply = reply[:len(reply)/2]
	case TroubleImposter:
		reply[0]++
		reply = appendCRC(reply[:len(reply)-2])
	case TroubleBusy:
		reply = appendCRC([]byte{request.Slave, request.Function | exceptionFlag, 6})
	case TroubleRefuses:
		reply = appendCRC([]byte{request.Slave, request.Function | exceptionFlag, 1})
	case TroubleOtherCode:
		reply[1] ^= 7
		reply = appendCRC(reply[:len(reply)-2])
	}
	return reply, s.trouble == TroubleLate
}

// do is what a sound slave answers.
func (s *Slave) do(r Request) []byte {
	refuse := func(code byte) []byte { return appendCRC([]byte{r.Slave, r.Function | exceptionFlag, code}) }
	data := r.dataBytes()
	if slices.Contains(s.unknown, r.Function) {
		return refuse(1)
	}
	if data > frameMax-overhead || data == 0 {
		return refuse(3)
	}
	reply := append([]byte{r.Slave, r.Function, byte(max(data, 0))}, make([]byte, max(data, 0))...)
	switch r.Function {
	case FunctionReadCoils, FunctionReadDiscretes:
		for i := range r.Count {
			on, exists := s.bits[r.Start+i]
			if !exists {
				return refuse(2)
			}
			if on {
				reply[3+i/8] |= 1 << (i % 8)
			}
		}
	case FunctionReadHoldings, FunctionReadInputs:
		for i := range r.Count {
			value, exists := s.registers[r.Start+i]
			if !exists {
				return refuse(2)
			}
			binary.BigEndian.PutUint16(reply[3+2*i:], value)
		}
	default:
		if !s.write(r) {
			return refuse(2)
		}
		s.writes = append(s.writes, r)
		return appendCRC(r.appendHead(nil))
	}
	return appendCRC(reply)
}

// write does a writing, unless it is of something that is not there.
func (s *Slave) write(r Request) bool {
	_, bit := s.bits[r.Start]
	_, register := s.registers[r.Start]
	_, relay := s.bits[r.Start-FlashOn]
	switch {
	case r.Function == FunctionWriteCoil && s.flashes && relay:
		s.bits[r.Start-FlashOn] = true
		time.AfterFunc(time.Duration(r.Value)*FlashUnit, func() { s.SetBit(r.Start-FlashOn, false) })
	case r.Function == FunctionWriteCoil && bit:
		s.bits[r.Start] = r.Value == CoilOn
	case r.Function == FunctionWriteRegister && register:
		s.registers[r.Start] = r.Value
	case r.writesSeveral():
		return s.writeSeveral(r)
	default:
		return false
	}
	return true
}

func (s *Slave) writeSeveral(r Request) bool {
	for i := range r.Count {
		_, bit := s.bits[r.Start+i]
		_, register := s.registers[r.Start+i]
		if r.Function == FunctionWriteCoils && !bit || r.Function == FunctionWriteRegisters && !register {
			return false
		}
	}
	for i := range r.Count {
		if r.Function == FunctionWriteCoils {
			s.bits[r.Start+i] = r.Data[i/8]>>(i%8)&1 != 0
		} else {
			s.registers[r.Start+i] = binary.BigEndian.Uint16([]byte(r.Data[2*i:]))
		}
	}
	return true
}

// Register is a register as it is now.
func (s *Slave) Register(address uint16) uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.registers[address]
}
