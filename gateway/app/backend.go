package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

var _ api.Backend = (*App)(nil)

// Submit gives the lot a command and returns its result when it is durable.
func (a *App) Submit(ctx context.Context, command lot.Event) (lot.Result, error) {
	type answer struct {
		result lot.Result
		err    error
	}
	answers := make(chan answer, 1)
	in := input{event: command, reply: func(result lot.Result, err error) { answers <- answer{result, err} }}
	select {
	case a.owner.inbox <- in:
	case <-a.stopped:
		return lot.Result{}, errStopped
	case <-ctx.Done():
		return lot.Result{}, ctx.Err()
	}
	select {
	case got := <-answers:
		return got.result, got.err
	case <-a.stopped:
		return lot.Result{}, errStopped
	case <-ctx.Done():
		return lot.Result{}, fmt.Errorf("app: not known to be durable yet; ask again with the same idempotency key: %w", ctx.Err())
	}
}

// View runs read on the goroutine that owns the lot.
func (a *App) View(ctx context.Context, read func(*lot.Lot)) error {
	var mu sync.Mutex
	abandoned := false
	done := make(chan error, 1)
	in := input{
		read: func(l *lot.Lot) {
			mu.Lock()
			defer mu.Unlock()
			if !abandoned {
				read(l)
			}
		},
		done: func(err error) { done <- err },
	}
	select {
	case a.owner.inbox <- in:
	case <-a.stopped:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-a.stopped:
		return errStopped
	case <-ctx.Done():
		mu.Lock() // what the caller reads into is its own again
		defer mu.Unlock()
		abandoned = true
		return ctx.Err()
	}
}

// ClosedTicket finds a ticket that is no longer in memory.
func (a *App) ClosedTicket(id fact.TicketID) (lot.Ticket, bool, error) {
	var t lot.Ticket
	found, err := a.lookUp(lot.TableClosedTickets, string(id), &t)
	return t, found, err
}

// EndedReservation finds a reservation that is no longer in memory.
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
func (a *App) Changes(ctx context.Context) <-chan struct{} {
	listener := make(chan struct{}, 1)
	a.mu.Lock()
	a.listeners[listener] = struct{}{}
	a.mu.Unlock()
	context.AfterFunc(ctx, func() {
		a.mu.Lock()
		delete(a.listeners, listener)
		a.mu.Unlock()
	})
	return listener
}

func (a *App) markChanged() {
	a.mu.Lock()
	a.dirty = true
	a.mu.Unlock()
}

// tellListeners passes changes on, a few times a second at most.
func (a *App) tellListeners(ctx context.Context) {
	ticker := time.NewTicker(changesEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		a.mu.Lock()
		if a.dirty {
			a.dirty = false
			for listener := range a.listeners {
				select {
				case listener <- struct{}{}:
				default:
				}
			}
		}
		a.mu.Unlock()
	}
}

// Health is the condition of the gateway, check by check.
func (a *App) Health() api.Health {
	h := a.journal.Load().Health()
	checks := []api.Check{
		check("journal", h.Broken == nil, lot.Fault, "works", errText(h.Broken), "Check the SD card; the gateway opens the log anew by itself.", false),
		check("disk_stall", h.StallMS < stallMS, lot.Fault, fmt.Sprintf("%d ms", h.StallMS), fmt.Sprintf("%d ms", h.StallMS), "Replace the SD card soon.", true),
		check("checkpoint", h.CheckpointErr == nil, lot.Warning, "works", errText(h.CheckpointErr), "Free disk space; the log goes on being the truth.", true),
		check("disk_space", h.FreeBytes > freeLeastBytes, lot.Warning, mebibytes(h.FreeBytes), mebibytes(h.FreeBytes), "Free disk space.", true),
		check("clock", a.options.Clock.Trust() != fact.ClockUnset, lot.Warning, a.options.Clock.Trust().String(), "never set since the start", "Connect the network, or set the clock.", true),
		check("site", a.info.SafeMode == "", lot.Fault, "as written", a.info.SafeMode, "Correct the site file and restart; the gateway runs on the last good one.", true),
		check("inbox", len(a.owner.inbox) < inboxMax/2, lot.Warning, fmt.Sprint(len(a.owner.inbox)), fmt.Sprint(len(a.owner.inbox)), "The gateway is overloaded; look for a device that babbles.", true),
	}
	return api.Health{Checks: checks}
}

// freeLeastBytes is a month of facts of a busy lot.
const freeLeastBytes = 256 << 20

func check(id string, well bool, bad lot.Severity, good, wrong, do string, ready bool) api.Check {
	if well {
		return api.Check{ID: id, Severity: lot.Info, Value: good, Ready: true}
	}
	return api.Check{ID: id, Severity: bad, Value: wrong, Do: do, Ready: ready}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func mebibytes(n uint64) string { return fmt.Sprintf("%d MiB free", n>>20) }
