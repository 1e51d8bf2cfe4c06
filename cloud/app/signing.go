package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"gatehouse/cloud/api"
	"gatehouse/cloud/enrol"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// keysActor is who has gateways believe other keys; the person who asked for it is in the audit.
const keysActor = "headquarters"

// SignerOf is the key with which headquarters speaks to a location. While the key is being changed that is the one that
// follows, as soon as the gateway has said that it believes it: one that is away loses nothing, nor do the vouchers
// that its gates honour meanwhile.
func (a *App) SignerOf(location fact.LocationID) policy.Signer {
	if next := a.ring.Next(); next != nil && a.desk != nil && a.desk.Trusts(location, policy.IDOf(next.Public())) {
		return next
	}
	return a.ring.Current()
}

// enrolledAt is when the gateway of each location enrolled last. Revoked ones do not count.
func (a *App) enrolledAt() map[fact.LocationID]time.Time {
	at := map[fact.LocationID]time.Time{}
	for _, d := range a.registry.Devices() {
		if location := fact.LocationID(d.Location); d.State != enrol.StateRevoked && d.EnrolledAt.After(at[location]) {
			at[location] = d.EnrolledAt
		}
	}
	return at
}

// tellKeys has every gateway told which keys count, for whoever holds keying. It goes on where it was interrupted, and says
// nothing twice.
func (a *App) tellKeys(ctx context.Context) error {
	state := a.ring.State()
	keys := policy.Keys{state.Current}
	if state.Next != nil {
		keys = append(keys, state.Next)
	}
	// any order: each location has documents of its own
	for location := range a.enrolledAt() {
		if state.Next == nil && a.desk.Held(location, policy.Trust).Version == 0 {
			continue // it enrolled with this key, and knows no other
		}
		if err := a.desk.Trust(ctx, location, keysActor, keys, a.ring.Current()); err != nil {
			return fmt.Errorf("app: %s is not told which keys count: %w", location, err)
		}
	}
	return nil
}

// tendKeys moves a change of the signing key on.
func (a *App) tendKeys(ctx context.Context) error {
	if a.options.TrustBroker {
		return nil
	}
	a.keying.Lock()
	defer a.keying.Unlock()
	if err := a.ring.Refresh(ctx); err != nil {
		return err
	}
	if state := a.ring.State(); state.Next != nil && !a.options.Now().Before(state.Until) {
		return a.endKeyChange(ctx)
	}
	return a.tellKeys(ctx)
}

// ChangeKey begins a change of the signing key: every gateway is told of the new one by the word of the old one, which
// counts until the overlap ends; without an overlap it has ended before anything else happens. With backups, one is made then:
// without the new key, an older one opens nothing. made is the new key, for people; it is there also if an error is about what
// comes after its making: the change goes on by itself then.
func (a *App) ChangeKey(ctx context.Context, overlap time.Duration) (made string, err error) {
	made, err = a.changeKey(ctx, overlap)
	a.changes.tell()
	if err == nil && a.options.Backup != "" {
		if _, err = a.Backup(a.background); err != nil { // to its end, whether anybody waits for it or not
			err = fmt.Errorf("%w: %w", api.ErrNoCopy, err)
		}
	}
	return made, err
}

func (a *App) changeKey(ctx context.Context, overlap time.Duration) (made string, err error) {
	a.keying.Lock()
	defer a.keying.Unlock()
	if err := a.ring.Begin(ctx, overlap); err != nil {
		return "", err
	}
	made = enrol.SpokenKey(a.ring.State().Next)
	if overlap <= 0 {
		return made, a.endKeyChange(ctx)
	}
	return made, a.tellKeys(ctx)
}

// EndKeyChange has the new key count alone. Gateways that have not heard of it follow when they are connected again: what
// tells them was signed before the private half of the old one went.
func (a *App) EndKeyChange(ctx context.Context) error {
	a.keying.Lock()
	defer a.keying.Unlock()
	defer a.changes.tell()
	return a.endKeyChange(ctx)
}

// endKeyChange is EndKeyChange for whoever holds keying.
func (a *App) endKeyChange(ctx context.Context) error {
	if err := a.tellKeys(ctx); err != nil {
		return err
	}
	if err := a.ring.End(ctx); err != nil {
		return err
	}
	a.options.Log.Warn("the signing key has changed", "key", enrol.SpokenKey(a.ring.State().Current))
	return a.tellKeys(ctx)
}

// Signing is how the signing keys are, for people.
func (a *App) Signing() api.Signing {
	state := a.ring.State()
	s := api.Signing{Key: enrol.SpokenKey(state.Current), Since: state.Since}
	newest := state.Current
	if state.Next != nil {
		newest, s.Next, s.Until = state.Next, enrol.SpokenKey(state.Next), &state.Until
	}
	for location, at := range a.enrolledAt() { // any order: it is sorted for people
		switch {
		case at.Before(state.LostAt):
			s.Lost = append(s.Lost, string(location))
		case a.isBehind(location, newest):
			s.Behind = append(s.Behind, string(location))
		}
	}
	return s
}

// isBehind reports whether a location was told of a key and has not said that it believes it.
func (a *App) isBehind(location fact.LocationID, key ed25519.PublicKey) bool {
	h := a.desk.Held(location, policy.Trust)
	return h.Version > 0 && !a.desk.Trusts(location, policy.IDOf(key))
}

// ReplaceLostKey makes a signing key that no gateway believes, in place of one that is lost. Nothing else may run on
// the store.
func ReplaceLostKey(ctx context.Context, o Options, actor, reason string) (spoken string, err error) {
	o.defaults()
	a := &App{options: o}
	if err := a.openStore(ctx); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, a.store.Close()) }()
	state, err := enrol.ReplaceLost(ctx, filepath.Join(o.Dir, "authority"), a.store, o.Now)
	if err != nil {
		return "", err
	}
	spoken = enrol.SpokenKey(state.Current)
	return spoken, a.store.Audit(ctx, store.AuditEntry{AtMS: o.Now().UnixMilli(), Actor: actor, Action: "replace_lost_signing_key", Subject: spoken, Detail: reason})
}
