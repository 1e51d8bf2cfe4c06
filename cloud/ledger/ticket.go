package ledger

import (
	"fmt"

	"gatehouse/sync/fact"
)

// TicketStatus is where a visit stands, by the words of the lot.
type TicketStatus uint8

// The states. Unopened: facts about a visit came before the one that opens it.
const (
	TicketUnopened TicketStatus = iota
	TicketAdmitted
	TicketActive
	TicketLeaving
	TicketCompleted
	TicketCancelled
)

var ticketStatusText = [...]string{"unopened", "admitted", "active", "leaving", "completed", "cancelled"}

// String is the code of the status.
func (s TicketStatus) String() string {
	if int(s) < len(ticketStatusText) {
		return ticketStatusText[s]
	}
	return fmt.Sprintf("unknown_%d", uint8(s))
}

// MarshalText makes JSON carry the code.
func (s TicketStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Open reports whether the vehicle is inside.
func (s TicketStatus) Open() bool {
	return s == TicketAdmitted || s == TicketActive || s == TicketLeaving
}

// Ticket is one visit.
type Ticket struct {
	ID    fact.TicketID
	Trail Trail

	// Of the fact that opened it.
	Plate       fact.Plate
	Credential  fact.CredentialKind
	Priced      fact.SpotType
	EntryGate   fact.GateID
	Reservation fact.ReservationID
	Pass        fact.PassID
	Tariff      string
	opened      Trace

	// Of the newest fact that says so.
	Spot     fact.SpotID
	spotAt   Trace
	ExitGate fact.GateID
	exitAt   Trace

	// Replayed from the trail.
	Status    TicketStatus
	EnteredMS int64
	LeftMS    int64
	FeeMinor  int64
	PaidMinor int64
	OwedMinor int64
	Suspect   fact.Reason
	LeftBoot  uint64 // not 0: LeftMS is by a clock of this boot that was never set
}

// replay derives the state from the trail, by the lot's own rules (gateway/lot: apply.go).
func (t *Ticket) replay() {
	t.Status, t.EnteredMS, t.LeftMS, t.FeeMinor, t.PaidMinor, t.OwedMinor, t.Suspect, t.LeftBoot = 0, 0, 0, 0, 0, 0, 0, 0
	for _, trace := range t.Trail {
		t.step(trace)
	}
}

func (t *Ticket) step(trace Trace) {
	switch trace.Kind {
	case fact.KindEntryGranted, fact.KindTicketLost:
		t.EnteredMS, t.Status = trace.WallMS, TicketAdmitted
		if trace.Kind == fact.KindTicketLost {
			t.Status, t.Suspect = TicketActive, fact.ReasonLostTicket
		}
	case fact.KindEntryReadmitted:
		t.Status = TicketAdmitted
	case fact.KindExitGranted:
		t.Status, t.FeeMinor = TicketLeaving, trace.Minor
	case fact.KindVehiclePassed:
		t.passed(trace)
	case fact.KindVehicleBackedOut:
		switch {
		case trace.Flag && t.Status == TicketLeaving:
			t.Status = TicketActive
		case !trace.Flag && t.Status == TicketAdmitted:
			t.leaves(TicketCancelled, trace)
		}
	case fact.KindTicketCorrected:
		t.corrected(trace)
	case fact.KindPaymentReceived:
		t.PaidMinor += trace.Minor
		t.OwedMinor -= max(0, min(t.OwedMinor, trace.Minor))
	case fact.KindFeeOwed:
		t.OwedMinor += trace.Minor
	case fact.KindPaymentVoided, fact.KindPaymentRefunded:
		t.PaidMinor -= trace.Minor
	case fact.KindFeeWaived:
		t.OwedMinor -= max(0, min(t.OwedMinor, trace.Minor))
	case fact.KindTicketSuspected:
		t.Suspect = fact.Reason(trace.Minor)
	}
}

func (t *Ticket) passed(trace Trace) {
	switch {
	case !t.Status.Open():
	case trace.Flag:
		t.leaves(TicketCompleted, trace)
	default:
		t.Status = TicketActive
	}
}

func (t *Ticket) leaves(status TicketStatus, trace Trace) {
	t.Status, t.LeftMS, t.LeftBoot = status, trace.WallMS, 0
	if trace.Unset {
		t.LeftBoot = uint64(trace.Dot.Incarnation)
	}
}

func (t *Ticket) corrected(trace Trace) {
	switch {
	case trace.Flag && t.Status.Open():
		t.leaves(TicketCompleted, trace)
	case !trace.Flag && !t.Status.Open():
		t.Status, t.LeftMS, t.LeftBoot = TicketActive, 0, 0
	}
}

// contribution is what a visit adds to the hour in which it ended.
func (t *Ticket) contribution() (atMS int64, s Sums) {
	if t.Status != TicketCompleted {
		return 0, Sums{}
	}
	return t.LeftMS, Sums{Sessions: 1, StayMS: max(0, t.LeftMS-t.EnteredMS), FeeMinor: t.FeeMinor}
}

// opens notes what an entry says, unless a later one of the same ticket is known.
func (t *Ticket) opens(trace Trace) bool {
	if t.opened != (Trace{}) && trace.compare(t.opened) <= 0 {
		return false
	}
	t.opened = trace
	return true
}

func (t *Ticket) stands(trace Trace, spot fact.SpotID) {
	if spot != "" && (t.spotAt == (Trace{}) || trace.compare(t.spotAt) > 0) {
		t.Spot, t.spotAt = spot, trace
	}
}

// Restore puts the parts together that a store keeps apart, and replays them.
func (t *Ticket) Restore() {
	for _, trace := range t.Trail {
		switch trace.Kind {
		case fact.KindEntryGranted, fact.KindTicketLost:
			t.opened = trace
			if trace.Flag {
				t.spotAt = trace
			}
		case fact.KindTicketParked:
			t.spotAt = trace
		case fact.KindExitGranted:
			t.exitAt = trace
		}
	}
	t.replay()
}
