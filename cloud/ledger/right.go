package ledger

import (
	"gatehouse/sync/fact"
)

// Reservation is a right for a time window.
type Reservation struct {
	ID    fact.ReservationID
	Trail Trail

	User         fact.UserID
	PrepaidMinor int64

	// Of the newest fact that says so.
	SpotType       fact.SpotType
	Plate          fact.Plate
	StartMS, EndMS int64
	asked          Trace
	Spot           fact.SpotID
	spotAt         Trace
	Ticket         fact.TicketID // that it turned into
	ticketAt       Trace

	Status fact.ReservationStatus // replayed
}

func (r *Reservation) replay() {
	r.Status = fact.ReservationConfirmed
	for _, trace := range r.Trail {
		switch trace.Kind {
		case fact.KindEntryGranted:
			r.Status = fact.ReservationActive
		case fact.KindReservationEnded:
			r.Status = fact.ReservationStatus(trace.Minor)
		}
	}
}

// Made reports whether the fact that made it is here, so that the rest means something.
func (r *Reservation) Made() bool {
	for _, trace := range r.Trail {
		if trace.Kind == fact.KindReservationMade {
			return true
		}
	}
	return false
}

// asks notes what is asked for, unless a later fact says otherwise.
func (r *Reservation) asks(trace Trace, spotType fact.SpotType, plate fact.Plate, startMS, endMS int64) {
	if r.asked == (Trace{}) || trace.compare(r.asked) > 0 {
		r.asked, r.SpotType, r.Plate, r.StartMS, r.EndMS = trace, spotType, plate, startMS, endMS
	}
}

// Restore puts the parts together that a store keeps apart.
func (r *Reservation) Restore() {
	for _, trace := range r.Trail {
		switch trace.Kind {
		case fact.KindReservationMade, fact.KindReservationEdited:
			r.asked = trace
		case fact.KindReservationSpot:
			r.spotAt = trace
		case fact.KindEntryGranted:
			r.ticketAt = trace
		}
	}
	r.replay()
}

// Pass is a standing right to park. A revocation wins over everything that comes before or after it.
type Pass struct {
	ID    fact.PassID
	Trail Trail

	User            fact.UserID
	Plate           fact.Plate
	Card            string
	SpotType        fact.SpotType
	FromMS, UntilMS int64
	issued          Trace

	Revoked bool // replayed
}

// Restore puts the parts together that a store keeps apart.
func (p *Pass) Restore() {
	p.Revoked = false
	for _, trace := range p.Trail {
		switch trace.Kind {
		case fact.KindPassIssued:
			p.issued = trace
		case fact.KindPassRevoked:
			p.Revoked = true
		}
	}
}

// Alert is something that needs a person, or needed one.
type Alert struct {
	Kind    AlertKind
	Subject string // a gate, a spot with its sensor, a ticket, an incarnation
	Active  bool
	AtMS    int64 // when it began or ended
	Detail  string
	Newest  Trace // the fact that says so
}

// AlertKind says what an alert is about.
type AlertKind string

// The alerts that facts raise. Those that no fact ends stay until a person acknowledges them.
const (
	AlertGate      AlertKind = "gate_fault"
	AlertSensor    AlertKind = "sensor_fault"
	AlertHold      AlertKind = "gate_held"
	AlertFire      AlertKind = "fire"
	AlertViolation AlertKind = "violation"
	AlertDamage    AlertKind = "log_damaged"
	AlertStall     AlertKind = "disk_stalled"
	AlertMoved     AlertKind = "barrier_moved"

	// Raised by headquarters itself, with a trace of its own.
	AlertFork    AlertKind = "forked"
	AlertClone   AlertKind = "cloned"
	AlertForged  AlertKind = "forged"
	AlertLost    AlertKind = "facts_lost"
	AlertUnread  AlertKind = "facts_unreadable"
	AlertHistory AlertKind = "history_missing"
	AlertRestore AlertKind = "headquarters_restored"
)

// Newer reports whether an alert says something later than another about the same.
func (a *Alert) Newer(other *Alert) bool { return a.Newest.compare(other.Newest) > 0 }

// Spot is the newest word on a spot.
type Spot struct {
	ID     fact.SpotID
	Status fact.SpotStatus
	AtMS   int64
	Newest Trace
}

// Newer reports whether a spot's state is later than another's.
func (s *Spot) Newer(other *Spot) bool { return s.Newest.compare(other.Newest) > 0 }

// Payment is one sum of money received, or given back if negative.
type Payment struct {
	Dot         fact.Dot
	ID          fact.PaymentID
	Ticket      fact.TicketID
	Reservation fact.ReservationID
	AmountMinor int64
	Method      fact.PaymentMethod
	Reference   string
	AtMS        int64
}
