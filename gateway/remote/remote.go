package remote

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Lot is the lot, as gateway/app has it.
type Lot interface {
	// Submit gives the lot an event and returns its result when everything that it rests on is durable.
	Submit(context.Context, lot.Event) (lot.Result, error)
	View(context.Context, func(*lot.Lot)) error
}

// Tariffs puts tariffs into effect.
type Tariffs interface {
	// Check says why a text can't be used.
	Check(text []byte) error
	// Apply has entries promise this tariff from now on. The same text again changes nothing.
	Apply(ctx context.Context, text []byte, actor string) error
}

// Options are what a Remote is made of.
type Options struct {
	Location    fact.LocationID
	Incarnation fact.Incarnation
	Keys        policy.Keys // headquarters'
	Dir         string      // where documents are kept
	Lot         Lot
	// Send says something to headquarters, without a promise.
	Send func(context.Context, wire.Message) error
	// Now is the lot's clock.
	Now func() fact.Stamp
	// Tariffs takes the texts of tariffs; nil: this gateway takes none.
	Tariffs Tariffs
	// Restart ends this run of the gateway, so that the next begins.
	Restart func()
	Logger  *slog.Logger
}

// Remote takes what headquarters says. Its methods are safe for concurrent use.
type Remote struct {
	options Options
	log     *slog.Logger
	inbox   chan wire.Message

	mu    sync.Mutex
	desk  policy.Desk
	shelf policy.Shelf
	parts parts
}

// inboxMax is how many messages wait: a large document is 16 parts.
const inboxMax = 64

// New reads what was kept. A file that can't be read is no reason to fail: headquarters sends its documents again.
func New(o Options) *Remote {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Remote{
		options: o, log: o.Logger, inbox: make(chan wire.Message, inboxMax),
		desk: policy.Desk{Location: o.Location, Incarnation: o.Incarnation, Keys: o.Keys},
	}
	if err := load(r.path(), &r.shelf); err != nil {
		r.log.Warn("remote: documents of headquarters can't be read; they come again", "err", err)
		r.shelf = policy.Shelf{}
	}
	return r
}

func (r *Remote) path() string { return filepath.Join(r.options.Dir, "documents.json") }

// Hear takes a message. It never waits: one too many is lost, and headquarters says it again.
func (r *Remote) Hear(m wire.Message) {
	select {
	case r.inbox <- m:
	default:
	}
}

// lookEvery is how often it is seen whether a document is due, or to be given up.
const lookEvery = time.Second

// Run puts what was kept into effect, and serves until ctx ends. synced reports whether headquarters answers.
func (r *Remote) Run(ctx context.Context, synced func() bool) {
	r.mu.Lock()
	for _, held := range r.shelf.Kinds {
		if err := r.apply(ctx, held.Kind); err != nil {
			r.log.Error("remote: what headquarters released is not in effect", "kind", held.Kind.String(), "err", err)
		}
	}
	r.mu.Unlock()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-r.inbox:
			r.take(ctx, m)
		case <-ticker.C:
			r.look(ctx, synced())
		}
	}
}

// Greet tells headquarters what is here, so that it sends what is newer.
func (r *Remote) Greet() { r.Hear(&wire.Wanted{Location: r.options.Location}) }

func (r *Remote) take(ctx context.Context, m wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch m := m.(type) {
	case *wire.Wanted:
		r.want(ctx)
	case *wire.Part:
		r.part(ctx, m)
	case *wire.Challenge:
		r.challenge(ctx, m)
	case *wire.Command:
		r.command(ctx, &m.Command)
	}
}

func (r *Remote) want(ctx context.Context) {
	wanted := &wire.Wanted{Location: r.options.Location, Have: r.shelf.Versions()}
	for _, held := range r.shelf.Kinds {
		if held.Override.Version > 0 {
			override := held.Override
			if len(override.Content) > wire.PartMaxBytes {
				override.Content = nil // headquarters learns that there is one
			}
			wanted.Overrides = append(wanted.Overrides, policy.LocalState{Kind: held.Kind, Override: override})
		}
	}
	r.send(ctx, wanted)
}

