package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
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
	a := &App{byUse: map[site.Use]map[int][]*device{site.UseDisplay: {0: {d}}}}
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

// panel is a display that notes its faces.
type panel struct{ faces []string }

func (p *panel) Show(_ context.Context, face drivers.Face) error {
	p.faces = append(p.faces, face.Lines[0])
	return nil
}

func TestADisplayThatHeldItsOrdersUpShowsOnlyTheLastFace(t *testing.T) {
	display := &panel{}
	d := &device{Device: site.Device{ID: "column", Use: site.UseColumn}, driver: display, orders: make(chan order, ordersMax), log: slog.New(slog.DiscardHandler)}
	d.submit = func(lot.Event) {}
	a := &App{byUse: map[site.Use]map[int][]*device{site.UseColumn: {0: {d}}}}
	var step uint64
	for _, faces := range [][]string{{"Welcome", "Please pay", "Drive on"}, {"Welcome", "Drive on"}} {
		for _, text := range faces {
			step++
			a.perform(step, []lot.Effect{lot.ShowFace{Face: lot.Face{Lines: []string{text}}}})
		}
		for len(d.orders) > 0 {
			d.obey(t.Context(), <-d.orders)
		}
	}
	if len(display.faces) != 2 || display.faces[0] != "Drive on" || display.faces[1] != "Drive on" {
		t.Errorf("it showed %q, want the last face of each time", display.faces)
	}
}

func TestAllSignsOfAFloorShowItsCount(t *testing.T) {
	first, second := &slate{}, &slate{}
	a := &App{byUse: map[site.Use]map[int][]*device{site.UseSign: {}}}
	var devices []*device
	for _, s := range []*slate{first, second} {
		devices = append(devices, &device{driver: s, orders: make(chan order, ordersMax), log: slog.New(slog.DiscardHandler), submit: func(lot.Event) {}})
	}
	a.byUse[site.UseSign][2] = devices
	a.perform(1, []lot.Effect{lot.ShowSign{Floor: 2, Available: 7, Total: 9}})
	for _, d := range devices {
		d.obey(t.Context(), <-d.orders)
	}
	if first.face != "7" || second.face != "7" {
		t.Errorf("they show %q and %q", first.face, second.face)
	}
}

func TestAContactThatIsQuietDoesNotCallOffTheFireOfAnother(t *testing.T) {
	a := &alarms{}
	for _, c := range []struct {
		id           fact.DeviceID
		at           int
		active, want bool
	}{
		{"attic", -1, false, false}, {"cellar", -1, true, true}, {"attic", -1, false, true}, {"stop", 0, false, false},
		{"cellar", -1, false, false},
	} {
		a.change(c.id, c.at, c.active, func(some bool) {
			if some != c.want {
				t.Errorf("%+v: told %v", c, some)
			}
		})
	}
}

// roll is a printer with a roll of paper that comes to its end.
type roll struct{ left int }

func (r *roll) Print(context.Context, drivers.Slip) error {
	r.left--
	return nil
}

func (r *roll) PaperLow() bool { return r.left < 1 }

func TestAPrinterSaysThatItsPaperEnds(t *testing.T) {
	d := &device{
		Device: site.Device{ID: "printer", Use: site.UsePrinter}, driver: &roll{left: 2}, orders: make(chan order, ordersMax), log: slog.New(slog.DiscardHandler),
		submit: func(lot.Event) {}, conditions: &conditions{},
	}
	a := &App{byUse: map[site.Use]map[int][]*device{site.UsePrinter: {0: {d}}}}
	for i, want := range []lot.Severity{lot.Info, lot.Warning} {
		a.perform(uint64(i), []lot.Effect{lot.PrintTicket{}})
		d.obey(t.Context(), <-d.orders)
		if checks := d.conditions.checks(); len(checks) != 1 || checks[0].ID != "printer/paper" || checks[0].Severity != want || (checks[0].Do == "") != (want == lot.Info) {
			t.Errorf("after slip %d: %+v", i+1, checks)
		}
	}
}

// jam is a printer that prints one slip and then none.
type jam struct{ roll }

func (j *jam) Print(ctx context.Context, slip drivers.Slip) error {
	if j.left == 0 {
		return errors.New("the lid is open")
	}
	return j.roll.Print(ctx, slip)
}

func TestOfAPrinterThatFailsNobodySaysThatItHasPaper(t *testing.T) {
	d := &device{
		Device: site.Device{ID: "printer", Use: site.UsePrinter}, driver: &jam{roll{left: 1}}, orders: make(chan order, ordersMax), log: slog.New(slog.DiscardHandler),
		submit: func(lot.Event) {}, conditions: &conditions{},
	}
	a := &App{byUse: map[site.Use]map[int][]*device{site.UsePrinter: {0: {d}}}}
	for step, want := range []int{1, 0} {
		a.perform(uint64(step), []lot.Effect{lot.PrintTicket{}})
		d.obey(t.Context(), <-d.orders)
		if checks := d.conditions.checks(); len(checks) != want {
			t.Errorf("after slip %d: %+v", step+1, checks)
		}
	}
}
