package fact

import (
	"encoding/base32"
	"encoding/binary"
	"strconv"
)

// Identifiers are opaque strings, unique within their location; those that the gateway makes carry its
// incarnation, so that a restored card can't hand one out twice.
type (
	LocationID    string // APDS: Place
	FloorID       string // APDS: Subplace
	ZoneID        string // APDS: IdentifiedArea
	SpotID        string // APDS: Space
	GateID        string // APDS: AccessLane
	DeviceID      string
	TicketID      string // APDS: Session
	ReservationID string // APDS: AssignedRight
	PassID        string // APDS: AssignedRight
	PaymentID     string // APDS: FinancialTransaction
	UserID        string
	RequestKey    string // an API client's idempotency key
)

// Incarnation names one run of one gateway: 48 bits of start time in milliseconds, 16 random bits.
type Incarnation uint64

// NewIncarnation mints an incarnation from the start time and random bits that the shell supplies.
func NewIncarnation(startMS int64, random uint16) Incarnation {
	return Incarnation(uint64(startMS)<<16 | uint64(random))
}

// String is 13 characters of Crockford's base 32, in the order of start times.
func (i Incarnation) String() string { return string(i.append(nil)) }

func (i Incarnation) append(to []byte) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(i))
	return crockford.AppendEncode(to, b[:])
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Dot names one fact: the seq-th of an incarnation, contiguous from 1.
type Dot struct {
	Incarnation Incarnation `cbor:"1,keyasint,omitempty"`
	Seq         uint64      `cbor:"2,keyasint,omitempty"`
}

// ID makes an identifier from a dot, with a letter in front that says of what: T ticket, R reservation,
// P payment, M pass.
func (d Dot) ID(letter byte) string {
	text := d.Incarnation.append(append(make([]byte, 0, len("T0123456789ABC-0123456789abc")), letter))
	return string(strconv.AppendUint(append(text, '-'), d.Seq, 36))
}
