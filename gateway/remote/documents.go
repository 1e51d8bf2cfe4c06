package remote

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/tomlfile"
	"gatehouse/sync/wire"
)

// part takes a piece of a document, and the document if it is whole.
func (r *Remote) part(ctx context.Context, m *wire.Part) {
	document, whole, err := r.parts.Add(m)
	if err != nil {
		r.log.Warn("remote: a document can't be put together", "kind", m.Header.Kind.String(), "version", m.Header.Version, "err", err)
	}
	if !whole {
		return
	}
	code, err := r.offer(ctx, document)
	if errors.Is(err, errTooEarly) {
		r.log.Debug("remote: a document waits for another", "kind", document.Kind.String(), "version", document.Version, "err", err)
		return // headquarters sends it again until it is answered
	}
	if errors.Is(err, policy.ErrStale) {
		code, err = r.standingOf(document)
	}
	if err != nil {
		r.log.Warn("remote: a document is refused", "kind", document.Kind.String(), "version", document.Version, "err", err)
	}
	note := text(err)
	if held := r.kept.Get(document.Kind); code == wire.Held {
		note = "takes effect at " + time.UnixMilli(held.DueMS()).UTC().Format(time.RFC3339)
	}
	r.send(ctx, &wire.Result{Location: r.options.Location, Kind: document.Kind, Version: document.Version, Code: code, Note: clip(note)})
}

// standingOf says what became of a document that comes again.
func (r *Remote) standingOf(d policy.Document) (wire.ResultCode, error) {
	switch held := r.kept.Get(d.Kind); d.Version {
	case held.Current.Version:
		return wire.Done, nil
	case held.Next.Version:
		return wire.Held, nil
	case held.Returned:
		if held.Failed {
			return wire.Failed, nil
		}
		return wire.Returned, nil
	}
	return wire.Refused, policy.ErrStale
}

// offer checks a document and puts it on the shelf, and into effect if it is due.
func (r *Remote) offer(ctx context.Context, d policy.Document) (wire.ResultCode, error) {
	if err := d.Verify(r.desk.Keys); err != nil {
		return wire.Refused, err
	}
	if d.Location != r.options.Location {
		return wire.Refused, fmt.Errorf("remote: the document is for %q, this is %q", d.Location, r.options.Location)
	}
	notBeforeMS, err := r.usable(ctx, &d)
	if err != nil {
		return wire.Refused, err
	}
	if err := r.kept.Offer(d, notBeforeMS); err != nil {
		return wire.Refused, err
	}
	turned, err := r.turn(ctx)
	r.untold = append(r.untold, slices.DeleteFunc(turned, func(k policy.Kind) bool { return k == d.Kind })...) // d is answered itself
	if err != nil {
		return wire.Failed, err
	}
	return r.standingOf(d)
}

// countMS is time that only runs forward, over restarts too.
func countMS(now fact.Stamp) int64 { return int64(now.HLC >> 16) }

// look puts into effect what is due, goes back where headquarters was lost, and asks what it sells no more.
func (r *Remote) look(ctx context.Context, synced bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle(ctx)
	waits := false
	for _, held := range r.kept.Kinds {
		waits = waits || held.SinceMS != 0
	}
	if synced && waits {
		r.kept.Reached()
		r.keep()
	}
	turned, err := r.turn(ctx)
	if err != nil {
		r.log.Error("remote: a document is not in effect", "err", err)
	}
	r.untold = append(r.untold, turned...)
	for _, kind := range r.kept.Return(countMS(r.options.Now())) {
		held := r.kept.Get(kind)
		r.log.Error("remote: headquarters was lost with a document; the one before is back", "kind", kind.String(), "given_up", held.Returned, "back", held.Current.Version)
		err := r.effect(ctx, kind, returned)
		r.keep()
		r.send(ctx, &wire.Result{Location: r.options.Location, Kind: kind, Version: held.Returned, Code: wire.Returned, Note: clip(text(err))})
	}
	r.returned(ctx, synced)
	if synced {
		r.tellTurned(ctx)
	}
	if synced && r.lends() && r.options.Now().MonoMS-r.askedMS >= askEveryMS {
		r.want(ctx)
	}
}

