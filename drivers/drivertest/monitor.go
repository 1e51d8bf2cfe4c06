package drivertest

import (
	"context"
	"testing"

	"gatehouse/drivers"
)

// TestMonitor checks a drivers.Monitor. The bench's Report changes one condition.
func TestMonitor(t *testing.T, setUp func() ListenerBench) {
	testListener(t, setUp, func(ctx context.Context, device any, reported func()) error {
		return device.(drivers.Monitor).Monitor(ctx, func(drivers.Condition) { reported() })
	})
}
