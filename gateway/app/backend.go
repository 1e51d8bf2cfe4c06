package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

var _ api.Backend = (*App)(nil)

// Submit gives the lot a command and returns its result when everything that the result rests on is durable. An error
// means that the outcome is not known: the gateway is stopping, ctx has ended, or the disk did not answer in time.
func (a *App) Submit(ctx context.Context, command lot.Event) (lot.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, submitMax)
	defer cancel()
	var result lot.Result
	answered := make(chan error, 1)
	in := input{event: command, reply: func(r lot.Result, err error) {
		result = r
		answered <- err
	}}
	if err := a.ask(ctx, in, answered); err != nil {
		return lot.Result{}, err
	}
	return result, nil
}

// View runs read on the goroutine that owns the lot, and returns nil when what it read is durable. After an error
// read may have run, but does so no more. A read that panics is an error.
func (a *App) View(ctx context.Context, read func(*lot.Lot)) error {
	ctx, cancel := context.WithTimeout(ctx, viewMax)
	defer cancel()
	var reading sync.Mutex
	var failure error
	abandoned := false
	answered := make(chan error, 1)
	err := a.ask(ctx, input{
		read: func(l *lot.Lot) {
			reading.Lock()
			defer reading.Unlock()
			if !abandoned {
				failure = a.read(l, read)
			}
		},
		done: func(err error) { answered <- err },
	}, answered)
	reading.Lock() // what the caller reads into is its own again
	defer reading.Unlock()
	abandoned = true
	if err != nil {
		return err
	}
	return failure
}

// read keeps a reader's panic to the reader: it has changed nothing.
func (a *App) read(l *lot.Lot, read func(*lot.Lot)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.options.Log.Error("a read of the lot failed", "cause", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errReadFailed, p)
		}
	}()
	read(l)
	return nil
}

// ask gives the owner an input and waits for its answer.
func (a *App) ask(ctx context.Context, in input, answered <-chan error) error {
	select {
	case a.owner.inbox <- in:
	case <-a.stopped:
		return errStopped
	case <-ctx.Done():
		return fmt.Errorf("app: the gateway is too busy; ask again: %w", ctx.Err())
	}
	select {
	case err := <-answered:
		return err
	case <-a.stopped:
		select {
		case err := <-answered: // it came with the last flush
			return err
		default:
			return errStopped
		}
	case <-ctx.Done():
		return fmt.Errorf("app: not known to be durable yet; ask again with the same idempotency key: %w", ctx.Err())
	}
}

// ClosedTicket finds a ticket that is no longer in memory. Until the archive is ready it may fail with
// journal.ErrNotReady.
func (a *App) ClosedTicket(id fact.TicketID) (lot.Ticket, bool, error) {
	var t lot.Ticket
	found, err := a.lookUp(lot.TableClosedTickets, string(id), &t)
	return t, found, err
}

// EndedReservation finds a reservation that is no longer in memory; errors as for ClosedTicket.
func (a *App) EndedReservation(id fact.ReservationID) (lot.Reservation, bool, error) {
	var r lot.Reservation
	found, err := a.lookUp(lot.TableEndedReservations, string(id), &r)
	return r, found, err
}

func (a *App) lookUp(table uint8, key string, into any) (bool, error) {
	value, found, err := a.journal.Load().Get(table, key)
	if err != nil || !found {
		return false, err
	}
	return true, wire.Unmarshal(value, into)
}

// Info is what does not change while the gateway runs.
func (a *App) Info() api.Info { return a.info }

// Changes sends whenever something may have changed, until ctx ends.
func (a *App) Changes(ctx context.Context) <-chan struct{} { return a.changes.listen(ctx) }
