package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// nameOf is the name of what a request makes: of its key and of its sender, or random.
func nameOf(ctx context.Context, what, key string) [16]byte {
	var name [16]byte
	if key == "" {
		_, _ = rand.Read(name[:]) // it never fails
		return name
	}
	sum := sha256.Sum256([]byte(what + "\n" + rest.Who(ctx).Name + "\n" + key))
	copy(name[:], sum[:])
	return name
}

func nameText(name [16]byte) string { return hex.EncodeToString(name[:]) }

// summary is one location's counters. Its error is a *Problem.
func (s *Server) summary(location string) (ledger.Summary, error) {
	var found ledger.Summary
	known := false
	s.See(func(c *ledger.Chain) { found, known = c.Summary(fact.LocationID(location), s.Now().UnixMilli()) })
	if !known {
		return found, rest.NotFound("location "+rest.Clip(location), "GET /api/v1/locations lists all")
	}
	return found, nil
}

// audited notes what a person did, and then answers. Its error is a *Problem.
func (s *Server) audited(ctx context.Context, location, action, subject, detail string) error {
	err := s.Store.Audit(ctx, store.AuditEntry{
		Location: fact.LocationID(location), AtMS: s.Now().UnixMilli(), Actor: rest.Who(ctx).Name, Action: action, Subject: subject, Detail: rest.ClipTo(detail, 1_000),
	})
	if err != nil {
		return s.problemOf(err)
	}
	return nil
}

// timeAt is a moment in Unix milliseconds; nil: there is none.
func timeAt(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	return new(time.UnixMilli(ms).UTC())
}
