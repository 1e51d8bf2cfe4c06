package booking_test

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

func noBook() *booking.Book { return booking.NewBook(booking.DefaultRules(), booking.Capacity{}) }

func TestAPassIsValidFromUntil(t *testing.T) {
	b := noBook()
	b.PassIssued(fact.PassIssued{Pass: "P1", User: "U1", Plate: plate, Card: "C1", SpotType: fact.Large, FromMS: noon, UntilMS: noon + day})
	for at, valid := range map[int64]bool{noon - 1: false, noon: true, noon + day - 1: true, noon + day: false} {
		byPlate, plateOK := b.PassForPlate(plate, at)
		byCard, cardOK := b.PassForCard("C1", at)
		if plateOK != valid || cardOK != valid || byPlate != byCard {
			t.Errorf("at noon%+d ms: by plate %t, by card %t, want %t", at-noon, plateOK, cardOK, valid)
		}
	}
	b.PassIssued(fact.PassIssued{Pass: "P1", Card: "C2"})
	if _, ok := b.PassForCard("C1", noon); ok {
		t.Error("the replaced card is valid")
	}
	if pass, ok := b.PassForCard("C2", noon+1000*day); !ok || pass.ID != "P1" {
		t.Error("a pass without end has ended")
	}
	if _, ok := b.PassForPlate("", noon); ok {
		t.Error("a vehicle without plate has a pass")
	}
}

func TestOfTwoPassesTheValidOneCounts(t *testing.T) {
	b := noBook()
	b.PassIssued(fact.PassIssued{Pass: "P1", Plate: plate, UntilMS: noon})
	b.PassIssued(fact.PassIssued{Pass: "P2", Plate: plate, FromMS: noon})
	if pass, ok := b.PassForPlate(plate, noon); !ok || pass.ID != "P2" {
		t.Errorf("got %+v", pass)
	}
	if pass, _ := b.PassForPlate(plate, noon-1); pass.ID != "P1" {
		t.Errorf("got %+v", pass)
	}
}

// Revocation wins over issue in every order of arrival and repetition.
func TestARevokedPassStaysRevoked(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b, revoked := noBook(), map[fact.PassID]bool{}
		for range rapid.IntRange(1, 30).Draw(rt, "facts") {
			id := rapid.SampledFrom([]fact.PassID{"P1", "P2"}).Draw(rt, "pass")
			if rapid.Bool().Draw(rt, "issue") {
				b.PassIssued(fact.PassIssued{Pass: id, Plate: fact.Plate(id), Card: string(id)})
			} else {
				b.PassRevoked(fact.PassRevoked{Pass: id})
				revoked[id] = true
			}
			for _, id := range []fact.PassID{"P1", "P2"} {
				pass, known := b.PassByID(id)
				_, byPlate := b.PassForPlate(fact.Plate(id), noon)
				_, byCard := b.PassForCard(string(id), noon)
				if pass.Revoked != revoked[id] || byPlate != (known && !revoked[id]) || byCard != byPlate {
					rt.Fatalf("%s: %+v, revoked %t, by plate %t, by card %t", id, pass, revoked[id], byPlate, byCard)
				}
			}
		}
	})
}
