package main

import (
	"context"
	"errors"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// fill puts all facts of a gateway into a new store, and says how many visits they are and how many bytes came.
func fill(dir string, g *apptest.Gateway) (sessions int64, received int, err error) {
	ctx := context.Background()
	s, err := store.OpenSQLite(ctx, dir, time.Now)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	state, revision, err := s.State(ctx, g.Location)
	if err != nil {
		return 0, 0, err
	}
	receiver := outbox.NewReceiver(outbox.ReceiverConfig{Location: g.Location}, state)
	messages, err := g.Messages()
	if err != nil {
		return 0, 0, err
	}
	for _, message := range messages {
		decoded, err := wire.DecodeMessage(message)
		if err != nil {
			return 0, 0, err
		}
		u := store.Update{Location: g.Location, Revision: revision}
		u.Collect(receiver.Step(outbox.Arrived{Batch: decoded.(*wire.Batch)}), func(*wire.Batch) []byte { return message })
		results, err := s.Commit(ctx, []store.Update{u})
		if err != nil {
			return 0, 0, err
		}
		if results[0].Err != nil {
			return 0, 0, results[0].Err
		}
		revision = results[0].Revision
		received += len(message)
	}
	hours, err := s.Hours(ctx, g.Location, 0, ledger.Day(99_999_999))
	for _, h := range hours {
		sessions += h.Sessions
	}
	return max(1, sessions), received, err
}
