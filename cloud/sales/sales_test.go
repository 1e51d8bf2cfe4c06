package sales_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/cloud/documents"
	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/sales"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

var (
	noon   = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	signer = policy.Key(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
)

type office struct {
	*sales.Office
	lists map[fact.LocationID][]byte
	now   time.Time
	deaf  uint64 // unless 0, what the location has heard of its sales
}

// heard is the serial of what a location has heard of its sales.
func (o *office) heard(location fact.LocationID) uint64 {
	list := policy.SalesList{}
	if o.deaf != 0 || wire.Unmarshal(o.lists[location], &list) != nil {
		return o.deaf
	}
	return list.Serial
}

// open opens an office over its documents, with rights to so many regular spots.
func open(t rapid.TB, documents documents.Store, lent uint32) *office {
	return openIn(t, documents, lent, 1)
}

// openIn opens an office in an epoch of the store.
func openIn(t rapid.TB, documents documents.Store, lent uint32, epoch fact.Incarnation) *office {
	o := &office{lists: map[fact.LocationID][]byte{}, now: noon}
	var err error
	o.Office, err = sales.Open(context.Background(), sales.Options{
		Documents: documents, Signers: signer, Now: func() time.Time { return o.now },
		Heard: o.heard, Epoch: epoch,
		Lent: func(fact.LocationID) policy.Allotment {
			return policy.Allotment{Types: []policy.Allotted{{SpotType: fact.Regular, Count: lent}}}
		},
		Deliver: func(_ context.Context, location fact.LocationID, list []byte) error {
			o.lists[location] = list
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func wish(plate string, from, to time.Duration) sales.Wish {
	return sales.Wish{
		Location: "p8", User: "u1", SpotType: fact.Regular, Plate: fact.Plate(plate), StartMS: noon.Add(from).UnixMilli(), EndMS: noon.Add(to).UnixMilli(),
	}
}

// A driver buys, gets a voucher that a gate can check without a network, changes his mind, and cancels.
func TestASaleAndItsVoucher(t *testing.T) {
	o := open(t, documentstest.NewMemory(), 1)
	w := wish("KAAB12", 2*time.Hour, 5*time.Hour)
	w.Key = "k1"
	sold, err := o.Sell(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	v, err := policy.ParseVoucher(sold.Voucher)
	if err != nil || v.Verify(policy.Keys{signer.Public()}, "p8") != nil || v.PlateHash != policy.HashPlate("p8", "KAAB12") || len(sold.Voucher) > 350 {
		t.Fatalf("%+v %v", v, err)
	}
	if again, err := o.Sell(t.Context(), w); err != nil || again != sold {
		t.Errorf("the same key sold %+v %v", again, err)
	}
	if _, err := o.Sell(t.Context(), wish("KAXY1", 4*time.Hour, 6*time.Hour)); !errors.Is(err, sales.ErrNoRights) {
		t.Errorf("sold the only right twice: %v", err)
	}
	if _, err := o.Sell(t.Context(), wish("KAXY1", 44*time.Minute, time.Hour)); !errors.Is(err, sales.ErrWindow) {
		t.Errorf("sold after the lease had expired: %v", err)
	}
	moved, err := o.Edit(t.Context(), sold.Reservation, wish("KAAB12", 3*time.Hour, 6*time.Hour))
	if err != nil || moved.Voucher == sold.Voucher || moved.Reservation != sold.Reservation {
		t.Fatalf("%+v %v", moved, err)
	}
	list := policy.SalesList{}
	if err := wire.Unmarshal(o.lists["p8"], &list); err != nil || len(list.Sales) != 1 || list.Sales[0] != moved.Sale {
		t.Fatalf("the location gets %+v %v", list, err)
	}
	ended, err := o.Cancel(t.Context(), sold.Reservation)
	if err != nil || ended.Voucher != "" {
		t.Errorf("%+v %v", ended, err)
	}
	if _, err := o.Sell(t.Context(), wish("KAXY1", 4*time.Hour, 6*time.Hour)); err != nil {
		t.Errorf("a cancelled right is gone: %v", err)
	}
	if mine, err := o.Of("u1"); err != nil || len(mine) != 2 {
		t.Errorf("%+v %v", mine, err)
	}
}

func TestWhatHasBegunStays(t *testing.T) {
	o := open(t, documentstest.NewMemory(), 1)
	sold, err := o.Sell(t.Context(), wish("KAAB12", time.Hour, 2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.now = noon.Add(time.Hour)
	if _, err := o.Cancel(t.Context(), sold.Reservation); !errors.Is(err, sales.ErrOver) {
		t.Error(err)
	}
	if _, err := o.Cancel(t.Context(), "R-nobody"); !errors.Is(err, sales.ErrUnknown) {
		t.Error(err)
	}
}

// Whatever two programs sell, change and cancel on one store: in no quarter-hour are more rights sold than lent, and no two
// standing vouchers of one window have the same right.
func TestNeverMoreThanLent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lent := uint32(rapid.IntRange(0, 4).Draw(t, "lent"))
		documents := documentstest.NewMemory()
		offices := []*office{open(t, documents, lent), open(t, documents, lent)}
		var made []fact.ReservationID
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			o := offices[rapid.IntRange(0, 1).Draw(t, "office")]
			from := time.Duration(rapid.IntRange(50, 400).Draw(t, "from")) * time.Minute
			w := wish("KA1", from, from+time.Duration(rapid.IntRange(1, 200).Draw(t, "long"))*time.Minute)
			switch act := rapid.IntRange(0, 3).Draw(t, "act"); {
			case act < 2 || len(made) == 0:
				if sold, err := o.Sell(context.Background(), w); err == nil {
					made = append(made, sold.Reservation)
				} else if !errors.Is(err, sales.ErrNoRights) {
					t.Fatal(err)
				}
			case act == 2:
				_, err := o.Edit(context.Background(), rapid.SampledFrom(made).Draw(t, "which"), w)
				if err != nil && !errors.Is(err, sales.ErrNoRights) && !errors.Is(err, sales.ErrOver) {
					t.Fatal(err)
				}
			default:
				if _, err := o.Cancel(context.Background(), rapid.SampledFrom(made).Draw(t, "which")); err != nil {
					t.Fatal(err)
				}
			}
		}
		standing(t, open(t, documents, lent), lent)
	})
}

// claim is what a voucher uses up.
type claim struct {
	spotType       fact.SpotType
	startMS, endMS int64
	right          uint32
}

func standing(t *rapid.T, o *office, lent uint32) {
	all, err := o.Of("u1")
	if err != nil {
		t.Fatal(err)
	}
	counts, claims := map[int64]uint32{}, map[claim]bool{}
	for _, s := range all {
		if s.Cancelled {
			continue
		}
		claim := claim{s.SpotType, s.StartMS, s.EndMS, s.Right}
		if claims[claim] || s.Right >= lent {
			t.Fatalf("right %d of %d is out twice, or was never lent", s.Right, lent)
		}
		claims[claim] = true
		for at := s.StartMS / policy.QuarterMS; at*policy.QuarterMS < s.EndMS; at++ {
			if counts[at]++; counts[at] > lent {
				t.Fatalf("%d rights sold of %d", counts[at], lent)
			}
		}
	}
}
