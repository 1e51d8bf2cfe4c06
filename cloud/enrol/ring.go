package enrol

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gatehouse/cloud/documents"
	"gatehouse/sync/durable"
	"gatehouse/sync/policy"
)

const (
	// signingFile holds the key with which headquarters signs what it says to gateways, whatever broker carries it, and
	// nextFile the one that follows it while keys change.
	signingFile = "signing.key"
	nextFile    = "signing.next"

	kindRing = "signing"
	keyRing  = "ring"
)

// Errors of signing keys.
var (
	ErrKeyLost = errors.New("enrol: the signing key that gateways trust is not here. Restore the folder authority from a backup or, with several " +
		"aggregators on one database, copy the folder authority of another one. If it is lost for good, gatehouse-cloud rotate-key --lost " +
		"makes a new key, and every gateway must be enrolled again")
	ErrRotating    = errors.New("enrol: the signing key is being changed already; end that first")
	ErrNotRotating = errors.New("enrol: the signing key is not being changed")
	ErrNoRing      = errors.New("enrol: where the broker is trusted, nothing rests on a signing key")
)

// RingState says which keys headquarters signs with.
type RingState struct {
	Current ed25519.PublicKey `json:"current"`
	Next    ed25519.PublicKey `json:"next,omitempty"` // nil: the key is not being changed
	Since   time.Time         `json:"since"`          // of the newest of them
	Until   time.Time         `json:"until,omitzero"` // when Next follows Current
	// LostAt is when a key was replaced that could not sign for the one after it: gateways that enrolled before believe
	// nothing until they are enrolled again.
	LostAt time.Time `json:"lostAt,omitzero"`
}

// Ring is headquarters' signing keys: the one that counts and, while it is being changed, the one that follows. Which
// is which is a document that all aggregators of a store share; the private keys are files, and nowhere else. It is
// safe for use by many goroutines.
type Ring struct {
	dir       string
	documents documents.Store // nil: one key, for ever
	now       func() time.Time

	mu       sync.Mutex
	state    RingState
	revision int64
	private  []policy.Key
}

// OpenRing reads the signing keys of a folder, or makes the first one. It fails with ErrKeyLost if the store knows of a
// key that the folder has not: another one would be believed by no gateway.
func OpenRing(ctx context.Context, dir string, d documents.Store, now func() time.Time) (*Ring, error) {
	r := &Ring{dir: dir, documents: d, now: now}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	if r.state.Current == nil {
		key, err := SigningKey(dir)
		if err != nil {
			return nil, err
		}
		r.private = []policy.Key{key}
		if err := r.put(ctx, RingState{Current: r.private[0].Public(), Since: now().UTC()}); err != nil && !errors.Is(err, ErrBusy) {
			return nil, err
		}
		if err := r.read(ctx); err != nil { // another aggregator may have been faster
			return nil, err
		}
	}
	if r.find(r.state.Current) == nil && r.find(r.state.Next) != nil {
		if err := r.end(ctx); err != nil { // a backup that was made while a change ended
			return nil, err
		}
	}
	if r.find(r.state.Current) == nil {
		return nil, fmt.Errorf("%w (%s)", ErrKeyLost, dir)
	}
	return r, r.settle()
}

// read takes over what the store says and the folder holds.
func (r *Ring) read(ctx context.Context) error {
	if r.documents != nil {
		err := r.documents.EachDocument(ctx, kindRing, func(_, key string, revision int64, value []byte) error {
			var state RingState
			if err := json.Unmarshal(value, &state); err != nil {
				return fmt.Errorf("enrol: signing keys: %w", err)
			}
			r.state, r.revision = state, revision
			return nil
		})
		if err != nil {
			return err
		}
	}
	var private []policy.Key
	for _, name := range []string{signingFile, nextFile} {
		key, err := readKey(filepath.Join(r.dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		private = append(private, key)
	}
	r.private = private
	return nil
}

// put writes the state under the revision that it builds on. ErrBusy: another program was faster.
func (r *Ring) put(ctx context.Context, state RingState) error {
	if r.documents != nil {
		value, err := json.Marshal(state)
		if err != nil {
			return err
		}
		done, err := r.documents.PutDocument(ctx, "", kindRing, keyRing, r.revision, value)
		if err != nil {
			return fmt.Errorf("enrol: signing keys: %w", err)
		}
		if !done {
			return ErrBusy
		}
		r.revision++
	}
	r.state = state
	return nil
}

// find is the private half of a key, or nil.
func (r *Ring) find(public ed25519.PublicKey) policy.Signer {
	at := slices.IndexFunc(r.private, func(k policy.Key) bool { return bytes.Equal(k.Public(), public) })
	if at < 0 {
		return nil
	}
	return r.private[at]
}

// settle gives the key that counts its name in the folder, where a change was interrupted. The file of the one before goes.
func (r *Ring) settle() error {
	next, err := readKey(filepath.Join(r.dir, nextFile))
	if err != nil || !bytes.Equal(next.Public(), r.state.Current) {
		return nil
	}
	if err := os.Rename(filepath.Join(r.dir, nextFile), filepath.Join(r.dir, signingFile)); err != nil {
		return fmt.Errorf("enrol: %w", err)
	}
	r.private = []policy.Key{next}
	return durable.SyncFolder(r.dir)
}

// Refresh takes over what other aggregators have changed, and keys that were copied here.
func (r *Ring) Refresh(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(ctx); err != nil {
		return err
	}
	return r.settle()
}

// State is which keys there are.
func (r *Ring) State() RingState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Current signs with the key that counts.
func (r *Ring) Current() policy.Signer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if signer := r.find(r.state.Current); signer != nil {
		return signer
	}
	return missing(r.state.Current)
}

// Next signs with the key that follows; nil: there is none, or this folder lacks it.
func (r *Ring) Next() policy.Signer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.find(r.state.Next)
}

