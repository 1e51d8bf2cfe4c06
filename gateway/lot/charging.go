package lot

import (
	"slices"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// ReportCharging tells of a session at a charger: of a ticket, or else of the vehicle with a plate, or else of the one on a
// spot. Reports of the same session may come as often as the charger likes; the last one counts.
type ReportCharging struct {
	Request
	Ticket    fact.TicketID
	Raw       string // plate as read or typed
	Spot      fact.SpotID
	Session   string // the charger's own number
	FromMS    int64
	ToMS      int64 // until now, if it goes on
	EnergyWh  int64
	CurrentMA int64
}

// ClassTicket says for whom a ticket is to be priced, in the words of its tariff: the kind of vehicle, a user group, what
// the driver chose. What is empty stays as it was.
type ClassTicket struct {
	Request
	Ticket  fact.TicketID
	Vehicle string
	Group   string
	Product string
}

func (ReportCharging) event() {}
func (ClassTicket) event()    {}

// clockSkewMS is how far a charger's clock may be ahead of ours.
const clockSkewMS = 5 * 60_000

// reportCharging writes down what a charger says.
func (l *Lot) reportCharging(e ReportCharging) Result {
	t := l.charged(e)
	switch {
	case t == nil:
		return refuse(ProblemNotFound, "no vehicle is known that charges there", "name the ticket, the plate, or the spot on which it stands")
	case t.Status >= TicketLeaving:
		return refuse(ProblemTicketClosed, "the visit of ticket "+string(t.ID)+" is settled", "nothing is to be done; a charger should report at least each few minutes")
	case e.Session == "":
		return refuse(ProblemInvalid, "the session has no number", "write the charger's own number of it, so that a repetition is told from another one")
	case e.EnergyWh < 0 || e.EnergyWh > energyMaxWh || e.CurrentMA < 0 || e.CurrentMA > currentMaxMA:
		return refuse(ProblemInvalid, "no vehicle draws as much", "write energy in kWh and current in ampere")
	case e.ToMS < e.FromMS || e.ToMS > l.now.WallMS+clockSkewMS:
		return refuse(ProblemInvalid, "the session ends before it begins, or in the future", "write when energy began to flow, and until when it has flowed; set the charger's clock")
	}
	reported := fact.ChargingReported{
		Ticket: t.ID, Session: clip(e.Session), Spot: e.Spot, FromMS: max(e.FromMS, t.Entry.WallMS), ToMS: max(e.ToMS, t.Entry.WallMS), EnergyWh: e.EnergyWh,
		CurrentMA: e.CurrentMA, Actor: e.Actor,
	}
	if i := t.session(reported.Session); i >= len(t.Charging) && i >= sessionsMax {
		return refuse(ProblemNotPossible, "ticket "+string(t.ID)+" has too many sessions", "add the energy to the last one")
	} else if i < len(t.Charging) && t.Charging[i] == sessionOf(&reported) {
		return Result{Granted: true, Ticket: t.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonUnpaid} // nothing new
	}
	l.emit(reported)
	if at, found := l.spotIndex[t.Spot]; found && l.spots[at].Violation == fact.ViolationNotCharging {
		l.emit(fact.ViolationEnded{Violation: fact.ViolationNotCharging, Spot: t.Spot, Ticket: t.ID})
	}
	return Result{Granted: true, Ticket: t.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonUnpaid}
}

// charged is the ticket that a report is about.
func (l *Lot) charged(e ReportCharging) *Ticket {
	switch {
	case e.Ticket != "":
		return l.tickets.byID[e.Ticket]
	case e.Raw != "":
		return l.twin(platetext.Normal(e.Raw))
	}
	for _, t := range l.tickets.open {
		if e.Spot != "" && t.Spot == e.Spot && t.VacatedMS == 0 {
			return t
		}
	}
	return nil
}

// session is the index of a session of a ticket, or where a new one goes.
func (t *Ticket) session(name string) int {
	if i := slices.IndexFunc(t.Charging, func(s ChargingSession) bool { return s.Session == name }); i >= 0 {
		return i
	}
	return len(t.Charging)
}

func sessionOf(f *fact.ChargingReported) ChargingSession {
	return ChargingSession{Session: f.Session, Spot: f.Spot, FromMS: f.FromMS, ToMS: f.ToMS, EnergyWh: f.EnergyWh, CurrentMA: f.CurrentMA}
}

func (t *Ticket) applyCharging(f *fact.ChargingReported) {
	if i := t.session(f.Session); i < len(t.Charging) {
		t.Charging[i] = sessionOf(f)
	} else {
		t.Charging = append(t.Charging, sessionOf(f))
	}
}

// sessions adds a ticket's charging to its stay. A session's spot is free for others when the next session begins, or when
// the vehicle has left the spot.
func (t *Ticket) sessions(stay *tariff.Stay, shiftMS int64) {
	for i := range t.Charging {
		s := &t.Charging[i]
		one := tariff.Session{FromMS: s.FromMS + shiftMS, ToMS: s.ToMS + shiftMS, EnergyWh: s.EnergyWh, CurrentMA: s.CurrentMA}
		switch {
		case i+1 < len(t.Charging):
			one.LeftMS = max(one.ToMS, t.Charging[i+1].FromMS+shiftMS)
		case t.VacatedMS > 0 && s.Spot == t.Spot:
			one.LeftMS = max(one.ToMS, t.VacatedMS+shiftMS)
		}
		if i == 0 {
			stay.Session = &one
		} else {
			stay.Further = append(stay.Further, one)
		}
	}
}

// classTicket writes down for whom a ticket is priced.
func (l *Lot) classTicket(e ClassTicket) Result {
	t, problem := l.ongoing(e.Ticket)
	switch {
	case problem != nil:
		return Result{Problem: problem}
	case e.Vehicle == "" && e.Group == "" && e.Product == "":
		return refuse(ProblemInvalid, "nothing is named", "write a kind of vehicle, a group or a product of the tariff")
	case e.Group != "" && len(t.Groups) >= groupsMax:
		return refuse(ProblemNotPossible, "ticket "+string(t.ID)+" has too many groups", "one of them is enough")
	}
	priced := l.tariffOf(t)
	for _, c := range []struct {
		what, word string
		known      []string
	}{
		{"kind of vehicle", e.Vehicle, priced.Words(func(w *tariff.Who) []string { return w.Vehicles })},
		{"group", e.Group, priced.Words(func(w *tariff.Who) []string { return w.Groups })},
		{"product", e.Product, priced.Words(func(w *tariff.Who) []string { return w.Products })},
	} {
		if c.word != "" && !slices.Contains(c.known, c.word) {
			return refuse(ProblemNotFound, "the ticket's tariff has no "+c.what+" "+clip(c.word), "it has: "+clip(strings.Join(append(c.known, "nothing else"), ", ")))
		}
	}
	l.emit(fact.TicketClassed{Ticket: t.ID, Vehicle: e.Vehicle, Group: e.Group, Product: e.Product, Actor: e.Actor})
	return l.moved(t, "", fact.ReasonOperator)
}

func (t *Ticket) applyClassed(f fact.TicketClassed) {
	if f.Vehicle != "" {
		t.VehicleWord = f.Vehicle
	}
	if f.Product != "" {
		t.Product = f.Product
	}
	if f.Group != "" && !slices.Contains(t.Groups, f.Group) {
		t.Groups = append(t.Groups, f.Group)
	}
}

// vehicle is the kind of a ticket's vehicle in the words of the tariff: what somebody said, or the size that was seen.
func (t *Ticket) vehicle() string {
	if t.VehicleWord != "" || t.Vehicle == fact.AnyType {
		return t.VehicleWord
	}
	return t.Vehicle.String()
}

// watchCharging has a ticket looked at when its vehicle has stood at a charger for as long as one may without charging.
func (l *Lot) watchCharging(t *Ticket) {
	limitMS := l.cfg.Policy.ChargeWithinMS
	if t == nil || !t.Parked || limitMS == 0 {
		return
	}
	if at, found := l.spotIndex[t.Spot]; found && l.cfg.Spots[at].Charger {
		l.tickets.chargeDue.put(t.ParkedMS+limitMS, t.ID)
	}
}

// expireCharging finds the vehicles that keep a charger from others.
func (l *Lot) expireCharging() {
	for l.tickets.chargeDue.next() <= l.now.WallMS {
		t := l.tickets.byID[l.tickets.chargeDue.take()]
		if t == nil || !t.Open() || !t.Parked || l.now.WallMS < t.ParkedMS+l.cfg.Policy.ChargeWithinMS {
			continue
		}
		at, found := l.spotIndex[t.Spot]
		if found && l.cfg.Spots[at].Charger && l.spots[at].Violation == fact.ViolationNone && !t.chargedSince(t.ParkedMS) {
			l.emit(fact.ViolationFound{Violation: fact.ViolationNotCharging, Spot: t.Spot, Ticket: t.ID})
		}
	}
}

// chargedSince reports whether energy flowed at some time from a moment on.
func (t *Ticket) chargedSince(wallMS int64) bool {
	return slices.ContainsFunc(t.Charging, func(s ChargingSession) bool { return s.ToMS >= wallMS })
}
