package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A change is found if there is any way to give each of the reference's one of the detector's: never fewer than the best
// of all ways.
func TestAsManyChangesAreFoundAsCanBe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) (edges []*edge) {
			at := int64(0)
			for range rapid.IntRange(0, 6).Draw(rt, name) {
				from := at
				at += rapid.Int64Range(1, 50).Draw(rt, "minutes") * 60_000
				edges = append(edges, &edge{fromMS: from, atMS: at})
			}
			return edges
		}
		want, got := draw("want"), draw("got")
		match(want, got)
		found := 0
		for _, e := range want {
			found += count(e.matched)
		}
		made := 0
		for _, e := range got {
			made += count(e.matched)
		}
		if most := mostPairs(want, got); found != most || made != most {
			rt.Fatalf("%d found, %d made, want %d", found, made, most)
		}
	})
}

// mostPairs tries all ways.
func mostPairs(want, got []*edge) int {
	if len(want) == 0 {
		return 0
	}
	most := mostPairs(want[1:], got)
	for i, g := range got {
		if w := want[0]; g.atMS >= w.fromMS-matchMS && g.fromMS <= w.atMS+matchMS {
			others := append(append([]*edge{}, got[:i]...), got[i+1:]...)
			most = max(most, 1+mostPairs(want[1:], others))
		}
	}
	return most
}

// Of two ways to find as many, the one with the shorter delays counts.
func TestTheNearestChangeIsTheOne(t *testing.T) {
	want := []*edge{{fromMS: 0, atMS: 1_000}, {fromMS: 1_500_000, atMS: 1_600_000}}
	got := []*edge{{fromMS: 1_400_000, atMS: 1_500_000}}
	match(want, got)
	if want[0].matched || !want[1].matched || want[1].delayMS != 0 {
		t.Errorf("%+v %+v", want[0], want[1])
	}
}

// packets is a trace of packets with three readings and one scan, every half an hour for four days. The car is there, or
// the radar sees one, at those readings that the functions say.
func packets(celsius float64, car, echo func(i int) bool) (lines []string) {
	lines = append(lines, magneticHeader)
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 4 * 144 {
		y, radar := -700, 5
		if car(i) {
			y = -7_000
		}
		if echo(i - i%3 + 2) {
			radar = 60
		}
		lines = append(lines, fmt.Sprintf("%s,3.1,%g,%d,%d,40000,%d,4,heartbeat,%d",
			start.Add(time.Duration(i)*10*time.Minute).Format("2006-01-02T15:04:05"), celsius, 20_000+i%5*20, y, radar, i/3))
	}
	return lines
}

func never(int) bool { return false }

// A car that comes and goes before the packet's scan is neither right nor wrong; one that stays for the scan is.
func TestWhatTheRadarCannotHaveSeenIsUnjudged(t *testing.T) {
	between := replay(t, writeTrace(t, packets(12, func(i int) bool { return i == 300 || i == 301 }, never)...), "--calibration-days", "1")
	if want := (tally{Unjudged: 1}); *between.Arrivals != want || *between.Departures != want || len(between.Misses) != 0 || between.Warm != nil {
		t.Errorf("arrivals %+v, departures %+v, %+v", between.Arrivals, between.Departures, between.Misses)
	}
	unseen := replay(t, writeTrace(t, packets(12, func(i int) bool { return i >= 300 && i < 306 }, never)...), "--calibration-days", "1")
	if want := (tally{False: 1}); *unseen.Arrivals != want || *unseen.Departures != want || len(unseen.Misses) != 2 {
		t.Errorf("arrivals %+v, departures %+v, %+v", unseen.Arrivals, unseen.Departures, unseen.Misses)
	}
	if why := unseen.Misses[0].Why; !strings.HasPrefix(why, "the reference sees no car") {
		t.Error(why)
	}
}

// Where it freezes, the figures are given with and without what was in the frost.
func TestTheFrostIsCountedAndToldApart(t *testing.T) {
	lines := packets(-3, never, func(i int) bool { return i >= 300 && i < 330 })
	for i := 400; i < len(lines); i++ { // it thaws
		lines[i] = strings.Replace(lines[i], ",-3,", ",6,", 1)
	}
	report := replay(t, writeTrace(t, lines...), "--calibration-days", "1")
	if *report.Arrivals != (tally{Missed: 1}) || report.Warm == nil || report.Warm.Arrivals != (tally{}) {
		t.Fatalf("arrivals %+v, without the frost %+v", report.Arrivals, report.Warm)
	}
	if all, warm := report.Labelled.Samples, report.Warm.Labelled.Samples; all != 432 || warm != 577-400 {
		t.Errorf("%d samples, %d without the frost", all, warm)
	}
	if why := report.Misses[0].Why; !strings.HasPrefix(why, "in the frost") {
		t.Error(why)
	}
	var out, errs strings.Builder
	if exit := run([]string{"sensor", "replay", "--trace", writeTrace(t, lines...), "--calibration-days", "1"}, &out, &errs); exit != 0 ||
		!strings.Contains(out.String(), "without what was at 1 degree or colder") {
		t.Errorf("exit %d\n%s%s", exit, out.String(), errs.String())
	}
}

