package wire

import (
	"errors"
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// ProtocolVersion is the version of messages that this program writes; it reads from ProtocolOldest on. Both sides say
// their range in Hello and Ack, and write the highest version that both know.
const (
	ProtocolVersion = 1
	ProtocolOldest  = 1
)

// ErrNewerMessage says that a message is of a type or a version that this program doesn't know. Drop it, and tell the
// peer your versions with the next Hello or Ack.
var ErrNewerMessage = errors.New("wire: message of a type or version unknown here")

// Limits of messages.
const (
	MessageMaxBytes  = BatchMaxBytes // of any message
	LocationMaxBytes = 64
	MarksMax         = 64  // marks in one Ack, incarnations asked for in one Hello
	LiveTypesMax     = 16  // spot types in one Live
	LiveGatesMax     = 128 // gates in one Live
	PartMaxBytes     = 64 << 10
	SnapshotMax      = 400 // records in one part of a snapshot
)

// Message is what travels as one MQTT payload: Batch, Hello, Ack, Live, Part, Challenge, Command, Result, Wanted,
// Snapshot or SalesClosed.
type Message interface {
	number() uint64
	check() error
}

// Versions is the range of protocol versions that a side reads and writes.
type Versions struct {
	Oldest uint64 `cbor:"1,keyasint"`
	Newest uint64 `cbor:"2,keyasint"`
}

// OwnVersions are this program's.
func OwnVersions() Versions { return Versions{ProtocolOldest, ProtocolVersion} }

// Common is the highest version that both sides know; ok is false if there is none.
func (v Versions) Common(peer Versions) (version uint64, ok bool) {
	version = min(v.Newest, peer.Newest)
	return version, version >= max(v.Oldest, peer.Oldest)
}

// Hello opens a conversation: on every link up, and whenever a sender doubts what the receiver has.
type Hello struct {
	Location fact.LocationID `cbor:"1,keyasint"`
	Down     bool            `cbor:"2,keyasint,omitempty"` // as in Batch: whose stream the sender of this Hello writes
	Nonce    uint64          `cbor:"3,keyasint"`           // the Ack that repeats it tells the truth about now; not 0
	Versions Versions        `cbor:"4,keyasint"`
	// Ask is the incarnations whose marks the sender wants, oldest first: the newest MarksMax of its log, or older ones if
	// the receiver knows none of those.
	Ask      []fact.Incarnation `cbor:"5,keyasint"`
	Produced fact.Dot           `cbor:"6,keyasint"` // the newest durable fact
	Waiting  uint64             `cbor:"7,keyasint"` // facts that the receiver hasn't acknowledged, as far as the sender knows
	Program  string             `cbor:"8,keyasint,omitempty"`
}

// Mark is how far the receiver is with one incarnation: Applied facts are durable on its disk, Stable ones in its replica
// or its backup. Both count without a gap from 1.
type Mark struct {
	Incarnation fact.Incarnation `cbor:"1,keyasint"`
	Applied     uint64           `cbor:"2,keyasint,omitempty"`
	Stable      uint64           `cbor:"3,keyasint,omitempty"`
}

// Standing is how the receiver regards an incarnation.
type Standing uint8

// The standings. Facts of any but Open are kept apart and not counted until a person has decided.
const (
	Open       Standing = 0
	Superseded Standing = 1 // another incarnation went on from an older state: a restored card
	Fenced     Standing = 2 // a clone: two incarnations of one parent live at once
	Conflicted Standing = 3 // another fact of the same name: the sequence was used twice. Mint a new incarnation
	Rejected   Standing = 4 // a person said that this one is not the lot's
)

// String is the code of the standing.
func (s Standing) String() string {
	names := [...]string{"open", "superseded", "fenced", "conflicted", "rejected"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("standing_%d", uint8(s))
}

// Ack is the receiver's word, sent only after its own durable commit of all that it acknowledges.
type Ack struct {
	Location fact.LocationID  `cbor:"1,keyasint"`
	Down     bool             `cbor:"2,keyasint,omitempty"` // the Hello's or Batch's
	Epoch    fact.Incarnation `cbor:"3,keyasint"`           // of the receiver's store: new when it was created or restored
	Nonce    uint64           `cbor:"4,keyasint,omitempty"` // of the Hello that this answers; 0: of none
	Round    uint64           `cbor:"5,keyasint,omitempty"` // incarnations seen so far; see Heard
	Marks    []Mark           `cbor:"6,keyasint"`
	// Rewind, unless zero, is the dot from which on the receiver asks to be sent again.
	Rewind   fact.Dot `cbor:"7,keyasint"`
	Credit   uint32   `cbor:"8,keyasint,omitempty"` // batches that may be on their way at once; 0: stop until an Ack gives more
	Standing Standing `cbor:"9,keyasint,omitempty"` // of the incarnation that said Hello or sent the batch
	Versions Versions `cbor:"10,keyasint"`
	// WaitMS asks the sender to wait before it sends history: a cloud that comes back spreads its lots.
	WaitMS    uint32           `cbor:"11,keyasint,omitempty"`
	Signature policy.Signature `cbor:"12,keyasint"` // headquarters', so that no broker can have a lot trim its log
}

// Live is a location's occupancy now. The newest serial of the newest incarnation wins; it is never stored as a fact.
type Live struct {
	Location    fact.LocationID  `cbor:"1,keyasint"`
	Incarnation fact.Incarnation `cbor:"2,keyasint"`
	Serial      uint64           `cbor:"3,keyasint"` // rises within the incarnation
	At          fact.Stamp       `cbor:"4,keyasint"`
	Types       []LiveType       `cbor:"5,keyasint"`
	Inside      int64            `cbor:"6,keyasint,omitempty"` // vehicles by the loops
	Tickets     uint64           `cbor:"7,keyasint,omitempty"` // open ones
	Gates       []LiveGate       `cbor:"8,keyasint"`
	Waiting     uint64           `cbor:"9,keyasint,omitempty"`  // facts not yet acknowledged
	OldestMS    int64            `cbor:"10,keyasint,omitempty"` // age of the oldest of them
	Program     string           `cbor:"11,keyasint,omitempty"`
	Site        string           `cbor:"12,keyasint,omitempty"` // digest of the site file
	Alerts      []string         `cbor:"13,keyasint"`           // codes of what needs a person
	Revenue     int64            `cbor:"14,keyasint,omitempty"` // minor units received since local midnight
	Produced    fact.Dot         `cbor:"15,keyasint,omitzero"`  // the newest durable fact
	// Applied is the newest fact that headquarters has, by its word, and Chain the lot's own chain after it. The chain goes on
	// from incarnation to incarnation, so that it is a digest of all facts until then.
	Applied fact.Dot `cbor:"16,keyasint,omitzero"`
	Chain   Hash     `cbor:"17,keyasint,omitzero"`
}

// LiveType is the spots of one type.
type LiveType struct {
	Type        fact.SpotType `cbor:"1,keyasint,omitempty"`
	Total       uint32        `cbor:"2,keyasint,omitempty"`
	Available   uint32        `cbor:"3,keyasint,omitempty"`
	Occupied    uint32        `cbor:"4,keyasint,omitempty"`
	Reserved    uint32        `cbor:"5,keyasint,omitempty"`
	Held        uint32        `cbor:"6,keyasint,omitempty"`
	Maintenance uint32        `cbor:"7,keyasint,omitempty"`
	Unknown     uint32        `cbor:"8,keyasint,omitempty"`
}

// LiveGate is one gate.
type LiveGate struct {
	Gate  fact.GateID    `cbor:"1,keyasint"`
	Fault fact.GateFault `cbor:"2,keyasint,omitempty"`
	Held  bool           `cbor:"3,keyasint,omitempty"`
}

// Part is a piece of a policy document: nearly every document is one, a list of thousands of passes is several.
type Part struct {
	Header policy.Document `cbor:"1,keyasint"` // with its signature, and without its content
	Index  uint32          `cbor:"2,keyasint,omitempty"`
	Count  uint32          `cbor:"3,keyasint"`
	Bytes  []byte          `cbor:"4,keyasint"`
}

// Challenge is a gateway's answer to headquarters' wish to send a command, or the wish itself, with a zero Challenge.
type Challenge struct {
	Location    fact.LocationID  `cbor:"1,keyasint"`
	ID          policy.Nonce     `cbor:"2,keyasint"` // of the command to come
	Incarnation fact.Incarnation `cbor:"3,keyasint,omitempty"`
	Challenge   policy.Nonce     `cbor:"4,keyasint"`
}

// Command is a policy.Command on its way.
type Command struct {
	Command policy.Command `cbor:"1,keyasint"`
}

// Result is what became of a command or of a policy document.
type Result struct {
	Location fact.LocationID `cbor:"1,keyasint"`
	ID       policy.Nonce    `cbor:"2,keyasint"` // of the command; zero: Kind and Version name a document
	Kind     policy.Kind     `cbor:"3,keyasint,omitempty"`
	Version  uint64          `cbor:"4,keyasint,omitempty"`
	Code     ResultCode      `cbor:"5,keyasint"`
	Note     string          `cbor:"6,keyasint,omitempty"` // what to do next, if it failed
	Dot      fact.Dot        `cbor:"7,keyasint"`           // the fact that records it
}

// ResultCode says what became of it.
type ResultCode uint8

// The codes.
const (
	Done     ResultCode = 1 // a command was carried out, a document is in effect
	Held     ResultCode = 2 // a document is kept for its time
	Refused  ResultCode = 3 // for a reason that Note gives
	Failed   ResultCode = 4 // accepted, and then the device didn't
	Returned ResultCode = 5 // the gateway went back to the version before, because it had lost headquarters
)

// Wanted is a gateway's list of the policies that it has: headquarters answers with what is newer. A fresh card asks for
// its location's Snapshot with it.
type Wanted struct {
	Location  fact.LocationID     `cbor:"1,keyasint"`
	Have      []policy.Version    `cbor:"2,keyasint"`
	Overrides []policy.LocalState `cbor:"3,keyasint"`
	Snapshot  bool                `cbor:"4,keyasint,omitempty"`
	Part      uint32              `cbor:"5,keyasint,omitempty"` // of the snapshot
	Nonce     uint64              `cbor:"6,keyasint,omitempty"`
}

// Snapshot is what a new card adopts, in parts: the facts, in the order in which they were written and in their original
// bytes, that open tickets, reservations and passes still hang on. The new card applies them to an empty lot as it would
// its own log, and goes on from Parent.
type Snapshot struct {
	Location   fact.LocationID `cbor:"1,keyasint"`
	Nonce      uint64          `cbor:"2,keyasint"` // of the Wanted
	Index      uint32          `cbor:"3,keyasint,omitempty"`
	Count      uint32          `cbor:"4,keyasint"`
	Parent     fact.Dot        `cbor:"5,keyasint"` // headquarters' newest fact of the location
	ParentHash Hash            `cbor:"6,keyasint"`
	Records    [][]byte        `cbor:"7,keyasint"`
	Inside     int64           `cbor:"8,keyasint,omitempty"` // the loop count
	// Digest is the chain over all records of all parts, from zeros; the signature of each part is over it too.
	Digest    Hash             `cbor:"9,keyasint"`
	Signature policy.Signature `cbor:"10,keyasint"`
}

// SalesClosed is headquarters' word that it sells no more of what begins before a time: what it has sold of that is in the
// list of sales with this serial or an earlier one, so that the location can use the rest.
type SalesClosed struct {
	Location  fact.LocationID  `cbor:"1,keyasint"`
	Serial    uint64           `cbor:"2,keyasint,omitempty"` // of policy.SalesList
	ThroughMS int64            `cbor:"3,keyasint"`
	Signature policy.Signature `cbor:"4,keyasint"`
}
