package ledger

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"gatehouse/sync/fact"
)

// Keys are the rows that facts concern, sorted: what Fold needs to see of them.
type Keys struct {
	Tickets      []fact.TicketID
	Reservations []fact.ReservationID
	Passes       []fact.PassID
}

// Rows are the rows of one location that Keys named. A row that isn't in the store yet is not in the map.
type Rows struct {
	Tickets      map[fact.TicketID]*Ticket
	Reservations map[fact.ReservationID]*Reservation
	Passes       map[fact.PassID]*Pass
}

// NewRows is an empty set of rows.
func NewRows() Rows {
	return Rows{map[fact.TicketID]*Ticket{}, map[fact.ReservationID]*Reservation{}, map[fact.PassID]*Pass{}}
}

// Touched names the rows that facts concern.
func Touched(records []fact.Record) Keys {
	tickets, reservations, passes := map[fact.TicketID]bool{}, map[fact.ReservationID]bool{}, map[fact.PassID]bool{}
	for _, r := range records {
		ticket, reservation, pass := subjects(r.Fact)
		tickets[ticket], reservations[reservation], passes[pass] = true, true, true
	}
	delete(tickets, "")
	delete(reservations, "")
	delete(passes, "")
	return Keys{slices.Sorted(maps.Keys(tickets)), slices.Sorted(maps.Keys(reservations)), slices.Sorted(maps.Keys(passes))}
}

// subjects are the rows that one fact concerns.
func subjects(f fact.Fact) (fact.TicketID, fact.ReservationID, fact.PassID) {
	switch f := f.(type) {
	case fact.EntryGranted:
		return f.Ticket, f.Reservation, ""
	case fact.EntryReadmitted:
		return f.Ticket, "", ""
	case fact.ExitGranted:
		return f.Ticket, "", ""
	case fact.VehiclePassed:
		return f.Ticket, "", ""
	case fact.VehicleBackedOut:
		return f.Ticket, "", ""
	case fact.PaymentReceived:
		return f.Ticket, "", ""
	case fact.FeeOwed:
		return f.Ticket, "", ""
	case fact.PaymentVoided:
		return f.Ticket, "", ""
	case fact.PaymentRefunded:
		return f.Ticket, "", ""
	case fact.FeeWaived:
		return f.Ticket, "", ""
	case fact.TicketSuspected:
		return f.Ticket, "", ""
	case fact.TicketLost:
		return f.Ticket, "", ""
	case fact.TicketCorrected:
		return f.Ticket, "", ""
	case fact.TicketParked:
		return f.Ticket, "", ""
	case fact.ReservationMade:
		return "", f.Reservation, ""
	case fact.ReservationEdited:
		return "", f.Reservation, ""
	case fact.ReservationEnded:
		return "", f.Reservation, ""
	case fact.ReservationSpot:
		return "", f.Reservation, ""
	case fact.PassIssued:
		return "", "", f.Pass
	case fact.PassRevoked:
		return "", "", f.Pass
	}
	return "", "", ""
}

// SpotTypes is how many spot types there are, with "any".
const SpotTypes = 6

// Change is what facts change, each kind sorted by its key.
type Change struct {
	Tickets      []*Ticket // whole rows, to be put in place of the old
	Reservations []*Reservation
	Passes       []*Pass
	Hours        []Hour    // to be added
	Refusals     []Refusal // to be added
	Payments     []Payment // to be inserted
	Spots        []Spot    // to be put in place of older ones
	Alerts       []Alert   // to be put in place of older ones
	Steps        []ClockStep
	Open         [SpotTypes]int64 // open visits by the type that is priced: to be added
	Facts        int64
	NewestMS     int64 // wall time of the newest fact by the lot's order
	NewestHLC    uint64
}

// Fold folds facts of one location into rows. It changes the rows that it is given.
func Fold(zone *time.Location, rows Rows, records []fact.Record) Change {
	f := folder{
		rows: rows, days: calendar{zone: zone}, hours: map[HourKey]*Sums{}, refusals: map[Refusal]int64{},
		tickets: map[fact.TicketID]ticketBefore{}, reservations: map[fact.ReservationID]bool{}, passes: map[fact.PassID]bool{},
		spots: map[fact.SpotID]Spot{}, alerts: map[alertKey]Alert{},
	}
	for _, r := range records {
		f.fold(r)
	}
	return f.finish()
}

