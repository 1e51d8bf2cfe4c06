package lot

import (
	"slices"
	"strings"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// What follows reads the lot for people and programs. Everything returned is a copy.

// Config is the location's configuration; not to be changed.
func (l *Lot) Config() *Config { return l.cfg }

// Now is the stamp of the last step.
func (l *Lot) Now() fact.Stamp { return l.now }

// Last is the dot and stamp of the last fact.
func (l *Lot) Last() (fact.Dot, fact.Stamp) {
	return fact.Dot{Incarnation: l.meta.Incarnation, Seq: l.meta.Seq}, l.meta.Last
}

// Meta is what is remembered of the lot as a whole.
func (l *Lot) Meta() Meta { return l.meta }

// Gate finds a gate's index.
func (l *Lot) Gate(id fact.GateID) (int, bool) {
	i, found := l.gateIndex[id]
	return i, found
}

// Spot finds a spot's index.
func (l *Lot) Spot(id fact.SpotID) (int32, bool) {
	i, found := l.spotIndex[id]
	return i, found
}

// SpotState is one spot's state.
func (l *Lot) SpotState(i int32) SpotState { return l.spots[i] }

// Ticket finds a ticket that is open or closed not long ago.
func (l *Lot) Ticket(id fact.TicketID) (Ticket, bool) {
	t := l.tickets.byID[id]
	if t == nil {
		return Ticket{}, false
	}
	return t.copied(), true
}

func (t *Ticket) copied() Ticket {
	c := *t
	c.Payments, c.Validations, c.Earlier = slices.Clone(t.Payments), slices.Clone(t.Validations), slices.Clone(t.Earlier)
	c.Coupons, c.Charging, c.Groups = slices.Clone(t.Coupons), slices.Clone(t.Charging), slices.Clone(t.Groups)
	return c
}

// OpenTickets are the visits that go on, by entry.
func (l *Lot) OpenTickets() []Ticket {
	tickets := make([]Ticket, len(l.tickets.open))
	for i, t := range l.tickets.open {
		tickets[i] = t.copied()
	}
	slices.SortFunc(tickets, func(a, b Ticket) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return tickets
}

// Reservation finds a reservation that has not ended.
func (l *Lot) Reservation(id fact.ReservationID) (Reservation, bool) { return l.book.ByID(id) }

// ReservationsOf are a user's reservations that have not ended, by start.
func (l *Lot) ReservationsOf(user fact.UserID) []Reservation { return l.book.ByUser(user) }

// Tally counts spots by status.
type Tally struct {
	Total       int `json:"total"`
	Available   int `json:"available"`
	Occupied    int `json:"occupied"`
	Reserved    int `json:"reserved"`
	Held        int `json:"held"`
	Unknown     int `json:"unknown"`
	Maintenance int `json:"maintenance"`
}

func tally(total int, n [statuses]int) Tally {
	return Tally{
		Total: total, Available: n[fact.SpotAvailable], Occupied: n[fact.SpotOccupied], Reserved: n[fact.SpotReserved],
		Held: n[fact.SpotHeld], Unknown: n[fact.SpotUnknown], Maintenance: n[fact.SpotMaintenance],
	}
}

// Tally counts all spots.
func (l *Lot) Tally() Tally { return tally(len(l.spots), l.counts.all) }

// TallyOfType counts the spots of a type.
func (l *Lot) TallyOfType(kind fact.SpotType) Tally {
	return tally(l.counts.typeTotal[kind], l.counts.types[kind])
}

// TallyOfFloor counts the spots of a floor, by its index.
func (l *Lot) TallyOfFloor(floor int) Tally {
	return tally(l.counts.floorTotal[floor], l.counts.floors[floor])
}

// SignOf is what a floor's sign shows.
func (l *Lot) SignOf(floor int) (available int, unknown bool) {
	return l.signs.shown[floor].available, l.signs.shown[floor].unknown
}

// Inside are the three counts of vehicles inside, kept apart: by tickets, by the closing loops, by the spots'
// sensors. Drift is the largest difference that vehicles on their way don't explain.
type Inside struct {
	Tickets  int64 `json:"tickets"`
	Loops    int64 `json:"loops"`
	Spots    int64 `json:"spots"`
	OnTheWay int64 `json:"onTheWay"`
	Drift    int64 `json:"drift"`
}

// Inside counts vehicles inside in three ways.
func (l *Lot) Inside() Inside {
	in := Inside{Loops: l.meta.LoopInside, OnTheWay: int64(len(l.tickets.arriving) + len(l.tickets.roaming))}
	for _, t := range l.tickets.open {
		if t.Status != TicketAdmitted {
			in.Tickets++
		}
	}
	for i := range l.spots {
		if l.spots[i].Sensed == fact.SpotOccupied || l.spots[i].Parked {
			in.Spots++
		}
	}
	in.Drift = distance(in.Tickets, in.Loops)
	if l.counts.all[fact.SpotUnknown] == 0 {
		in.Drift = max(in.Drift, max(0, distance(in.Tickets, in.Spots)-in.OnTheWay))
	}
	return in
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// DecisionAt is a decision with its gate.
type DecisionAt struct {
	Gate fact.GateID `json:"gateId"`
	Decision
}

// Decisions are the last ones, the newest first.
func (l *Lot) Decisions() []DecisionAt {
	list := slices.Clone(l.decisions[max(0, len(l.decisions)-recentDecisionsMax):])
	slices.Reverse(list)
	return list
}

// GateView is one gate as the page shows it.
type GateView struct {
	ID        fact.GateID    `json:"gateId"`
	Name      string         `json:"name"`
	Direction fact.Direction `json:"direction"`
	State     string         `json:"state"`
	ArmUp     bool           `json:"armUp"`
	ArmSight  string         `json:"armSight"`
	Loops     gate.Inputs    `json:"-"`
	Present   bool           `json:"vehiclePresent"`
	Qualified bool           `json:"loopsQualified"`
	Vends     int            `json:"pendingGrants"`
	Faults    []string       `json:"faults"`
	Held      bool           `json:"heldOpen"`
	HeldBy    string         `json:"heldBy,omitempty"`
	Passed    int64          `json:"passed"`
	Tailgated int64          `json:"tailgated"`
	Without   []string       `json:"without"`
	Face      Face           `json:"display"`
	Last      Decision       `json:"lastDecision"`
	DueMinor  int64          `json:"dueMinor"`
	Ticket    fact.TicketID  `json:"ticketId,omitempty"` // for which it is due
}

// GateInputs are what a gate's loops and switches read last.
func (l *Lot) GateInputs(i int) gate.Inputs { return l.lanes[i].passage.Inputs() }

// GateView is a gate's present state.
func (l *Lot) GateView(i int) GateView {
	cfg, state, n := &l.cfg.Gates[i], &l.gates[i], &l.lanes[i]
	up, sight := n.passage.Arm()
	return GateView{
		ArmUp: up, ArmSight: sight.String(), Loops: n.passage.Inputs(),
		ID: cfg.ID, Name: cfg.Name, Direction: cfg.Lane.Direction, State: n.passage.State().String(), Present: n.present,
		Qualified: n.passage.Qualified(), Vends: n.passage.Vends(), Faults: state.faults(), Held: state.Held, HeldBy: state.HeldBy,
		Passed: state.Passed, Tailgated: state.Tailgated, Without: l.without(i).Codes(), Face: n.face, Last: state.Last,
		DueMinor: n.dueMinor, Ticket: n.ticket,
	}
}
