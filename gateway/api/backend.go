package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// Backend is what the API needs of the gateway; gateway/app is one.
type Backend interface {
	// Submit gives the lot a command and returns its result when everything the result rests on is durable.
	// ErrUnavailable means that the outcome is not known: ask again with the same idempotency key.
	Submit(ctx context.Context, command lot.Event) (lot.Result, error)
	// View runs read on the goroutine that owns the lot, and returns when what was read is durable. read must be
	// quick, must not keep the lot, and copies out what it needs.
	View(ctx context.Context, read func(*lot.Lot)) error
	// ClosedTicket and EndedReservation find what is no longer in memory.
	ClosedTicket(id fact.TicketID) (lot.Ticket, bool, error)
	EndedReservation(id fact.ReservationID) (lot.Reservation, bool, error)
	// Changes sends whenever something may have changed, at most a few times a second, until ctx ends.
	Changes(ctx context.Context) <-chan struct{}
	Health() Health
	Info() Info
	// Headquarters is how the sync is; nil if the location belongs to no chain.
	Headquarters() *Headquarters
	// Shelf is what headquarters and technicians said that is in effect, or waits.
	Shelf() policy.Shelf
	// EditPolicy is a technician's edit on site; nil takes it back. Its error says why it can't be used.
	EditPolicy(ctx context.Context, kind policy.Kind, actor, reason string, content []byte) error
}

// Info is what does not change while the gateway runs.
type Info struct {
	Version     string
	Board       string
	Started     time.Time
	Incarnation fact.Incarnation
	SafeMode    string // why the gateway runs on its last good site file; empty: it does not
	Demo        bool
}

// Health is the condition of the gateway, check by check.
type Health struct {
	Checks []Check
}

// Check is one thing that can be well or not.
type Check struct {
	ID       string       `json:"id"`
	Severity lot.Severity `json:"state"` // info: well
	Value    string       `json:"value"`
	Limit    string       `json:"limit,omitempty"`
	Do       string       `json:"do,omitempty"`
	// Ready is false if gates can't decide because of it.
	Ready bool `json:"ready"`
}