// TestMatchingIsThatOfAllChains: among many changes close to each other, and many ways that are as good, the same one is
// found as by looking at every chain.
func TestMatchingIsThatOfAllChains(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		pause := rapid.SampledFrom([]int64{1, 20, 200, 1_500}).Draw(rt, "pause")
		draw := func(name string) (edges []edge) {
			at := int64(0)
			for range rapid.IntRange(0, 120).Draw(rt, name) {
				from := at + rapid.Int64Range(0, pause).Draw(rt, "from")
				at = from + rapid.Int64Range(1, pause).Draw(rt, "seconds")
				edges = append(edges, edge{fromMS: from * 1_000, atMS: at * 1_000})
			}
			return edges
		}
		want, got := draw("want"), draw("got")
		wantSlow, gotSlow := slices.Clone(want), slices.Clone(got)
		match(ofKind(want, false), ofKind(got, false))
		matchSlowly(ofKind(wantSlow, false), ofKind(gotSlow, false))
		if !slices.Equal(want, wantSlow) || !slices.Equal(got, gotSlow) {
			rt.Fatalf("%+v %+v\n%+v %+v", want, got, wantSlow, gotSlow)
		}
	})
}

// A trace that changes every six seconds for days takes no longer than it is long.
func TestManyChangesAreMatched(t *testing.T) {
	var want, got []*edge
	for at := int64(0); at < 40_000*12_000; at += 12_000 {
		want, got = append(want, &edge{fromMS: at, atMS: at + 1_000}), append(got, &edge{fromMS: at + 2_000, atMS: at + 3_000})
	}
	match(want, got)
	for i, w := range want {
		if !w.matched || !got[i].matched || w.delayMS != 2_000 {
			t.Fatalf("%d: %+v %+v", i, w, got[i])
		}
	}
}

// pair is a change of the reference that one of the detector may be, and the pairs before it.
type pair struct {
	want, got int
	before    int // index of the pair before it, or -1
	length    int // of the chain of pairs that ends here
	apartMS   int64
}

func (p *pair) better(than *pair) bool {
	return p.length > than.length || p.length == than.length && p.apartMS < than.apartMS
}

// matchSlowly finds which changes of the reference the detector made: as many as can be, in the order of time, and of the ways
// to do so the one with the shortest delays. Both lists are of one kind of change.
func matchSlowly(want, got []*edge) {
	chain := []pair{}                // all that may follow one another
	best := make([]int, 0, len(got)) // per change of the detector: the best chain that ends there or before
	first := 0
	for i, w := range want {
		for first < len(got) && got[first].atMS < w.fromMS-matchMS {
			first++
		}
		end := first
		for end < len(got) && got[end].fromMS <= w.atMS+matchMS {
			end++
		}
		for len(best) < end {
			best = append(best, chainBefore(best, len(best)))
		}
		for j := end - 1; j >= first; j-- {
			p := pair{want: i, got: j, before: chainBefore(best, j), length: 1, apartMS: apart(w, got[j])}
			if p.before >= 0 {
				p.length, p.apartMS = chain[p.before].length+1, chain[p.before].apartMS+p.apartMS
			}
			chain = append(chain, p)
			for k := j; k < len(best) && (best[k] < 0 || p.better(&chain[best[k]])); k++ {
				best[k] = len(chain) - 1
			}
		}
	}
	for at := chainBefore(best, len(best)); at >= 0; at = chain[at].before {
		w, g := want[chain[at].want], got[chain[at].got]
		w.matched, g.matched = true, true
		w.delayMS = max(g.atMS-w.atMS, 0) + min(g.atMS-w.fromMS, 0)
	}
}

// chainBefore is the best chain that ends before a change of the detector, or -1.
func chainBefore(best []int, got int) int {
	if got == 0 {
		return -1
	}
	return best[got-1]
}
