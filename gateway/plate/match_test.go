package plate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
)

// parked is an index of plates, each under its own text as id.
func parked(plates ...fact.Plate) *plate.Index[fact.TicketID] {
	x := plate.NewIndex[fact.TicketID](plate.DefaultPolicy())
	for _, p := range plates {
		x.Add(p, fact.TicketID(p))
	}
	return x
}

// sure is a reading in which the camera doubts nothing but the characters given by position.
func sure(p fact.Plate, doubted ...int) plate.Read {
	r := plate.Read{Plate: p, Confidence: 980}
	for i := range len([]rune(p)) {
		confidence := uint16(990)
		if slices.Contains(doubted, i) {
			confidence, r.Confidence = 500, 700
		}
		r.Chars = append(r.Chars, confidence)
	}
	return r
}

func text(p fact.Plate) plate.Read { return plate.Read{Plate: p} }

func TestMatchStories(t *testing.T) {
	for _, story := range []struct {
		name  string
		open  []fact.Plate
		read  plate.Read
		found fact.TicketID // empty: none
		asked []fact.TicketID
	}{
		{"an exact reading", []fact.Plate{"AB12CDE", "XY99ZZZ"}, text("AB12CDE"), "AB12CDE", nil},
		{"an empty lot", nil, text("AB12CDE"), "", nil},
		{"nothing was readable", []fact.Plate{"AB12CDE"}, text(""), "", nil},
		{"a look-alike for a character", []fact.Plate{"AB12CDE"}, text("A812CDE"), "AB12CDE", nil},
		{"O for 0", []fact.Plate{"AO0QDE"}, text("AOOQDE"), "AO0QDE", nil},
		{"1 for T, near but not alike for 7", []fact.Plate{"T7XY"}, sure("17XY", 0), "T7XY", nil},
		{"an umlaut without its dots", []fact.Plate{"DÜAB12"}, text("DUAB12"), "DÜAB12", nil},
		{"Latin for Cyrillic", []fact.Plate{"А123ВС77"}, text("A123BC77"), "А123ВС77", nil},
		{"an O for an Ö", []fact.Plate{"TÖLSL123"}, text("TOLSL123"), "TÖLSL123", nil},
		{"an umlaut that the ticket lacks", []fact.Plate{"TOLSL123"}, text("TÖLSL123"), "TOLSL123", nil},
		{"Cyrillic for Latin", []fact.Plate{"A123BC77"}, text("А123ВС77"), "A123BC77", nil},
		{"a Cyrillic letter of its own", []fact.Plate{"Ж123ВС77"}, text("Ж123BC77"), "Ж123ВС77", nil},
		{"the digits of another script", []fact.Plate{"ب١٢٣٤"}, text("ب1234"), "ب١٢٣٤", nil},
		{"Persian digits for Arabic ones", []fact.Plate{"ب۱۲۳۴"}, text("ب١٢٣٤"), "ب۱۲۳۴", nil},
		{"another province: a stranger", []fact.Plate{"粤B12345"}, sure("京B12345"), "", nil},
		{"Greek for Latin", []fact.Plate{"ΖΗΝ1234"}, text("ZHN1234"), "ΖΗΝ1234", nil},
		{"the flag read as a first character", []fact.Plate{"AB12CDE"}, sure("IAB12CDE", 0), "AB12CDE", nil},
		{"the last character behind the tow bar", []fact.Plate{"AB12CDE"}, text("AB12CD"), "AB12CDE", nil},
		{"a character lost in the middle", []fact.Plate{"AB12CDE"}, text("AB1CDE"), "", nil},
		{"another character that the camera doubted", []fact.Plate{"AB12CDE"}, sure("AB12JDE", 4), "AB12CDE", nil},
		{"another character of which it was sure: a stranger", []fact.Plate{"AB12CDE"}, sure("AB12JDE"), "", nil},
		{"another character, and no word of doubt", []fact.Plate{"AB12CDE"}, text("AB12JDE"), "", nil},
		{"a look-alike of which it was sure", []fact.Plate{"AB12CDE"}, sure("A812CDE"), "", nil},
		{"two look-alikes are too many", []fact.Plate{"AB12CDE"}, text("A8I2CDE"), "", nil},
		{"nothing like it", []fact.Plate{"AB12CDE"}, text("ZZ99XXX"), "", nil},

		{"exact, with a look-alike inside", []fact.Plate{"AB12CDE", "A812CDE"}, text("AB12CDE"), "AB12CDE", nil},
		{"exact, but the camera doubts what tells them apart", []fact.Plate{"AB12CDE", "A812CDE"}, sure("AB12CDE", 1), "",
			[]fact.TicketID{"AB12CDE", "A812CDE"}},
		{"exact, and it doubts another character", []fact.Plate{"AB12CDE", "A812CDE"}, sure("AB12CDE", 6), "AB12CDE", nil},
		{"between two look-alikes", []fact.Plate{"AQ12CDE", "AO12CDE"}, text("A012CDE"), "", []fact.TicketID{"AO12CDE", "AQ12CDE"}},
		{"the likelier first", []fact.Plate{"AA0X", "AB8X"}, sure("AB0X", 1, 2), "", []fact.TicketID{"AB8X", "AA0X"}},
	} {
		t.Run(story.name, func(t *testing.T) {
			m := parked(story.open...).Match(story.read)
			want := plate.None
			if story.found != "" {
				want = plate.Found
			} else if story.asked != nil {
				want = plate.Ambiguous
			}
			if m.Outcome != want || m.ID != story.found || !slices.Equal(m.Others, story.asked) {
				t.Errorf("got %v %+v, want %v %q %q", m.Outcome, m, want, story.found, story.asked)
			}
		})
	}
}

