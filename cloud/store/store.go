package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"gatehouse/cloud/documents"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// ErrConflict says that the location has moved on since the update's revision.
var ErrConflict = errors.New("store: another aggregator changed this location; load it again")

// ErrBroken says that a flush failed, so that nobody knows what is on the disk. Nothing more is kept; close the store and open it
// anew: it reads what the disk holds.
var ErrBroken = errors.New("store: the outcome of a flush is unknown; open the store anew")

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("store: closed")

// Location is what the store holds of a location beside its rows.
type Location struct {
	ledger.Location
	ZoneName string
	Revision int64    // of everything about the location
	Head     fact.Dot // the newest fact of the incarnation that the lot goes on with
	Facts    int64    // counted
	NewestMS int64
	Open     [ledger.SpotTypes]int64
}

// Entry is one thing that the truth consists of: a signed batch as it came, or a person's decision.
type Entry struct {
	Batch    *wire.Batch
	Raw      []byte // the message that brought it
	Evidence bool   // it contradicts what is here: kept, not folded
	Settled  *outbox.Settled
}

// Update is what one step of a location's receiver asks to keep, whole or not at all.
type Update struct {
	Location fact.LocationID
	Revision int64 // that it builds on
	Entries  []Entry
	Count    []fact.Record    // facts to be counted
	Release  []outbox.Release // facts kept apart until now, to be counted
	Retract  bool             // facts that were counted count no longer: all rows are made again
	Life     *outbox.SaveLife
	Alerts   []ledger.Alert
	NowMS    int64 // headquarters' clock, for restatements
	// Folded is called when the rows hold the update, and perhaps others of the location before it: by one goroutine, in the
	// order of the revisions, before any read that sees it returns. It must not call the store. nil: nobody wants to know.
	Folded func(Folded)
}

// Result is what became of an update.
type Result struct {
	Err      error // ErrConflict, or why nothing could be written
	Revision int64 // the next update builds on it
}

// Folded is what an update did to the rows of its location, or several that followed each other did.
type Folded struct {
	After    int64 // the revision before it
	Revision int64
	Change   ledger.Change
	Rebuilt  bool // all rows were made again: Change says nothing, read the location
}

// HourRow is the sums of an hour at a location.
type HourRow struct {
	Location fact.LocationID
	ledger.Hour
}

// Restated is a restatement at a location.
type Restated struct {
	Location fact.LocationID
	ledger.Restatement
}

// Store is the contract.
type Store interface {
	// Epoch is the store's, for acknowledgements.
	Epoch() fact.Incarnation
	// Restored reports whether Open found the store older than it once was.
	Restored() bool

	// Commit writes updates of different locations, or of one in its order, and answers each once it is durable. The rows
	// may follow a little later, but every read sees what was committed before it.
	Commit(ctx context.Context, updates []Update) ([]Result, error)
	// State is what a receiver of the location begins with, and the revision for the next update. A location that
	// nobody knows has revision 0.
	State(ctx context.Context, location fact.LocationID) (outbox.ReceiverState, int64, error)
	// Apart are the incarnations of a location, or of all, about which a person should decide.
	Apart(ctx context.Context, location fact.LocationID) ([]ApartRow, error)
	// Stable raises the stable marks: what the replica or the backup holds of everything committed so far.
	Stable(ctx context.Context) (Stability, error)

	// Beat says that an aggregator works on this store, and returns all that do or did; Leave, that it ends.
	Beat(ctx context.Context, member string) ([]Member, error)
	Leave(ctx context.Context, member string) error

	SetLocation(ctx context.Context, l ledger.Location, zoneName string) error
	Locations(ctx context.Context) ([]Location, error)
	Hours(ctx context.Context, location fact.LocationID, from, to ledger.Day) ([]HourRow, error) // "": all, not redated
	Steps(ctx context.Context, location fact.LocationID) ([]ledger.ClockStep, error)
	Refusals(ctx context.Context, location fact.LocationID, from, to ledger.Day) ([]ledger.Refusal, error)
	Restatements(ctx context.Context, from, to ledger.Day) ([]Restated, error)
	OpenTickets(ctx context.Context, location fact.LocationID) ([]ledger.Ticket, error)
	Ticket(ctx context.Context, location fact.LocationID, id fact.TicketID) (ledger.Ticket, bool, error)
	Reservations(ctx context.Context, location fact.LocationID, user fact.UserID) ([]ReservationRow, error) // "": all
	Reservation(ctx context.Context, id fact.ReservationID) ([]ReservationRow, error)
	Passes(ctx context.Context, location fact.LocationID) ([]ledger.Pass, error)
	Payments(ctx context.Context, location fact.LocationID, ticket fact.TicketID) ([]ledger.Payment, error)
	Alerts(ctx context.Context, location fact.LocationID) ([]AlertRow, error) // active ones; "": of all
	Spots(ctx context.Context, location fact.LocationID) ([]ledger.Spot, error)
	// RawFacts are the original bytes of facts, in the order of the dots; what isn't here is left out.
	RawFacts(ctx context.Context, location fact.LocationID, dots []fact.Dot) ([][]byte, error)

	// Book is all rows of a location, to be compared.
	Book(ctx context.Context, location fact.LocationID) (*ledger.Book, error)
	// Backup copies the store, while it works, into a folder that it makes; segments that a copy in earlier holds may be shared
	// with it. ErrNoBackup: the engine has means of its own.
	Backup(ctx context.Context, to, earlier string) error
	// Verify folds the batches of a location anew, in memory, and reports whether its rows are what they come to.
	// ErrConflict: it changed all the time.
	Verify(ctx context.Context, location fact.LocationID) (same bool, err error)
	// Rebuild makes all rows of a location again from its batches.
	Rebuild(ctx context.Context, location fact.LocationID) error

	documents.Store
	Audit(ctx context.Context, entry AuditEntry) error
	AuditLog(ctx context.Context, location fact.LocationID, limit int) ([]AuditEntry, error)

	Close() error
}

// ReservationRow is a reservation at a location.
type ReservationRow struct {
	Location fact.LocationID
	ledger.Reservation
}

// AlertRow is an alert at a location.
type AlertRow struct {
	Location fact.LocationID
	ledger.Alert
}

// ApartRow is an incarnation at a location.
type ApartRow struct {
	Location fact.LocationID
	outbox.Apart
}

// AuditEntry is something that a person did at headquarters.
type AuditEntry struct {
	Location fact.LocationID
	AtMS     int64
	Actor    string
	Action   string
	Subject  string
	Detail   string
}

// Stability says how far the replica or the backup is.
type Stability struct {
	Known bool // false: there is none, and what is applied counts as stable
	// Behind is true if commits before the call are not there yet.
	Behind bool
}

// newEpoch mints an epoch: time and random bits, like an incarnation.
func newEpoch(now time.Time) fact.Incarnation {
	var random [2]byte
	_, _ = rand.Read(random[:]) // it never fails
	return fact.NewIncarnation(now.UnixMilli(), binary.BigEndian.Uint16(random[:]))
}
