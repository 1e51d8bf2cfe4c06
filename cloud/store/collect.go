package store

import (
	"fmt"
	"slices"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// Collect adds to an update what a receiver asks its shell to keep, and returns the acknowledgements that may leave once
// the update is committed. Raw is the message that brought a batch.
func (u *Update) Collect(effects []outbox.ReceiverEffect, raw func(*wire.Batch) []byte) []wire.Ack {
	var acks []wire.Ack
	for _, effect := range effects {
		switch e := effect.(type) {
		case outbox.Store:
			u.Entries = append(u.Entries, Entry{Batch: e.Batch, Raw: raw(e.Batch)})
			if !e.Apart {
				u.count(e.Facts)
			}
		case outbox.Evidence:
			u.Entries = append(u.Entries, Entry{Batch: e.Batch, Raw: raw(e.Batch), Evidence: true})
		case outbox.Release:
			u.Release = append(u.Release, e)
		case outbox.Retract:
			u.Retract = true
		case outbox.SaveLife:
			u.save(e)
		case outbox.Notice:
			u.Alerts = append(u.Alerts, u.alertsOf(e)...)
		case outbox.Reply:
			acks = append(acks, e.Ack)
		}
	}
	return acks
}

// count adds the facts that this program can read to those that are to be counted.
func (u *Update) count(arrivals []outbox.Arrival) {
	for _, arrival := range arrivals {
		if arrival.Record.Fact != nil {
			u.Count = append(u.Count, arrival.Record)
		}
	}
}

// save joins what is to be saved: the newest of each life counts.
func (u *Update) save(e outbox.SaveLife) {
	if u.Life == nil {
		u.Life = &e
		return
	}
	lives := slices.Clone(u.Life.Lives)
	for _, life := range e.Lives {
		found := false
		for i := range lives {
			if lives[i].Incarnation == life.Incarnation {
				lives[i], found = life, true
			}
		}
		if !found {
			lives = append(lives, life)
		}
	}
	u.Life = &outbox.SaveLife{Epoch: e.Epoch, Round: e.Round, Head: e.Head, Lives: lives}
}

// syncAlerts are the kinds of alerts that notices make, by headquarters' clock. No fact makes them.
var syncAlerts = []ledger.AlertKind{
	ledger.AlertFork, ledger.AlertClone, ledger.AlertForged, ledger.AlertLost, ledger.AlertUnread, ledger.AlertHistory,
}

// alertsOf makes alerts of a notice. Their trace orders them by headquarters' clock, as nothing else could.
func (u *Update) alertsOf(n outbox.Notice) []ledger.Alert {
	if n.Notice == outbox.Decided {
		n.Seq = decidedSeq
		alerts := []ledger.Alert{u.alertOf(n, ledger.AlertFork), u.alertOf(n, ledger.AlertClone)}
		for i := range alerts {
			alerts[i].Active = false
		}
		return alerts
	}
	kinds := map[outbox.NoticeKind]ledger.AlertKind{
		outbox.Forked: ledger.AlertFork, outbox.Cloned: ledger.AlertClone, outbox.Conflict: ledger.AlertClone, outbox.Forged: ledger.AlertForged,
		outbox.FactsLost: ledger.AlertLost, outbox.FactsUnreadable: ledger.AlertUnread, outbox.HistoryMissing: ledger.AlertHistory,
	}
	alert := u.alertOf(n, kinds[n.Notice])
	if n.Notice == outbox.FactsLost { // each gap is one of its own
		alert.Subject = fmt.Sprintf("%s %d-%d", n.Incarnation, n.Seq-n.Count+1, n.Seq)
		alert.Detail = fmt.Sprintf("facts %d to %d of %s are lost: neither the location nor headquarters has them", n.Seq-n.Count+1, n.Seq, n.Incarnation)
	}
	return []ledger.Alert{alert}
}

// decidedSeq orders a decision behind all that was said of an incarnation in the same moment.
const decidedSeq = 1 << 62

func (u *Update) alertOf(n outbox.Notice, kind ledger.AlertKind) ledger.Alert {
	return ledger.Alert{
		Kind: kind, Subject: n.Incarnation.String(), Active: true, AtMS: u.NowMS,
		Detail: fmt.Sprintf("other %s, fact %d, %d facts", n.Other, n.Seq, n.Count),
		Newest: ledger.Trace{HLC: uint64(max(0, u.NowMS)) << 16, Dot: fact.Dot{Incarnation: n.Incarnation, Seq: n.Seq}},
	}
}

// IsEmpty reports whether there is nothing to write.
func (u *Update) IsEmpty() bool {
	return len(u.Entries) == 0 && len(u.Count) == 0 && len(u.Release) == 0 && !u.Retract && u.Life == nil && len(u.Alerts) == 0
}