func TestTwinsAreAsked(t *testing.T) {
	x := plate.NewIndex[fact.TicketID](plate.DefaultPolicy())
	for _, id := range []fact.TicketID{"T3", "T1", "T2", "T1"} {
		x.Add("AB12CDE", id)
	}
	m := x.Match(sure("AB12CDE"))
	if m.Outcome != plate.Ambiguous || m.ID != "" || m.Cost != 0 || !slices.Equal(m.Others, []fact.TicketID{"T1", "T2", "T3"}) {
		t.Errorf("three tickets on one plate: %+v", m)
	}
	x.Remove("AB12CDE", "T1")
	x.Remove("AB12CDE", "T3")
	x.Remove("AB12CDE", "T3")
	x.Remove("NOTHERE", "T2")
	if m := x.Match(sure("AB12CDE")); m.Outcome != plate.Found || m.ID != "T2" {
		t.Errorf("the last of them: %+v", m)
	}
}

func TestOneTicketUnderTwoPlatesIsNoTwin(t *testing.T) {
	x := plate.NewIndex[fact.TicketID](plate.DefaultPolicy())
	x.Add("AO12CDE", "T1") // as the entry camera read it
	x.Add("A012CDE", "T1") // as the operator corrected it
	if m := x.Match(sure("AO12CDE", 1)); m.Outcome != plate.Found || m.ID != "T1" {
		t.Errorf("got %+v", m)
	}
}

func TestAPoorReadingMustBeCheap(t *testing.T) {
	x := parked("AB12CDE")
	for _, c := range []struct {
		plate fact.Plate
		want  plate.Outcome
	}{{"AB12CDE", plate.Found}, {"A812CDE", plate.None}, {"AB12CD", plate.None}} {
		if m := x.Match(plate.Read{Plate: c.plate, Confidence: 400}); m.Outcome != c.want {
			t.Errorf("%s at 400 per mille: %+v, want %v", c.plate, m, c.want)
		}
	}
}

// The candidates are those of the OpenALPR group result in the project's camera payloads.
func TestTheCamerasSecondOpinion(t *testing.T) {
	group := plate.Read{Plate: "A13709", Confidence: 921, Candidates: []plate.Candidate{
		{"A13709", 921}, {"A137O9", 833}, {"A137Q9", 830}, {"A137D9", 830}, {"AI3709", 826}, {"A137U9", 822},
		{"A137G9", 820}, {"A137B9", 820}, {"A3709", 809}, {"AI37O9", 746},
	}}
	for want, outcome := range map[fact.Plate]plate.Outcome{
		"A137B9": plate.Found, // no look-alike of 0: found only because the camera named it
		"A3709":  plate.Found,
		"AI37O9": plate.Found,
		"A137X9": plate.None,
	} {
		if m := parked(want).Match(group); m.Outcome != outcome {
			t.Errorf("%s inside: %+v, want %v", want, m, outcome)
		}
	}
	if m := parked("A13709", "A137B9").Match(group); m.Outcome != plate.Ambiguous || m.Others[0] != "A13709" {
		t.Errorf("first and second opinion are both inside: %+v", m)
	}
	if m := parked("A13709").Match(plate.Read{Candidates: group.Candidates}); m.Outcome != plate.Found {
		t.Errorf("candidates alone: %+v", m)
	}
}

func TestLookAlikesWorkBothWays(t *testing.T) {
	for _, a := range characters {
		for _, b := range characters {
			there := parked(fact.Plate("XX" + string(a) + "X")).Match(text(fact.Plate("XX" + string(b) + "X"))).Cost
			back := parked(fact.Plate("XX" + string(b) + "X")).Match(text(fact.Plate("XX" + string(a) + "X"))).Cost
			if there != back {
				t.Errorf("%c read as %c costs %d, the other way %d", a, b, there, back)
			}
		}
	}
}

