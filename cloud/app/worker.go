package app

import (
	"context"
	"errors"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// job is one message on its way, or a piece of work about a location.
type job struct {
	location fact.LocationID
	kind     string
	payload  []byte
	settled  *outbox.Settled
	answer   chan<- error    // of settled
	note     chan<- struct{} // note what is applied, and say so here
	stable   bool            // what was noted has reached the standby
	taken    bool            // the location was another aggregator's until now
}

// worker owns the receivers of its locations.
type worker struct {
	app     *App
	queue   chan job
	intakes map[fact.LocationID]*intake
}

// intake is one location's receiver.
type intake struct {
	receiver   *outbox.Receiver
	revision   int64
	generation int64                  // of the application when it was made
	known      bool                   // somebody may sign for the location
	raw        map[*wire.Batch][]byte // the messages of batches that the receiver may hold
	reached    []wire.Mark            // applied when the standby was last asked
}

func newWorker(a *App) *worker {
	return &worker{app: a, queue: make(chan job, queueMessages), intakes: map[fact.LocationID]*intake{}}
}

// run takes what waits and commits it together.
func (w *worker) run() {
	for {
		select {
		case <-w.app.background.Done():
			return
		case first := <-w.queue:
			if first.note != nil {
				w.note()
				close(first.note)
				continue
			}
			w.process(w.take(first))
		}
	}
}

func (w *worker) take(first job) []job {
	jobs := w.expand(nil, first)
	for len(jobs) < takeMessages {
		select {
		case next := <-w.queue:
			if next.note != nil {
				w.note()
				close(next.note)
				continue
			}
			jobs = w.expand(jobs, next)
		default:
			return jobs
		}
	}
	return jobs
}

// note remembers what is applied, and not yet stable, of each location.
func (w *worker) note() {
	for _, in := range w.intakes {
		in.reached = in.reached[:0]
		for _, life := range in.receiver.State().Lives {
			if life.Stable < life.Applied {
				in.reached = append(in.reached, wire.Mark{Incarnation: life.Incarnation, Stable: life.Applied})
			}
		}
	}
}

// expand makes a job about all locations one for each.
func (w *worker) expand(jobs []job, j job) []job {
	if !j.stable {
		return append(jobs, j)
	}
	for location, in := range w.intakes {
		if len(in.reached) > 0 {
			jobs = append(jobs, job{location: location, stable: true})
		}
	}
	return jobs
}

// attempts is how often jobs are judged anew after a conflict with another aggregator.
const attempts = 5

func (w *worker) process(jobs []job) {
	for range attempts {
		if jobs = w.attempt(jobs); len(jobs) == 0 {
			return
		}
	}
	w.app.counters.dropped.Add(int64(len(jobs))) // they will be sent again
	answer(jobs, store.ErrConflict)
}

func answer(jobs []job, err error) {
	for _, j := range jobs {
		if j.answer != nil {
			j.answer <- err
		}
	}
}

// work is what jobs of one location lead to, with one receiver from the first to the last.
type work struct {
	in     *intake
	jobs   []job
	update store.Update
	acks   []wire.Ack
}

// attempt returns the jobs that are to be judged anew.
func (w *worker) attempt(jobs []job) (again []job) {
	var order []fact.LocationID
	works := map[fact.LocationID]*work{}
	for _, j := range jobs {
		at := works[j.location]
		if at == nil {
			in, err := w.intake(j.location)
			if err != nil {
				w.fail([]job{j}, err)
				continue
			}
			at = &work{in: in, update: store.Update{
				Location: j.location, Revision: in.revision, NowMS: w.app.options.Now().UnixMilli(),
				Folded: func(f store.Folded) { w.app.count(j.location, f) },
			}}
			works[j.location] = at
			order = append(order, j.location)
		}
		at.jobs = append(at.jobs, j)
		w.step(at.in, at, j)
	}
	return w.commit(order, works)
}

// intake finds a location's receiver, or makes it from what the store holds.
func (w *worker) intake(location fact.LocationID) (*intake, error) {
	generation := w.app.generation()
	if in := w.intakes[location]; in != nil && in.generation == generation {
		return in, nil
	}
	if len(w.intakes) >= intakesMax {
		clear(w.intakes) // a broker that is believed without enrolment may carry any name
	}
	state, revision, err := w.app.store.State(w.app.background, location)
	if err != nil {
		return nil, err
	}
	keys, known := w.app.keys(location)
	in := &intake{revision: revision, generation: generation, known: known, raw: map[*wire.Batch][]byte{}}
	in.receiver = outbox.NewReceiver(outbox.ReceiverConfig{Location: location, Keys: keys}, state)
	w.intakes[location] = in
	return in, nil
}

// intakesMax bounds the locations of one worker.
const intakesMax = 10_000

// step puts one job through the receiver.
func (w *worker) step(in *intake, at *work, j job) {
	switch {
	case j.settled != nil:
		at.update.Entries = append(at.update.Entries, store.Entry{Settled: j.settled})
		w.collect(in, at, *j.settled)
	case j.stable:
		w.collect(in, at, outbox.Stabilised{Marks: in.reached})
	case j.taken:
		if ack, known := in.receiver.Resume(); known {
			at.acks = append(at.acks, ack)
		}
	default:
		w.message(in, at, j)
	}
}

func (w *worker) collect(in *intake, at *work, event outbox.ReceiverEvent) {
	acks := at.update.Collect(in.receiver.Step(event), func(b *wire.Batch) []byte {
		raw := in.raw[b]
		delete(in.raw, b)
		return raw
	})
	at.acks = append(at.acks, acks...)
}

// rawMax is how many messages an intake keeps beside those that its receiver holds.
const rawMax = 32

func (w *worker) message(in *intake, at *work, j job) {
	message, err := wire.DecodeMessage(j.payload)
	if err != nil {
		if j.kind == mqtt.KindFacts || j.kind == mqtt.KindLive {
			w.app.counters.unreadable.Add(1)
			w.app.options.Log.Warn("a message can't be read", "location", j.location, "err", err)
		}
		return
	}
	if !in.known { // its gateways were revoked while this waited
		w.app.counters.strange.Add(1)
		return
	}
	switch m := message.(type) {
	case *wire.Batch:
		if m.Location != j.location {
			w.app.counters.strange.Add(1)
			return
		}
		if len(in.raw) >= rawMax {
			clear(in.raw) // of batches that were repetitions; one that is still held loses its bytes and is encoded again
		}
		in.raw[m] = j.payload
		w.collect(in, at, outbox.Arrived{Batch: m})
		w.restore(at)
		if !w.app.standby.Load() {
			w.collect(in, at, outbox.Stabilised{Marks: at.applied()})
		}
	case *wire.Hello:
		w.collect(in, at, outbox.Greeted{Hello: *m})
	case *wire.Live:
		if m.Location == j.location {
			w.app.chain.live(*m, in.receiver.Agrees(m.Applied, m.Chain), w.app.options.Now())
			w.app.changes.tell()
		}
	case *wire.Wanted:
		if m.Snapshot {
			w.app.snapshot(j.location, *m)
		} else {
			w.app.hear(j.location, m)
		}
	default:
		w.app.hear(j.location, message)
	}
}

// applied are the marks of all that the update applies: stable as soon as it is committed, where there is no standby.
func (at *work) applied() []wire.Mark {
	if at.update.Life == nil {
		return nil
	}
	var marks []wire.Mark
	for _, life := range at.update.Life.Lives {
		marks = append(marks, wire.Mark{Incarnation: life.Incarnation, Stable: life.Applied})
	}
	return marks
}

// restore encodes batches again whose messages are gone.
func (w *worker) restore(at *work) {
	for i := range at.update.Entries {
		entry := &at.update.Entries[i]
		if entry.Raw == nil && entry.Batch != nil {
			if raw, err := wire.EncodeMessage(entry.Batch); err == nil {
				entry.Raw = raw
			}
		}
	}
}

// commit writes what there is to write, and acknowledges.
func (w *worker) commit(order []fact.LocationID, works map[fact.LocationID]*work) (again []job) {
	var updates []store.Update
	var writing []*work
	for _, location := range order {
		at := works[location]
		if at.update.IsEmpty() {
			w.acknowledge(at)
			answer(at.jobs, nil)
			continue
		}
		updates, writing = append(updates, at.update), append(writing, at)
	}
	if len(updates) == 0 {
		return nil
	}
	defer w.app.recount()
	w.app.counting.RLock()
	defer w.app.counting.RUnlock()
	results, err := w.app.store.Commit(context.WithoutCancel(w.app.background), updates)
	if err != nil {
		for _, at := range writing {
			w.fail(at.jobs, err)
		}
		return nil
	}
	w.app.failure.Store("")
	for i, at := range writing {
		if errors.Is(results[i].Err, store.ErrConflict) {
			w.app.counters.conflicts.Add(1)
			delete(w.intakes, at.update.Location)
			again = append(again, at.jobs...)
			continue
		}
		w.committed(at, results[i])
	}
	return again
}

// committed acknowledges. The counters follow with the rows.
func (w *worker) committed(at *work, result store.Result) {
	location := at.update.Location
	at.in.revision = result.Revision
	w.app.counters.facts.Add(int64(len(at.update.Count)))
	w.app.counters.batches.Add(int64(len(at.update.Entries)))
	w.app.counters.updates.Add(1)
	if at.update.Life != nil {
		w.app.chain.reached(location, at.update.Life.Lives, at.in.receiver.Apart())
	}
	w.app.changes.tell()
	w.acknowledge(at)
	answer(at.jobs, nil)
}

// fail drops the receivers of jobs that came to nothing: what they believe is not on the disk.
func (w *worker) fail(jobs []job, err error) {
	for _, j := range jobs {
		delete(w.intakes, j.location)
	}
	w.app.counters.failures.Add(1)
	w.app.failure.Store(err.Error())
	w.app.options.Log.Error("not committed", "locations", len(jobs), "err", err)
	if errors.Is(err, store.ErrBroken) {
		select {
		case w.app.broken <- err:
		default: // somebody knows
		}
	}
	answer(jobs, err)
}

// acknowledge sends what the receiver said, now that it is true. Of several words about one incarnation the last says all.
func (w *worker) acknowledge(at *work) {
	for i := range at.acks {
		ack := &at.acks[i]
		if i+1 < len(at.acks) && ack.Nonce == 0 && ack.Rewind == (fact.Dot{}) && sameLife(ack, &at.acks[i+1]) {
			continue
		}
		if err := ack.Sign(w.app.SignerOf(at.update.Location)); err != nil {
			w.app.options.Log.Error("can't sign", "err", err)
			return
		}
		ctx, cancel := context.WithTimeout(w.app.background, 5*time.Second)
		err := w.app.Send(ctx, at.update.Location, ack)
		cancel()
		if err != nil {
			w.app.counters.unsent.Add(1)
			return // the gateway will say Hello
		}
		w.app.counters.acks.Add(1)
	}
}

func sameLife(a, b *wire.Ack) bool {
	return len(a.Marks) == 1 && len(b.Marks) == 1 && a.Marks[0].Incarnation == b.Marks[0].Incarnation && b.Rewind == (fact.Dot{})
}
