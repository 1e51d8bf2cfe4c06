package osdp

import (
	"io"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers/credentials"
	"gatehouse/drivers/dialog"
)

// Trouble is what is wrong with a simulated reader.
type Trouble uint8

// The troubles.
const (
	TroubleNone Trouble = iota
	TroubleMute
	TroubleHalves   // its answer stops in the middle
	TroubleGarbles  // a bit of its answer is flipped
	TroubleImposter // it answers under the next address
	TroubleLate     // it answers after 400 ms
	TroubleForges   // its answers have a good CRC and a wrong MAC
	TroubleBusy     // it is busy
)

// Simulator is a reader (PD): Run answers what comes from the far side of a serial port.
type Simulator struct {
	port    io.ReadWriter
	beside  []*Simulator // on the same bus
	mu      sync.Mutex
	address byte
	key     Key
	old     bool // it knows no CRC
	owned   bool // it has a key of its own, and does nothing without it
	trouble Trouble
	queue   []Packet // what it answers to the next polls
	lamp    byte
	beeps   int
	secured int     // orders that came in the channel
	local   [2]byte // its own status: tamper, supply

	channel *Channel
	pending *Channel // waits for the gateway's proof
	rounds  byte
	last    byte // sequence of the last order
	again   []byte
}

// NewSimulator makes a new reader at address 0, with the default key.
func NewSimulator(port io.ReadWriter) *Simulator {
	return &Simulator{port: port, key: DefaultKey()}
}

// Beside makes another new reader on the same bus, before Run.
func (s *Simulator) Beside(address byte) *Simulator {
	other := NewSimulator(s.port)
	other.address = address
	s.beside = append(s.beside, other)
	return other
}

// SetKey gives the reader a key of its own.
func (s *Simulator) SetKey(key Key) { s.change(func() { s.key, s.owned = key, true }) }

// SetTrouble breaks or mends it.
func (s *Simulator) SetTrouble(trouble Trouble) { s.change(func() { s.trouble = trouble }) }

// Restart takes its supply away for a moment.
func (s *Simulator) Restart() {
	s.change(func() { s.channel, s.pending, s.again, s.last = nil, nil, nil, 0 })
}

// Age makes it one of the old readers that know no CRC.
func (s *Simulator) Age() { s.change(func() { s.old = true }) }

// Tamper opens or closes its cover, and Starve takes its supply away, as far as it can still tell, or brings it back.
func (s *Simulator) Tamper(open bool) { s.tellLocal(0, open) }

// Starve is as Tamper.
func (s *Simulator) Starve(starved bool) { s.tellLocal(1, starved) }

func (s *Simulator) tellLocal(part int, wrong bool) {
	s.change(func() {
		s.local[part] = map[bool]byte{false: 0, true: 1}[wrong]
		s.queue = append(s.queue, Packet{Code: CodeLocalIs, Data: slices.Clone(s.local[:])})
	})
}

// Show shows a card of bits.
func (s *Simulator) Show(value uint64, count int) {
	s.change(func() { s.queue = append(s.queue, Packet{Code: CodeRaw, Data: RawData(value, count)}) })
}

// ShowText shows a card, or a code, that the reader reports as characters.
func (s *Simulator) ShowText(text string) {
	s.change(func() { s.queue = append(s.queue, Packet{Code: CodeText, Data: TextData(text)}) })
}

// ShowCard shows a card of a known format.
func (s *Simulator) ShowCard(card credentials.Card) { s.Show(credentials.EncodeCard(card)) }

// Press presses keys.
func (s *Simulator) Press(keys string) {
	s.change(func() {
		s.queue = append(s.queue, Packet{Code: CodeKeys, Data: append([]byte{0, byte(len(keys))}, keys...)})
	})
}

// Lamp is the colour of its lamp: 0 dark, 1 red, 2 green, 3 amber. Beeps is how often it beeped, Secured how many orders came
// in a secure channel, Address and Baud are its settings.
func (s *Simulator) Lamp() byte       { return get(s, func() byte { return s.lamp }) }
func (s *Simulator) Beeps() int       { return get(s, func() int { return s.beeps }) }
func (s *Simulator) Secured() int     { return get(s, func() int { return s.secured }) }
func (s *Simulator) change(do func()) { s.mu.Lock(); defer s.mu.Unlock(); do() }

func get[T any](s *Simulator, read func() T) (value T) {
	s.change(func() { value = read() })
	return value
}

// Run answers until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	return dialog.Serve(s.port, func(data []byte) (int, bool) {
		p, used, found, _ := Parse(data)
		if found && !p.Answer {
			s.answer(p.clone())
			for _, other := range s.beside {
				other.answer(p.clone())
			}
		}
		return used, found
	})
}

