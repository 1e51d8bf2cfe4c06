package livepage

import (
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However much goes on in an hour, its bar stays in the drawing; whatever goes on at all is seen.
func TestBarsStayInTheDrawing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		today := make([]Hour, 24)
		for i := range today {
			today[i] = Hour{
				Hour: i, Entries: rapid.IntRange(0, 100_000).Draw(r, "entries"), Exits: rapid.IntRange(0, 100_000).Draw(r, "exits"),
				RevenueMinor: rapid.Int64Range(-1000, 1_000_000_000_000).Draw(r, "revenue"),
			}
		}
		vehicles, takings := VehiclesChart(today), TakingsChart(today, "EUR")
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
		if got := GroupedDigits(text); got != want {
			t.Errorf("%s is printed as %q", text, got)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9]\d{0,14})(\.\d{1,3})?`).Draw(r, "amount")
		back := strings.NewReplacer("\u202f", "", "\u2212", "-").Replace(GroupedDigits(text))
		if back != text {
			r.Fatalf("%s came back as %s", text, back)
		}
	})
}

// The first frame has everything, the next only what changed; a clock that went on is no news.
func TestFramesSayWhatChanged(t *testing.T) {
	templates := template.Must(template.New("").Parse(`{{define "clock"}}{{.clock}}{{end}}{{define "free"}}{{.free}}{{end}}`))
	states := []map[string]string{
		{"clock": "10:00", "free": "3"}, {"clock": "10:01", "free": "3"}, {"clock": "10:02", "free": "2"}, {"clock": "10:02", "free": "2", "cells": "oa"},
	}
	sent := []string{}
	stream := Stream(func(_ http.ResponseWriter, r *http.Request, frame func(context.Context, time.Time) ([]byte, error)) {
		for range states {
			text, err := frame(r.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, string(text))
		}
	})
	next := 0
	stream.Frames(httptest.NewRecorder(), httptest.NewRequest("GET", "/live", nil), slog.New(slog.DiscardHandler), "clock", func(context.Context, time.Time) (Frame, error) {
		state := states[next]
		next++
		f := NewFrame("v1")
		if state["cells"] != "" {
			f.Cells["cells"] = state["cells"]
		}
		return f, f.PutAll(templates, []string{"clock", "free"}, state)
	})
	want := []string{
		`{"version":"v1","parts":{"clock":"10:00","free":"3"}}`, "", `{"version":"v1","parts":{"clock":"10:02","free":"2"}}`, `{"version":"v1","cells":{"cells":"oa"}}`,
	}
	for i := range want {
		if sent[i] != want[i] {
			t.Errorf("frame %d is %s, not %s", i, sent[i], want[i])
		}
	}
}

func TestWhatIsNotKnownIsNoNumber(t *testing.T) {
	for _, c := range []struct {
		available, unknown, total int
		want                      string
	}{
		{0, 48, 48, "–"}, {0, 0, 0, "–"}, {0, 1, 48, "0"}, {0, 0, 48, "0"}, {47, 1, 48, "47"}, {1_200, 0, 2_000, "1\u202f200"},
	} {
		if got := Free(c.available, c.unknown, c.total); got != c.want {
			t.Errorf("%d free and %d unknown of %d: %s, not %s", c.available, c.unknown, c.total, got, c.want)
		}
	}
}
