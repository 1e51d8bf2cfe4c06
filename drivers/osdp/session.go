package osdp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// What a session ends or begins anew with.
var (
	errAnew    = errors.New("osdp: the reader has begun anew")
	ErrAddress = errors.New("osdp: a reader with another address answered: give each reader on a bus an address of its own")
	ErrLate    = errors.New("osdp: an answer came too late: check the converter's delay")
	ErrTamper  = errors.New("osdp: the reader says that it was opened or taken off: look at it, and give it a new key if it was nobody of yours")
	ErrSupply  = errors.New("osdp: the reader says that its supply fails: check it")
)

// lampOrder is a colour that is to be shown.
type lampOrder struct {
	ctx   context.Context // of who waits for it
	data  []byte
	done  chan error
	tries int
}

// lampTries is how often an order to the lamp is given that was lost because the reader had to begin anew.
const lampTries = 2

// session is one opening of the port.
type session struct {
	reader  *Reader
	bus     *bus
	report  func(drivers.Shown)
	orders  chan *lampOrder
	lamp    *lampOrder // is not done yet; nil: none
	ended   chan struct{}
	keypad  credentials.Keypad
	repeats credentials.Repeats

	channel  *Channel // nil: plain
	sequence byte     // of the next order
	received []byte
	frame    []byte
}

func newSession(r *Reader, bus *bus, report func(drivers.Shown)) *session {
	return &session{reader: r, bus: bus, report: report, orders: make(chan *lampOrder), ended: make(chan struct{})}
}

// run connects and polls, again when the reader has begun anew.
func (s *session) run(ctx context.Context) error {
	for restarts := 0; restarts < restartsMax; restarts++ {
		err := s.connect(ctx)
		if err == nil {
			err = s.askLocal(ctx)
		}
		for err == nil {
			if err = s.turn(ctx); err == nil {
				restarts = 0
			}
		}
		if !errors.Is(err, errAnew) && !errors.Is(err, ErrMAC) {
			return err
		}
		s.reader.Note(err)
		if err := pause(ctx, s.reader.period); err != nil {
			return err
		}
	}
	return fmt.Errorf("it begins anew again and again: check its supply: %w", drivers.ErrOffline)
}

func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connect asks who the reader is and builds the channel.
func (s *session) connect(ctx context.Context) error {
	s.channel, s.sequence = nil, 0
	for _, code := range []byte{CodeID, CodeCap} {
		answer, err := s.transact(ctx, code, []byte{0})
		if err == nil {
			err = want(answer, map[byte]byte{CodeID: CodePDID, CodeCap: CodePDCap}[code])
		}
		if err != nil {
			return err
		}
	}
	if s.reader.key == nil {
		return nil
	}
	err := s.handshake(ctx, *s.reader.key, 1)
	if !errors.Is(err, ErrKey) || !s.reader.install {
		return err
	}
	s.sequence = 0
	if err := s.handshake(ctx, DefaultKey(), 0); err != nil {
		return err
	}
	answer, err := s.transact(ctx, CodeKeySet, keySetData(*s.reader.key))
	if err == nil {
		err = want(answer, CodeAck)
	}
	if err != nil {
		return err
	}
	s.channel, s.sequence = nil, 0
	return s.handshake(ctx, *s.reader.key, 1)
}

// askLocal asks what was wrong with the reader before anybody listened. One that can't say is none the worse.
func (s *session) askLocal(ctx context.Context) error {
	answer, err := s.transact(ctx, CodeLocal, nil)
	if err != nil || answer.Code == CodeNak && len(answer.Data) > 0 && answer.Data[0] == nakCommand {
		return err
	}
	return s.take(ctx, answer)
}

func want(answer Packet, code byte) error {
	switch answer.Code {
	case code:
		return nil
	case CodeNak:
		return nakError(answer.Data)
	}
	return fmt.Errorf("%w (answer %02X, not %02X)", ErrGarbage, answer.Code, code)
}

