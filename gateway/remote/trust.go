package remote

import (
	"context"
	"crypto/ed25519"
	"slices"

	"gatehouse/gateway/lot"
	"gatehouse/sync/policy"
)

// Keys are those of headquarters that are trusted: of the newest list that it sent, or of the enrolment.
func (r *Remote) Keys() policy.Keys {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.desk.Keys)
}

// trusted are the keys that count now.
func (r *Remote) trusted() policy.Keys {
	held := r.kept.Get(policy.Trust)
	if keys, err := policy.ParseTrust(held.Current.Content); err == nil {
		return keys
	}
	return r.root
}

// rooted takes the key of the enrolment. What came with another one is inherited.
func (r *Remote) rooted(root policy.Keys) {
	r.root = root
	if id := policy.IDOf(root[0]); string(r.kept.Root) != string(id[:]) {
		if r.kept.Root != nil {
			r.kept.Inherit()
		}
		r.kept.Root = id[:]
		r.keep()
	}
	r.desk.Keys = r.trusted()
}

// trust has other keys count from now on.
func (r *Remote) trust(ctx context.Context) error {
	before := r.desk.Keys
	if r.desk.Keys = r.trusted(); !same(before, r.desk.Keys) && r.options.Trusted != nil {
		r.options.Trusted()
	}
	return r.tellKeys(ctx)
}

func same(a, b policy.Keys) bool {
	return slices.EqualFunc(a, b, func(x, y ed25519.PublicKey) bool { return x.Equal(y) })
}

// tellKeys has the lot honour vouchers by the keys that count.
func (r *Remote) tellKeys(ctx context.Context) error {
	if same(r.told, r.desk.Keys) {
		return nil
	}
	err := r.submit(ctx, lot.TrustKeys{Keys: slices.Clone(r.desk.Keys)})
	if err == nil {
		r.told = slices.Clone(r.desk.Keys)
	}
	return err
}
