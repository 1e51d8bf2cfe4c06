package lot

import (
	"cmp"
	"slices"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

// SetTariff has entries promise another tariff from here on. It is to be said again after each start, or to be in the
// configuration that the lot is made of. Said again it changes nothing.
type SetTariff struct {
	TariffVersion
	Next []TariffVersion // as in Config
}

// SetPolicy has the lot go by other rules than its site file says. Like a tariff, it is not remembered.
type SetPolicy struct {
	Name    string
	Policy  Policy
	Booking booking.Rules
}

// SetValidations says what merchants' validations may still do: a code that is not named is for its tariff alone to
// decide. It is to be said again after each start.
type SetValidations struct{ Validations []Validation }

// Validation bounds the use of one discount of the tariff.
type Validation struct {
	Code      string
	Merchant  string
	From      string   // first day of use, as 2026-01-31, in the location's civil time; empty: any
	Until     string   // last day
	Withdrawn bool     // not to be used at all
	Coupons   []string // the numbers that count; none: any
}

// FreeExit lets a ticket's vehicle out without money, and says so: what is due is waived. With a gate, the vehicle that
// stands there is let out on it.
type FreeExit struct {
	Request
	Ticket fact.TicketID
	Gate   int // -1: whichever it stands at, or will
	Note   string
}

func (SetTariff) event()      {}
func (SetPolicy) event()      {}
func (SetValidations) event() {}
func (FreeExit) event()       {}

// inputConfiguration handles what changes the rules of a lot that runs. Everything else of its configuration is for its life.
func (l *Lot) inputConfiguration(ev Event) bool {
	switch e := ev.(type) {
	case SetTariff:
		changed := *l.cfg
		changed.Tariff, changed.TariffText, changed.TariffDigest, changed.NextTariffs = e.Tariff, e.Text, e.Digest, e.Next
		l.cfg = &changed
		l.currentTariff()
	case SetPolicy:
		changed := *l.cfg
		changed.Name, changed.Policy, changed.Booking = e.Name, e.Policy, e.Booking
		l.cfg, l.idle = &changed, newIdleFaces(e.Name)
		l.book.SetRules(e.Booking)
		for kind, spots := range sellable(l.cfg) {
			l.book.Calendar().SetCapacity(fact.SpotType(kind), spots)
		}
		l.signs.moved = true
		for _, t := range l.tickets.open {
			l.watchOverstay(t)
			l.watchVacated(t)
			l.watchCharging(t)
		}
	case SetValidations:
		l.headquarters.validations = map[string]Validation{}
		for _, v := range e.Validations {
			v.Coupons = slices.Sorted(slices.Values(v.Coupons))
			l.headquarters.validations[v.Code] = v
		}
	default:
		return false
	}
	return true
}

// withdrawn says why headquarters does not want a discount to be used.
func (l *Lot) withdrawn(code, coupon string) *Problem {
	v, bounded := l.headquarters.validations[code]
	today := l.civil(l.now.WallMS)[:len("2006-01-02")]
	_, counts := slices.BinarySearch(v.Coupons, coupon)
	switch {
	case !bounded:
		return nil
	case v.Withdrawn:
		return &Problem{ProblemNotPossible, code + " was withdrawn by headquarters", "ask " + cmp.Or(v.Merchant, "headquarters")}
	case v.From != "" && today < v.From || v.Until != "" && today > v.Until:
		return &Problem{ProblemNotPossible, code + " is not to be used on " + today, "it is good from " + cmp.Or(v.From, "any day") + " to " + cmp.Or(v.Until, "any day")}
	case len(v.Coupons) > 0 && !counts:
		return &Problem{ProblemNotPossible, "coupon " + coupon + " of " + code + " is none that was given out", "look at its number"}
	}
	return nil
}

// freeExit waives what is due. A ticket of which nothing is due is let out all the same.
func (l *Lot) freeExit(e FreeExit) Result {
	t, problem := l.payable(e.Ticket)
	if problem != nil {
		return Result{Problem: problem}
	}
	if e.Gate >= 0 && l.cfg.Gates[e.Gate].Lane.Direction == fact.Inward {
		return refuse(ProblemInvalid, "gate "+string(l.cfg.Gates[e.Gate].ID)+" is an entry", "name an exit gate, or none")
	}
	if e.Gate >= 0 && l.lanes[e.Gate].passage.Faults().Has(fact.FaultStopped) {
		return refuse(ProblemBlocked, "the stop button is pressed", "release it when the lane is safe; then try again")
	}
	result := Result{Granted: true, Ticket: t.ID, Reason: fact.ReasonOperator}
	if dueMinor := l.Account(t, l.now).DueMinor; dueMinor > 0 {
		result.Payment = fact.PaymentID(l.nextDot().ID('P'))
		l.emit(fact.FeeWaived{Payment: result.Payment, Ticket: t.ID, AmountMinor: dueMinor, Waiver: fact.WaiverOther, Actor: e.Actor, Note: clip(e.Note)})
	}
	if !t.Open() {
		return result
	}
	if e.Gate >= 0 {
		l.settle(e.Gate, t, fact.CredentialNone, l.recentPlate(e.Gate))
	} else {
		l.letWaitingOut(t)
	}
	return result
}
