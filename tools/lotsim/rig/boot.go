package rig

import (
	"fmt"
	"maps"
	"slices"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// store is what the state file would hold: state records as of a position of the log, written whole or not at
// all.
type store struct {
	records  map[string][]byte // by table and key
	position factlog.Index
	last     fact.Dot
	atMS     int64
}

// boot starts the gateway: it reads the log and what was kept, and begins a new incarnation.
func (r *Rig) boot() error {
	log, recovery, err := factlog.Open(r.cfg.Disk, r.cfg.Dir, r.logOptions())
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	restored, last, err := r.restore(log)
	if err != nil {
		return err
	}
	r.log, r.lot, r.boots = log, restored, r.boots+1
	r.prepare()
	r.bootMS, r.flushing, r.retryMS, r.stalled, r.waiting = r.nowMS, never, never, false, nil
	if err := r.watch.booted(r, recovery); err != nil {
		return fmt.Errorf("after start %d at %d ms: %w", r.boots, r.nowMS, err)
	}
	incarnation := fact.NewIncarnation(r.cfg.Start.UnixMilli()+r.nowMS, uint16(r.boots))
	r.stamps.Boot = uint64(incarnation)
	_, at := restored.Last()
	r.stamps.Resume(at)
	if err := r.step(lot.Started{Incarnation: incarnation, Fact: fact.GatewayStarted{
		Location: r.cfg.Lot.Location, Parent: last.Incarnation, ParentSeq: last.Seq, ParentHash: recovery.Chain, Cause: "start",
	}}); err != nil {
		return err
	}
	for _, damage := range recovery.Damage {
		if uint64(damage.Last) > restored.Meta().DeclaredThrough {
			r.result.DamageDeclared++
			if err := r.step(lot.LogDamaged{Fact: fact.LogDamaged{First: uint64(damage.First), Last: uint64(damage.Last)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// restore makes a lot of what was kept and of the facts behind it.
func (r *Rig) restore(log *factlog.Log) (*lot.Lot, fact.Dot, error) {
	restored, err := lot.New(r.cfg.Lot)
	if err != nil {
		return nil, fact.Dot{}, err
	}
	for _, key := range slices.Sorted(maps.Keys(r.store.records)) {
		if key[0] < 128 {
			if err := restored.Load(key[0], key[1:], r.store.records[key]); err != nil {
				return nil, fact.Dot{}, err
			}
		}
	}
	last, err := fold(log, r.store.position+1, restored)
	if last.Seq == 0 {
		last = r.store.last
	}
	return restored, last, err
}

// fold applies the facts of the log from a position on.
func fold(log *factlog.Log, from factlog.Index, into *lot.Lot) (fact.Dot, error) {
	var last fact.Dot
	err := log.Read(from, func(index factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		if err != nil {
			return fmt.Errorf("position %d: %w", index, err)
		}
		into.Apply(record)
		last = record.Dot
		return nil
	})
	return last, err
}

// checkpoint keeps the state, if it is due and everything in it is durable.
func (r *Rig) checkpoint() {
	behind := r.log.Last() - r.store.position
	if behind == 0 || behind < checkpointFacts && r.nowMS-r.store.atMS < checkpointMS || r.log.Durable() != r.log.Last() {
		return
	}
	kept := maps.Clone(r.store.records)
	if kept == nil {
		kept = map[string][]byte{}
	}
	r.lot.Dirty(func(table uint8, key string, value any) {
		name := string([]byte{table}) + key
		if value == nil {
			delete(kept, name)
			return
		}
		data, err := wire.Marshal(value)
		if err != nil {
			panic(fmt.Sprintf("state record %d/%s: %v", table, key, err)) // a bug of ours, found by any run
		}
		kept[name] = data
	})
	last, _ := r.lot.Last()
	r.store = store{records: kept, position: r.log.Last(), last: last, atMS: r.nowMS}
	r.result.Checkpoints++
}

// cut takes the power away in the middle of whatever is under way, and gives it back.
func (r *Rig) cut() error {
	r.result.Cuts++
	if cuttable, ok := r.cfg.Disk.(interface{ Cut(seed uint64) }); ok {
		if r.flushing != never {
			r.tear()
		}
		cuttable.Cut(r.cfg.Seed<<8 ^ uint64(r.boots))
	}
	if r.result.Cuts%3 == 0 { // now and then the state file is lost as well
		r.store = store{}
		r.result.StoreLost++
	}
	r.world.PowerCut(r.nowMS)
	r.nowMS += r.cfg.OffMS
	r.world.PowerBack(r.nowMS)
	return r.boot()
}
