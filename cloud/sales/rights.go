package sales

import (
	"fmt"
	"time"

	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// The owners of rights.
const (
	lender   = "location"
	borrower = "headquarters"
)

// counter is the bounded counter of one quarter-hour: what was lent of a type, less what stands sold.
func counter(lent uint64, sold uint64, quarterMS, nowMS int64) (crdt.Rights, error) {
	lease := crdt.Lease{ExpiresMS: quarterMS - policy.LeaseExpiresMS, ReclaimMS: quarterMS - policy.LeaseReclaimMS}
	r, err := crdt.Rights{}.Create(lender, lent).Lend(lender, borrower, lent, lease, nowMS, policy.LeaseClockErrorMS)
	if err != nil {
		return r, err
	}
	return r.Join(crdt.Rights{Used: []crdt.Use{{Owner: borrower, Sold: sold}}}), nil
}

// count is how many rights of a type are lent.
func count(lent policy.Allotment, spotType fact.SpotType) uint64 {
	for _, a := range lent.Types {
		if a.SpotType == spotType {
			return uint64(a.Count)
		}
	}
	return 0
}

// right finds the index of a right that is left in each quarter-hour of a window: the lowest that no standing sale has in
// the first of them. The sale with the ID except doesn't count: it is to be replaced.
func (b *book) right(lent policy.Allotment, w Wish, except fact.ReservationID, nowMS int64) (uint32, error) {
	total := count(lent, w.SpotType)
	if b.IsAsked {
		total = min(total, count(policy.Allotment{Types: b.Asked}, w.SpotType))
	}
	taken := map[uint32]bool{}
	first := quarterOf(w.StartMS)
	soldIn := b.soldIn(w, except, func(right uint32) { taken[right] = true })
	for quarterMS := first; quarterMS < w.EndMS; quarterMS += policy.QuarterMS {
		r, err := counter(total, soldIn[quarterMS], quarterMS, nowMS)
		if err == nil && quarterMS == first && (nowMS >= quarterMS-policy.LeaseExpiresMS || quarterMS < b.ClosedMS) {
			err = crdt.ErrRights
		}
		if err == nil {
			_, err = r.Sell(borrower, nowMS)
		}
		if err != nil {
			at := time.UnixMilli(quarterMS).UTC().Format("2006-01-02 15:04 UTC")
			return 0, fmt.Errorf("%w: %s at %s, of %d lent %d are sold", ErrNoRights, w.SpotType, at, total, soldIn[quarterMS])
		}
	}
	for index := uint32(0); uint64(index) < total; index++ {
		if !taken[index] {
			return index, nil
		}
	}
	return 0, ErrNoRights
}

// soldIn counts what is sold of a wish's type in each quarter-hour of its window, and shows the rights of the first. What
// was given back and the location has not heard of counts too.
func (b *book) soldIn(w Wish, except fact.ReservationID, first func(right uint32)) map[int64]uint64 {
	counts := map[int64]uint64{}
	from := quarterOf(w.StartMS)
	add := func(spotType fact.SpotType, startMS, endMS int64, right uint32) {
		if spotType != w.SpotType || endMS <= from || quarterOf(startMS) >= w.EndMS {
			return
		}
		if quarterOf(startMS) <= from {
			first(right)
		}
		for quarterMS := max(from, quarterOf(startMS)); quarterMS < min(endMS, w.EndMS); quarterMS += policy.QuarterMS {
			counts[quarterMS]++
		}
	}
	for i := range b.Sales {
		if s := &b.Sales[i]; !s.Cancelled && s.Reservation != except {
			add(s.SpotType, s.StartMS, s.EndMS, s.Right)
		}
	}
	for _, g := range b.Given {
		add(g.SpotType, g.StartMS, g.EndMS, g.Right)
	}
	return counts
}

func quarterOf(ms int64) int64 { return ms - ((ms%policy.QuarterMS)+policy.QuarterMS)%policy.QuarterMS }
