package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// Apply folds one fact into what a restart must remember. It is the only place that changes it. A fact about a
// gate or spot that the configuration no longer has changes nothing but the totals.
func (l *Lot) Apply(r fact.Record) {
	l.moveLine(r.At)
	l.meta.Incarnation, l.meta.Seq, l.meta.Last = r.Dot.Incarnation, r.Dot.Seq, r.At
	l.dirty.add(TableMeta, "")
	switch {
	case l.applySystem(r):
	case l.applyGate(r):
	case l.applyMoney(r):
	case l.applyTariff(r):
	case l.applyPayment(r):
	case l.applySpot(r):
	case l.applyRight(r):
	}
}

func (l *Lot) applySystem(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.GatewayStarted:
		l.meta.Trust = r.At.Trust
	case fact.ClockChanged:
		l.meta.Trust = f.To
		l.redate(r.At.Boot, f)
	case fact.LogDamaged:
		l.meta.LostFacts += f.Last - f.First + 1
		l.meta.DeclaredThrough = max(l.meta.DeclaredThrough, f.Last)
		l.troubles.damage = append(l.troubles.damage, f)
	case fact.CommitsLate:
		l.meta.LateCommits += int64(f.LastSeq - f.FirstSeq + 1)
	case fact.RequestHandled:
		l.remember(f, r.At.WallMS)
	default:
		return false
	}
	return true
}

// moveLine moves the line of elapsed time to a stamp.
func (l *Lot) moveLine(at fact.Stamp) {
	last := l.meta.Last
	switch {
	case last.IsZero() || at.Boot == last.Boot:
		l.meta.LineMS = l.lineMS(at)
	case at.Trust == fact.ClockUnset || last.Trust == fact.ClockUnset:
		l.meta.Doubts++
	default:
		l.meta.LineMS += max(0, at.WallMS-last.WallMS)
	}
}

// lineMS is a stamp of this run on the line of elapsed time.
func (l *Lot) lineMS(at fact.Stamp) int64 {
	return l.meta.LineMS + max(0, at.MonoMS-l.meta.Last.MonoMS)
}

// redate moves the times of entries and payments that were taken in this boot by a clock now known to have been wrong.
func (l *Lot) redate(boot uint64, f fact.ClockChanged) {
	if f.StepMS == 0 {
		return
	}
	for _, t := range l.tickets.open {
		if t.Entry.Boot == boot {
			t.Entry.WallMS += f.StepMS
			t.Entry.Trust = f.To
			t.Redated = true
			l.dirty.add(TableTickets, string(t.ID))
		}
		for i := range t.Payments {
			if p := &t.Payments[i]; p.At.Boot == boot {
				p.At.WallMS += f.StepMS
				l.dirty.add(TableTickets, string(t.ID))
			}
		}
	}
}

func (l *Lot) applyGate(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.EntryGranted:
		l.applyEntryGranted(r, f)
	case fact.EntryReadmitted:
		l.regrant(r, f.Ticket, TicketAdmitted)
		l.decided(f.Gate, Decision{Granted: true, Reason: fact.ReasonReentered, Ticket: f.Ticket}, r.At)
	case fact.EntryDenied:
		l.applyDenied(r.At, f.Reason)
		l.decided(f.Gate, Decision{Reason: f.Reason, Plate: f.Plate, Without: f.Without}, r.At)
	case fact.ExitGranted:
		l.applyExitGranted(r, f)
	case fact.ExitDenied:
		l.decided(f.Gate, Decision{Reason: f.Reason, Plate: f.Plate, Ticket: f.Ticket, FeeText: l.moneyText(f.DueMinor), Without: f.Without}, r.At)
	case fact.VehiclePassed:
		l.applyPassed(r, f)
	case fact.VehicleBackedOut:
		l.applyBackedOut(r, f)
	case fact.VehicleTailgated:
		l.applyTailgated(r, f)
	case fact.VehicleWrongWay:
		if f.Through {
			l.countPassage(f.Gate, f.Direction, r.At)
			if f.Direction == fact.Outward {
				l.leftUnnamed(r.At)
			}
		}
	default:
		return l.applyGateState(r)
	}
	return true
}

