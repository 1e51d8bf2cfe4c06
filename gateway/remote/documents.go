package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/gateway/lot"
	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// parts is a document that comes in pieces: one at a time, because headquarters sends them one after the other.
type parts struct {
	header policy.Document
	pieces [][]byte
	bytes  int
}

// add takes a piece, and returns the document when it is whole.
func (p *parts) add(m *wire.Part) (document policy.Document, whole bool) {
	same := p.header.Kind == m.Header.Kind && p.header.Version == m.Header.Version && len(p.pieces) == int(m.Count)
	if !same {
		*p = parts{header: m.Header, pieces: make([][]byte, m.Count)}
	}
	if p.pieces[m.Index] == nil {
		p.bytes += len(m.Bytes)
	}
	p.pieces[m.Index] = append([]byte{}, m.Bytes...)
	for _, piece := range p.pieces {
		if piece == nil {
			return policy.Document{}, false
		}
	}
	document = p.header
	document.Content = bytes.Join(p.pieces, nil)
	*p = parts{}
	return document, true
}

// part takes a piece of a document, and the document if it is whole.
func (r *Remote) part(ctx context.Context, m *wire.Part) {
	document, whole := r.parts.add(m)
	if !whole {
		return
	}
	code, err := r.offer(ctx, document)
	if errors.Is(err, policy.ErrStale) {
		code, err = r.standingOf(document)
	}
	note := ""
	if err != nil {
		note = err.Error()
		r.log.Warn("remote: a document is refused", "kind", document.Kind.String(), "version", document.Version, "err", err)
	}
	r.send(ctx, &wire.Result{Location: r.options.Location, Kind: document.Kind, Version: document.Version, Code: code, Note: clip(note)})
}

// standingOf says what became of a document that comes again.
func (r *Remote) standingOf(d policy.Document) (wire.ResultCode, error) {
	switch held := r.shelf.Get(d.Kind); d.Version {
	case held.Current.Version:
		return wire.Done, nil
	case held.Next.Version:
		return wire.Held, nil
	case held.Returned:
		return wire.Returned, nil
	}
	return wire.Refused, policy.ErrStale
}

// offer checks a document and puts it on the shelf, and into effect if it is due.
func (r *Remote) offer(ctx context.Context, d policy.Document) (wire.ResultCode, error) {
	if err := d.Verify(r.options.Keys); err != nil {
		return wire.Refused, err
	}
	if d.Location != r.options.Location {
		return wire.Refused, fmt.Errorf("remote: the document is for %q, this is %q", d.Location, r.options.Location)
	}
	if err := r.usable(d.Kind, d.Content); err != nil {
		return wire.Refused, err
	}
	if err := r.shelf.Offer(d); err != nil {
		return wire.Refused, err
	}
	if err := r.turn(ctx); err != nil {
		return wire.Failed, err
	}
	return r.standingOf(d)
}

// errNotHere says that this version can't put a kind of document into effect.
var errNotHere = errors.New("remote: this version takes no documents of this kind from headquarters; update the gateway")

// usable says why a content can't be put into effect.
func (r *Remote) usable(kind policy.Kind, content []byte) error {
	switch kind {
	case policy.Passes:
		_, err := passesOf(content)
		return err
	case policy.Blocklist:
		_, err := platesOf(content)
		return err
	case policy.Tariff:
		if r.options.Tariffs != nil {
			return r.options.Tariffs.Check(content)
		}
	}
	return fmt.Errorf("%w: %s", errNotHere, kind)
}

// countMS is time that only runs forward, over restarts too.
func countMS(now fact.Stamp) int64 { return int64(now.HLC >> 16) }

