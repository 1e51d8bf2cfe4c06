package remote_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"

	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

func marshalled(t *testing.T, value any) []byte {
	t.Helper()
	data, err := wire.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// lend has headquarters ask for rights to regular spots.
func (b *bench) lend(version uint64, count uint32, after uint64) *wire.Result {
	b.Helper()
	content := marshalled(b.T, policy.Allotment{Types: []policy.Allotted{{SpotType: fact.Regular, Count: count}}, After: after})
	return b.release(policy.Document{Kind: policy.Lending, Version: version, Actor: "ann", Content: content})
}

func (b *bench) lent() (count int) {
	_ = b.lot.View(b.Context(), func(l *lot.Lot) { count = l.Lent(fact.Regular) })
	return count
}

func (b *bench) sale() policy.Sale {
	dot := fact.Dot{Incarnation: 9, Seq: 4}
	return policy.Sale{
		Reservation: fact.ReservationID(dot.ID('R')), Dot: dot, User: "u1", Plate: "BGH1", SpotType: fact.Regular, StartMS: apitest.Start + 3_600_000,
		EndMS: apitest.Start + 7_200_000,
	}
}

func (b *bench) sell(version, serial uint64, sales ...policy.Sale) *wire.Result {
	b.Helper()
	content := marshalled(b.T, policy.SalesList{Sales: sales, Serial: serial})
	return b.release(policy.Document{Kind: policy.Sales, Version: version, Content: content})
}

func TestRightsAreLentAndWhatIsSoldBecomesAReservation(t *testing.T) {
	b := newBench(t)
	if got := b.lend(1, 1_000, 0); got.Code != wire.Refused || !strings.Contains(got.Note, "1000 are asked for") || b.lent() != 0 {
		t.Errorf("more than there are: %+v", got)
	}
	if got := b.lend(2, 2, 0); got.Code != wire.Done || b.lent() != 2 {
		t.Fatalf("%+v, %d lent", got, b.lent())
	}
	b.hear() // it asks what is closed, a second later
	one := b.sale()
	if got := b.sell(1, 7, one); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	var made lot.Reservation
	_ = b.lot.View(t.Context(), func(l *lot.Lot) { made, _ = l.Reservation(one.Reservation) })
	if made.User != "u1" || made.Plate != "BGH1" || made.Right != 1 {
		t.Errorf("%+v", made)
	}
	content := marshalled(t, policy.Allotment{After: 8})
	early := policy.Document{Kind: policy.Lending, Location: "altstadt", Version: 3, Content: content}
	if err := early.Sign(b.key); err != nil {
		t.Fatal(err)
	}
	early.Content = nil
	b.remote.Hear(&wire.Part{Header: early, Count: 1, Bytes: content})
	if got := b.sell(2, 8, one); got.Kind != policy.Sales || got.Code != wire.Done || b.lent() != 2 {
		t.Errorf("rights were taken back before the sales of them were here: %+v, %d lent", got, b.lent())
	}
	if got := b.lend(3, 0, 8); got.Code != wire.Done || b.lent() != 0 {
		t.Errorf("%+v, %d lent", got, b.lent())
	}
}

// Only the word about the sales that are here counts, and only headquarters'.
func TestWhatIsNotSoldIsTheLocationsAgainWhenHeadquartersSaysSo(t *testing.T) {
	b := newBench(t)
	b.lend(1, 4, 0)
	b.hear()
	b.sell(1, 7)
	says := func(serial uint64, key policy.Key) lot.Result {
		m := &wire.SalesClosed{Location: "altstadt", Serial: serial, ThroughMS: apitest.Start + 86_400_000}
		if err := m.Sign(key); err != nil {
			t.Fatal(err)
		}
		b.remote.Hear(m)
		b.remote.Greet() // what was heard before is done when this is answered
		b.hear()
		return b.lot.Do(lot.MakeReservation{User: "u", SpotType: fact.Regular, Raw: "B-GH 7", StartMS: apitest.Start + 60_000, EndMS: apitest.Start + 1_000_000})
	}
	sell := func() (n int) {
		for b.lot.Do(lot.MakeReservation{User: "u", SpotType: fact.Regular, Raw: "B-GH 7", StartMS: apitest.Start + 60_000, EndMS: apitest.Start + 1_000_000}).Granted {
			n++
		}
		return n
	}
	own := sell()
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if says(8, b.key).Granted || says(7, policy.Key(stranger)).Granted {
		t.Error("sold what headquarters may have sold")
	}
	if got := says(7, b.key); !got.Granted {
		t.Errorf("%+v", got.Problem)
	}
	if more := sell(); own == 0 || more != 3 {
		t.Errorf("the location could sell %d itself, and then %d more", own, more+1)
	}
}

func TestADocumentThatBreaksGivesWayToTheOneBefore(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Tariff, Version: 1, Content: []byte("good")})
	if got := b.release(policy.Document{Kind: policy.Tariff, Version: 2, Content: []byte("broken")}); got.Code != wire.Failed || !strings.Contains(got.Note, "it broke") {
		t.Errorf("%+v", got)
	}
	if got := b.release(policy.Document{Kind: policy.Tariff, Version: 2, Content: []byte("broken")}); got.Code != wire.Failed {
		t.Errorf("again: %+v", got)
	}
	if got := b.release(policy.Document{Kind: policy.Tariff, Version: 3, Content: []byte("better")}); got.Code != wire.Done {
		t.Errorf("%+v", got)
	}
	if got := strings.Join(b.site.applied, ", "); got != "tariff good, tariff good, tariff better" {
		t.Errorf("applied %s", got)
	}
}

