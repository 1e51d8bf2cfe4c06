package rig

import (
	"fmt"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// money books a fact about a ticket's money.
func (w *watcher) money(f fact.Fact) error {
	switch f := f.(type) {
	case fact.PaymentRequested:
		return w.asked(f)
	case fact.PaymentFailed:
		if v := w.open[f.Ticket]; v != nil && v.pending == f.Payment {
			v.pending = ""
		}
	case fact.PaymentReceived:
		if v := w.open[f.Ticket]; v != nil {
			v.paid, v.paidMS, v.pending = v.paid+f.AmountMinor, w.nowMS, ""
		}
	case fact.FeeOwed:
		if v := w.open[f.Ticket]; v != nil {
			v.owed += f.AmountMinor
		}
		if w.slipped.ticket == f.Ticket && w.nowMS >= 0 {
			w.slipped.billed = true
			w.leaves = append(w.leaves, w.slipped)
		}
	}
	return nil
}

// asked checks that no terminal is asked for money while another order for the same ticket has no answer.
func (w *watcher) asked(f fact.PaymentRequested) error {
	v := w.open[f.Ticket]
	if v == nil {
		return nil
	}
	if v.pending != "" {
		return fmt.Errorf("M3: ticket %s is asked for payment %s while %s has no answer", f.Ticket, f.Payment, v.pending)
	}
	if v.pending = f.Payment; v.asked != f.AmountMinor { // the price first shown holds
		v.asked, v.askedMS = f.AmountMinor, w.nowMS
	}
	return nil
}

// leaving checks that an exit is accounted for: what the stay costs is paid, owed with a reason, or nothing
// (M1, M3), and that the price is what the tariff says of the stamps (M4, M5).
func (w *watcher) leaving(r fact.Record, f fact.ExitGranted, at factlog.Index) error {
	v := w.open[f.Ticket]
	if v == nil {
		return fmt.Errorf("A1: exit of ticket %s, which is not open", f.Ticket)
	}
	again := v.exit && v.fee == f.FeeMinor // it could not drive yet: what was settled holds
	v.exit, v.inside, v.fee = true, true, f.FeeMinor
	w.granted[string(f.Gate)+string(f.Ticket)] = grant{r.Dot, at}
	if w.nowMS >= 0 {
		w.leaves = append(w.leaves, leave{
			gate: f.Gate, atMS: w.nowMS, billed: v.paid+v.owed > 0, free: v.free || f.Reason == fact.ReasonFire, priced: v.priced,
		})
	}
	if f.FeeMinor < 0 || f.FeeMinor > v.paid+v.owed {
		return fmt.Errorf("M1: ticket %s left for %d, paid %d, owed %d", f.Ticket, f.FeeMinor, v.paid, v.owed)
	}
	if again || v.free || v.lost || v.suspect || f.Reason == fact.ReasonFire {
		return nil
	}
	return w.priced(r, f, v)
}

// priced checks a fee against the tariff and the world's own time: never more than the stay costs, and never less
// than it cost when the payment was asked for, nor than it costs now if the time to leave is over (M4, M5).
func (w *watcher) priced(r fact.Record, f fact.ExitGranted, v *visit) error {
	enteredMS, known := w.enteredMS[f.Ticket]
	if !known || w.nowMS < 0 || v.owed > 0 || w.clockLost {
		return nil
	}
	costs := func(untilMS int64) int64 {
		until := r.At.WallMS - (w.nowMS - untilMS)
		return tariff.Quote(w.cfg.Tariff, tariff.Stay{EntryMS: until - (untilMS - enteredMS), ExitMS: until, SpotType: v.priced}).TotalMinor
	}
	rule := "M4: "
	if w.stepMS != -never {
		rule = "M5: "
	}
	least := costs(w.nowMS)
	if most := least; f.FeeMinor > most {
		return fmt.Errorf("%sticket %s pays %d, the tariff says %d", rule, f.Ticket, f.FeeMinor, most)
	}
	if v.paid > 0 && (v.paidMS < 0 || v.askedMS < 0) {
		return nil // paid before a restart: the watcher has forgotten when
	}
	if v.paid > 0 && w.nowMS <= v.paidMS+w.cfg.Tariff.Grace.ExitMS {
		least = costs(v.askedMS)
	}
	if f.FeeMinor < least {
		return fmt.Errorf("%sticket %s pays %d, the tariff says at least %d", rule, f.Ticket, f.FeeMinor, least)
	}
	return nil
}
