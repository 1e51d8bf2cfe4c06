package steer

import (
	"context"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// linksMax is how many links of a location's chain of keys are kept: a change of the key makes two.
const linksMax = 64

// Trust has a location believe these keys from now on, by the word of one that it believes. What it was told last makes no
// new version.
func (d *Desk) Trust(ctx context.Context, location fact.LocationID, actor string, keys policy.Keys, signer policy.Signer) error {
	content, fresh := policy.TrustText(keys), false
	var failed error
	h, err := d.changeHeld(ctx, place{location, policy.Trust}, func(h *Held) bool {
		if fresh = h.Version == 0 || !slices.Equal(h.Content, content); !fresh {
			return false
		}
		h.Version, h.Actor, h.Content, h.SentMS = h.next(), actor, content, d.options.Now().UnixMilli()
		link, err := h.document(signer)
		if err != nil {
			failed = err
			return false
		}
		h.Links = append(slices.Clone(h.Links), link)
		h.Links = h.Links[max(0, len(h.Links)-linksMax):]
		return true
	})
	if err == nil {
		err = failed
	}
	if err == nil && fresh {
		d.send(ctx, h)
	}
	return err
}

// Trusts reports whether a location has said that it believes a key.
func (d *Desk) Trusts(location fact.LocationID, id policy.KeyID) bool {
	h := d.Held(location, policy.Trust)
	for i := range h.Links {
		if h.Links[i].Version == h.InEffect {
			keys, err := policy.ParseTrust(h.Links[i].Content)
			return err == nil && keys.Has(id)
		}
	}
	return false
}

// Forget says that a location's gateway is a new one, which believes the key that it was enrolled with, and so far no other.
func (d *Desk) Forget(ctx context.Context, location fact.LocationID) error {
	_, err := d.changeHeld(ctx, place{location, policy.Trust}, func(h *Held) bool {
		forgets := h.InEffect > 0
		h.InEffect, h.Answer = 0, Answer{}
		return forgets
	})
	return err
}

// believed notes how far a gateway has followed: it connects anew when it believes another key, and the answer to the
// document that said so may be lost with the old connection.
func (d *Desk) believed(ctx context.Context, location fact.LocationID, have uint64) (Held, error) {
	return d.changeHeld(ctx, place{location, policy.Trust}, func(h *Held) bool {
		known := slices.ContainsFunc(h.Links, func(link policy.Document) bool { return link.Version == have })
		if !known || h.InEffect == have {
			return false
		}
		h.InEffect = have
		if have == h.Version {
			h.Answer = Answer{Version: have, Code: wire.Done, AtMS: d.options.Now().UnixMilli()}
		}
		return true
	})
}

// SendKeys sends the whole chain of keys, to a card that may know the first alone.
func (d *Desk) SendKeys(ctx context.Context, location fact.LocationID) {
	h := d.Held(location, policy.Trust)
	d.sendLinks(ctx, &h, 0)
}

// sendLinks sends what a location lacks of its chain of keys, each link by the key before it.
func (d *Desk) sendLinks(ctx context.Context, h *Held, have uint64) {
	for i := range h.Links {
		if h.Links[i].Version > have {
			d.sendDocument(ctx, h.Links[i])
		}
	}
}
