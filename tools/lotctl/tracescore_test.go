package main

import (
	"fmt"
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