// handshake builds a channel with a key; which is 0 for the default key and 1 for the reader's own.
func (s *session) handshake(ctx context.Context, key Key, which byte) error {
	s.channel = nil
	var gateway, reader [8]byte
	if _, err := rand.Read(gateway[:]); err != nil {
		return err
	}
	answer, err := s.send(ctx, Packet{Code: CodeChallenge, Block: BlockChallenge, BlockArg: []byte{which}, Data: gateway[:]})
	switch {
	case err != nil:
		return err
	case answer.Code != CodeClient || answer.Block != BlockClient || len(answer.Data) != 8+8+KeyBytes:
		return fmt.Errorf("%w (it answers %02X)", ErrKey, answer.Code)
	}
	copy(reader[:], answer.Data[8:])
	channel := NewChannel(key, gateway, reader)
	if proof := channel.ReaderCryptogram(); !sameBytes(proof[:], answer.Data[16:]) {
		return ErrKey
	}
	proof := channel.GatewayCryptogram()
	answer, err = s.send(ctx, Packet{Code: CodeServer, Block: BlockServer, BlockArg: []byte{which}, Data: proof[:]})
	if err != nil {
		return err
	}
	first := channel.Begin()
	if answer.Code != CodeRMAC || answer.Block != BlockRMAC || len(answer.BlockArg) != 1 || answer.BlockArg[0] != 1 || !sameBytes(first[:], answer.Data) {
		return fmt.Errorf("%w (it does not accept the gateway)", ErrKey)
	}
	s.channel = channel
	return nil
}

