package drivertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/drivers"
)

// BarrierBench is a Bench for a barrier.
type BarrierBench struct {
	Bench
	Raises func() int  // how often the barrier was told to rise
	Held   func() bool // it is being held open now
	Idle   func() bool // nothing is being commanded now
}

// TestBarrier checks a drivers.Barrier. The bench's barrier can hold.
func TestBarrier(t *testing.T, setUp func() BarrierBench) {
	var bench BarrierBench
	fresh := func() Bench {
		bench = setUp()
		return bench.Bench
	}
	order := func(t *testing.T, device any, command drivers.BarrierCommand) {
		t.Helper()
		if err := device.(drivers.Barrier).Do(t.Context(), command); err != nil {
			t.Errorf("command %d: %v", command, err)
		}
	}
	checkSettings(t, setUp().Bench)
	in(t, "opening and asking it makes no edge", fresh, func(t *testing.T, device any) {
		if prober, probes := device.(drivers.Prober); probes && prober.Probe(t.Context()) != nil {
			t.Error("it is there, and does not say so")
		}
		order(t, device, drivers.BarrierRelease)
		time.Sleep(settleTime)
		if edges := bench.Host.Edges(); edges != 0 || bench.Raises() != 0 {
			t.Errorf("%d edges, %d raises", edges, bench.Raises())
		}
	})
	in(t, "a raise is one pulse, and ends by itself", fresh, func(t *testing.T, device any) {
		order(t, device, drivers.BarrierRaise)
		time.Sleep(settleTime)
		if bench.Raises() != 1 || !bench.Idle() {
			t.Errorf("%d raises, idle %v: want 1, true", bench.Raises(), bench.Idle())
		}
	})
	in(t, "a hold lasts until its release, which moves nothing", fresh, func(t *testing.T, device any) {
		order(t, device, drivers.BarrierHold)
		time.Sleep(24 * time.Hour)
		if !bench.Held() {
			t.Error("it is not held after a day")
		}
		raises := bench.Raises()
		order(t, device, drivers.BarrierRelease)
		time.Sleep(settleTime)
		if bench.Held() || !bench.Idle() || bench.Raises() != raises {
			t.Errorf("held %v, idle %v, %d raises more", bench.Held(), bench.Idle(), bench.Raises()-raises)
		}
	})
	in(t, "what it can't do is an error and moves nothing", fresh, func(t *testing.T, device any) {
		err := device.(drivers.Barrier).Do(t.Context(), drivers.BarrierStop+1)
		if !errors.Is(err, drivers.ErrUnsupported) || bench.Host.Edges() != 0 {
			t.Errorf("error %v, %d edges", err, bench.Host.Edges())
		}
	})
	in(t, "a cancelled command moves nothing", fresh, func(t *testing.T, device any) {
		checkCancelled(t, func(ctx context.Context) error { return device.(drivers.Barrier).Do(ctx, drivers.BarrierRaise) })
		time.Sleep(settleTime)
		if bench.Raises() != 0 {
			t.Errorf("%d raises", bench.Raises())
		}
	})
	in(t, "an absent device is an error, and heals", fresh, func(t *testing.T, device any) {
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return device.(drivers.Barrier).Do(ctx, drivers.BarrierRaise) })
		checkProbe(t, device)
		bench.restore()
		order(t, device, drivers.BarrierRaise)
		time.Sleep(settleTime)
		if bench.Raises() != 1 {
			t.Errorf("%d raises after it came back, want 1", bench.Raises())
		}
	})
}
