package remote

import (
	"context"
	"crypto/rand"
	"errors"
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

// Site puts texts into effect that stand in place of the site file's: of the kinds tariff and settings.
type Site interface {
	// Check says why a text can't be used, and before when it must not be, in Unix milliseconds; 0: it may at any time.
	Check(kind policy.Kind, text []byte) (notBeforeMS int64, err error)
	// Apply has the location go by a text from now on; nil: by its own file. The same text again changes nothing.
	Apply(ctx context.Context, kind policy.Kind, text []byte) error
}

// Options are what a Remote is made of.
type Options struct {
	Location fact.LocationID
	Dir      string // where documents are kept
	Lot      Lot
	Site     Site
	// Now is the lot's clock.
	Now func() fact.Stamp
	// Trusted hears when other keys of headquarters are trusted than before.
	Trusted func()
	// Restart ends this run of the gateway, so that the next begins.
	Restart func()
	Logger  *slog.Logger
}

// Remote takes what headquarters says. Its methods are safe for concurrent use.
type Remote struct {
	options Options
	log     *slog.Logger
	inbox   chan wire.Message

	mu      sync.Mutex
	desk    policy.Desk
	taken   []taken // the newest last
	kept    kept
	root    policy.Keys // of the enrolment
	told    policy.Keys // that the lot honours vouchers by
	say     Send
	parts   parts
	synced  bool
	untold  []policy.Kind // took effect since headquarters was told of them
	askedMS int64         // when headquarters was asked last whether it sells more; monotonic
}

// Send says something to headquarters, without a promise.
type Send func(context.Context, wire.Message) error

// inboxMax is how many messages wait: a large document is 16 parts.
const inboxMax = 64

// New reads what was kept. A file that can't be read is no reason to fail: headquarters sends its documents again.
func New(o Options) *Remote {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Remote{options: o, log: o.Logger, inbox: make(chan wire.Message, inboxMax), desk: policy.Desk{Location: o.Location}}
	if err := r.kept.load(r.path()); err != nil {
		r.log.Warn("remote: documents of headquarters can't be read; they come again", "err", err)
		r.kept = kept{}
	}
	r.desk.Keys = r.trusted()
	return r
}

func (r *Remote) path() string { return filepath.Join(r.options.Dir, "documents.json") }

// Content is what is in effect of a kind; nil: nothing but what the location has of its own.
func (r *Remote) Content(kind policy.Kind) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.kept.Get(kind)
	content, _ := held.Content()
	return content
}

// Began says which run of the gateway this is. Call it before commands can come.
func (r *Remote) Began(run fact.Incarnation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.desk.Incarnation = run
}

// Connect says whom the enrolment trusts as headquarters, and how to speak to it; nil: not at all for now.
func (r *Remote) Connect(root policy.Keys, say Send) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.say = say
	if root != nil {
		r.rooted(root)
	}
}

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
	r.begin(ctx)
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

// begin has the lot go by what was kept.
func (r *Remote) begin(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, held := range r.kept.Kinds {
		content, local := held.Content()
		if content == nil && !local {
			continue
		}
		if err := r.apply(ctx, held.Kind, content); err != nil {
			r.log.Error("remote: what headquarters released is not in effect", "kind", held.Kind.String(), "err", err)
		}
		if held.Kind.Editable() && held.Current.Version > 0 { // its time may have come while nobody was told
			r.untold = append(r.untold, held.Kind)
		}
	}
}

// Greet tells headquarters what is here, so that it sends what is newer.
func (r *Remote) Greet() { r.Hear(&wire.Wanted{Location: r.options.Location}) }

func (r *Remote) take(ctx context.Context, m wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle(ctx)
	switch m := m.(type) {
	case *wire.Wanted:
		r.want(ctx)
	case *wire.Part:
		r.part(ctx, m)
	case *wire.SalesClosed:
		r.closed(ctx, m)
	case *wire.Challenge:
		r.challenge(ctx, m)
	case *wire.Command:
		r.command(ctx, &m.Command)
	}
}

// settle tells the lot of keys that came with a connection.
func (r *Remote) settle(ctx context.Context) {
	if err := r.tellKeys(ctx); err != nil {
		r.log.Error("remote: vouchers are not honoured by the keys that count", "err", err)
	}
}

func (r *Remote) want(ctx context.Context) {
	r.askedMS = r.options.Now().MonoMS
	wanted := &wire.Wanted{Location: r.options.Location, Have: r.kept.Versions()}
	for _, held := range r.kept.Kinds {
		if held.Override.Version > 0 {
			wanted.Overrides = append(wanted.Overrides, policy.LocalState{Kind: held.Kind, Override: held.Override})
		}
	}
	r.send(ctx, wanted)
}

var errNoLink = errors.New("remote: there is no connection")

// send says something. What is lost is asked for again.
func (r *Remote) send(ctx context.Context, m wire.Message) {
	err := errNoLink
	if r.say != nil {
		err = r.say(ctx, m)
	}
	if err != nil {
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
	given := r.desk.Challenge(m.ID, r.options.Now().MonoMS, random)
	r.send(ctx, &wire.Challenge{Location: m.Location, ID: m.ID, Incarnation: r.desk.Incarnation, Challenge: given})
}

// Shelf is what is here.
func (r *Remote) Shelf() policy.Shelf {
	r.mu.Lock()
	defer r.mu.Unlock()
	return policy.Shelf{Kinds: append([]policy.Held(nil), r.kept.Kinds...)}
}

// textMax bounds what is taken over of a person's words.
const textMax = 256

func clip(text string) string { return text[:min(len(text), textMax)] }