func (l *Lot) applyGateState(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.GateFaulted:
		l.changeGate(f.Gate, func(g *GateState) { g.Faults, g.FaultAtMS = g.Faults|1<<f.Fault, r.At.WallMS })
	case fact.GateRecovered:
		l.changeGate(f.Gate, func(g *GateState) { g.Faults &^= 1 << f.Fault })
	case fact.HoldStarted:
		l.changeGate(f.Gate, func(g *GateState) { g.Held, g.HeldBy, g.HeldAtMS = true, f.Actor, r.At.WallMS })
	case fact.HoldEnded:
		l.changeGate(f.Gate, func(g *GateState) { g.Held, g.HeldBy, g.HeldAtMS = false, "", 0 })
	case fact.FireStarted:
		l.meta.Fire = true
	case fact.FireEnded:
		l.meta.Fire = false
	case fact.BarrierRaised:
		l.decided(f.Gate, Decision{Granted: true, Reason: f.Reason}, r.At)
	case fact.BarrierMoved, fact.GateConfirmed:
	default:
		return false
	}
	return true
}

func (l *Lot) applyMoney(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.PaymentRequested:
		l.changeTicket(f.Ticket, func(t *Ticket) {
			l.forgetFailed(t)
			t.Payments = append(t.Payments, Payment{ID: f.Payment, AmountMinor: f.AmountMinor, At: r.At, Gate: f.Gate})
			l.tickets.asked[f.Payment] = t
		})
	case fact.PaymentReceived:
		l.applyPaymentReceived(r, f)
	case fact.PaymentFailed:
		l.changeTicket(f.Ticket, func(t *Ticket) {
			if p := t.payment(f.Payment); p != nil && p.Status == PaymentPending {
				p.Status = PaymentFailed
			}
		})
	case fact.TicketSuspected:
		l.changeTicket(f.Ticket, func(t *Ticket) { t.Suspect = f.Reason })
	case fact.TicketLost:
		l.applyTicketLost(r, f)
	case fact.TicketCorrected:
		l.applyTicketCorrected(r, f)
	case fact.FeeOwed:
		l.changeTicket(f.Ticket, func(t *Ticket) {
			t.OwedMinor += f.AmountMinor
			t.MayOwe = t.MayOwe || f.Reason == fact.ReasonOperator
		})
		l.hour(r.At.WallMS).OwedMinor += f.AmountMinor
	default:
		return false
	}
	return true
}

func (l *Lot) applySpot(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.SpotChanged:
		l.applySpotChanged(r, f)
	case fact.TicketParked:
		l.applyTicketParked(r, f)
	case fact.SpotServiced:
		l.changeSpotID(f.Spot, func(s *SpotState) { s.Out = f.Out })
	case fact.SensorFaulted:
		l.changeSpotID(f.Spot, func(s *SpotState) { s.Fault = f.Reason })
	case fact.SensorRecovered:
		l.changeSpotID(f.Spot, func(s *SpotState) { s.Fault = fact.ReasonNone })
	case fact.CountCorrected:
		l.meta.LoopInside = f.After
		l.signs.moved = true
		l.hour(r.At.WallMS).Corrections++
	case fact.ViolationFound:
		l.applyViolation(f.Violation, f.Spot, f.Ticket, true)
	case fact.ViolationEnded:
		l.applyViolation(f.Violation, f.Spot, f.Ticket, false)
	default:
		return false
	}
	return true
}

func (l *Lot) applyViolation(v fact.Violation, spot fact.SpotID, ticket fact.TicketID, begins bool) {
	if v == fact.ViolationOverstay {
		l.changeTicket(ticket, func(t *Ticket) { t.Overstay = begins })
		return
	}
	if !begins {
		v = fact.ViolationNone
	}
	l.changeSpotID(spot, func(s *SpotState) { s.Violation = v })
}

// changeGate changes one gate's remembered state.
func (l *Lot) changeGate(id fact.GateID, change func(*GateState)) {
	if i, found := l.gateIndex[id]; found {
		change(&l.gates[i])
		l.dirty.add(TableGates, string(id))
	}
}

// decided remembers a gate's last decision.
func (l *Lot) decided(id fact.GateID, d Decision, at fact.Stamp) {
	d.AtMS = at.WallMS
	l.changeGate(id, func(g *GateState) {
		g.Last = d
		if d.Granted {
			g.Granted++
		}
	})
	if len(l.decisions) == 2*recentDecisionsMax {
		l.decisions = slices.Delete(l.decisions, 0, recentDecisionsMax)
	}
	l.decisions = append(l.decisions, DecisionAt{Gate: id, Decision: d})
}