// drawPlates draws plates of few characters, so that they are near each other.
func drawPlates(t *rapid.T) []fact.Plate {
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) fact.Plate {
		return fact.Plate(rapid.StringMatching(`[AÄАBO08Q1IT7X京]{1,6}`).Draw(t, "plate"))
	}), 1, 12, rapid.ID).Draw(t, "open")
}

func drawRead(t *rapid.T, open []fact.Plate) plate.Read {
	seen := []rune(rapid.SampledFrom(open).Draw(t, "car"))
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		seen[rapid.IntRange(0, len(seen)-1).Draw(t, "at")] = rapid.SampledFrom([]rune("AB08QI17X")).Draw(t, "as")
	}
	r := plate.Read{Plate: fact.Plate(seen), Confidence: rapid.Uint16Range(0, 1000).Draw(t, "confidence")}
	if rapid.Bool().Draw(t, "chars") {
		r.Chars = rapid.SliceOfN(rapid.Uint16Range(0, 1000), len(seen), len(seen)).Draw(t, "each")
	}
	for range rapid.IntRange(0, 2).Draw(t, "candidates") {
		r.Candidates = append(r.Candidates, plate.Candidate{
			Plate: rapid.SampledFrom(open).Draw(t, "candidate"), Confidence: rapid.Uint16Range(0, 1000).Draw(t, "its confidence")})
	}
	return r
}

// Asked about one plate at a time, an index gives the cost of each; together they must decide as those costs say.
func TestTheIndexMissesNothingAScanWouldFind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open := drawPlates(t)
		read := drawRead(t, open)
		policy := plate.DefaultPolicy()
		costs, best := map[fact.Plate]int{}, -1
		for _, p := range open {
			if c := parked(p).Match(read).Cost; c != plate.NothingNear {
				costs[p] = c
				if best < 0 || c < best {
					best = c
				}
			}
		}
		m := parked(open...).Match(read)
		if m.Cost != best {
			t.Fatalf("%+v among %q: cost %d, a scan finds %d", read, open, m.Cost, best)
		}
		rivals := 0
		for _, c := range costs {
			if c < best+policy.MarginMin {
				rivals++
			}
		}
		if m.Outcome == plate.Found && (rivals != 1 || costs[fact.Plate(m.ID)] != best) {
			t.Errorf("%+v among %q: found %q against %d rivals", read, open, m.ID, rivals)
		}
		if m.Outcome == plate.Ambiguous && len(m.Others) != rivals {
			t.Errorf("%+v among %q: asked about %q, but %d are as likely", read, open, m.Others, rivals)
		}
	})
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open := drawPlates(t)
		read := drawRead(t, open)
		want := fmt.Sprint(parked(open...).Match(read))

		shuffled := rapid.Permutation(open).Draw(t, "order")
		x := parked(shuffled...)
		for _, gone := range []fact.Plate{"ABO", "1I7", "京京京京"} { // came and went
			x.Add(gone, "gone")
		}
		for _, gone := range []fact.Plate{"1I7", "京京京京", "ABO"} {
			x.Remove(gone, "gone")
		}
		if got := fmt.Sprint(x.Match(read)); got != want {
			t.Errorf("%s, in another order %s", want, got)
		}
	})
}

func TestWhatLeavesIsForgotten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		open := drawPlates(t)
		x := parked(open...)
		for _, p := range open {
			x.Remove(p, fact.TicketID(p))
		}
		for _, p := range open {
			if m := x.Match(text(p)); m.Outcome != plate.None || m.Cost != plate.NothingNear {
				t.Errorf("%s left, but %+v", p, m)
			}
		}
	})
}

func TestAFoundMatchAllocatesNothing(t *testing.T) {
	l := street{rand.New(rand.NewPCG(5, 6))}.lot()
	l.index.Add("QX77QXK", "T")
	for _, read := range []plate.Read{sure("QX77QXK"), text("QX77OXK"), sure("QX77QX", 3)} {
		if m := l.index.Match(read); m.ID != "T" {
			t.Fatalf("%+v: %+v", read, m)
		}
		if n := testing.AllocsPerRun(100, func() { l.index.Match(read) }); n > 0 {
			t.Errorf("%s: %v allocations", read.Plate, n)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("AB12CDE", "A812CDE", uint16(900), []byte{99, 61})
	f.Add("京A12345", "京A1234", uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, open, seen string, confidence uint16, chars []byte) {
		read := plate.Read{Plate: fact.Plate(seen), Confidence: confidence, Candidates: []plate.Candidate{{fact.Plate(open), confidence}}}
		for _, c := range chars {
			read.Chars = append(read.Chars, uint16(c)*257)
		}
		m := parked(fact.Plate(open)).Match(read) // even of what Normalize never made
		if m.Outcome == plate.Ambiguous || m.Outcome == plate.Found && m.ID != fact.TicketID(open) {
			t.Errorf("one plate inside: %+v", m)
		}
	})
}
