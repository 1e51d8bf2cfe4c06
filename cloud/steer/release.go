package steer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// ErrRelease says that what should be released can't be.
var ErrRelease = errors.New("steer: can't be released")

// ErrUnknown says that there is no such rollout.
var ErrUnknown = errors.New("steer: no such rollout")

// Wish is what a person wants to release.
type Wish struct {
	ID            string // of the rollout; the same again releases nothing more
	Kind          policy.Kind
	Actor, Reason string
	Content       []byte
	Locations     []fact.LocationID   // all that shall have it
	First         [][]fact.LocationID // stages before the last
	EffectiveFrom time.Time           // zero: at once
	ReturnAfter   time.Duration
	Wait          time.Duration
	StopAfter     int // 0: 1
	Overrule      bool
}

// resendMS is how often a document without an answer is sent again.
const resendMS = 60_000

// refreshMS is how old what is known may be, where others work on the same documents.
const refreshMS = 10_000

// Release begins a rollout, and sends its first stage.
func (d *Desk) Release(ctx context.Context, w Wish) (Rollout, error) {
	if r, found := d.Rollout(w.ID); found {
		if r.Kind != w.Kind || !slices.Equal(r.Content, w.Content) {
			return r, fmt.Errorf("%w: %s is the name of another rollout", ErrRelease, w.ID)
		}
		return r, nil
	}
	switch {
	case w.ID == "" || w.Actor == "" || w.Reason == "":
		return Rollout{}, fmt.Errorf("%w: a rollout needs an ID, an actor and a reason", ErrRelease)
	case len(w.Content) > policy.ContentMaxBytes:
		return Rollout{}, fmt.Errorf("%w: %d bytes, at most %d", ErrRelease, len(w.Content), policy.ContentMaxBytes)
	case w.Kind != policy.Passes && !utf8.Valid(w.Content):
		return Rollout{}, fmt.Errorf("%w: the text is not UTF-8", ErrRelease)
	case len(w.Locations) == 0:
		return Rollout{}, fmt.Errorf("%w: it names no location", ErrRelease)
	}
	r := Rollout{
		ID: w.ID, Kind: w.Kind, Actor: w.Actor, Reason: w.Reason, CreatedMS: d.options.Now().UnixMilli(), Content: w.Content,
		ReturnAfterMS: w.ReturnAfter.Milliseconds(), WaitMS: w.Wait.Milliseconds(), StopAfter: max(1, w.StopAfter), Overrule: w.Overrule,
		State: Running, Places: staged(w.First, w.Locations),
	}
	if !w.EffectiveFrom.IsZero() {
		r.EffectiveFromMS = w.EffectiveFrom.UnixMilli()
	}
	if err := d.putRollout(ctx, r); err != nil {
		return r, err
	}
	err := d.advance(ctx, r.ID)
	r, _ = d.Rollout(r.ID)
	return r, err
}

// putRollout writes a rollout under the revision that it builds on.
func (d *Desk) putRollout(ctx context.Context, r Rollout) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	done, err := d.options.Documents.PutDocument(ctx, "", kindRollout, r.ID, r.revision, value)
	if err != nil {
		return fmt.Errorf("steer: %w", err)
	}
	if !done {
		return ErrBusy
	}
	r.revision++
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rolls[r.ID] = r
	return nil
}

// changeRollout reads, changes and writes, anew if another program was faster.
func (d *Desk) changeRollout(ctx context.Context, id string, change func(*Rollout) bool) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	for range attempts {
		r, found := d.Rollout(id)
		if !found {
			return ErrUnknown
		}
		if !change(&r) {
			return nil
		}
		err := d.putRollout(ctx, r)
		if !errors.Is(err, ErrBusy) {
			return err
		}
		if err := d.Refresh(ctx); err != nil {
			return err
		}
	}
	return ErrBusy
}

// Rollout finds a rollout. What is returned is the caller's own.
func (d *Desk) Rollout(id string) (Rollout, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	r, found := d.rolls[id]
	r.Places = slices.Clone(r.Places)
	return r, found
}

