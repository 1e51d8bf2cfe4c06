package steer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gatehouse/cloud/documents"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Kinds of values that a Desk keeps.
const (
	kindHeld    = "policy"
	kindRollout = "rollout"
)

// ErrBusy says that another program changed the same thing in the same moment.
var ErrBusy = errors.New("steer: somebody else changed this in the same moment; try again")

// Options are what a Desk is made of. All but Log and Shared are needed.
type Options struct {
	Documents documents.Store
	Signers   policy.Signers
	// Send sends a message to a location without any promise that it arrives.
	Send   func(context.Context, fact.LocationID, wire.Message) error
	Now    func() time.Time
	Shared bool // other programs work on the same documents
	Log    *slog.Logger
}

// Desk steers. It is safe for use by many goroutines.
type Desk struct {
	options Options

	writing sync.Mutex // one change at a time: they read, write and then believe
	mu      sync.RWMutex
	held    map[place]Held
	rolls   map[string]Rollout
	orders  map[policy.Nonce]*waiting
	asked   []policy.Nonce // orders, oldest first
	readAt  time.Time
}

// place is one kind at one location.
type place struct {
	location fact.LocationID
	kind     policy.Kind
}

// Held is what headquarters holds of one kind for one location.
type Held struct {
	Location        fact.LocationID
	Kind            policy.Kind
	Version         uint64 // of the newest document; 0: none
	EffectiveFromMS int64
	ReturnAfterMS   int64
	Supersedes      uint64
	Actor           string
	Content         []byte
	Rollout         string // that released it; "": none did
	SentMS          int64  // when it was sent last
	Answer          Answer // of the gateway, about the newest version
	InEffect        uint64 // the version that the gateway said last is in effect
	Working         []byte // its content, of the kinds that headquarters itself must know of
	Local           policy.Override
	Floor           uint64 // the newest version that the gateway said it has: a store that was restored may know of none so new
	// Links are, of the kind trust, the newest document and those before it, the oldest first, as they were signed: a gateway
	// that was away while keys changed believes each by the one before.
	Links    []policy.Document `json:",omitempty"`
	revision int64
}

// Answer is what a gateway said of a document.
type Answer struct {
	Version uint64
	Code    wire.ResultCode // 0: nothing yet
	Note    string
	AtMS    int64
}

// document is the newest one, signed.
func (h *Held) document(signer policy.Signer) (policy.Document, error) {
	d := policy.Document{
		Kind: h.Kind, Location: h.Location, Version: h.Version, EffectiveFromMS: h.EffectiveFromMS, Supersedes: h.Supersedes,
		ReturnAfterMS: h.ReturnAfterMS, Actor: h.Actor, Content: h.Content,
	}
	return d, d.Sign(signer)
}

// Open reads what is kept.
func Open(ctx context.Context, o Options) (*Desk, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{options: o, held: map[place]Held{}, rolls: map[string]Rollout{}, orders: map[policy.Nonce]*waiting{}}
	return d, d.Refresh(ctx)
}

