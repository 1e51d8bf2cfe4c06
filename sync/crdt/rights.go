package crdt

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// ErrRights says that an owner has not the rights for what it wants, or not any more.
var ErrRights = errors.New("crdt: not enough rights")

// Rights is the bounded counter of one spot type in one quarter-hour of one location (Balegas et al., arXiv 1503.09052):
// how many spots there are to sell, who may sell how many of them, and who has. Each owner raises only its own rows, so a
// join is the pointwise maximum, and no owner ever sells what another may.
//
// A lease is rights that one owner lent another until a time. The borrower stops selling when it expires; the lender takes
// back what it doesn't know to be sold later, at ReclaimMS, when even a borrower with a bad clock has stopped. A sale that
// the lender has not heard of by then has lapsed: its driver comes after the no-show time.
type Rights struct {
	Grants []Grant `cbor:"1,keyasint"` // sorted by from, to
	Used   []Use   `cbor:"2,keyasint"` // sorted by owner
}

// Grant is what an owner has ever given another. From and to the same owner, it is capacity that the owner created.
type Grant struct {
	From  string `cbor:"1,keyasint"`
	To    string `cbor:"2,keyasint"`
	Given uint64 `cbor:"3,keyasint"` // raised by From alone
	// Reclaimed is how many of them From has taken back after a lease; raised by From alone, at most to Given.
	Reclaimed uint64 `cbor:"4,keyasint,omitempty"`
	// ExpiresMS and ReclaimMS are the lease's, Unix milliseconds; 0: given for good. They only rise.
	ExpiresMS int64 `cbor:"5,keyasint,omitempty"`
	ReclaimMS int64 `cbor:"6,keyasint,omitempty"`
}

// Use is what an owner has sold, and what of it was cancelled.
type Use struct {
	Owner    string `cbor:"1,keyasint"`
	Sold     uint64 `cbor:"2,keyasint"`
	Returned uint64 `cbor:"3,keyasint,omitempty"`
}

func byOwners(x, y Grant) int {
	return cmp.Or(strings.Compare(x.From, y.From), strings.Compare(x.To, y.To))
}

func byOwner(x, y Use) int { return strings.Compare(x.Owner, y.Owner) }

// Join is the pointwise maximum.
func (r Rights) Join(other Rights) Rights {
	return Rights{
		Grants: merge(r.Grants, other.Grants, byOwners, func(x, y Grant) Grant {
			return Grant{
				x.From, x.To, max(x.Given, y.Given), max(x.Reclaimed, y.Reclaimed), max(x.ExpiresMS, y.ExpiresMS), max(x.ReclaimMS, y.ReclaimMS),
			}
		}),
		Used: merge(r.Used, other.Used, byOwner, func(x, y Use) Use {
			return Use{x.Owner, max(x.Sold, y.Sold), max(x.Returned, y.Returned)}
		}),
	}
}

// grant is what one owner gave another.
func (r Rights) grant(from, to string) Grant {
	if at, found := find(r.Grants, Grant{From: from, To: to}, byOwners); found {
		return r.Grants[at]
	}
	return Grant{From: from, To: to}
}

// use is what an owner sold.
func (r Rights) use(owner string) Use {
	if at, found := find(r.Used, Use{Owner: owner}, byOwner); found {
		return r.Used[at]
	}
	return Use{Owner: owner}
}

// Capacity is all rights that were ever created.
func (r Rights) Capacity() (capacity uint64) {
	for _, g := range r.Grants {
		if g.From == g.To {
			capacity += g.Given
		}
	}
	return capacity
}

// Left is how many rights an owner may still sell or give by what this replica knows, expired leases not counted.
func (r Rights) Left(owner string, nowMS int64) uint64 {
	left := int64(r.use(owner).Returned) - int64(r.use(owner).Sold)
	for _, g := range r.Grants {
		switch {
		case g.From == owner && g.To == owner:
			left += int64(g.Given)
		case g.From == owner:
			left -= int64(g.Given - g.Reclaimed)
		case g.To == owner && (g.ExpiresMS == 0 || nowMS < g.ExpiresMS):
			left += int64(g.Given - g.Reclaimed)
		}
	}
	return uint64(max(0, left))
}

// Create adds capacity that an owner has.
func (r Rights) Create(owner string, count uint64) Rights {
	g := r.grant(owner, owner)
	g.Given += count
	return r.Join(Rights{Grants: []Grant{g}})
}

// Sell uses one right up. The caller makes the result durable before it gives the voucher out.
func (r Rights) Sell(owner string, nowMS int64) (Rights, error) {
	if r.Left(owner, nowMS) == 0 {
		return r, fmt.Errorf("%w: %s has none left to sell", ErrRights, owner)
	}
	u := r.use(owner)
	u.Sold++
	return r.Join(Rights{Used: []Use{u}}), nil
}

// Cancel gives one sold right back to its owner.
func (r Rights) Cancel(owner string) (Rights, error) {
	u := r.use(owner)
	if u.Returned >= u.Sold {
		return r, fmt.Errorf("%w: %s has sold none that could be cancelled", ErrRights, owner)
	}
	u.Returned++
	return r.Join(Rights{Used: []Use{u}}), nil
}

// Lease is the term of a loan.
type Lease struct {
	ExpiresMS int64 // when the borrower stops selling, by its clock
	ReclaimMS int64 // when the lender may take back, by its clock
}

// Lend gives rights to another owner, for good with a zero Lease. The lease's reclaim must lie behind its expiry by more
// than the clocks can be apart. A new loan prolongs the one before; it never shortens it.
func (r Rights) Lend(from, to string, count uint64, lease Lease, nowMS, clockErrorMS int64) (Rights, error) {
	if from == to || r.Left(from, nowMS) < count {
		return r, fmt.Errorf("%w: %s has %d, and would lend %s %d", ErrRights, from, r.Left(from, nowMS), to, count)
	}
	g := r.grant(from, to)
	if lease != (Lease{}) && lease.ReclaimMS-lease.ExpiresMS <= clockErrorMS {
		return r, fmt.Errorf("%w: a lease must end %d ms before it is reclaimed", ErrRights, clockErrorMS)
	}
	if g.Given > 0 && (g.ExpiresMS == 0) != (lease == Lease{}) {
		return r, fmt.Errorf("%w: what %s gave %s for good and what it lends can't be told apart", ErrRights, from, to)
	}
	g.Given += count
	g.ExpiresMS, g.ReclaimMS = max(g.ExpiresMS, lease.ExpiresMS), max(g.ReclaimMS, lease.ReclaimMS)
	return r.Join(Rights{Grants: []Grant{g}}), nil
}

// Reclaim takes back what the lender doesn't know to be sold, once the lease is over for sure.
func (r Rights) Reclaim(from, to string, nowMS int64) (Rights, error) {
	g := r.grant(from, to)
	if g.ReclaimMS == 0 || nowMS < g.ReclaimMS {
		return r, fmt.Errorf("%w: the lease of %s to %s is not over", ErrRights, from, to)
	}
	u := r.use(to)
	sold := u.Sold - min(u.Sold, u.Returned)
	g.Reclaimed = max(g.Reclaimed, g.Given-min(g.Given, sold))
	return r.Join(Rights{Grants: []Grant{g}}), nil
}