// Rollouts are all, the newest first.
func (d *Desk) Rollouts() []Rollout {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := make([]Rollout, 0, len(d.rolls))
	// any order: sorted below
	for _, r := range d.rolls {
		r.Places = slices.Clone(r.Places)
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Rollout) int {
		return cmp.Or(cmp.Compare(b.CreatedMS, a.CreatedMS), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Waiting are the locations to which a running rollout of a kind has yet to be released, with its ID.
func (d *Desk) Waiting(kind policy.Kind) map[fact.LocationID]string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	waiting := map[fact.LocationID]string{}
	// any order: of several the greatest ID is named
	for id, r := range d.rolls {
		if r.Kind != kind || r.State != Running {
			continue
		}
		for i := range r.Places {
			if p := &r.Places[i]; p.State == PlaceWaiting {
				waiting[p.Location] = max(waiting[p.Location], id)
			}
		}
	}
	return waiting
}

// Stop ends a rollout where it is: what was released stays, the rest isn't.
func (d *Desk) Stop(ctx context.Context, id, why string) error {
	return d.changeRollout(ctx, id, func(r *Rollout) bool {
		stops := r.State == Running
		if stops {
			r.State, r.Why = Stopped, why
		}
		return stops
	})
}

// Resume has a stopped rollout go on; one failure more than there are stops it again.
func (d *Desk) Resume(ctx context.Context, id string) error {
	err := d.changeRollout(ctx, id, func(r *Rollout) bool {
		resumes := r.State == Stopped
		if resumes {
			bad := 0
			for i := range r.Places {
				if r.Places[i].State.bad() {
					bad++
					r.Places[i].Stage = max(0, r.Stage) // what failed is decided on, and holds the stage up no longer
					r.Places[i].State, r.Places[i].Note = PlaceReplaced, "a person decided to go on: "+r.Places[i].Note
				}
			}
			r.State, r.Why, r.WellMS = Running, "", 0
		}
		return resumes
	})
	if err != nil {
		return err
	}
	return d.advance(ctx, id)
}

// Tick moves all rollouts on. Call it about once a second.
func (d *Desk) Tick(ctx context.Context) error {
	now := d.options.Now()
	d.mu.RLock()
	old := d.options.Shared && now.Sub(d.readAt) >= refreshMS*time.Millisecond
	d.mu.RUnlock()
	if old {
		if err := d.Refresh(ctx); err != nil {
			return err
		}
	}
	var errs []error
	for _, r := range d.Rollouts() {
		if r.State == Running {
			errs = append(errs, d.advance(ctx, r.ID))
		}
	}
	for _, h := range d.AllHeld("") {
		if h.Version > 0 && h.Answer.Version != h.Version && now.UnixMilli()-h.SentMS >= resendMS {
			errs = append(errs, d.sendAgain(ctx, h))
		}
	}
	return errors.Join(errs...)
}

// sendAgain sends what nobody answered. When it was sent is noted in memory alone.
func (d *Desk) sendAgain(ctx context.Context, h Held) error {
	d.mu.Lock()
	now := d.held[place{h.Location, h.Kind}]
	now.SentMS = d.options.Now().UnixMilli()
	d.held[place{h.Location, h.Kind}] = now
	d.mu.Unlock()
	d.send(ctx, h)
	return ctx.Err()
}

// advance releases what is due and judges the rest.
func (d *Desk) advance(ctx context.Context, id string) error {
	err := d.changeRollout(ctx, id, func(r *Rollout) bool {
		news := r.catchUp(d.Held)
		return r.judge(d.options.Now().UnixMilli()) || news
	})
	r, found := d.Rollout(id)
	if err != nil || !found {
		return err
	}
	released := []Held{}
	for _, location := range r.due() {
		h, err := d.release(ctx, &r, location)
		if err != nil {
			return err
		}
		released = append(released, h)
	}
	if len(released) == 0 {
		return nil
	}
	return d.changeRollout(ctx, id, func(r *Rollout) bool {
		for _, h := range released {
			r.released(h, d.options.Now().UnixMilli())
		}
		r.catchUp(d.Held)
		return true
	})
}

// release writes and sends one location's document, once.
func (d *Desk) release(ctx context.Context, r *Rollout, location fact.LocationID) (Held, error) {
	h, err := d.changeHeld(ctx, place{location, r.Kind}, func(h *Held) bool {
		if h.Rollout == r.ID {
			return false // an interrupted run of this one got as far as here
		}
		h.Version, h.Actor, h.Content, h.Rollout = h.next(), r.Actor, r.Content, r.ID
		h.EffectiveFromMS, h.ReturnAfterMS, h.SentMS = r.EffectiveFromMS, r.ReturnAfterMS, d.options.Now().UnixMilli()
		if r.Overrule {
			h.Supersedes = h.Local.Version
		}
		return true
	})
	if err == nil {
		d.send(ctx, h)
	}
	return h, err
}
