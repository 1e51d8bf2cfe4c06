package web

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

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