// Whole fails with ErrKeyLost if the folder lacks one of the keys.
func (r *Ring) Whole() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range []ed25519.PublicKey{r.state.Current, r.state.Next} {
		if key != nil && r.find(key) == nil {
			return ErrKeyLost
		}
	}
	return nil
}

// missing is a key whose private half another aggregator has.
type missing ed25519.PublicKey

// Public is the key.
func (m missing) Public() ed25519.PublicKey { return ed25519.PublicKey(m) }

// Sign fails.
func (m missing) Sign([]byte) ([]byte, error) { return nil, ErrKeyLost }

// Begin makes the key that follows. Until End, the one that counts signs for it.
func (r *Ring) Begin(ctx context.Context, overlap time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.documents == nil:
		return ErrNoRing
	case r.state.Next != nil:
		return ErrRotating
	}
	key, err := makeKey(filepath.Join(r.dir, nextFile))
	if err != nil {
		return err
	}
	state, now := r.state, r.now().UTC()
	state.Next, state.Since, state.Until = key.Public(), now, now.Add(overlap)
	if err := r.put(ctx, state); err != nil {
		return err
	}
	r.private = append(r.private, key)
	return nil
}

// End has the key that follows count, and forgets the private half of the one before. That another aggregator has done
// so in the same moment is no error.
func (r *Ring) End(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.Next == nil {
		return ErrNotRotating
	}
	if r.find(r.state.Next) == nil {
		return ErrKeyLost
	}
	follows := r.state.Next
	err := r.end(ctx)
	if !errors.Is(err, ErrBusy) {
		return err
	}
	if again := r.read(ctx); again != nil {
		return again
	}
	if !follows.Equal(r.state.Current) {
		return err
	}
	return r.settle() // another aggregator has ended it in the same moment
}

func (r *Ring) end(ctx context.Context) error {
	state := r.state
	state.Current, state.Next, state.Until = state.Next, nil, time.Time{}
	if err := r.put(ctx, state); err != nil {
		return err
	}
	return r.settle()
}

// ReplaceLost makes a key that no gateway trusts yet, in place of one that is lost. No aggregator may run on the store.
func ReplaceLost(ctx context.Context, dir string, d documents.Store, now func() time.Time) (RingState, error) {
	r := &Ring{dir: dir, documents: d, now: now}
	if err := r.read(ctx); err != nil && !errors.Is(err, errDamaged) {
		return RingState{}, err
	}
	if r.find(r.state.Current) != nil {
		return r.state, fmt.Errorf("enrol: the key is in %s, and not lost; change it with rotate-key without --lost", dir)
	}
	if err := os.Remove(filepath.Join(dir, nextFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return r.state, fmt.Errorf("enrol: %w", err)
	}
	key, err := makeKey(filepath.Join(dir, signingFile))
	if err != nil {
		return r.state, err
	}
	at := now().UTC()
	err = r.put(ctx, RingState{Current: key.Public(), Since: at, LostAt: at})
	return r.state, err
}

// SigningKey reads headquarters' Ed25519 signing key in a folder, or makes one there.
func SigningKey(dir string) (policy.Key, error) {
	key, err := readKey(filepath.Join(dir, signingFile))
	if errors.Is(err, os.ErrNotExist) {
		return makeKey(filepath.Join(dir, signingFile))
	}
	return key, err
}

func makeKey(name string) (policy.Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // it never fails
	err := os.MkdirAll(filepath.Dir(name), 0o700)
	if err == nil {
		err = durable.Replace(name, seed, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	return policy.Key(ed25519.NewKeyFromSeed(seed)), nil
}

var errDamaged = errors.New("enrol: a signing key is damaged")

func readKey(name string) (policy.Key, error) {
	seed, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%w: %s has %d bytes, not %d; restore it from the backup", errDamaged, name, len(seed), ed25519.SeedSize)
	}
	return policy.Key(ed25519.NewKeyFromSeed(seed)), nil
}
