package outbox

import (
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Run is facts of one incarnation that stand next to each other in the sender's log and can be read.
type Run struct {
	Incarnation fact.Incarnation `cbor:"1,keyasint"`
	First       uint64           `cbor:"2,keyasint"` // seq
	Last        uint64           `cbor:"3,keyasint"` // seq
	Position    uint64           `cbor:"4,keyasint"` // in the log, of First; the others follow without a gap
}

// End is the position of the last fact.
func (r Run) End() uint64 { return r.Position + r.Last - r.First }

// SenderConfig is what doesn't change while a Sender lives. Zero times are the defaults.
type SenderConfig struct {
	Location fact.LocationID
	Down     bool
	Program  string
	// Keys are the receiver's. With none, acknowledgements are believed unsigned, and whoever holds the broker could have
	// the log trimmed.
	Keys policy.Keys

	Window      int   // batches on their way at once, at most what the receiver gives; default 8
	LingerMS    int64 // how long a first fact waits for others to share its batch; default 1,000
	ResendMS    int64 // after which a batch without an answer is sent again; doubles up to ResendMaxMS; default 10,000
	ResendMaxMS int64 // default 120,000
	HelloMS     int64 // after which a Hello without an answer is said again; default 5,000
	IdleMS      int64 // after which an idle sender asks for the stable watermark; default 600,000
	LiveMS      int64 // between two live messages while things change; default 1,000
	LiveIdleMS  int64 // and while nothing does; default 60,000
	RetentionMS int64 // of running time, below which nothing is trimmed; default 30 days, and never less
}

const (
	dayMS       = 24 * 3_600_000
	retentionMS = 30 * dayMS
)

func (c SenderConfig) withDefaults() SenderConfig {
	set := func(value *int64, standard int64) {
		if *value <= 0 {
			*value = standard
		}
	}
	if c.Window <= 0 {
		c.Window = 8
	}
	set(&c.LingerMS, 1_000)
	set(&c.ResendMS, 10_000)
	set(&c.ResendMaxMS, 120_000)
	set(&c.HelloMS, 5_000)
	set(&c.IdleMS, 600_000)
	set(&c.LiveMS, 1_000)
	set(&c.LiveIdleMS, 60_000)
	c.RetentionMS = max(c.RetentionMS, retentionMS)
	return c
}

// SenderState is what a Sender likes to find again after a restart.
type SenderState struct {
	Heard   wire.Heard `cbor:"1,keyasint"`
	Applied uint64     `cbor:"2,keyasint,omitempty"` // positions
	Stable  uint64     `cbor:"3,keyasint,omitempty"`
	// RunningMS is how long this log has been in use, by the monotonic clock; Days says how far the log was on each day of
	// it, the oldest first.
	RunningMS int64 `cbor:"4,keyasint,omitempty"`
	Days      []Day `cbor:"5,keyasint"`
}

// Day is how far the log was after some running time.
type Day struct {
	RunningMS int64  `cbor:"1,keyasint,omitempty"`
	Position  uint64 `cbor:"2,keyasint,omitempty"`
}

// SenderEvent is what happens to a Sender: LinkUp, LinkDown, Produced, Acked, Packed, Unreadable, Trimmed, LiveChanged
// or Woken.
type SenderEvent interface{ senderEvent() }

// LinkUp says that messages can be sent, on a new link.
type LinkUp struct{}

// LinkDown says that they can't any more.
type LinkDown struct{}

// Produced says that a fact is durable at a position, behind all others.
type Produced struct {
	Dot      fact.Dot
	Position uint64
}

// Acked brings an acknowledgement.
type Acked struct{ Ack wire.Ack }

// Packed answers a SendBatch: Count of its facts were packed, from the first on, and handed to the transport.
type Packed struct {
	Position uint64
	Count    int
}

// Unreadable answers a SendBatch, or comes by itself: these positions of the log can't be read, and never will.
type Unreadable struct{ First, Last uint64 }

// Trimmed says that the log now begins at a position.
type Trimmed struct{ From uint64 }

// LiveChanged says that a live message would have something new to say.
type LiveChanged struct{}

// Woken says that it is time to look.
type Woken struct{}

func (LinkUp) senderEvent()      {}
func (LinkDown) senderEvent()    {}
func (Produced) senderEvent()    {}
func (Acked) senderEvent()       {}
func (Packed) senderEvent()      {}
func (Unreadable) senderEvent()  {}
func (Trimmed) senderEvent()     {}
func (LiveChanged) senderEvent() {}
func (Woken) senderEvent()       {}

// SenderEffect is what a Sender asks of its shell: SayHello, SendBatch, SendLive, Trim, SaveSender or SenderNotice.
type SenderEffect interface{ senderEffect() }

// SayHello sends a Hello.
type SayHello struct{ Hello wire.Hello }

// SendBatch asks the shell to read facts from Position on, to pack as many as fit (wire.PackBatch) behind the given head,
// to send them, and to answer with Packed, or with Unreadable if the first can't be read. Before is the chain before
// Position, or, if Lost isn't 0, the link of the fact at Position; the shell has both in its log.
type SendBatch struct {
	Position uint64
	Max      int
	Head     wire.Batch // without Before, Records and Signature
}

// SendLive sends a live message, before anything else.
type SendLive struct{}

// Trim allows the log to drop everything up to a position.
type Trim struct{ Through uint64 }

// SaveSender has the state kept, when it suits.
type SaveSender struct{ State SenderState }

// SenderNotice is for a person, or for the shell to act on.
type SenderNotice struct {
	Notice   SenderNoticeKind
	Standing wire.Standing
}

// SenderNoticeKind says what a SenderNotice is about.
type SenderNoticeKind uint8

// The notices of a sender.
const (
	// StandingChanged: the receiver regards this incarnation otherwise than before.
	StandingChanged SenderNoticeKind = 1
	// SequenceReused: the receiver has facts of this incarnation that this log has not, or has others by their names. This
	// is a restored card whose program didn't begin a new incarnation: restart, so that it does.
	SequenceReused SenderNoticeKind = 2
	// ReceiverRestored: the receiver knew less than before, and gets it again.
	ReceiverRestored SenderNoticeKind = 3
	// NoCommonVersion: one side is too old for the other; facts are kept until it is updated.
	NoCommonVersion SenderNoticeKind = 4
)

func (SayHello) senderEffect()     {}
func (SendBatch) senderEffect()    {}
func (SendLive) senderEffect()     {}
func (Trim) senderEffect()         {}
func (SaveSender) senderEffect()   {}
func (SenderNotice) senderEffect() {}

// SenderStatus is for pages and metrics.
type SenderStatus struct {
	Linked   bool
	Synced   bool // the receiver has told what it has, on this link
	Produced fact.Dot
	Waiting  uint64   // facts not yet applied at the receiver
	Applied  uint64   // position of the newest one that is
	Reached  fact.Dot // its name; zero: it is in the log no more
	Unstable uint64   // facts not yet stable there
	InFlight int      // batches
	Heard    wire.Heard
	Standing wire.Standing
	Resends  uint64
	Rewinds  uint64
}
