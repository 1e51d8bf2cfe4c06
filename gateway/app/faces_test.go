package app

import (
	"context"
	"log/slog"
	"testing"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

// slate is a display that shows its last face.
type slate struct{ face string }

func (s *slate) Show(_ context.Context, face drivers.Face) error {
	s.face = face.Lines[0]
	return nil
}

func TestAFaceThatWaitedForTheDiskDoesNotReplaceALaterOne(t *testing.T) {
	display := &slate{}
	d := &device{Device: site.Device{ID: "display", Use: site.UseDisplay}, driver: display, orders: make(chan order, ordersMax), log: slog.New(slog.DiscardHandler)}
	d.submit = func(lot.Event) {}
	a := &App{byUse: map[site.Use]map[int]*device{site.UseDisplay: {0: d}}}
	show := func(step uint64, text string) {
		a.perform(step, []lot.Effect{lot.ShowFace{Face: lot.Face{Lines: []string{text}}}})
		for len(d.orders) > 0 {
			d.obey(t.Context(), <-d.orders)
		}
	}
	for _, c := range []struct {
		step       uint64
		text, want string
	}{{1, "Welcome", "Welcome"}, {3, "Drive on", "Drive on"}, {2, "Please pay", "Drive on"}, {4, "Welcome", "Welcome"}} {
		if show(c.step, c.text); display.face != c.want {
			t.Errorf("after step %d it shows %q, want %q", c.step, display.face, c.want)
		}
	}
}
