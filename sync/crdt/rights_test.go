package crdt_test

import (
	"errors"
	"testing"

	"gatehouse/sync/crdt"
	"pgregory.net/rapid"
)

// seller is a replica of the rights, with a clock of its own.
type seller struct {
	rights crdt.Rights
	skewMS int64
	soldMS []int64 // when each right was sold, in true time
}

// Two replicas that hear of each other now and then, or never, with clocks that are apart by less than the lease allows
// for, never have more drivers with a right than there are spots: sold by the lot, sold by headquarters and not lapsed, or
// still free to be sold.
func TestRightsAreNeverSoldTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const capacity, clockErrorMS, expiresMS, reclaimMS = 5, 10, 1_000, 1_021
		lot := &seller{rights: crdt.Rights{}.Create("lot", capacity), skewMS: rapid.Int64Range(-5, 5).Draw(t, "lot's clock")}
		hq := &seller{skewMS: rapid.Int64Range(-5, 5).Draw(t, "hq's clock")}
		reclaimed := false
		nowMS := int64(0)
		actions := map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) { nowMS += rapid.Int64Range(0, 300).Draw(t, "ms") },
			"lot lends": func(t *rapid.T) {
				count := rapid.Uint64Range(1, 3).Draw(t, "count")
				if nowMS < expiresMS-100 {
					lease := crdt.Lease{ExpiresMS: expiresMS, ReclaimMS: reclaimMS}
					if lent, err := lot.rights.Lend("lot", "hq", count, lease, nowMS+lot.skewMS, clockErrorMS); err == nil {
						lot.rights = lent
					}
				}
			},
			"lot sells":    func(*rapid.T) { lot.sell("lot", nowMS) },
			"hq sells":     func(*rapid.T) { hq.sell("hq", nowMS) },
			"lot hears hq": func(*rapid.T) { lot.rights = lot.rights.Join(hq.rights) },
			"hq hears lot": func(*rapid.T) { hq.rights = hq.rights.Join(lot.rights) },
			"lot reclaims": func(*rapid.T) {
				if taken, err := lot.rights.Reclaim("lot", "hq", nowMS+lot.skewMS); err == nil {
					lot.rights, reclaimed = taken, true
				}
			},
			"": func(t *rapid.T) {
				sold := len(lot.soldMS) + len(hq.soldMS)
				if reclaimed { // what the lot didn't know of has lapsed
					sold = len(lot.soldMS) + int(knownSold(lot.rights))
				}
				if sold > capacity {
					t.Fatalf("%d sold of %d: lot %+v, hq %+v", sold, capacity, lot.rights, hq.rights)
				}
			},
		}
		t.Repeat(actions)
		for _, at := range hq.soldMS {
			if at+hq.skewMS >= expiresMS {
				t.Fatal("headquarters sold after the lease")
			}
		}
	})
}

func (s *seller) sell(owner string, nowMS int64) {
	if sold, err := s.rights.Sell(owner, nowMS+s.skewMS); err == nil {
		s.rights = sold
		s.soldMS = append(s.soldMS, nowMS)
	}
}

func knownSold(r crdt.Rights) uint64 {
	for _, use := range r.Used {
		if use.Owner == "hq" {
			return min(use.Sold, lent(r))
		}
	}
	return 0
}

// lent is what headquarters has of the lot and the lot hasn't taken back.
func lent(r crdt.Rights) uint64 {
	for _, g := range r.Grants {
		if g.From == "lot" && g.To == "hq" {
			return g.Given - g.Reclaimed
		}
	}
	return 0
}

func TestRightsSayWhyNot(t *testing.T) {
	rights := crdt.Rights{}.Create("lot", 1)
	if _, err := rights.Sell("hq", 0); !errors.Is(err, crdt.ErrRights) {
		t.Errorf("sold what nobody lent: %v", err)
	}
	if _, err := rights.Lend("lot", "hq", 2, crdt.Lease{}, 0, 0); !errors.Is(err, crdt.ErrRights) {
		t.Errorf("lent more than there is: %v", err)
	}
	if _, err := rights.Lend("lot", "hq", 1, crdt.Lease{ExpiresMS: 10, ReclaimMS: 15}, 0, 5); !errors.Is(err, crdt.ErrRights) {
		t.Errorf("a lease that ends too late: %v", err)
	}
	lentOut, err := rights.Lend("lot", "hq", 1, crdt.Lease{ExpiresMS: 10, ReclaimMS: 20}, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lentOut.Reclaim("lot", "hq", 19); !errors.Is(err, crdt.ErrRights) {
		t.Errorf("reclaimed too early: %v", err)
	}
	back, err := lentOut.Reclaim("lot", "hq", 20)
	if err != nil || back.Left("lot", 20) != 1 || back.Left("hq", 5) != 0 {
		t.Errorf("%+v, %v", back, err)
	}
	sold, err := lentOut.Sell("hq", 9)
	if err != nil || sold.Left("hq", 9) != 0 {
		t.Fatal(err)
	}
	if again, err := sold.Cancel("hq"); err != nil || again.Left("hq", 9) != 1 {
		t.Errorf("a cancelled sale can't be sold again: %v", err)
	}
}
