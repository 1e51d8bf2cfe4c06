package main

import (
	"errors"
	"path/filepath"
	"time"

	"gatehouse/gateway/journal/journalbench"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// commits measures what a driver waits for at one gate: the decision and its durable commit, until the moment at
// which the arm's relay would be set. The floor is one write and one fdatasync of the same bytes to a file that is
// filled with zeros, which no log can beat; the peer is one bbolt transaction over four buckets. The three take turns
// at each vehicle, so that they meet the same disk. The journal writes its checkpoints meanwhile, as in the gateway.
func (b *bench) commits() ([]row, error) {
	r, err := b.newRace()
	if err != nil {
		return nil, err
	}
	f := figures{}
	for range b.rounds {
		time.Sleep(b.rest)
		r.round(b.scale(500, 25), f)
	}
	return []row{
		f.against(row{What: "p50", Unit: "µs", Peer: "write + fdatasync"}, "gate p50", "floor p50").ratioAtMost(1.4),
		f.against(row{What: "p99", Unit: "µs", Peer: "write + fdatasync"}, "gate p99", "floor p99").ratioAtMost(1.5),
		f.against(row{What: "p50", Unit: "µs", Peer: "bbolt transaction"}, "gate p50", "bolt p50").ratioAtMost(0.6),
		f.against(row{What: "p99", Unit: "µs", Peer: "bbolt transaction"}, "gate p99", "bolt p99"),
		{What: "of which the decision itself, p50", Value: f.of("step p50"), Unit: "µs"},
		row{What: "flushes per decision", Value: f.of("flushes")}.atMost(1),
	}, r.close()
}

// race is a carpark with a journal, beside the floor and the peer.
type race struct {
	*journaled
	floor *floor
	peer  *journalbench.Bolt
	turn  int
	sizes map[decision]int // what the log writes for such a decision

	gate, steps, floors, peers sample
	flushes                    uint64
}

func (b *bench) newRace() (*race, error) {
	dir, err := b.newDir("commit")
	if err != nil {
		return nil, err
	}
	spots := b.scale(10_000, 1_000)
	cfg, err := quietConfig(spots)
	if err != nil {
		return nil, err
	}
	r := &race{sizes: map[decision]int{entryByPlate: 208, exitAfterPay: 304}}
	if r.journaled, err = openJournaled(journalOptions(filepath.Join(dir, "journal")), cfg, spots/2); err != nil {
		return nil, err
	}
	if r.floor, err = newFloor(filepath.Join(dir, "floor")); err != nil {
		return nil, err
	}
	if r.peer, err = newPeer(filepath.Join(dir, "peer.db"), r.park); err != nil {
		return nil, err
	}
	r.park.handle = r.handle
	return r, nil
}

// round has vehicles come and go, and adds what it took to the figures.
func (r *race) round(vehicles int, f figures) {
	r.gate, r.steps, r.floors, r.peers, r.flushes = nil, nil, nil, nil, 0
	r.park.pace(vehicles)
	for name, s := range map[string]sample{"gate": r.gate, "step": r.steps, "floor": r.floors, "bolt": r.peers} {
		f.add(name+" p50", s.us(50))
		f.add(name+" p99", s.us(99))
	}
	f.add("flushes", float64(r.flushes)/float64(max(1, len(r.gate))))
}

// handle measures the steps that let a vehicle through, each in turns with the floor and the peer: whoever comes first
// has the quieter disk.
func (r *race) handle(kind decision, now fact.Stamp, event lot.Event) lot.Out {
	if kind != entryByPlate && kind != exitAfterPay {
		return r.journaled.handle(kind, now, event)
	}
	r.sync() // lazy facts before it go out by themselves
	r.turn++
	var out lot.Out
	if r.turn%2 == 0 {
		r.runFloor(kind)
	}
	r.decide(now, event, &out)
	if r.turn%2 == 1 {
		r.runFloor(kind)
	}
	r.runPeer(&out)
	size, err := frameBytes(out.Facts)
	r.keep(err)
	r.sizes[kind] = size
	r.checkpoint(r.sinceMS())
	return out
}

// decide is the measured way from the event to the moment when its effects may leave.
func (r *race) decide(now fact.Stamp, event lot.Event, out *lot.Out) {
	before := r.journal.Health().Log.Flushes
	durable := make(chan time.Time, 1)
	start := time.Now()
	*out = r.park.lot.Step(now, event)
	decided := time.Now()
	r.journal.Append(out.Facts, false, func(err error) {
		end := time.Now()
		r.keep(err)
		durable <- end
	})
	r.gate = append(r.gate, (<-durable).Sub(start))
	r.steps = append(r.steps, decided.Sub(start))
	r.flushes += r.journal.Health().Log.Flushes - before
}

func (r *race) runFloor(kind decision) {
	data := make([]byte, r.sizes[kind])
	r.keep(r.floors.measure(func() error { return r.floor.commit(data) }))
}

func (r *race) runPeer(out *lot.Out) {
	transaction, err := r.park.asTransaction(out.Facts)
	if err != nil {
		r.keep(err)
		return
	}
	r.keep(r.peers.measure(func() error { return r.peer.Update(transaction) }))
}

func (r *race) close() error {
	return errors.Join(r.journaled.close(), r.peer.Close(), r.floor.file.Close())
}
