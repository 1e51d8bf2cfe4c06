package lot

import (
	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

// StateVersion numbers what is stored of a lot. It rises whenever the records change, or what Apply makes of the same facts:
// then a start makes the state anew from the log, instead of taking what another build left out for what is not so.
const StateVersion = 1

// Version is StateVersion, for whoever stores the state.
func (l *Lot) Version() uint64 { return StateVersion }

// SpotState is what a restart must remember of a spot.
type SpotState struct {
	Sensed      fact.SpotStatus    `cbor:"1,keyasint,omitempty"` // available, occupied or unknown
	Confidence  uint16             `cbor:"2,keyasint,omitempty"`
	SinceMS     int64              `cbor:"3,keyasint,omitempty"` // wall time of the last change
	Ticket      fact.TicketID      `cbor:"4,keyasint,omitempty"`
	Parked      bool               `cbor:"5,keyasint,omitempty"` // the ticket's car was seen here
	Reservation fact.ReservationID `cbor:"6,keyasint,omitempty"`
	Out         bool               `cbor:"7,keyasint,omitempty"`
	Uses        uint32             `cbor:"8,keyasint,omitempty"`
	Vehicle     string             `cbor:"9,keyasint,omitempty"` // by a person's word
	Violation   fact.Violation     `cbor:"10,keyasint,omitempty"`
	Fault       fact.Reason        `cbor:"11,keyasint,omitempty"` // of its sensor
}

// Status is what the spot counts as.
func (s *SpotState) Status() fact.SpotStatus {
	switch {
	case s.Out:
		return fact.SpotMaintenance
	case s.Sensed == fact.SpotOccupied:
		return fact.SpotOccupied
	case s.Ticket != "" && s.Parked:
		return fact.SpotOccupied
	case s.Ticket != "":
		return fact.SpotHeld
	case s.Reservation != "":
		return fact.SpotReserved
	}
	return s.Sensed
}

// GateState is what a restart must remember of a gate.
type GateState struct {
	Held      bool     `cbor:"1,keyasint,omitempty"`
	HeldBy    string   `cbor:"2,keyasint,omitempty"`
	Faults    uint16   `cbor:"3,keyasint,omitempty"` // one bit for each fact.GateFault
	Passed    int64    `cbor:"4,keyasint,omitempty"` // vehicles through, ever
	Tailgated int64    `cbor:"5,keyasint,omitempty"`
	Last      Decision `cbor:"6,keyasint,omitempty"`
	FaultAtMS int64    `cbor:"7,keyasint,omitempty"`
	HeldAtMS  int64    `cbor:"8,keyasint,omitempty"`
	Granted   int64    `cbor:"9,keyasint,omitempty"` // grants, ever
}

// faults lists the codes of a gate's faults.
func (g *GateState) faults() []string {
	codes := []string{}
	for fault := fact.FaultNone + 1; fault <= fact.FaultStopped; fault++ {
		if g.Faults&(1<<fault) != 0 {
			codes = append(codes, fault.String())
		}
	}
	return codes
}

// Decision is the last thing a gate decided, for people.
type Decision struct {
	AtMS    int64         `cbor:"1,keyasint,omitempty" json:"atMs"`
	Granted bool          `cbor:"2,keyasint,omitempty" json:"granted"`
	Reason  fact.Reason   `cbor:"3,keyasint,omitempty" json:"reason"`
	Plate   fact.Plate    `cbor:"4,keyasint,omitempty" json:"plate,omitempty"`
	Ticket  fact.TicketID `cbor:"5,keyasint,omitempty" json:"ticketId,omitempty"`
	Spot    fact.SpotID   `cbor:"6,keyasint,omitempty" json:"spotId,omitempty"`
	FeeText string        `cbor:"7,keyasint,omitempty" json:"fee,omitempty"`
	Without fact.Degraded `cbor:"8,keyasint,omitempty" json:"-"`
}

// Meta is what a restart must remember of the lot as a whole.
type Meta struct {
	Location    fact.LocationID  `cbor:"1,keyasint,omitempty"`
	Incarnation fact.Incarnation `cbor:"2,keyasint,omitempty"`
	Seq         uint64           `cbor:"3,keyasint,omitempty"`
	Last        fact.Stamp       `cbor:"4,keyasint,omitempty"`
	LoopInside  int64            `cbor:"5,keyasint,omitempty"` // by the closing loops; may drift, is corrected
	Fire        bool             `cbor:"6,keyasint,omitempty"`
	LateCommits int64            `cbor:"7,keyasint,omitempty"`
	LostFacts   uint64           `cbor:"8,keyasint,omitempty"`
	// DeclaredThrough is the last position of the log that was declared damaged.
	DeclaredThrough uint64     `cbor:"10,keyasint,omitempty"`
	Trust           fact.Trust `cbor:"9,keyasint,omitempty"`
	// LineMS is the time of Last on a line that only elapsed time moves: the monotonic clock within a run, and over
	// a restart what the wall clock says of the gap. Setting the clock moves nothing on it.
	LineMS int64 `cbor:"11,keyasint,omitempty"`
	// Doubts counts the gaps of which no clock could say how long they were; they count as nothing.
	Doubts int64 `cbor:"12,keyasint,omitempty"`
	// Unnamed are when vehicles left without their tickets, as far as those were not found yet.
	Unnamed []int64 `cbor:"13,keyasint,omitempty"`
	// Tariff is the digest of the version that entries promise.
	Tariff string `cbor:"14,keyasint,omitempty"`
	// Lent is how many rights of each spot type, by its number, headquarters may sell in each quarter-hour.
	Lent []int64 `cbor:"15,keyasint,omitempty"`
}

// Table numbers the kinds of state record that a restart reads. Tables from 128 on are an archive: kept, and
// not read at start.
type Table = uint8

// The tables.
const (
	TableMeta         Table = 1
	TableGates        Table = 2
	TableSpots        Table = 3
	TableTickets      Table = 4
	TableReservations Table = 5
	TablePasses       Table = 6
	TableRequests     Table = 7
	TableHours        Table = 8
	TableRecent       Table = 9 // closed tickets that a late payment or a correction may still change
	TableTariffs      Table = 10
	TableCoupons      Table = 11 // those that were used and can't be again
	TableBaselines    Table = 12 // what sensors have learned of the empty spot; no fold of facts: see the package's text

	TableClosedTickets     Table = 128
	TableEndedReservations Table = 129
)

// Reservation and Pass are booking's.
type (
	Reservation = booking.Reservation
	Pass        = booking.Pass
)
