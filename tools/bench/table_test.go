package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestSampleSharesAreThoseOfTheSortedDurations(t *testing.T) {
	var s sample
	for i := 100; i >= 0; i-- {
		s = append(s, time.Duration(i)*time.Microsecond)
	}
	for percent, want := range map[int]float64{0: 0, 50: 50, 99: 99, 100: 100} {
		if got := s.us(percent); got != want {
			t.Errorf("%d %%: %v, not %v", percent, got, want)
		}
	}
	if s[0] != 100*time.Microsecond {
		t.Error("the sample was sorted in place")
	}
	if got := (sample{}).us(50); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// One round in which the disk was ten times as slow changes neither median nor ratio.
func TestRatiosAreMadeWithinARound(t *testing.T) {
	f := figures{}
	for _, slow := range []float64{1, 10, 1} {
		f.add("ours", 150*slow)
		f.add("floor", 100*slow)
	}
	r := f.against(row{What: "p50"}, "ours", "floor")
	if r.Value != 150 || r.PeerValue != 100 || r.Ratio != 1.5 {
		t.Errorf("%+v", r)
	}
	f.add("ours", 250)
	if got := f.of("ours"); got != 200 {
		t.Errorf("median of four: %v", got)
	}
	f = figures{"ours": {1}, "floor": {0}}
	if r := f.against(row{}, "ours", "floor"); r.Ratio != 0 {
		t.Errorf("ratio to nothing: %+v", r)
	}
}

func TestVerdicts(t *testing.T) {
	r := row{Value: 20, Ratio: 1.4, Unit: "µs"}
	for _, c := range []struct {
		row     row
		verdict string
		target  string
	}{
		{r.atMost(20), verdictOK, "≤ 20 µs"},
		{r.atMost(19.9), verdictMissed, "≤ 19.9 µs"},
		{r.ratioAtMost(1.4), verdictOK, "≤ 1.40 ×"},
		{r.ratioAtMost(1.2), verdictMissed, "≤ 1.20 ×"},
		{r.ratioAtLeast(1.4), verdictOK, "≥ 1.40 ×"},
		{r.ratioAtLeast(2), verdictMissed, "≥ 2 ×"},
	} {
		if c.row.Verdict != c.verdict || c.row.Target != c.target {
			t.Errorf("%+v, not %s of %s", c.row, c.verdict, c.target)
		}
	}
}

func TestTableTellsWhatWasMissed(t *testing.T) {
	var out bytes.Buffer
	p := &printer{out: &out}
	p.heading("commit", "a decision with its durable commit")
	rows := []row{
		row{What: "p50", Value: 175.123, Unit: "µs", Peer: "write + fdatasync", PeerValue: 100, Ratio: 1.75}.ratioAtMost(1.4),
		row{What: "flushes", Value: 1}.atMost(1),
		{What: "of which the decision", Value: 0.01234, Unit: "ms"},
	}
	if err := p.print(rows); err != nil {
		t.Fatal(err)
	}
	if err := p.end(machine{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ncommit: a decision", "175 µs", "write + fdatasync 100", "1.75 ×", "≤ 1.40 ×", "MISSED", "0.012 ms", "1 of 2 targets met"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %s", want, out.String())
		}
	}
}