// answer answers an order with what is wrong with the reader.
func (s *Simulator) answer(order Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if order.Address != s.address && order.Address != Broadcast || s.old && !order.Sum {
		return
	}
	reply := s.again
	if order.Sequence == 0 || order.Sequence != s.last || reply == nil {
		reply = s.obey(order)
		s.last, s.again = order.Sequence, reply
	}
	switch s.trouble {
	case TroubleMute:
		return
	case TroubleHalves:
		reply = reply[:len(reply)/2]
	case TroubleGarbles:
		reply = append([]byte(nil), reply...)
		reply[len(reply)/2] ^= 1
	case TroubleImposter:
		p, _, _, _ := Parse(reply)
		p.Address++
		reply = p.AppendTo(nil)
	case TroubleForges:
		p, _, _, _ := Parse(reply)
		if p = p.clone(); p.hasMAC() {
			p.MAC[0] ^= 1
		}
		reply = p.AppendTo(nil)
	case TroubleBusy:
		reply = Packet{Address: s.address, Answer: true, Code: CodeBusy}.AppendTo(nil)
	case TroubleLate:
		late := append([]byte(nil), reply...)
		time.AfterFunc(400*time.Millisecond, func() { _, _ = s.port.Write(late) }) // a port that ended takes nothing
		return
	}
	_, _ = s.port.Write(reply) // as above
}

// obey does an order and says so.
func (s *Simulator) obey(order Packet) []byte {
	if order.Sequence == 0 {
		s.channel = nil
	}
	if s.channel != nil {
		plain, err := s.channel.Open(order)
		if err != nil {
			s.channel = nil
			return s.say(order, refusal(nakBlock))
		}
		order = plain
		s.secured++
	}
	return s.say(order, s.do(order))
}

func refusal(reason byte) Packet { return Packet{Code: CodeNak, Data: []byte{reason}} }

// say makes an answer's bytes, in the channel if there is one.
func (s *Simulator) say(order, answer Packet) []byte {
	answer.Address, answer.Answer, answer.Sequence, answer.Sum = s.address, true, order.Sequence, order.Sum
	if s.channel != nil && answer.Block == 0 {
		answer = s.channel.Seal(answer)
	}
	if answer.Code == CodeRMAC && s.pending != nil {
		s.channel, s.pending = s.pending, nil
	}
	return answer.AppendTo(nil)
}

// do is what a sound reader answers.
func (s *Simulator) do(order Packet) Packet {
	open := order.Code == CodeID || order.Code == CodeCap || order.Code == CodeChallenge || order.Code == CodeServer
	if s.owned && s.channel == nil && !open {
		return refusal(nakInsecure)
	}
	switch order.Code {
	case CodePoll:
		if len(s.queue) > 0 {
			answer := s.queue[0]
			s.queue = s.queue[1:]
			return answer
		}
	case CodeID:
		return Packet{Code: CodePDID, Data: []byte{0x5A, 0x00, 0x17, 1, 2, 1, 2, 3, 4, 1, 0, 0}}
	case CodeCap:
		return Packet{Code: CodePDCap, Data: []byte{3, 1, 0, 4, 1, 1, 5, 1, 1, 9, 1, 1}} // cards, lamp, buzzer, AES
	case CodeLocal:
		return Packet{Code: CodeLocalIs, Data: slices.Clone(s.local[:])}
	case CodeLED:
		if len(order.Data) != len(LampData(0, false)) {
			return refusal(nakBadRecord)
		}
		s.lamp = order.Data[12]
	case CodeBuzzer:
		s.beeps++
	case CodeKeySet:
		if s.channel == nil || len(order.Data) != 2+KeyBytes {
			return refusal(nakInsecure)
		}
		s.key, s.owned = Key(order.Data[2:]), true
	case CodeChallenge, CodeServer:
		return s.prove(order)
	default:
		return refusal(nakCommand)
	}
	return Packet{Code: CodeAck}
}

// prove does its part of the handshake.
func (s *Simulator) prove(order Packet) Packet {
	own := len(order.BlockArg) == 1 && order.BlockArg[0] == 1
	switch {
	case own != s.owned, s.channel != nil:
		return refusal(nakBlock)
	case order.Code == CodeChallenge && order.Block == BlockChallenge && len(order.Data) == 8:
		s.rounds++
		reader := [8]byte{0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, s.rounds}
		s.pending = NewChannel(s.key, [8]byte(order.Data), reader)
		proof := s.pending.ReaderCryptogram()
		data := append([]byte{0x5A, 0x00, 0x17, 1, 1, 2, 3, 4}, reader[:]...)
		return Packet{Code: CodeClient, Block: BlockClient, BlockArg: order.BlockArg, Data: append(data, proof[:]...)}
	case order.Code == CodeServer && order.Block == BlockServer && s.pending != nil:
		proof := s.pending.GatewayCryptogram()
		if !sameBytes(proof[:], order.Data) {
			s.pending = nil
			return Packet{Code: CodeRMAC, Block: BlockRMAC, BlockArg: []byte{0xFF}}
		}
		first := s.pending.Begin()
		return Packet{Code: CodeRMAC, Block: BlockRMAC, BlockArg: []byte{1}, Data: first[:]}
	}
	return refusal(nakBlock)
}