func TestTheFirstDocumentThatCutsHeadquartersOffGivesWayToTheFile(t *testing.T) {
	b := newBench(t)
	b.mu.Lock()
	b.synced = false
	b.mu.Unlock()
	b.release(policy.Document{Kind: policy.Settings, Version: 1, ReturnAfterMS: 60_000, Content: []byte("x")})
	b.mu.Lock()
	b.forward += 61_000
	b.mu.Unlock()
	if got := b.hear().(*wire.Result); got.Code != wire.Returned {
		t.Errorf("%+v", got)
	}
	b.mu.Lock()
	b.synced = true
	b.mu.Unlock()
	if got := b.hear().(*wire.Result); got.Code != wire.Returned || got.Version != 1 {
		t.Errorf("when headquarters is back: %+v", got)
	}
	if got := strings.Join(b.site.applied, ", "); got != "settings x, settings " {
		t.Errorf("applied %q", got)
	}
}

// The key changes in two steps, so that at each moment both sides have one in common.
func TestTheKeyOfHeadquartersChanges(t *testing.T) {
	b := newBench(t)
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	line := func(key policy.Key) string {
		return base64.StdEncoding.EncodeToString(key.Public()) + " # of headquarters\n"
	}
	old, next := b.key, policy.Key(fresh)
	if got := b.release(policy.Document{Kind: policy.Trust, Version: 1, Content: []byte(line(next))}); got.Code != wire.Refused {
		t.Errorf("a list without the key that signs it: %+v", got)
	}
	if got := b.release(policy.Document{Kind: policy.Trust, Version: 2, Content: []byte(line(old) + line(next))}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	b.key = next
	if got := b.release(policy.Document{Kind: policy.Trust, Version: 3, Content: []byte(line(next))}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	b.end()
	b.key = old // the enrolment still names it
	b.start()
	if got := b.release(policy.Document{Kind: policy.Blocklist, Version: 1, Content: []byte("B-GH 1")}); got.Code != wire.Refused {
		t.Errorf("signed with a key that was given up: %+v", got)
	}
	b.key = next
	if got := b.release(policy.Document{Kind: policy.Blocklist, Version: 1, Content: []byte("B-GH 1")}); got.Code != wire.Done {
		t.Errorf("%+v", got)
	}
}

func TestAnotherHeadquartersInheritsWhatIsInEffect(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Blocklist, Version: 9, Content: []byte("B-GH 1")})
	b.end()
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b.key = policy.Key(fresh)
	b.start()
	b.remote.Greet()
	if wanted := b.hear().(*wire.Wanted); len(wanted.Have) != 0 || b.enters("B-GH 1").Granted {
		t.Errorf("%+v", wanted)
	}
	if got := b.release(policy.Document{Kind: policy.Blocklist, Version: 1, Content: []byte("B-GH 2")}); got.Code != wire.Done || !b.enters("B-GH 1").Granted {
		t.Errorf("%+v", got)
	}
}

func TestOnlySomeKindsAreForTechnicians(t *testing.T) {
	b := newBench(t)
	for _, kind := range []policy.Kind{policy.Trust, policy.Lending, policy.Sales, policy.Passes} {
		if err := b.remote.Edit(t.Context(), kind, "tom", "trial", []byte("x")); err == nil {
			t.Errorf("%s was edited", kind)
		}
	}
	if err := b.remote.Edit(t.Context(), policy.Tariff, "tom", "trial", []byte("bad")); err == nil {
		t.Error("a bad edit was taken")
	}
}
