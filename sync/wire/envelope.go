package wire

import "fmt"

// A message is [version, number of its type, body]: the body of a batch is an array (see batchcode.go), that of any other
// a map of fields. Items after the third are for versions to come.
const envelopeItems = 3

// The numbers of the types, for ever.
const (
	numberBatch     = 1
	numberHello     = 2
	numberAck       = 3
	numberLive      = 4
	numberPart      = 5
	numberChallenge = 6
	numberCommand   = 7
	numberResult    = 8
	numberWanted    = 9
	numberSnapshot  = 10
	numberClosed    = 11
)

func (*Batch) number() uint64     { return numberBatch }
func (*Hello) number() uint64     { return numberHello }
func (*Ack) number() uint64       { return numberAck }
func (*Live) number() uint64      { return numberLive }
func (*Part) number() uint64      { return numberPart }
func (*Challenge) number() uint64 { return numberChallenge }
func (*Command) number() uint64   { return numberCommand }
func (*Result) number() uint64    { return numberResult }
func (*Wanted) number() uint64    { return numberWanted }
func (*Snapshot) number() uint64  { return numberSnapshot }

func (*SalesClosed) number() uint64 { return numberClosed }

var messageLimits = limits{MessageMaxBytes, MaxRecordTextBytes, 8}

// EncodeMessage makes one MQTT payload. It fails with ErrNotStrict beyond the limits; a batch that is too large is to be
// cut (see PackBatch).
func EncodeMessage(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	out, err := appendMessage(nil, m)
	if err != nil {
		return nil, err
	}
	if err := scanWhole(out, messageLimits); err != nil {
		return nil, fmt.Errorf("encode %T: %w", m, err)
	}
	return out, nil
}

func appendMessage(buf []byte, m Message) ([]byte, error) {
	buf = appendHead(buf, majorArray, envelopeItems)
	buf = appendHead(buf, majorUint, ProtocolVersion)
	buf = appendHead(buf, majorUint, m.number())
	if b, is := m.(*Batch); is {
		return b.appendBody(buf), nil
	}
	body, err := strictEncoding.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("wire: encode %T: %w", m, err)
	}
	return append(buf, body...), nil
}

// DecodeMessage reads a payload and keeps nothing of data. It fails with ErrNewerMessage for what newer software sent, and
// with ErrNotStrict, or the library's error, for what no version does.
func DecodeMessage(data []byte) (Message, error) {
	if err := scanWhole(data, messageLimits); err != nil {
		return nil, fmt.Errorf("decode message: %w", err)
	}
	s := scanner{data: data, limits: messageLimits}
	major, items, err := s.head()
	if err != nil || major != majorArray || items < envelopeItems {
		return nil, s.fail("a message is an array of %d items or more", envelopeItems)
	}
	version, err := s.uint()
	if err != nil {
		return nil, err
	}
	number, err := s.uint()
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, s.fail("version 0")
	}
	if version > ProtocolVersion {
		return nil, fmt.Errorf("%w: version %d", ErrNewerMessage, version)
	}
	m := newMessage(number)
	if m == nil {
		return nil, fmt.Errorf("%w: type %d", ErrNewerMessage, number)
	}
	if b, is := m.(*Batch); is {
		err = b.readBody(&s)
	} else {
		err = s.body(m)
	}
	if err != nil {
		return nil, fmt.Errorf("decode %T: %w", m, err)
	}
	return m, m.check()
}

// body reads a map of fields.
func (s *scanner) body(m Message) error {
	start := s.at
	if err := s.item(s.depth - 1); err != nil {
		return err
	}
	return strictDecoding.Unmarshal(s.data[start:s.at], m)
}

// IsHistory reports whether a message is a Batch or a Hello, by its first bytes: these are for whoever has the
// location's receiver.
func IsHistory(data []byte) bool {
	s := scanner{data: data, limits: messageLimits}
	major, items, err := s.head()
	if err != nil || major != majorArray || items < envelopeItems {
		return false
	}
	if _, err = s.uint(); err != nil {
		return false
	}
	number, err := s.uint()
	return err == nil && (number == numberBatch || number == numberHello)
}

func newMessage(number uint64) Message {
	switch number {
	case numberBatch:
		return new(Batch)
	case numberHello:
		return new(Hello)
	case numberAck:
		return new(Ack)
	case numberLive:
		return new(Live)
	case numberPart:
		return new(Part)
	case numberChallenge:
		return new(Challenge)
	case numberCommand:
		return new(Command)
	case numberResult:
		return new(Result)
	case numberWanted:
		return new(Wanted)
	case numberSnapshot:
		return new(Snapshot)
	case numberClosed:
		return new(SalesClosed)
	}
	return nil
}
