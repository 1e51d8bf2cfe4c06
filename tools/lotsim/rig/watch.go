package rig

import (
	"fmt"

	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// watcher knows what must hold and says when it does not. It keeps its own books, from facts and effects only.
type watcher struct {
	cfg     *lot.Config
	full    bool // check everything at every step
	failure error

	payloads  [][]byte      // appended, by position
	acked     factlog.Index // durable by the log's word
	seqs      map[uint64]uint64
	open      map[fact.TicketID]*visit
	ended     map[fact.TicketID]*visit // backed out, or corrected
	spots     map[fact.SpotID]fact.TicketID
	raised    map[fact.Dot]int
	granted   map[string]grant
	gates     []*gatecheck.Checker
	doubles   int
	leaves    []leave
	slipped   leave                   // the last vehicle that followed another
	enteredMS map[fact.TicketID]int64 // in the world's time
	nowMS     int64                   // the world's time; -1 while the log is read anew
	clockLost bool                    // a clock step may have been lost in a power cut
	stepMS    int64                   // when the clock was stepped last
	fireMS    int64                   // since when the fire input is active; never: it is not
	held      []bool
	stopped   []bool // only STOP outranks a fire
	sensed    map[fact.SpotID]fact.SpotStatus
	counted   map[fact.GateID]int // vehicles through each gate, by the log
	spoiled   *factlog.Log        // in which a flush failed
}

func newWatcher(cfg *lot.Config) watcher {
	return watcher{
		cfg: cfg, seqs: map[uint64]uint64{}, open: map[fact.TicketID]*visit{}, ended: map[fact.TicketID]*visit{}, spots: map[fact.SpotID]fact.TicketID{},
		raised: map[fact.Dot]int{}, granted: map[string]grant{}, enteredMS: map[fact.TicketID]int64{},
		stepMS: -never, fireMS: never, held: make([]bool, len(cfg.Gates)), stopped: make([]bool, len(cfg.Gates)),
		sensed: map[fact.SpotID]fact.SpotStatus{}, counted: map[fact.GateID]int{},
	}
}

// fail notes the first violation.
func (w *watcher) fail(err error) {
	if w.failure == nil {
		w.failure = err
	}
}

// step checks what one step of the lot led to.
func (w *watcher) step(r *Rig, event lot.Event, out lot.Out) error {
	w.nowMS = r.nowMS
	switch e := event.(type) {
	case lot.ClockChanged:
		w.stepMS = r.nowMS
	case lot.FireChanged:
		if w.fireMS = never; e.Active {
			w.fireMS = r.nowMS
		}
	case lot.StopChanged:
		w.stopped[e.Gate] = e.Active
	}
	for i, held := range w.held {
		if r.nowMS > w.fireMS+1_000 && !held && !w.stopped[i] {
			return fmt.Errorf("P5: gate %s is not held open a second after the fire alarm", w.cfg.Gates[i].ID)
		}
	}
	for i, record := range out.Facts {
		payload, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return err
		}
		r.trace.Write(payload)
		if err := w.record(record, r.log.Last()+factlog.Index(i)+1); err != nil {
			return err
		}
	}
	if w.full || r.cfg.Watch {
		w.truth(r)
		w.stalled(r)
		if len(out.Facts) > 0 {
			if err := w.allocation(r); err != nil {
				return err
			}
		}
	}
	return w.failure
}

// record books one fact.
func (w *watcher) record(r fact.Record, at factlog.Index) error {
	boot := uint64(r.Dot.Incarnation)
	if r.Dot.Seq != w.seqs[boot]+1 {
		return fmt.Errorf("M2: fact %d of incarnation %s follows %d", r.Dot.Seq, r.Dot.Incarnation, w.seqs[boot])
	}
	w.seqs[boot] = r.Dot.Seq
	switch f := r.Fact.(type) {
	case fact.ClockChanged:
		for _, v := range w.open {
			if v.entry.Boot == r.At.Boot {
				v.entry.WallMS += f.StepMS
			}
		}
	case fact.EntryGranted:
		return w.entered(r, f, at)
	case fact.EntryReadmitted:
		w.granted[string(f.Gate)+string(f.Ticket)] = grant{r.Dot, at}
	case fact.EntryDenied:
		return w.refused(f)
	case fact.ExitGranted:
		return w.leaving(r, f, at)
	case fact.VehiclePassed:
		w.count(f.Gate)
		w.through(f)
	case fact.VehicleWrongWay:
		if f.Through {
			w.count(f.Gate)
		}
	case fact.VehicleTailgated:
		w.count(f.Gate)
		w.slipped = leave{gate: f.Gate, atMS: w.nowMS, ticket: f.Guess}
	case fact.VehicleBackedOut:
		w.backed(f)
	case fact.PaymentRequested, fact.PaymentFailed, fact.PaymentReceived, fact.FeeOwed:
		return w.money(f)
	case fact.TicketSuspected:
		if v := w.open[f.Ticket]; v != nil {
			v.suspect = true
		}
	case fact.TicketLost:
		w.open[f.Ticket] = &visit{entry: r.At, lost: true, suspect: true}
	case fact.TicketCorrected:
		return w.corrected(f)
	case fact.TicketParked:
		return w.parked(f)
	case fact.SpotChanged:
		w.sensed[f.Spot] = f.After
		if v := w.open[w.spots[f.Spot]]; f.After == fact.SpotAvailable && v != nil && v.parked {
			v.spot, v.parked = "", false // its car left; a spot that is only held stays so
			delete(w.spots, f.Spot)
		}
	}
	return nil
}

// end checks what must hold when the run is over.
func (w *watcher) end(r *Rig) error {
	if w.failure != nil {
		return w.failure
	}
	if !r.cfg.Watch {
		return nil
	}
	if _, err := r.log.Verify(); err != nil {
		return fmt.Errorf("M2: the log does not verify: %w", err)
	}
	if err := w.released(r); err != nil {
		return err
	}
	return w.conserved(r)
}
