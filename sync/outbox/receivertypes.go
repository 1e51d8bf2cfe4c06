package outbox

import (
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// ReceiverConfig is what doesn't change while a Receiver lives.
type ReceiverConfig struct {
	Location fact.LocationID
	Down     bool        // of the stream that is received
	Keys     policy.Keys // the sender's; with none, batches are believed unsigned
	Credit   uint32      // batches that the sender may have on their way; default 8
	Hold     int         // batches that wait in memory for what is missing before them; default 8
}

// Life is what is known of one incarnation.
type Life struct {
	Incarnation fact.Incarnation `cbor:"1,keyasint"`
	Parent      fact.Dot         `cbor:"2,keyasint"` // zero: the first ever, or not known
	Round       uint64           `cbor:"3,keyasint"` // its number, in the order of appearance
	Applied     uint64           `cbor:"4,keyasint,omitempty"`
	Stable      uint64           `cbor:"5,keyasint,omitempty"`
	Hash        wire.Hash        `cbor:"6,keyasint"` // the chain after Applied
	Standing    wire.Standing    `cbor:"7,keyasint,omitempty"`
	// By is the incarnation that superseded this one.
	By fact.Incarnation `cbor:"8,keyasint,omitempty"`
	// ApartFrom is the seq of the first fact that was kept apart; 0: none.
	ApartFrom uint64 `cbor:"9,keyasint,omitempty"`
	Lost      uint64 `cbor:"10,keyasint,omitempty"` // facts that the sender declared lost
	// Checks are the chain at some older seqs, the oldest first: they tell a repetition from another fact of the same name.
	Checks []Check `cbor:"11,keyasint"`
}

// Check is the chain after a seq.
type Check struct {
	Seq  uint64    `cbor:"1,keyasint"`
	Hash wire.Hash `cbor:"2,keyasint"`
}

// checksMax is how many a Life keeps: enough for the batches that are on their way at once.
const checksMax = 16

// ReceiverState is what a Receiver must find again: the shell keeps it in the transaction with the facts.
type ReceiverState struct {
	Epoch fact.Incarnation `cbor:"1,keyasint"` // of the store: minted when it was created or restored
	Round uint64           `cbor:"2,keyasint,omitempty"`
	Head  fact.Incarnation `cbor:"3,keyasint,omitempty"` // the incarnation that the lot goes on with
	Lives []Life           `cbor:"4,keyasint"`           // in the order of appearance
}

// ReceiverEvent is what happens to a Receiver: Greeted, Arrived, Stabilised or Settled.
type ReceiverEvent interface{ receiverEvent() }

// Greeted brings a Hello.
type Greeted struct{ Hello wire.Hello }

// Arrived brings a batch. Its records may be kept.
type Arrived struct{ Batch *wire.Batch }

// Stabilised says that facts have reached the replica or the backup. Marks only rise, and never beyond Applied.
type Stabilised struct{ Marks []wire.Mark } // Applied is not read

// Settled brings a person's decision about an incarnation that is superseded, fenced or rejected, and about all that went
// on from it.
type Settled struct {
	Incarnation fact.Incarnation
	Accept      bool
}

func (Greeted) receiverEvent()    {}
func (Arrived) receiverEvent()    {}
func (Stabilised) receiverEvent() {}
func (Settled) receiverEvent()    {}

// ReceiverEffect is what a Receiver asks of its shell: Store, Evidence, Release, Retract, SaveLife, Reply or Notice.
type ReceiverEffect interface{ receiverEffect() }

// Store keeps new facts, with the signed batch that brought them. If Apart, they are not counted.
type Store struct {
	Batch *wire.Batch
	Facts []Arrival // the new ones: the last of the batch's records
	Apart bool
	// Lost is how many facts directly before the first the sender declared lost.
	Lost uint64
}

// Arrival is one fact.
type Arrival struct {
	Dot    fact.Dot
	Bytes  []byte      // as the origin wrote it
	Record fact.Record // its Fact is nil if this program can't read it
	// Err says why it can't: wire.ErrUnknownKind for a fact of newer software, to be read once this side is updated;
	// anything else for one that nobody can read. Both are kept, and neither stops the rest.
	Err error
}

// Evidence keeps a batch that contradicts what is there already.
type Evidence struct{ Batch *wire.Batch }

// Release counts facts that were kept apart.
type Release struct {
	Incarnation fact.Incarnation
	First, Last uint64
}

// Retract takes facts out of the count that were counted before a person rejected their incarnation. They stay, apart.
type Retract struct {
	Incarnation fact.Incarnation
	First, Last uint64
}

// SaveLife keeps what changed in the state, in the transaction of the effects before it.
type SaveLife struct {
	Epoch fact.Incarnation
	Round uint64
	Head  fact.Incarnation
	Lives []Life // those that changed
}

// Reply sends an acknowledgement, once everything before it is committed.
type Reply struct{ Ack wire.Ack }

// Notice is for a person.
type Notice struct {
	Notice      NoticeKind
	Incarnation fact.Incarnation
	Other       fact.Incarnation // the rival, or the parent
	Seq         uint64
	Count       uint64
}

// NoticeKind says what a Notice is about.
type NoticeKind uint8

// The notices of a receiver.
const (
	// Forked: Incarnation goes on from fact Seq of Other, of which Count later facts are here: a restored card lacks those.
	Forked NoticeKind = 1
	// Cloned: Incarnation and Other are one card in two boxes, both alive.
	Cloned NoticeKind = 2
	// Conflict: a batch holds other facts by the names of those that are here.
	Conflict NoticeKind = 3
	// FactsLost: the sender declared Count facts up to Seq lost.
	FactsLost NoticeKind = 4
	// FactsUnreadable: Count facts up to Seq can't be read by anybody, and are kept.
	FactsUnreadable NoticeKind = 5
	// HistoryMissing: the sender's log begins with Incarnation, and facts before it are not here: those of Other behind what is
	// here of it, or, if Incarnation's own start is lost, all between the two.
	HistoryMissing NoticeKind = 6
	// Forged: a batch was not signed by the sender.
	Forged NoticeKind = 7
	// Decided: a person has decided about Incarnation; what was said of it before is done with.
	Decided NoticeKind = 8
)

func (Store) receiverEffect()    {}
func (Evidence) receiverEffect() {}
func (Release) receiverEffect()  {}
func (Retract) receiverEffect()  {}
func (SaveLife) receiverEffect() {}
func (Reply) receiverEffect()    {}
func (Notice) receiverEffect()   {}

// ReceiverCounters count since the Receiver was made.
type ReceiverCounters struct {
	Facts      uint64 // taken
	Duplicates uint64 // dropped
	Rewinds    uint64 // asked for
	Forks      uint64
	Clones     uint64
	Conflicts  uint64
	Unreadable uint64
	Lost       uint64
	Forged     uint64
}
