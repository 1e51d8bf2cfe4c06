package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

const (
	// snapshotTime bounds the making of one part.
	snapshotTime = 30 * time.Second
	// snapshotBytes is what the records of a part may have together, so that it fits into a message.
	snapshotBytes = 80 << 10
)

// snapshot answers a new card that asks what its location had: one part for each question, because a card that wants more
// asks on. Every part is made from the store; a card that finds two parts of different states begins anew.
func (a *App) snapshot(location fact.LocationID, wanted wire.Wanted) {
	ctx, cancel := context.WithTimeout(a.background, snapshotTime)
	defer cancel()
	if wanted.Part == 0 {
		a.desk.SendKeys(ctx, location)
	}
	part, err := a.snapshotPart(ctx, location, wanted)
	if err == nil {
		err = part.Sign(a.SignerOf(location))
	}
	if err == nil {
		err = a.Send(ctx, location, part)
	}
	if err != nil {
		a.options.Log.Error("a new card gets no snapshot", "location", location, "err", err)
		return
	}
	a.options.Log.Info("a new card adopts its location", "location", location, "part", part.Index+1, "of", part.Count)
}

func (a *App) snapshotPart(ctx context.Context, location fact.LocationID, wanted wire.Wanted) (*wire.Snapshot, error) {
	records, err := a.heldBy(ctx, location)
	if err != nil {
		return nil, err
	}
	state, _, err := a.store.State(ctx, location)
	if err != nil {
		return nil, err
	}
	cuts := cutRecords(records)
	part := &wire.Snapshot{Location: location, Nonce: wanted.Nonce, Index: min(wanted.Part, uint32(len(cuts)-1)), Count: uint32(len(cuts))}
	part.Records = cuts[part.Index]
	for _, life := range state.Lives {
		if life.Incarnation == state.Head {
			part.Parent, part.ParentHash = fact.Dot{Incarnation: life.Incarnation, Seq: life.Applied}, life.Hash
		}
	}
	for _, record := range records {
		part.Digest = part.Digest.Next(record)
	}
	a.Chain(func(c *ledger.Chain) {
		for _, s := range c.Summaries(a.options.Now().UnixMilli()) {
			if s.ID == location {
				part.Inside = s.Live.Inside
			}
		}
	})
	return part, nil
}

// cutRecords parts records so that each part fits into a message; there is always one.
func cutRecords(records [][]byte) [][][]byte {
	cuts := [][][]byte{{}}
	size := 0
	for _, record := range records {
		last := &cuts[len(cuts)-1]
		if size += len(record); size > snapshotBytes || len(*last) == wire.SnapshotMax {
			cuts, size = append(cuts, [][]byte{}), len(record)
			last = &cuts[len(cuts)-1]
		}
		*last = append(*last, record)
	}
	return cuts
}

// heldBy is the facts that open tickets, reservations and passes of a location hang on, in the order of the lot's acts.
func (a *App) heldBy(ctx context.Context, location fact.LocationID) ([][]byte, error) {
	var traces ledger.Trail
	tickets, err := a.store.OpenTickets(ctx, location)
	if err != nil {
		return nil, err
	}
	for _, t := range tickets {
		traces = append(traces, t.Trail...)
	}
	reservations, err := a.store.Reservations(ctx, location, "")
	if err != nil {
		return nil, err
	}
	for _, r := range reservations {
		if r.Location == location && r.EndMS > a.options.Now().UnixMilli()-endedKeepMS {
			traces = append(traces, r.Trail...)
		}
	}
	passes, err := a.store.Passes(ctx, location)
	if err != nil {
		return nil, err
	}
	for _, p := range passes {
		traces = append(traces, p.Trail...)
	}
	slices.SortFunc(traces, func(x, y ledger.Trace) int {
		return cmp.Or(cmp.Compare(x.HLC, y.HLC), cmp.Compare(x.Dot.Incarnation, y.Dot.Incarnation), cmp.Compare(x.Dot.Seq, y.Dot.Seq))
	})
	dots := []fact.Dot{}
	for _, trace := range traces {
		if len(dots) == 0 || dots[len(dots)-1] != trace.Dot {
			dots = append(dots, trace.Dot)
		}
	}
	return a.store.RawFacts(ctx, location, dots)
}

// endedKeepMS is for how long after its end a reservation may still matter to a ticket.
const endedKeepMS = 48 * 3_600_000
