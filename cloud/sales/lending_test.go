package sales_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/sales"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// A gate that is cut off would let both in.
func TestWhatTheLocationHasNotHeardToBeCancelledIsNotSoldAgain(t *testing.T) {
	o := open(t, documentstest.NewMemory(), 1)
	sold, err := o.Sell(t.Context(), wish("KAAB12", 2*time.Hour, 5*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.deaf = 1
	if _, err := o.Cancel(t.Context(), sold.Reservation); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Sell(t.Context(), wish("KAXY1", 2*time.Hour, 5*time.Hour)); !errors.Is(err, sales.ErrNoRights) {
		t.Errorf("sold while the old voucher opens: %v", err)
	}
	o.deaf = 0
	if _, err := o.Sell(t.Context(), wish("KAXY1", 2*time.Hour, 5*time.Hour)); err != nil {
		t.Errorf("heard, and not sold: %v", err)
	}
}

func TestAChangedSaleKeepsItsNameAndItsOldTimeUntilItIsHeard(t *testing.T) {
	o := open(t, documentstest.NewMemory(), 1)
	sold, err := o.Sell(t.Context(), wish("KAAB12", 2*time.Hour, 3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.deaf = 1
	moved, err := o.Edit(t.Context(), sold.Reservation, wish("KAAB12", 5*time.Hour, 6*time.Hour))
	if err != nil || moved.Dot != sold.Dot || moved.Sale.Edit != 1 {
		t.Fatalf("%+v %v", moved, err)
	}
	v, err := policy.ParseVoucher(moved.Voucher)
	if err != nil || v.Reservation() != sold.Reservation || v.Edit != 1 {
		t.Errorf("%+v %v", v, err)
	}
	for _, w := range []sales.Wish{wish("KAXY1", 2*time.Hour, 3*time.Hour), wish("KAXY1", 5*time.Hour, 6*time.Hour)} {
		if _, err := o.Sell(t.Context(), w); !errors.Is(err, sales.ErrNoRights) {
			t.Errorf("sold twice: %v", err)
		}
	}
}

// What was closed by one program stays closed for another whose clock is slow, and the word says what is in which list.
func TestWhatIsClosedIsSoldNoMore(t *testing.T) {
	documents := documentstest.NewMemory()
	o, slow := open(t, documents, 2), open(t, documents, 2)
	if _, err := o.Sell(t.Context(), wish("KAAB12", time.Hour, 2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	o.now, slow.now = noon.Add(10*time.Minute), noon
	closed, err := o.Close(t.Context(), "p8")
	if err != nil || closed.Verify(policy.Keys{signer.Public()}) != nil || closed.ThroughMS != noon.Add(time.Hour).UnixMilli() || closed.Serial != o.heard("p8") {
		t.Fatalf("%+v %v", closed, err)
	}
	if again, err := o.Close(t.Context(), "p8"); err != nil || *again != *closed {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := slow.Sell(t.Context(), wish("KAXY1", 50*time.Minute, 2*time.Hour)); !errors.Is(err, sales.ErrNoRights) {
		t.Errorf("sold what is closed: %v", err)
	}
	if none, err := open(t, documentstest.NewMemory(), 0).Office.Close(t.Context(), "p9"); err != nil || none == nil || none.Serial != 0 {
		t.Errorf("%+v %v", none, err)
	}
}

// The location takes rights back only when it has heard of what was sold of them, and nothing is sold of them any more.
func TestRightsThatAreAskedForNoMore(t *testing.T) {
	o := open(t, documentstest.NewMemory(), 3)
	if _, err := o.Sell(t.Context(), wish("KAAB12", 2*time.Hour, 3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	asked, err := o.Ask(t.Context(), "p8", []policy.Allotted{{SpotType: fact.Regular, Count: 1}})
	if err != nil || asked.After != o.heard("p8") || asked.After == 0 {
		t.Fatalf("%+v %v", asked, err)
	}
	if _, err := o.Sell(t.Context(), wish("KAXY1", 2*time.Hour, 3*time.Hour)); !errors.Is(err, sales.ErrNoRights) {
		t.Errorf("sold more than is asked for: %v", err)
	}
}

// A store that was restored has forgotten sales: their names are not given out again.
func TestARestoredStoreGivesNoNameAgain(t *testing.T) {
	documents := documentstest.NewMemory()
	if _, err := open(t, documents, 3).Sell(t.Context(), wish("KAAB12", 2*time.Hour, 3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	old := documents.Clone()
	forgotten, err := open(t, documents, 3).Sell(t.Context(), wish("KAXY1", 2*time.Hour, 3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	other, err := openIn(t, old, 3, 2).Sell(t.Context(), wish("KAZZ9", 2*time.Hour, 3*time.Hour))
	if err != nil || other.Reservation == forgotten.Reservation {
		t.Errorf("%s is sold twice (%v)", other.Reservation, err)
	}
}
