package drivertest

import (
	"context"
	"testing"
	"time"

	"gatehouse/drivers"
)

// PrinterBench is a Bench for a printer.
type PrinterBench struct {
	Bench
	Printed  func() int // slips that came out
	TakeAway func()     // takes the paper out
	Mute     func()     // the printer answers nothing from now on
}

// TestPrinter checks a drivers.Printer.
func TestPrinter(t *testing.T, setUp func() PrinterBench) {
	slip := drivers.Slip{Lines: []string{"Riverside", "12:00 | 50 %"}, QR: "T0123-4"}
	var bench PrinterBench
	fresh := func() Bench {
		bench = setUp()
		return bench.Bench
	}
	print := func(ctx context.Context, device any) error { return device.(drivers.Printer).Print(ctx, slip) }
	checkSettings(t, setUp().Bench)
	in(t, "a slip comes out once", fresh, func(t *testing.T, device any) {
		if err := print(t.Context(), device); err != nil || bench.Printed() != 1 {
			t.Errorf("%d slips, error %v", bench.Printed(), err)
		}
	})
	in(t, "asking it prints nothing, and tells of no paper", fresh, func(t *testing.T, device any) {
		prober, probes := device.(drivers.Prober)
		if !probes {
			return
		}
		if err := prober.Probe(t.Context()); err != nil {
			t.Error(err)
		}
		bench.TakeAway()
		if err := prober.Probe(t.Context()); err == nil || bench.Printed() != 0 {
			t.Errorf("%d slips, error %v", bench.Printed(), err)
		}
	})
	in(t, "no paper is an error", fresh, func(t *testing.T, device any) {
		bench.TakeAway()
		if err := print(t.Context(), device); err == nil || bench.Printed() != 0 {
			t.Errorf("%d slips, error %v", bench.Printed(), err)
		}
	})
	in(t, "no answer is not success", fresh, func(t *testing.T, device any) {
		bench.Mute()
		checkOffline(t, func(ctx context.Context) error { return print(ctx, device) })
	})
	in(t, "cancelling ends it within a second", fresh, func(t *testing.T, device any) {
		bench.Mute()
		checkCancelled(t, func(ctx context.Context) error { return print(ctx, device) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- print(ctx, device) }()
		time.Sleep(time.Millisecond)
		cancel()
		checkEnd(t, ended)
	})
	in(t, "an absent device is an error, and heals", fresh, func(t *testing.T, device any) {
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return print(ctx, device) })
		checkProbe(t, device)
		bench.restore()
		if err := print(t.Context(), device); err != nil || bench.Printed() != 1 {
			t.Errorf("after it came back: %d slips, error %v", bench.Printed(), err)
		}
	})
}
