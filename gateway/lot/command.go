package lot

import "gatehouse/sync/fact"

// Request is what every command of a person or a program carries. With a Key, a repetition of the same
// command (same Digest) gets the first one's answer and changes nothing.
type Request struct {
	Key    fact.RequestKey
	Digest [16]byte
	Actor  string
}

// RequestEntry asks for an entry by plate (POST /api/v1/entry).
type RequestEntry struct {
	Request
	Gate      int
	Raw       string
	ClaimedMS int64 // the client's time; kept, never billed
}

// RequestExit asks for an exit by plate (POST /api/v1/exit).
type RequestExit struct {
	Request
	Gate      int
	Raw       string
	ClaimedMS int64
}

// SetSpot sets what a spot's sensor would say, by a person's word.
type SetSpot struct {
	Request
	Spot    int32
	Status  fact.SpotStatus // available or occupied
	Vehicle string
}

// ServiceSpot takes a spot out of service or puts it back.
type ServiceSpot struct {
	Request
	Spot int32
	Out  bool
	Note string
}

// MakeReservation asks for a reservation.
type MakeReservation struct {
	Request
	User         fact.UserID
	SpotType     fact.SpotType
	Raw          string // plate as typed
	StartMS      int64
	EndMS        int64
	PrepaidMinor int64
}

// EditReservation replaces what a reservation asks for; if that can't be had, the old one stays.
type EditReservation struct {
	Request
	Reservation fact.ReservationID
	SpotType    fact.SpotType
	Raw         string
	StartMS     int64
	EndMS       int64
}

// CancelReservation ends a reservation before it begins.
type CancelReservation struct {
	Request
	Reservation fact.ReservationID
}

// RaiseGate opens a gate once by a person's word.
type RaiseGate struct {
	Request
	Gate int
	Note string
}

// LowerGate asks a gate to close; the gate refuses while anything is in its way.
type LowerGate struct {
	Request
	Gate int
	Note string
}

// HoldGate holds a gate open until EndHold.
type HoldGate struct {
	Request
	Gate int
	Note string
}

// EndHold ends a hold.
type EndHold struct {
	Request
	Gate int
	Note string
}

// ConfirmGate says that a person on site vouches for the gate.
type ConfirmGate struct {
	Request
	Gate int
	Note string
}

// CorrectCount sets the loop count of vehicles inside.
type CorrectCount struct {
	Request
	Inside int64
	Note   string
}

// CorrectTicket closes a ticket, or opens it again, by a person's word.
type CorrectTicket struct {
	Request
	Ticket fact.TicketID
	Close  bool
	Note   string
}

// IssuePass grants a standing right to park.
type IssuePass struct {
	Request
	User     fact.UserID
	Raw      string
	Card     string
	SpotType fact.SpotType
	FromMS   int64
	UntilMS  int64
}

// RevokePass ends a pass at once.
type RevokePass struct {
	Request
	Pass fact.PassID
}

func (RequestEntry) event()      {}
func (RequestExit) event()       {}
func (SetSpot) event()           {}
func (ServiceSpot) event()       {}
func (MakeReservation) event()   {}
func (EditReservation) event()   {}
func (CancelReservation) event() {}
func (RaiseGate) event()         {}
func (LowerGate) event()         {}
func (HoldGate) event()          {}
func (EndHold) event()           {}
func (ConfirmGate) event()       {}
func (CorrectCount) event()      {}
func (CorrectTicket) event()     {}
func (IssuePass) event()         {}
func (RevokePass) event()        {}