type folder struct {
	rows         Rows
	days         calendar
	change       Change
	hours        map[HourKey]*Sums
	refusals     map[Refusal]int64 // the key's Count is 0
	tickets      map[fact.TicketID]ticketBefore
	reservations map[fact.ReservationID]bool
	passes       map[fact.PassID]bool
	spots        map[fact.SpotID]Spot
	alerts       map[alertKey]Alert
}

type alertKey struct {
	kind    AlertKind
	subject string
}

// ticketBefore is what a visit contributed before these facts.
type ticketBefore struct {
	key  HourKey
	sums Sums
	open bool
	kind fact.SpotType
}

func (f *folder) fold(r fact.Record) {
	sums := f.hour(r)
	sums.Facts++
	f.change.Facts++
	if r.At.HLC >= f.change.NewestHLC {
		f.change.NewestHLC, f.change.NewestMS = r.At.HLC, r.At.WallMS
	}
	switch {
	case f.gate(r, sums):
	case f.money(r, sums):
	case f.ticket(r, sums):
	case f.right(r):
	default:
		f.alert(r, sums)
	}
}

// hour finds the sums of a fact's hour.
func (f *folder) hour(r fact.Record) *Sums {
	boot := uint64(0)
	if r.At.Trust == fact.ClockUnset {
		boot = r.At.Boot
	}
	return f.sumsOf(r.At.WallMS, boot)
}

func (f *folder) sumsOf(wallMS int64, boot uint64) *Sums {
	key := f.days.hour(wallMS)
	key.Boot = boot
	sums := f.hours[key]
	if sums == nil {
		sums = &Sums{}
		f.hours[key] = sums
	}
	return sums
}

func (f *folder) refuse(r fact.Record, exit bool, reason fact.Reason) {
	key := f.days.hour(r.At.WallMS)
	if r.At.Trust == fact.ClockUnset {
		key.Boot = r.At.Boot
	}
	f.refusals[Refusal{HourKey: key, Exit: exit, Reason: reason}]++
}

func countPassage(direction fact.Direction, sums *Sums) {
	if direction == fact.Outward {
		sums.Exits++
	} else {
		sums.Entries++
	}
}

// gate folds what happens at gates.
func (f *folder) gate(r fact.Record, sums *Sums) bool {
	switch x := r.Fact.(type) {
	case fact.EntryGranted:
		f.entry(r, x)
	case fact.EntryReadmitted:
		f.trace(x.Ticket, traceOf(r))
	case fact.EntryDenied:
		sums.Denied++
		f.refuse(r, false, x.Reason)
	case fact.ExitGranted:
		trace := traceOf(r)
		trace.Minor = x.FeeMinor
		if t := f.trace(x.Ticket, trace); t != nil && (t.exitAt == (Trace{}) || trace.compare(t.exitAt) > 0) {
			t.ExitGate, t.exitAt = x.Gate, trace
		}
	case fact.ExitDenied:
		sums.DeniedExit++
		f.refuse(r, true, x.Reason)
	case fact.VehiclePassed:
		countPassage(x.Direction, sums)
		f.trace(x.Ticket, flagged(r, x.Direction == fact.Outward))
	case fact.VehicleBackedOut:
		sums.BackedOut++
		f.trace(x.Ticket, flagged(r, x.Direction == fact.Outward))
	case fact.VehicleTailgated:
		countPassage(x.Direction, sums)
		sums.Tailgates++
	case fact.VehicleWrongWay:
		if x.Through {
			countPassage(x.Direction, sums)
		}
	case fact.BarrierRaised:
		sums.Raised++
	default:
		return false
	}
	return true
}

func flagged(r fact.Record, flag bool) Trace {
	trace := traceOf(r)
	trace.Flag = flag
	return trace
}

func (f *folder) entry(r fact.Record, x fact.EntryGranted) {
	trace := flagged(r, x.Spot != "")
	t := f.trace(x.Ticket, trace)
	if t != nil && t.opens(trace) {
		t.Plate, t.Credential, t.Priced, t.EntryGate = x.Plate, x.Credential, x.Priced, x.Gate
		t.Reservation, t.Pass, t.Tariff = x.Reservation, x.Pass, x.Tariff
	}
	if t != nil {
		t.stands(trace, x.Spot)
	}
	if b := f.reservation(x.Reservation, trace); b != nil && (b.ticketAt == (Trace{}) || trace.compare(b.ticketAt) > 0) {
		b.Ticket, b.ticketAt = x.Ticket, trace
	}
}

