package app

import (
	"context"
	"syscall"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// watchClock tells the lot when the wall clock is set or its trust changes.
func (a *App) watchClock(ctx context.Context) {
	clock := a.options.Clock
	if clock.startMS != 0 {
		return
	}
	lastWall, lastMono := clock.Now()
	for {
		trust := kernelTrust(lastWall)
		wallMS, monoMS := clock.Now()
		stepMS := (wallMS - lastWall) - (monoMS - lastMono)
		lastWall, lastMono = wallMS, monoMS
		if trust != clock.Trust() || stepMS > clockStepMS || stepMS < -clockStepMS {
			clock.setTrust(trust)
			a.submit(lot.ClockChanged{To: trust, StepMS: stepMS})
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(clockEvery):
		}
	}
}

const (
	// clockStepMS is a jump, and not the drift of ten seconds.
	clockStepMS = 250
	clockEvery  = 10 * time.Second
	// builtMS is a moment that has passed for sure: a clock before it was never set.
	builtMS = 1_767_225_600_000 // 2026-01-01
)

// kernelTrust asks the kernel whether its clock is disciplined.
func kernelTrust(wallMS int64) fact.Trust {
	var state syscall.Timex
	status, err := syscall.Adjtimex(&state)
	switch {
	case wallMS < builtMS:
		return fact.ClockUnset
	case err == nil && status != timeError && state.Status&unsynchronised == 0:
		return fact.ClockSynced
	}
	return fact.ClockHeld
}

const (
	// timeError is what adjtimex returns while the clock is not synchronised (TIME_ERROR).
	timeError = 5
	// unsynchronised is the bit that says the same (STA_UNSYNC).
	unsynchronised = 0x40
)
