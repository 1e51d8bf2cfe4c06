package hcsr04

import (
	"context"
	"time"

	"gatehouse/drivers"
)

// Simulator is one sensor.
type Simulator struct {
	Edges        func() int // how many edges its TRIG has seen
	Echo         func(active bool)
	Measure      func() (sample drivers.Sample, answers bool)
	TemperatureC int64
}

// burst is how long a sensor takes to send its sound before ECHO rises.
const burst = 450 * time.Microsecond

// Serve answers triggers until ctx ends.
func (s Simulator) Serve(ctx context.Context) {
	seen := s.Edges()
	for wait(ctx, time.Millisecond) {
		edges := s.Edges()
		if edges < seen+2 { // the sound goes out when TRIG falls
			continue
		}
		seen = edges
		sample, answers := s.Measure()
		if !answers || !wait(ctx, burst) {
			continue
		}
		s.Echo(true)
		wait(ctx, time.Duration(echoUS(sample, s.TemperatureC))*time.Microsecond)
		s.Echo(false)
	}
}

// wait reports whether the time went by before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