// money folds payments.
func (f *folder) money(r fact.Record, sums *Sums) bool {
	trace := traceOf(r)
	switch x := r.Fact.(type) {
	case fact.PaymentReceived:
		f.payment(r, x, sums)
		trace.Minor = x.AmountMinor
		f.trace(x.Ticket, trace)
	case fact.FeeOwed:
		sums.OwedMinor += x.AmountMinor
		trace.Minor = x.AmountMinor
		f.trace(x.Ticket, trace)
	case fact.PaymentVoided:
		sums.RefundMinor += x.AmountMinor
		trace.Minor = x.AmountMinor
		f.trace(x.Ticket, trace)
	case fact.PaymentRefunded:
		sums.RefundMinor += x.AmountMinor
		trace.Minor = x.AmountMinor
		f.trace(x.Ticket, trace)
	case fact.FeeWaived:
		trace.Minor = x.AmountMinor
		f.trace(x.Ticket, trace)
	case fact.PaymentRequested, fact.PaymentFailed, fact.PaymentAuthorised:
	default:
		return false
	}
	return true
}

func (f *folder) payment(r fact.Record, x fact.PaymentReceived, sums *Sums) {
	if x.AmountMinor < 0 {
		sums.RefundMinor -= x.AmountMinor
	} else {
		sums.Payments++
		method := x.Method
		if int(method) >= methods {
			method = fact.MethodUnknown
		}
		sums.RevenueMinor[method] += x.AmountMinor
	}
	f.change.Payments = append(f.change.Payments, Payment{
		Dot: r.Dot, ID: x.Payment, Ticket: x.Ticket, Reservation: x.Reservation, AmountMinor: x.AmountMinor, Method: x.Method,
		Reference: x.Reference, AtMS: r.At.WallMS,
	})
}

// ticket folds what else concerns visits.
func (f *folder) ticket(r fact.Record, sums *Sums) bool {
	trace := traceOf(r)
	switch x := r.Fact.(type) {
	case fact.TicketSuspected:
		trace.Minor = int64(x.Reason)
		f.trace(x.Ticket, trace)
	case fact.TicketLost:
		if t := f.trace(x.Ticket, trace); t != nil && t.opens(trace) {
			t.Plate, t.Credential, t.Priced, t.EntryGate = x.Plate, fact.CredentialNone, fact.Regular, x.Gate
			t.Reservation, t.Pass, t.Tariff = "", "", ""
		}
	case fact.TicketCorrected:
		sums.Corrections++
		trace.Flag = x.Close
		f.trace(x.Ticket, trace)
	case fact.TicketParked:
		if t := f.trace(x.Ticket, trace); t != nil {
			t.stands(trace, x.Spot)
		}
	case fact.SpotChanged:
		f.spot(Spot{ID: x.Spot, Status: x.After, AtMS: r.At.WallMS - x.SinceMS, Newest: trace})
	case fact.SpotServiced:
		f.spotServiced(x, trace)
	case fact.CountCorrected:
		sums.Corrections++
	default:
		return false
	}
	return true
}

// spotServiced is a spot's last word until a sensor speaks again.
func (f *folder) spotServiced(x fact.SpotServiced, trace Trace) {
	status := fact.SpotUnknown
	if x.Out {
		status = fact.SpotMaintenance
	}
	f.spot(Spot{ID: x.Spot, Status: status, AtMS: trace.WallMS, Newest: trace})
}

func (f *folder) spot(s Spot) {
	if s.ID == "" {
		return
	}
	if old, found := f.spots[s.ID]; !found || s.Newer(&old) {
		f.spots[s.ID] = s
	}
}

// right folds reservations and passes.
func (f *folder) right(r fact.Record) bool {
	trace := traceOf(r)
	switch x := r.Fact.(type) {
	case fact.ReservationMade:
		if b := f.reservation(x.Reservation, trace); b != nil {
			b.User, b.PrepaidMinor = x.User, x.PrepaidMinor
			b.asks(trace, x.SpotType, x.Plate, x.StartMS, x.EndMS)
		}
	case fact.ReservationEdited:
		if b := f.reservation(x.Reservation, trace); b != nil {
			b.asks(trace, x.SpotType, x.Plate, x.StartMS, x.EndMS)
		}
	case fact.ReservationEnded:
		trace.Minor = int64(x.Status)
		f.reservation(x.Reservation, trace)
	case fact.ReservationSpot:
		if b := f.reservation(x.Reservation, trace); b != nil && (b.spotAt == (Trace{}) || trace.compare(b.spotAt) > 0) {
			b.Spot, b.spotAt = x.Spot, trace
		}
	case fact.PassIssued:
		if p := f.pass(x.Pass, trace); p != nil && (p.issued == (Trace{}) || trace.compare(p.issued) > 0) {
			p.User, p.Plate, p.Card, p.SpotType, p.FromMS, p.UntilMS, p.issued = x.User, x.Plate, x.Card, x.SpotType, x.FromMS, x.UntilMS, trace
		}
	case fact.PassRevoked:
		if p := f.pass(x.Pass, trace); p != nil {
			p.Revoked = true
		}
	default:
		return false
	}
	return true
}

