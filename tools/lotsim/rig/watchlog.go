package rig

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/gateway/lot"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

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
