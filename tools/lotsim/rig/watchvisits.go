package rig

import (
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// visit is a ticket in the watcher's books.
type visit struct {
	entry   fact.Stamp
	priced  fact.SpotType
	paid    int64
	owed    int64
	asked   int64
	pending fact.PaymentID // asked of a terminal, and not answered
	askedMS int64          // when the last payment was asked for, in the world's time
	paidMS  int64          // when it came
	free    bool
	lost    bool
	suspect bool
	exit    bool  // granted
	fee     int64 // at which it was
	inside  bool  // seen inside since its entry was granted
	spot    fact.SpotID
	parked  bool
}

// corrected books a ticket that is closed or opened without a passage: never one that is over, or goes on, already (M1).
func (w *watcher) corrected(f fact.TicketCorrected) error {
	open, ended := w.open[f.Ticket], w.ended[f.Ticket]
	switch {
	case f.Close && open == nil:
		return fmt.Errorf("M1: ticket %s is closed, and was not open", f.Ticket)
	case f.Close:
		w.close(f.Ticket)
		w.ended[f.Ticket] = open
	case open != nil:
		return fmt.Errorf("M1: ticket %s is opened again, and was open", f.Ticket)
	case ended != nil:
		ended.spot, ended.parked, ended.inside = "", false, true
		w.open[f.Ticket] = ended
	}
	return nil
}

// entered books a new visit: its spot is nobody else's (B1).
func (w *watcher) entered(r fact.Record, f fact.EntryGranted, at factlog.Index) error {
	if w.open[f.Ticket] != nil {
		return fmt.Errorf("A2: ticket %s was given twice", f.Ticket)
	}
	if other := w.spots[f.Spot]; other != "" {
		w.doubles++
		return fmt.Errorf("B1: spot %s was given to %s and to %s", f.Spot, other, f.Ticket)
	}
	w.open[f.Ticket] = &visit{entry: r.At, priced: f.Priced, spot: f.Spot, free: f.Pass != ""}
	if w.nowMS >= 0 {
		w.enteredMS[f.Ticket] = w.nowMS
	}
	w.spots[f.Spot] = f.Ticket
	w.granted[string(f.Gate)+string(f.Ticket)] = grant{r.Dot, at}
	return nil
}

func (w *watcher) close(id fact.TicketID) {
	v := w.open[id]
	if v == nil {
		return
	}
	if w.spots[v.spot] == id {
		delete(w.spots, v.spot)
	}
	delete(w.open, id)
}

func (w *watcher) backed(f fact.VehicleBackedOut) {
	v := w.open[f.Ticket]
	switch {
	case v == nil:
	case f.Direction == fact.Outward:
		v.exit = false
	case !v.inside:
		w.close(f.Ticket)
		w.ended[f.Ticket] = v
	}
}

func (w *watcher) through(f fact.VehiclePassed) {
	w.slipped = leave{}
	if f.Direction == fact.Outward && f.Ticket == "" && f.Reason != fact.ReasonNone && w.nowMS >= 0 {
		w.leaves = append(w.leaves, leave{gate: f.Gate, atMS: w.nowMS, free: true})
	}
	if f.Direction == fact.Outward {
		w.close(f.Ticket)
	} else if v := w.open[f.Ticket]; v != nil {
		v.inside = true
	}
}
