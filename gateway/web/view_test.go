package web

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// However much goes on in an hour, its bar stays in the drawing; whatever goes on at all is seen.
func TestBarsStayInTheDrawing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		today := make([]hour, 24)
		for i := range today {
			today[i] = hour{
				Hour: i, Entries: rapid.IntRange(0, 100_000).Draw(r, "entries"), Exits: rapid.IntRange(0, 100_000).Draw(r, "exits"),
				RevenueMinor: rapid.Int64Range(-1000, 1_000_000_000_000).Draw(r, "revenue"),
			}
		}
		vehicles, takings := vehiclesChart(today), takingsChart(today, "EUR")
		for i := range today {
			v, m := vehicles.Bars[i], takings.Bars[i]
			for _, height := range []int{v.Up, v.Down, m.Up} {
				if height < 0 || height > chartHeight {
					r.Fatalf("hour %d: %+v %+v", i, v, m)
				}
			}
			if (today[i].Entries > 0) != (v.Up > 0) || (today[i].Exits > 0) != (v.Down > 0) || (today[i].RevenueMinor > 0) != (m.Up > 0) {
				r.Fatalf("hour %d: %+v is drawn as %+v %+v", i, today[i], v, m)
			}
		}
	})
}

func TestDigitsAreGroupedAndKept(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "999": "999", "1000": "1\u202f000", "-1234567.80": "\u22121\u202f234\u202f567.80", "12.345": "12.345"} {
		if got := groupedDigits(text); got != want {
			t.Errorf("%s is printed as %q", text, got)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9]\d{0,14})(\.\d{1,3})?`).Draw(r, "amount")
		back := strings.NewReplacer("\u202f", "", "\u2212", "-").Replace(groupedDigits(text))
		if back != text {
			r.Fatalf("%s came back as %s", text, back)
		}
	})
}

// Nothing that needs a person is lost: it is shown, or counted.
func TestFoldedAlertsAreCounted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		codes := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 40).Draw(r, "codes")
		alerts := []alert{}
		for _, code := range codes {
			alerts = append(alerts, alert{Code: code})
		}
		sum := 0
		shown := map[string]int{}
		for _, a := range fold(alerts) {
			sum += 1 + a.Alike
			shown[a.Code]++
		}
		if sum != len(alerts) || shown["a"] > alikeMax || shown["b"] > alikeMax || shown["c"] > alikeMax {
			r.Fatalf("of %d alerts %d are accounted for, shown %v", len(alerts), sum, shown)
		}
	})
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"now":"2026-06-15T12:00:00Z","timezone":"Europe/Berlin","today":[{"hour":30}],"floors":[{"zones":[{"cells":"a<o"}]}],"gates":[{}],"alertsTotal":-7}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p := newPage(Options{})
		v, err := viewOf(text)
		if err != nil {
			return
		}
		if _, err := p.render(v); err != nil {
			t.Errorf("%v in %s", err, text)
		}
		for _, floor := range v.Floors {
			for _, zone := range floor.Zones {
				if html := string(cellsHTML(zone.Cells)); strings.Count(html, "<") != len(zone.Cells) {
					t.Errorf("%q became %s", zone.Cells, html)
				}
			}
		}
	})
}