// Refresh takes over what other programs have changed.
func (d *Desk) Refresh(ctx context.Context) error {
	held, rolls := map[place]Held{}, map[string]Rollout{}
	err := d.options.Documents.EachDocument(ctx, kindHeld, func(location, key string, revision int64, value []byte) error {
		h := Held{}
		if err := json.Unmarshal(value, &h); err != nil {
			return fmt.Errorf("steer: %s of %s: %w", key, location, err)
		}
		h.revision = revision
		held[place{h.Location, h.Kind}] = h
		return nil
	})
	if err != nil {
		return err
	}
	err = d.options.Documents.EachDocument(ctx, kindRollout, func(_, key string, revision int64, value []byte) error {
		r := Rollout{}
		if err := json.Unmarshal(value, &r); err != nil {
			return fmt.Errorf("steer: rollout %s: %w", key, err)
		}
		r.revision = revision
		rolls[key] = r
		return nil
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held, d.rolls, d.readAt = held, rolls, d.options.Now()
	return nil
}

// changeHeld reads, changes and writes one record, anew if another program was faster. change returns false if there is
// nothing to write.
func (d *Desk) changeHeld(ctx context.Context, at place, change func(*Held) bool) (Held, error) {
	d.writing.Lock()
	defer d.writing.Unlock()
	for range attempts {
		h := d.Held(at.location, at.kind)
		if !change(&h) {
			return h, nil
		}
		value, err := json.Marshal(h)
		if err != nil {
			return h, err
		}
		done, err := d.options.Documents.PutDocument(ctx, string(at.location), kindHeld, at.kind.String(), h.revision, value)
		if err != nil {
			return h, fmt.Errorf("steer: %w", err)
		}
		if done {
			h.revision++
			d.mu.Lock()
			d.held[at] = h
			d.mu.Unlock()
			return h, nil
		}
		if err := d.Refresh(ctx); err != nil {
			return h, err
		}
	}
	return Held{}, ErrBusy
}

// attempts is how often a change is tried while others are faster.
const attempts = 5

// Held is what is held of one kind for one location.
func (d *Desk) Held(location fact.LocationID, kind policy.Kind) Held {
	d.mu.RLock()
	defer d.mu.RUnlock()
	h, found := d.held[place{location, kind}]
	if !found {
		h = Held{Location: location, Kind: kind}
	}
	return h
}

// AllHeld is what is held for one location, by kind; "": for all.
func (d *Desk) AllHeld(location fact.LocationID) []Held {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := []Held{}
	// any order: sorted below
	for at, h := range d.held {
		if location == "" || at.location == location {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b Held) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// next is the version of a newer document.
func (h *Held) next() uint64 { return max(h.Version, h.Floor) + 1 }

// Publish makes a content the newest document of its kind at one location, and sends it. It is for what concerns that
// location alone: what is for many goes by Release. The content that is there already makes no new version.
func (d *Desk) Publish(ctx context.Context, location fact.LocationID, kind policy.Kind, actor string, content []byte) (Held, error) {
	return d.Amend(ctx, location, kind, actor, func(Held) ([]byte, error) { return content, nil })
}

// Amend is Publish of what change makes of the newest document. change is called again where another program was faster,
// so that of two changes in one moment none is lost; nil says that there is nothing to change.
func (d *Desk) Amend(ctx context.Context, location fact.LocationID, kind policy.Kind, actor string, change func(Held) ([]byte, error)) (Held, error) {
	var failed error
	h, err := d.changeHeld(ctx, place{location, kind}, func(h *Held) bool {
		content, err := change(*h)
		if failed = err; err != nil || content == nil || h.Version > 0 && slices.Equal(h.Content, content) {
			return false
		}
		h.Version, h.Actor, h.Content, h.Rollout = h.next(), actor, content, ""
		h.EffectiveFromMS, h.ReturnAfterMS, h.SentMS = 0, 0, d.options.Now().UnixMilli()
		return true
	})
	if err = cmp.Or(failed, err); err == nil {
		d.send(ctx, h)
	}
	return h, err
}

// send sends the newest document in parts. Nothing is promised: the gateway asks for what it lacks. By which keys it can
// be believed goes before it, where that is news.
func (d *Desk) send(ctx context.Context, h Held) {
	trust := d.Held(h.Location, policy.Trust)
	d.sendLinks(ctx, &trust, trust.InEffect)
	if h.Kind != policy.Trust {
		d.sendNewest(ctx, h)
	}
}

func (d *Desk) sendNewest(ctx context.Context, h Held) {
	document, err := h.document(d.options.Signers.SignerOf(h.Location))
	if err != nil {
		d.options.Log.Error("steer: a document can't be signed", "location", h.Location, "kind", h.Kind, "err", err)
		return
	}
	d.sendDocument(ctx, document)
}

func (d *Desk) sendDocument(ctx context.Context, document policy.Document) {
	for _, part := range wire.SplitDocument(document) {
		if err := d.options.Send(ctx, document.Location, part); err != nil {
			d.options.Log.Debug("steer: a document was not sent", "location", document.Location, "kind", document.Kind, "err", err)
			return
		}
	}
}

// Hear takes a message of a gateway that is about documents and commands; it reports whether it was one.
func (d *Desk) Hear(ctx context.Context, location fact.LocationID, m wire.Message) bool {
	var err error
	switch m := m.(type) {
	case *wire.Wanted:
		if m.Location == location {
			err = d.wanted(ctx, m)
		}
	case *wire.Result:
		if m.Location == location && m.ID == (policy.Nonce{}) {
			err = d.answered(ctx, m)
		} else if m.Location == location {
			d.finished(m)
		}
	case *wire.Challenge:
		if m.Location == location {
			err = d.challenged(ctx, m)
		}
	default:
		return false
	}
	if err != nil {
		d.options.Log.Error("steer: a word of a gateway was lost; it will be said again", "location", location, "err", err)
	}
	return true
}

// wanted answers a gateway's list with what is newer, and keeps its technicians' edits.
func (d *Desk) wanted(ctx context.Context, m *wire.Wanted) error {
	for _, local := range m.Overrides {
		_, err := d.changeHeld(ctx, place{m.Location, local.Kind}, func(h *Held) bool {
			newer := local.Override.Version > h.Local.Version
			if newer {
				h.Local = local.Override
			}
			return newer
		})
		if err != nil {
			return err
		}
	}
	have := map[policy.Kind]uint64{}
	for _, v := range m.Have {
		have[v.Kind] = v.Version
		if h := d.Held(m.Location, v.Kind); v.Version > max(h.Version, h.Floor) {
			if err := d.raise(ctx, m.Location, v); err != nil {
				return err
			}
		}
	}
	trust, err := d.believed(ctx, m.Location, have[policy.Trust])
	if err != nil {
		return err
	}
	d.sendLinks(ctx, &trust, have[policy.Trust])
	for _, h := range slices.Backward(d.AllHeld(m.Location)) { // what was sold goes before what rights are taken back
		if h.Version > have[h.Kind] && h.Kind != policy.Trust {
			d.sendNewest(ctx, h)
		}
	}
	return nil
}

// raise has the next document of a kind be newer than what a gateway has.
func (d *Desk) raise(ctx context.Context, location fact.LocationID, v policy.Version) error {
	d.options.Log.Warn("steer: a gateway has a newer document than headquarters remembers", "location", location, "kind", v.Kind, "version", v.Version)
	_, err := d.changeHeld(ctx, place{location, v.Kind}, func(h *Held) bool {
		newer := v.Version > h.Floor
		h.Floor = max(h.Floor, v.Version)
		return newer
	})
	return err
}

// answered notes what became of a document.
func (d *Desk) answered(ctx context.Context, m *wire.Result) error {
	h, err := d.changeHeld(ctx, place{m.Location, m.Kind}, func(h *Held) bool {
		return h.note(Answer{m.Version, m.Code, clip(m.Note), d.options.Now().UnixMilli()})
	})
	if err != nil || h.Rollout == "" {
		return err
	}
	return d.changeRollout(ctx, h.Rollout, func(r *Rollout) bool { return r.note(h) })
}

// note takes an answer; it reports whether it says something new.
func (h *Held) note(a Answer) bool {
	if a.Version != h.Version || a.Version == 0 || a.Code == h.Answer.Code && a.Version == h.Answer.Version && a.Note == h.Answer.Note {
		return false
	}
	h.Answer = a
	if a.Code == wire.Done {
		h.InEffect = a.Version
		if h.Kind == policy.Lending || h.Kind == policy.Sales {
			h.Working = h.Content
		}
	}
	return true
}

// clip bounds what is kept of a gateway's words.
func clip(text string) string { return fact.Clip(text, 512) }

// Lent is what a location has lent headquarters: what it agreed to, and nothing beyond what headquarters asks for now.
func (d *Desk) Lent(location fact.LocationID) policy.Allotment {
	h := d.Held(location, policy.Lending)
	agreed, asked, lent := policy.Allotment{}, policy.Allotment{}, policy.Allotment{}
	if h.InEffect == 0 || wire.Unmarshal(h.Working, &agreed) != nil || wire.Unmarshal(h.Content, &asked) != nil {
		return lent
	}
	for _, a := range agreed.Types {
		at := slices.IndexFunc(asked.Types, func(b policy.Allotted) bool { return b.SpotType == a.SpotType })
		if at >= 0 {
			lent.Types = append(lent.Types, policy.Allotted{SpotType: a.SpotType, Count: min(a.Count, asked.Types[at].Count)})
		}
	}
	return lent
}

// Heard is the list of its sales that a location said last is in effect there.
func (d *Desk) Heard(location fact.LocationID) (list policy.SalesList) {
	if h := d.Held(location, policy.Sales); h.InEffect > 0 {
		_ = wire.Unmarshal(h.Working, &list) // what can't be read was written by another version: nothing is known to be heard
	}
	return list
}