// returned tells headquarters, once it is reached again, of what was given up while it was lost.
func (r *Remote) returned(ctx context.Context, synced bool) {
	if synced && !r.synced {
		for _, held := range r.kept.Kinds {
			if !held.Failed && held.Returned > max(held.Current.Version, held.Next.Version) {
				r.send(ctx, &wire.Result{Location: r.options.Location, Kind: held.Kind, Version: held.Returned, Code: wire.Returned})
			}
		}
	}
	r.synced = synced
}

// tellTurned tells headquarters of what waited for its time and has taken effect, or could not.
func (r *Remote) tellTurned(ctx context.Context) {
	for _, kind := range r.untold {
		held := r.kept.Get(kind)
		result := &wire.Result{Location: r.options.Location, Kind: kind, Version: held.Current.Version, Code: wire.Done}
		if held.Failed && held.Returned > held.Current.Version {
			result.Version, result.Code, result.Note = held.Returned, wire.Failed, "it could not be put into effect; the version before is back"
		}
		r.send(ctx, result)
	}
	r.untold = nil
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return tomlfile.InOneLine(err.Error())
}

// turn puts into effect what is due, and returns what it was. What can't be is given up for the version before.
func (r *Remote) turn(ctx context.Context) (turned []policy.Kind, err error) {
	now := r.options.Now()
	due := false
	for _, held := range r.kept.Kinds {
		due = due || held.Next.Version != 0
	}
	if !due {
		return nil, nil
	}
	var errs []error
	turned = r.kept.Turn(now, countMS(now))
	for _, kind := range turned {
		err := r.effect(ctx, kind, released)
		if err != nil {
			r.kept.Undo(kind)
			err = errors.Join(err, r.effect(ctx, kind, returned))
		}
		errs = append(errs, err)
	}
	return turned, errors.Join(append(errs, r.keep())...)
}

// cause is why a kind takes effect.
type cause uint8

const (
	released cause = iota
	returned       // the version before is back
	edited         // on site
)

// effect puts a kind into effect and records it. What was sold is recorded as reservations alone.
func (r *Remote) effect(ctx context.Context, kind policy.Kind, why cause) error {
	held := r.kept.Get(kind)
	content, local := held.Content()
	if err := r.apply(ctx, kind, content); err != nil || kind == policy.Sales {
		return err
	}
	changed := fact.PolicyChanged{
		Policy: kind.String(), Version: held.Current.Version, Digest: sha256.Sum256(content), Local: local, Returned: why == returned, Actor: clip(held.Current.Actor),
	}
	if local {
		changed.Version = held.Override.Version
	}
	if local || why == edited {
		changed.Actor, changed.Note = held.Override.Actor, held.Override.Reason
	}
	_, err := r.options.Lot.Submit(ctx, lot.PolicyChanged{Fact: changed})
	return err
}

// ErrNotEditable says that a kind is headquarters' alone.
var ErrNotEditable = errors.New("remote: only headquarters says what is in it")

// ErrNoReason says that an edit doesn't say why.
var ErrNoReason = errors.New("remote: say why it is edited; it goes on record")

// Edit is a technician's local edit of a kind; nil takes it back. Its error says why the content can't be used.
func (r *Remote) Edit(ctx context.Context, kind policy.Kind, actor, reason string, content []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !kind.Editable() {
		return fmt.Errorf("%w: %s", ErrNotEditable, kind)
	}
	if reason == "" {
		return ErrNoReason
	}
	if content != nil {
		if len(content) > wire.PartMaxBytes {
			return fmt.Errorf("remote: %d bytes, at most %d", len(content), wire.PartMaxBytes)
		}
		notBeforeMS, err := r.usable(ctx, &policy.Document{Kind: kind, Content: content})
		if err != nil {
			return err
		}
		if notBeforeMS > r.options.Now().WallMS {
			return fmt.Errorf("remote: it is valid from %s on, and an edit counts at once; name it in the site file's tariff.next, or have headquarters release it",
				time.UnixMilli(notBeforeMS).UTC().Format(time.RFC3339))
		}
	}
	r.kept.Edit(kind, clip(actor), clip(reason), content)
	if err := r.keep(); err != nil {
		return err
	}
	r.want(ctx)
	return r.effect(ctx, kind, edited)
}
