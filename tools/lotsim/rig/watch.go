package rig

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
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
	exit    bool // granted
	inside  bool // seen inside since its entry was granted
	spot    fact.SpotID
	parked  bool
}

// grant is the last cause for a ticket's raise at a gate.
type grant struct {
	dot  fact.Dot
	last factlog.Index // position of its fact
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

// appended takes note of a payload that was handed to the log.
func (w *watcher) appended(at factlog.Index, payload []byte) {
	for len(w.payloads) < int(at) {
		w.payloads = append(w.payloads, nil)
	}
	w.payloads[at-1] = bytes.Clone(payload)
}

// durable takes note of the log's word that everything up to a position is on the disk.
func (w *watcher) durable(last factlog.Index) { w.acked = max(w.acked, last) }

// reopened checks a log that was opened anew: everything that was durable is there, unchanged (D1, D2, M1).
func (w *watcher) reopened(log *factlog.Log) {
	next := factlog.Index(1)
	err := log.Read(1, func(at factlog.Index, payload []byte) error {
		for ; next < at; next++ {
			if next <= w.acked {
				return fmt.Errorf("D2: fact %d was durable and is gone", next)
			}
		}
		next = at + 1
		if int(at) <= len(w.payloads) && !bytes.Equal(payload, w.payloads[at-1]) {
			return fmt.Errorf("D2: fact %d is not what was appended", at)
		}
		return nil
	})
	if err == nil && next <= w.acked {
		err = fmt.Errorf("D2: facts %d to %d were durable and are gone", next, w.acked)
	}
	if err != nil {
		w.fail(err)
	}
}

// booted checks a gateway that has just been restored: its log is whole, and its state is what the facts lead to
// (D2, M2).
func (w *watcher) booted(r *Rig, recovery factlog.Recovery) error {
	w.gates = nil
	for i := range w.cfg.Gates {
		w.gates = append(w.gates, gatecheck.New(w.cfg.Gates[i].Lane))
	}
	r.lot.OnPassage(func(i int, nowMS int64, in gate.Input, out []gate.Output) {
		for _, violation := range w.gates[i].Step(nowMS, in, out) {
			w.fail(fmt.Errorf("gate %s: %s", w.cfg.Gates[i].ID, violation))
		}
	})
	if r.boots == 1 {
		return nil
	}
	w.reopened(r.log)
	w.payloads = w.payloads[:min(len(w.payloads), int(r.log.Last()))]
	w.acked = min(w.acked, r.log.Last())
	if err := w.refold(r); err != nil {
		return err
	}
	return w.failure
}

// refold folds the whole log anew and compares: with the restored lot, and with the watcher's own books.
func (w *watcher) refold(r *Rig) error {
	fresh, err := lot.New(r.cfg.Lot)
	if err != nil {
		return err
	}
	if _, err := fold(r.log, 1, fresh); err != nil {
		return err
	}
	again, _, err := r.restore(r.log) // another, because dumping one makes it forget what the next checkpoint needs
	if err != nil {
		return err
	}
	if got, want := dump(again), dump(fresh); got != want {
		return fmt.Errorf("D2: the restored state is not what the facts lead to:\n%s", difference(got, want))
	}
	*w = w.anew()
	return r.log.Read(1, func(at factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		if err != nil {
			return err
		}
		return w.record(record, at)
	})
}

// anew keeps what outlives a restart.
func (w *watcher) anew() watcher {
	fresh := newWatcher(w.cfg)
	fresh.full, fresh.failure, fresh.payloads, fresh.acked, fresh.gates = w.full, w.failure, w.payloads, w.acked, w.gates
	fresh.doubles, fresh.raised, fresh.enteredMS, fresh.nowMS = w.doubles, w.raised, w.enteredMS, -1
	fresh.leaves = w.leaves
	fresh.clockLost = w.clockLost || w.nowMS-w.stepMS < 10_000
	return fresh
}

// dump is the state of a lot that the facts lead to, as text: all but the sensors' baselines.
func dump(l *lot.Lot) string {
	l.DirtyAll()
	records := map[string]string{}
	l.Dirty(func(table uint8, key string, value any) {
		if value == nil || table >= 128 || table == lot.TableBaselines {
			return
		}
		records[fmt.Sprintf("%03d/%s", table, key)] = fmt.Sprintf("%+v", deref(value))
	})
	var b bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(records)) {
		fmt.Fprintf(&b, "%s %s\n", key, records[key])
	}
	return b.String()
}

func deref(value any) any {
	switch v := value.(type) {
	case *lot.Ticket:
		data, _ := wire.Marshal(v)
		return data
	case *lot.Hour:
		return *v
	}
	data, _ := wire.Marshal(value)
	return data
}