// send says something. What is lost is asked for again.
func (r *Remote) send(ctx context.Context, m wire.Message) {
	if err := r.options.Send(ctx, m); err != nil {
		r.log.Debug("remote: not sent", "err", err)
	}
}

// challenge answers headquarters' wish to send a command.
func (r *Remote) challenge(ctx context.Context, m *wire.Challenge) {
	if m.Location != r.options.Location {
		return
	}
	var random policy.Nonce
	rand.Read(random[:]) // never fails: it crashes the program instead
	given := r.desk.Challenge(r.options.Now().MonoMS, random)
	r.send(ctx, &wire.Challenge{Location: m.Location, ID: m.ID, Incarnation: r.options.Incarnation, Challenge: given})
}

// command records a command, carries it out and tells what became of it.
func (r *Remote) command(ctx context.Context, c *policy.Command) {
	code, note := r.obey(ctx, c)
	r.log.Warn("remote: a command of headquarters", "verb", c.Verb.String(), "gate", c.Gate, "actor", c.Actor, "reason", c.Reason, "result", code, "note", note)
	r.send(ctx, &wire.Result{Location: r.options.Location, ID: c.ID, Code: code, Note: clip(note)})
	if c.Verb == policy.Restart && code == wire.Done && r.options.Restart != nil {
		r.options.Restart()
	}
}

func (r *Remote) obey(ctx context.Context, c *policy.Command) (wire.ResultCode, string) {
	if err := r.desk.Take(c, r.options.Now().MonoMS); err != nil {
		return wire.Refused, err.Error()
	}
	events, err := r.eventsOf(ctx, c)
	if err != nil {
		return wire.Refused, err.Error()
	}
	taken := fact.CommandTaken{ID: c.ID, Verb: c.Verb.String(), Gate: c.Gate, Ticket: c.Ticket, Actor: clip(c.Actor), Note: clip(c.Reason)}
	if _, err := r.options.Lot.Submit(ctx, lot.CommandTaken{Fact: taken}); err != nil {
		return wire.Failed, err.Error()
	}
	for _, event := range events {
		result, err := r.options.Lot.Submit(ctx, event)
		if err != nil {
			return wire.Failed, err.Error()
		}
		if p := result.Problem; p != nil {
			return wire.Refused, p.Message + "; " + p.Hint
		}
	}
	return wire.Done, ""
}

var errNoGate = errors.New("remote: there is no such gate here")

// eventsOf is what a command asks of the lot, as a person on site would.
func (r *Remote) eventsOf(ctx context.Context, c *policy.Command) ([]lot.Event, error) {
	at, found := -1, false
	if err := r.options.Lot.View(ctx, func(l *lot.Lot) { at, found = l.Gate(c.Gate) }); err != nil {
		return nil, err
	}
	needsGate := c.Verb != policy.Restart && (c.Verb != policy.FreeExit || c.Gate != "")
	if needsGate && !found {
		return nil, fmt.Errorf("%w: %q", errNoGate, c.Gate)
	}
	request := lot.Request{Actor: clip("headquarters: " + c.Actor)}
	note := clip(c.Reason)
	open := lot.RaiseGate{Request: request, Gate: at, Note: note}
	switch c.Verb {
	case policy.OpenOnce:
		return []lot.Event{open}, nil
	case policy.StartHold:
		return []lot.Event{lot.HoldGate{Request: request, Gate: at, Note: note}}, nil
	case policy.EndHold:
		return []lot.Event{lot.EndHold{Request: request, Gate: at, Note: note}}, nil
	case policy.FreeExit:
		events := []lot.Event{lot.CorrectTicket{Request: request, Ticket: c.Ticket, Close: true, Note: note}}
		if c.Gate != "" {
			events = append(events, open)
		}
		return events, nil
	}
	return nil, nil
}

// textMax bounds what is taken over of a person's words.
const textMax = 256

func clip(text string) string { return text[:min(len(text), textMax)] }