// alert folds what needs a person.
func (f *folder) alert(r fact.Record, sums *Sums) {
	raise := func(kind AlertKind, subject string, active bool, detail string) {
		a := Alert{Kind: kind, Subject: subject, Active: active, AtMS: r.At.WallMS, Detail: detail, Newest: traceOf(r)}
		key := alertKey{kind, subject}
		if old, found := f.alerts[key]; !found || a.Newer(&old) {
			f.alerts[key] = a
		}
	}
	switch x := r.Fact.(type) {
	case fact.GateFaulted:
		raise(AlertGate, string(x.Gate)+" "+x.Fault.String(), true, x.Fault.String())
	case fact.GateRecovered:
		raise(AlertGate, string(x.Gate)+" "+x.Fault.String(), false, x.Fault.String())
	case fact.HoldStarted:
		raise(AlertHold, string(x.Gate), true, x.Actor)
	case fact.HoldEnded:
		raise(AlertHold, string(x.Gate), false, x.Actor)
	case fact.FireStarted:
		raise(AlertFire, "", true, "")
	case fact.FireEnded:
		raise(AlertFire, "", false, "")
	case fact.SensorFaulted:
		raise(AlertSensor, string(x.Spot)+" "+strconv.Itoa(int(x.Sensor)), true, x.Reason.String())
	case fact.SensorRecovered:
		raise(AlertSensor, string(x.Spot)+" "+strconv.Itoa(int(x.Sensor)), false, x.Reason.String())
	case fact.ViolationFound:
		sums.Violations++
		raise(AlertViolation, x.Violation.String()+" "+string(x.Spot)+string(x.Ticket), true, x.Violation.String())
	case fact.ViolationEnded:
		raise(AlertViolation, x.Violation.String()+" "+string(x.Spot)+string(x.Ticket), false, x.Violation.String())
	case fact.LogDamaged:
		raise(AlertDamage, strconv.FormatUint(x.First, 10), true, "to "+strconv.FormatUint(x.Last, 10))
	case fact.CommitsLate:
		raise(AlertStall, r.Dot.Incarnation.String(), true, strconv.FormatInt(x.StallMS, 10)+" ms")
	case fact.BarrierMoved:
		raise(AlertMoved, string(x.Gate), true, "")
	case fact.ClockChanged:
		if x.StepMS != 0 {
			f.change.Steps = append(f.change.Steps, ClockStep{Boot: r.At.Boot, HLC: r.At.HLC, StepMS: x.StepMS})
		}
	}
}

// trace adds a trace to a visit, and returns it if that was new.
func (f *folder) trace(id fact.TicketID, trace Trace) *Ticket {
	if id == "" {
		return nil
	}
	t := f.rows.Tickets[id]
	if t == nil {
		t = &Ticket{ID: id}
		f.rows.Tickets[id] = t
	}
	if _, seen := f.tickets[id]; !seen {
		atMS, sums := t.contribution()
		before := ticketBefore{sums: sums, open: t.Status.Open(), kind: t.Priced}
		if !sums.IsZero() {
			before.key = f.days.hour(atMS)
			before.key.Boot = t.LeftBoot
		}
		f.tickets[id] = before
	}
	trail, fresh := t.Trail.Add(trace)
	if !fresh {
		return nil
	}
	t.Trail = trail
	return t
}

func (f *folder) reservation(id fact.ReservationID, trace Trace) *Reservation {
	if id == "" {
		return nil
	}
	b := f.rows.Reservations[id]
	if b == nil {
		b = &Reservation{ID: id}
		f.rows.Reservations[id] = b
	}
	trail, fresh := b.Trail.Add(trace)
	if !fresh {
		return nil
	}
	b.Trail, f.reservations[id] = trail, true
	return b
}

func (f *folder) pass(id fact.PassID, trace Trace) *Pass {
	if id == "" {
		return nil
	}
	p := f.rows.Passes[id]
	if p == nil {
		p = &Pass{ID: id}
		f.rows.Passes[id] = p
	}
	trail, fresh := p.Trail.Add(trace)
	if !fresh {
		return nil
	}
	p.Trail, f.passes[id] = trail, true
	return p
}
