package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gatehouse/sync/fact"
)

// ErrStale says that a document is no newer than the one that is here.
var ErrStale = errors.New("policy: not newer than what is here")

// Shelf is a gateway's documents and overrides of all kinds: which are here, which is in effect. It is a value to be kept
// whole (wire.Marshal), and changes only as its methods say.
type Shelf struct {
	Kinds []Held `cbor:"1,keyasint"` // sorted by kind
}

// Held is one kind's.
type Held struct {
	Kind     Kind     `cbor:"1,keyasint"`
	Current  Document `cbor:"2,keyasint"` // in effect; Version 0: none yet
	Next     Document `cbor:"3,keyasint"` // waits for its time; Version 0: none does
	Previous Document `cbor:"4,keyasint"` // to go back to; Version 0: to what the location has of its own
	Override Override `cbor:"5,keyasint"`
	// SinceMS is when Current took effect, in time that the caller counts; 0 once headquarters was reached with it.
	SinceMS int64 `cbor:"6,keyasint,omitempty"`
	// Returned is the version that was given up because headquarters could not be reached with it. It isn't taken again.
	Returned uint64 `cbor:"7,keyasint,omitempty"`
	Failed   bool   `cbor:"8,keyasint,omitempty"` // it was given up because it could not be put into effect
	// NotBeforeMS is when the content of Next may take effect at the earliest, in Unix milliseconds; 0: at any time.
	NotBeforeMS int64 `cbor:"9,keyasint,omitempty"`
}

// held is a kind's place, made if need be.
func (s *Shelf) held(kind Kind) *Held {
	at, found := slices.BinarySearchFunc(s.Kinds, kind, func(h Held, kind Kind) int { return cmp.Compare(h.Kind, kind) })
	if !found {
		s.Kinds = slices.Insert(s.Kinds, at, Held{Kind: kind})
	}
	return &s.Kinds[at]
}

// Get is what is held of a kind.
func (s *Shelf) Get(kind Kind) Held {
	for _, h := range s.Kinds {
		if h.Kind == kind {
			return h
		}
	}
	return Held{Kind: kind}
}

// DueMS is when Next takes effect, in Unix milliseconds; 0: at once.
func (h *Held) DueMS() int64 { return max(h.Next.EffectiveFromMS, h.NotBeforeMS) }

// Offer takes a document that is newer than all of its kind here; it takes effect with Turn, and not before what its content
// says. The caller has verified it, and checked that its content can be used. ErrStale is no failure: the document came again, or late.
func (s *Shelf) Offer(d Document, notBeforeMS int64) error {
	h := s.held(d.Kind)
	if newest := max(h.Current.Version, h.Next.Version, h.Returned); d.Version <= newest {
		return fmt.Errorf("%w: %s version %d, and %d is here", ErrStale, d.Kind, d.Version, newest)
	}
	h.Next, h.NotBeforeMS = d, notBeforeMS
	return nil
}

// Turn puts into effect what is due, and returns the kinds that changed. A clock that was never set puts nothing into
// effect that is to wait for a time. countMS is any time that only runs forward.
func (s *Shelf) Turn(now fact.Stamp, countMS int64) (changed []Kind) {
	for i := range s.Kinds {
		h := &s.Kinds[i]
		due := h.DueMS() == 0 || now.Trust != fact.ClockUnset && now.WallMS >= h.DueMS()
		if h.Next.Version == 0 || !due {
			continue
		}
		h.Previous, h.Current, h.Next, h.NotBeforeMS, h.SinceMS = h.Current, h.Next, Document{}, 0, max(1, countMS)
		changed = append(changed, h.Kind)
	}
	return changed
}

// Reached says that headquarters was reached with the documents that are in effect: none of them needs to be undone.
func (s *Shelf) Reached() {
	for i := range s.Kinds {
		s.Kinds[i].SinceMS = 0
	}
}

// Undo goes back to the version before, because the newest could not be put into effect. It isn't taken again.
func (s *Shelf) Undo(kind Kind) { s.held(kind).back(true) }

func (h *Held) back(failed bool) {
	h.Returned, h.Failed, h.Current, h.Previous, h.SinceMS = h.Current.Version, failed, h.Previous, Document{}, 0
}

// Inherit has what is in effect stay so, and be older than whatever another headquarters sends, which counts from 1 again.
// Whom the one before trusted is nobody's matter any more.
func (s *Shelf) Inherit() {
	s.Kinds = slices.DeleteFunc(s.Kinds, func(h Held) bool { return h.Kind == Trust })
	for i := range s.Kinds {
		h := &s.Kinds[i]
		h.Current.Version, h.Override.Base = 0, 0
		*h = Held{Kind: h.Kind, Current: h.Current, Override: h.Override}
	}
}

// Return goes back to the version before, or to none if there was none, wherever headquarters has not been reached for as long as the document said, and
// returns the kinds that changed.
func (s *Shelf) Return(countMS int64) (changed []Kind) {
	for i := range s.Kinds {
		h := &s.Kinds[i]
		if h.SinceMS == 0 || h.Current.ReturnAfterMS == 0 || countMS-h.SinceMS < h.Current.ReturnAfterMS {
			continue
		}
		h.back(false)
		changed = append(changed, h.Kind)
	}
	return changed
}

// Edit is a technician's local edit, on top of the document in effect; nil takes the edit before back.
func (s *Shelf) Edit(kind Kind, actor, reason string, content []byte) Override {
	h := s.held(kind)
	h.Override = Override{Version: h.Override.Version + 1, Base: h.Current.Version, Actor: actor, Content: content, Reason: reason}
	return h.Override
}

// Content is what is in effect: the local edit, unless headquarters has seen it and decided.
func (h *Held) Content() (content []byte, local bool) {
	if h.Override.Content != nil && h.Override.Version > h.Current.Supersedes {
		return h.Override.Content, true
	}
	return h.Current.Content, false
}

// Versions are what is here, for Wanted.
func (s *Shelf) Versions() (versions []Version) {
	for _, h := range s.Kinds {
		if newest := max(h.Current.Version, h.Next.Version, h.Returned); newest > 0 {
			versions = append(versions, Version{h.Kind, newest})
		}
	}
	return versions
}