// difference is the first line in which two dumps differ.
func difference(got, want string) string {
	a, b := bytes.Split([]byte(got), []byte("\n")), bytes.Split([]byte(want), []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("restored %s\nfolded   %s", a[i], b[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(a), len(b))
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
		if v := w.open[f.Ticket]; f.Close && v != nil {
			w.close(f.Ticket)
			w.ended[f.Ticket] = v
		} else if v := w.ended[f.Ticket]; v != nil {
			v.spot, v.parked, v.inside = "", false, true
			w.open[f.Ticket] = v
		}
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

func (w *watcher) parked(f fact.TicketParked) error {
	v := w.open[f.Ticket]
	if v == nil {
		return fmt.Errorf("B1: ticket %s is parked and not open", f.Ticket)
	}
	if w.spots[v.spot] == f.Ticket {
		delete(w.spots, v.spot)
	}
	if other := w.open[w.spots[f.Spot]]; other != nil && other != v {
		other.spot, other.parked = "", false
	}
	v.spot, v.parked, v.inside = f.Spot, true, true
	w.spots[f.Spot] = f.Ticket
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

// leaving checks that an exit is accounted for: what the stay costs is paid, owed with a reason, or nothing
// (M1, M3), and that the price is what the tariff says of the stamps (M4, M5).
func (w *watcher) leaving(r fact.Record, f fact.ExitGranted, at factlog.Index) error {
	v := w.open[f.Ticket]
	if v == nil {
		return fmt.Errorf("A1: exit of ticket %s, which is not open", f.Ticket)
	}
	v.exit, v.inside = true, true
	w.granted[string(f.Gate)+string(f.Ticket)] = grant{r.Dot, at}
	if w.nowMS >= 0 {
		w.leaves = append(w.leaves, leave{
			gate: f.Gate, atMS: w.nowMS, billed: v.paid+v.owed > 0, free: v.free || f.Reason == fact.ReasonFire, priced: v.priced,
		})
	}
	if f.FeeMinor < 0 || f.FeeMinor > v.paid+v.owed {
		return fmt.Errorf("M1: ticket %s left for %d, paid %d, owed %d", f.Ticket, f.FeeMinor, v.paid, v.owed)
	}
	if v.free || v.lost || v.suspect || f.Reason == fact.ReasonFire {
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

// barrier checks the cause of a raise: it is durable, unless the disk stalled (A1, D1), and it raises once (A2).
func (w *watcher) barrier(r *Rig, e lot.MoveBarrier, committed bool) {
	switch e.Command {
	case gate.CommandHold:
		w.held[e.Gate] = true
	case gate.CommandRelease:
		w.held[e.Gate] = false
	case gate.CommandStop:
		w.held[e.Gate] = false
	}
	if e.Command != gate.CommandRaise || e.Cause != gate.CauseVend || e.Ticket == "" {
		return
	}
	cause, known := w.granted[string(w.cfg.Gates[e.Gate].ID)+string(e.Ticket)]
	switch {
	case !known:
		w.fail(fmt.Errorf("A1: gate %s rises for ticket %s, which was granted nothing", w.cfg.Gates[e.Gate].ID, e.Ticket))
	case committed && cause.last > w.acked:
		w.fail(fmt.Errorf("D1: gate %s rises for ticket %s before its grant is durable", w.cfg.Gates[e.Gate].ID, e.Ticket))
	case !committed:
		w.early(r, e)
	}
	if e.Retry > 0 {
		r.result.Retries++
		return
	}
	w.raised[cause.dot]++
	if w.raised[cause.dot] > 1 {
		w.fail(fmt.Errorf("A2: gate %s rises twice for fact %s-%d", w.cfg.Gates[e.Gate].ID, cause.dot.Incarnation, cause.dot.Seq))
	}
}

// mustBeDurable checks that what leaves the gateway rests on durable facts (D1).
func (w *watcher) mustBeDurable(r *Rig, what string, committed bool) {
	if !committed {
		w.fail(errors.New("D1: " + what + " left before its facts were durable"))
	}
}

// allocation checks that each spot has at most one assignment, and each ticket at most one spot (B1), and that a
// sensor never took an assignment away from an open ticket without saying where it went (B4).
func (w *watcher) allocation(r *Rig) error {
	seen := map[fact.TicketID]fact.SpotID{}
	for i := range w.cfg.Spots {
		state := r.lot.SpotState(int32(i))
		id := w.cfg.Spots[i].ID
		if state.Ticket == "" {
			if lost := w.spots[id]; lost != "" && w.open[lost] != nil {
				return fmt.Errorf("B4: spot %s was given to ticket %s, and is nobody's", id, lost)
			}
			continue
		}
		if other := seen[state.Ticket]; other != "" {
			w.doubles++
			return fmt.Errorf("B1: ticket %s has spots %s and %s", state.Ticket, other, id)
		}
		seen[state.Ticket] = id
		if w.open[state.Ticket] == nil {
			return fmt.Errorf("B1: spot %s belongs to ticket %s, which is not open", id, state.Ticket)
		}
		if w.spots[id] != state.Ticket {
			return fmt.Errorf("B4: spot %s belongs to %s, by the facts to %q", id, state.Ticket, w.spots[id])
		}
	}
	return nil
}

// truth compares with the world: no arm comes down on a car (P1t).
func (w *watcher) truth(r *Rig) {
	const patienceMS = 100
	truth := r.world.Truth()
	for _, close := range truth.Closes {
		if close.ForMS > patienceMS && close.FaultyLoops <= 1 {
			w.fail(fmt.Errorf("P1t: gate %s came down on car %d for %d ms", w.cfg.Gates[close.Gate].ID, close.Car, close.ForMS))
		}
	}
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