// turn is one poll, or an order that waits.
func (s *session) turn(ctx context.Context) error {
	if s.lamp != nil {
		return s.light(ctx)
	}
	timer := time.NewTimer(s.reader.period)
	defer timer.Stop()
	select {
	case s.lamp = <-s.orders:
		return s.light(ctx)
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	answer, err := s.transact(ctx, CodePoll, nil)
	if err != nil {
		return err
	}
	return s.take(ctx, answer)
}

// light gives the order to the lamp. One that is lost because the reader begins anew is given again then, unless nobody waits for
// it any more.
func (s *session) light(ctx context.Context) error {
	o := s.lamp
	if o.ctx.Err() != nil {
		s.lamp = nil
		return nil
	}
	o.tries++
	answer, err := s.transact(ctx, CodeLED, o.data)
	if err == nil && answer.Code == CodeNak && beginsAnew(answer) {
		err = fmt.Errorf("%w: %w", errAnew, nakError(answer.Data))
	}
	switch {
	case err != nil && o.tries < lampTries:
		return err
	case err != nil:
		o.done <- fmt.Errorf("%w: %w", drivers.ErrOffline, err)
	case answer.Code == CodeNak:
		o.done <- fmt.Errorf("%w: %w", drivers.ErrUnsupported, nakError(answer.Data))
	default:
		o.done <- nil
		err = s.take(ctx, answer)
	}
	s.lamp = nil
	return err
}

// beginsAnew reports whether a refusal is that of a reader which has lost the thread, or its channel.
func beginsAnew(refusal Packet) bool {
	return len(refusal.Data) > 0 && (refusal.Data[0] == nakSequence || refusal.Data[0] == nakBlock || refusal.Data[0] == nakInsecure)
}

// take reports what an answer tells.
func (s *session) take(ctx context.Context, answer Packet) error {
	now := time.Now()
	switch answer.Code {
	case CodeRaw, CodeText:
		text, err := CardText(answer)
		if err != nil {
			s.reader.Note(err)
			return nil
		}
		shown := credentials.CardShown(text)
		if answer.Code == CodeText && s.reader.scans {
			shown = credentials.Code(text)
		}
		s.show(shown, now)
		if s.reader.beep {
			_, err = s.transact(ctx, CodeBuzzer, beepData()) // a reader that can't beep is none the worse
			return err
		}
	case CodeKeys:
		keys, err := parseKeys(answer.Data)
		if err != nil {
			s.reader.Note(err)
		}
		for _, key := range keys {
			if code, complete := s.keypad.Press(key, now); complete {
				s.show(credentials.Code(code), now)
			}
		}
	case CodeLocalIs, CodeReadersAre:
		if err := parseLocal(answer); err != nil {
			s.reader.Note(err)
		}
	case CodeNak:
		s.reader.Note(nakError(answer.Data))
		if beginsAnew(answer) {
			return errAnew
		}
	}
	return nil
}

func (s *session) show(shown drivers.Shown, now time.Time) {
	if !s.repeats.Seen(shown, now) {
		s.report(shown)
	}
}

// transact sends an order, in the channel if there is one.
func (s *session) transact(ctx context.Context, code byte, data []byte) (Packet, error) {
	return s.send(ctx, Packet{Code: code, Data: data})
}

// send sends an order until it is answered, or the reader counts as offline.
func (s *session) send(ctx context.Context, p Packet) (Packet, error) {
	p.Address, p.Sequence, p.Sum = s.reader.address, s.sequence, s.reader.sum
	s.sequence = s.sequence%3 + 1
	if s.channel != nil {
		p = s.channel.Seal(p)
	}
	s.frame = p.AppendTo(s.frame[:0])
	for begin := time.Now(); time.Since(begin) < offlineAfter; {
		if err := ctx.Err(); err != nil {
			return Packet{}, err
		}
		var answer Packet
		found := false
		err := s.bus.exchange(ctx, func() (err error) {
			answer, found, err = s.ask(ctx, p.Sequence)
			return err
		})
		if err != nil {
			return Packet{}, err
		}
		if !found {
			continue
		}
		if answer.Code == CodeBusy {
			if err := pause(ctx, busyPause); err != nil {
				return Packet{}, err
			}
			continue
		}
		return s.open(answer)
	}
	return Packet{}, fmt.Errorf("no answer within %v: check its supply, its address, that A and B are not swapped, and write check = \"sum\" for an old reader: %w", offlineAfter, drivers.ErrOffline)
}

// ask sends the frame and waits for its answer.
func (s *session) ask(ctx context.Context, sequence byte) (answer Packet, found bool, err error) {
	if len(s.received) > 0 { // behind an answer, or half of one
		s.reader.Note(ErrGarbage)
		s.received = s.received[:0]
	}
	if _, err := s.bus.Write(s.frame); err != nil {
		return Packet{}, false, err
	}
	return s.await(ctx, sequence)
}

// open checks that an answer is of the channel, if there is one. A plain refusal is a reader that has lost it.
func (s *session) open(answer Packet) (Packet, error) {
	if s.channel == nil {
		return answer, nil
	}
	if answer.Block == 0 && answer.Code == CodeNak {
		return Packet{}, fmt.Errorf("%w: %w", errAnew, nakError(answer.Data))
	}
	return s.channel.Open(answer)
}

// await waits for the answer to the last order. Others are told and skipped.
func (s *session) await(ctx context.Context, sequence byte) (answer Packet, found bool, err error) {
	chunk := make([]byte, 256)
	wire := time.Duration((len(s.frame)+PacketMax/10)*10) * time.Second / time.Duration(s.reader.mode.Baud)
	for deadline := time.Now().Add(replyLimit + wire); time.Now().Before(deadline); {
		if err := ctx.Err(); err != nil {
			return Packet{}, false, err
		}
		n, err := s.bus.Read(chunk)
		if err != nil {
			return Packet{}, false, err
		}
		s.received = append(s.received, chunk[:n]...)
		for {
			p, used, whole, bad := Parse(s.received)
			if bad != nil {
				s.reader.Note(bad)
			}
			if !whole {
				s.received = append(s.received[:0], s.received[used:]...)
				break
			}
			if s.fits(p, sequence) {
				p = p.clone()
				s.received = append(s.received[:0], s.received[used:]...)
				return p, true, nil
			}
			s.received = append(s.received[:0], s.received[used:]...)
		}
	}
	return Packet{}, false, nil
}

// fits reports whether a packet is the answer; an order is the echo of an adapter that hears itself.
func (s *session) fits(p Packet, sequence byte) bool {
	switch {
	case !p.Answer:
		return false
	case p.Address != s.reader.address:
		s.reader.Note(fmt.Errorf("%w (%d)", ErrAddress, p.Address))
		return false
	case p.Sequence != sequence && p.Code != CodeBusy:
		s.reader.Note(ErrLate)
		return false
	}
	return true
}

// clone makes a packet's slices its own.
func (p Packet) clone() Packet {
	p.BlockArg, p.Data, p.MAC = append([]byte(nil), p.BlockArg...), append([]byte(nil), p.Data...), append([]byte(nil), p.MAC...)
	return p
}