// look puts into effect what is due, and goes back where headquarters was lost.
func (r *Remote) look(ctx context.Context, synced bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := false
	for _, held := range r.shelf.Kinds {
		waits = waits || held.SinceMS != 0
	}
	if synced && waits {
		r.shelf.Reached()
		r.keep()
	}
	if err := r.turn(ctx); err != nil {
		r.log.Error("remote: a document is not in effect", "err", err)
	}
	for _, kind := range r.shelf.Return(countMS(r.options.Now())) {
		held := r.shelf.Get(kind)
		r.log.Error("remote: headquarters was lost with a document; the one before is back", "kind", kind.String(), "given_up", held.Returned, "back", held.Current.Version)
		err := r.effect(ctx, kind, true)
		r.keep()
		r.send(ctx, &wire.Result{Location: r.options.Location, Kind: kind, Version: held.Returned, Code: wire.Returned, Note: clip(text(err))})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// turn puts into effect what is due.
func (r *Remote) turn(ctx context.Context) error {
	now := r.options.Now()
	due := false
	for _, held := range r.shelf.Kinds {
		due = due || held.Next.Version != 0
	}
	if !due {
		return nil
	}
	var errs []error
	for _, kind := range r.shelf.Turn(now, countMS(now)) {
		errs = append(errs, r.effect(ctx, kind, false))
	}
	return errors.Join(append(errs, r.keep())...)
}

// effect puts a kind into effect and records it.
func (r *Remote) effect(ctx context.Context, kind policy.Kind, returned bool) error {
	if err := r.apply(ctx, kind); err != nil {
		return err
	}
	held := r.shelf.Get(kind)
	content, local := held.Content()
	changed := fact.PolicyChanged{
		Policy: kind.String(), Version: held.Current.Version, Digest: sha256.Sum256(content), Local: local, Returned: returned, Actor: clip(held.Current.Actor),
	}
	if local {
		changed.Version, changed.Actor = held.Override.Version, clip(held.Override.Actor)
	}
	_, err := r.options.Lot.Submit(ctx, lot.PolicyChanged{Fact: changed})
	return err
}

// apply has the lot go by what is in effect.
func (r *Remote) apply(ctx context.Context, kind policy.Kind) error {
	held := r.shelf.Get(kind)
	content, local := held.Content()
	if content == nil && held.Current.Version == 0 && !local {
		return nil
	}
	var event lot.Event
	switch kind {
	case policy.Passes:
		passes, err := passesOf(content)
		if err != nil {
			return err
		}
		event = lot.SetPasses{Actor: "headquarters: " + held.Current.Actor, Passes: passes}
	case policy.Blocklist:
		plates, err := platesOf(content)
		if err != nil {
			return err
		}
		event = lot.SetBlocked{Plates: plates}
	case policy.Tariff:
		if r.options.Tariffs == nil {
			return errNotHere
		}
		return r.options.Tariffs.Apply(ctx, content, held.Current.Actor)
	default:
		return errNotHere
	}
	_, err := r.options.Lot.Submit(ctx, event)
	return err
}

// Edit is a technician's local edit of a kind; nil takes it back.
func (r *Remote) Edit(ctx context.Context, kind policy.Kind, actor string, content []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if content != nil {
		if err := r.usable(kind, content); err != nil {
			return err
		}
	}
	r.shelf.Edit(kind, actor, content)
	if err := r.keep(); err != nil {
		return err
	}
	r.want(ctx)
	return r.effect(ctx, kind, false)
}

// Shelf is what is here.
func (r *Remote) Shelf() policy.Shelf {
	r.mu.Lock()
	defer r.mu.Unlock()
	return policy.Shelf{Kinds: append([]policy.Held(nil), r.shelf.Kinds...)}
}

// passesOf reads a document of passes. Keys name passes, and values are their terms.
func passesOf(content []byte) ([]fact.PassIssued, error) {
	var all crdt.RemoveWins
	if len(content) > 0 {
		if err := wire.Unmarshal(content, &all); err != nil {
			return nil, fmt.Errorf("remote: the passes can't be read: %w", err)
		}
	}
	passes := []fact.PassIssued{}
	for _, entry := range all.Entries {
		if entry.Removed {
			continue
		}
		var p fact.PassIssued
		if err := wire.Unmarshal(entry.Value, &p); err != nil {
			return nil, fmt.Errorf("remote: pass %q can't be read: %w", entry.Key, err)
		}
		if p.Plate == "" && p.Card == "" || p.UntilMS <= p.FromMS {
			return nil, fmt.Errorf("remote: pass %q needs a plate or a card, and an end after its start", entry.Key)
		}
		p.Pass = lot.HeadquartersPass(entry.Key, entry.Version)
		passes = append(passes, p)
	}
	return passes, nil
}

// platesMax bounds a block list.
const platesMax = 100_000

// platesOf reads a block list: a plate on each line.
func platesOf(content []byte) ([]string, error) {
	plates := []string{}
	for line := range strings.Lines(string(content)) {
		plate, _, _ := strings.Cut(line, "#")
		if plate = strings.TrimSpace(plate); plate != "" {
			plates = append(plates, plate)
		}
	}
	if len(plates) > platesMax {
		return nil, fmt.Errorf("remote: the block list has %d plates, at most %d", len(plates), platesMax)
	}
	return plates, nil
}

// keep writes the shelf so that a power cut leaves the old one or the new one.
func (r *Remote) keep() error {
	data, err := json.Marshal(r.shelf)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(r.path()), 0o700)
	}
	if err != nil {
		return fmt.Errorf("remote: %w", err)
	}
	file, err := os.OpenFile(r.path()+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("remote: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(r.path()+".new", r.path())
	}
	if err != nil {
		r.log.Error("remote: documents are not kept over a restart", "err", err)
	}
	return err
}

func load(path string, into *policy.Shelf) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
