package fact_test

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sync/fact"
)

func TestIncarnationsSortByStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		startMS := rapid.Int64Range(0, 1<<48-2).Draw(t, "start")
		laterMS := rapid.Int64Range(startMS+1, 1<<48-1).Draw(t, "later")
		a := fact.NewIncarnation(startMS, rapid.Uint16().Draw(t, "random"))
		b := fact.NewIncarnation(laterMS, rapid.Uint16().Draw(t, "random"))
		if a >= b || a.String() >= b.String() {
			t.Fatalf("%s starts before %s", a, b)
		}
	})
}

func TestIdentifiersHaveOneShape(t *testing.T) {
	shape := regexp.MustCompile(`^[TRPM][0-9A-HJKMNP-TV-Z]{13}-[0-9a-z]{1,13}$`)
	rapid.Check(t, func(t *rapid.T) {
		dot := fact.Dot{Incarnation: fact.Incarnation(rapid.Uint64().Draw(t, "incarnation")), Seq: rapid.Uint64().Draw(t, "seq")}
		letter := rapid.SampledFrom([]byte("TRPM")).Draw(t, "letter")
		if id := dot.ID(letter); !shape.MatchString(id) {
			t.Fatalf("%q", id)
		}
	})
}

func TestIdentifiersAreUnique(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dot := rapid.Custom(func(t *rapid.T) fact.Dot {
			return fact.Dot{Incarnation: fact.Incarnation(rapid.Uint64Range(0, 3).Draw(t, "incarnation")), Seq: rapid.Uint64Range(0, 40).Draw(t, "seq")}
		})
		a, b := dot.Draw(t, "a"), dot.Draw(t, "b")
		if (a.ID('T') == b.ID('T')) != (a == b) {
			t.Fatalf("%+v is %s and %+v is %s", a, a.ID('T'), b, b.ID('T'))
		}
	})
}
