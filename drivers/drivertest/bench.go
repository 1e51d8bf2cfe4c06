package drivertest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
)

// The times that the suites wait. They run in synctest bubbles: waiting costs nothing, and limits are exact.
const (
	endLimit    = time.Second      // a cancelled driver has ended
	settleTime  = 10 * time.Second // whatever was started has had its effect
	noticeLimit = 2 * time.Minute  // an absent device has been noticed
)

// Bench is a driver with what it needs, freshly made for one test.
type Bench struct {
	Driver   drivers.Driver
	Settings drivers.Settings
	Host     *Host
	Names    []string // what the device opens on Host; none for a device that is not wired to the board
	// Far runs the simulated device until its wire ends, which it does after the test; may be nil.
	Far func() error
	// Attend runs beside the test as the app runs a device: again after a second when it has ended. It is for
	// devices that need their reader running to do anything; may be nil.
	Attend func(ctx context.Context, device any) error
}

// Skipper is what every driver that reads bytes implements: how many bytes, lines or bodies made no sense.
type Skipper interface {
	Skipped() uint64
}

// in runs a test on a freshly made device inside a bubble.
func in(t *testing.T, name string, bench func() Bench, test func(t *testing.T, device any)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := bench()
			device, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatalf("make %s: %v", b.Driver.Name, err)
			}
			if opened := b.Host.Opened(); opened != 0 {
				t.Fatalf("making %s opened %d things: it must do no I/O", b.Driver.Name, opened)
			}
			if b.Far != nil {
				go b.Far()
			}
			ctx, cancel := context.WithCancel(t.Context())
			attended := b.attend(ctx, device)
			test(t, device)
			cancel()
			b.Host.Close()
			<-attended
		})
	})
}

// attend runs Attend until ctx ends.
func (b Bench) attend(ctx context.Context, device any) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b.Attend != nil && ctx.Err() == nil {
			_ = b.Attend(ctx, device) // its errors are the subject of the listener suites
			time.Sleep(time.Second)
		}
	}()
	time.Sleep(settleTime)
	return done
}

func (b Bench) lose() {
	for _, name := range b.Names {
		b.Host.Lose(name)
	}
}

func (b Bench) restore() {
	for _, name := range b.Names {
		b.Host.Restore(name)
	}
	time.Sleep(settleTime)
}

// checkEnd wants a driver's function to end in time once its context has ended.
func checkEnd(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled, it ended with %v: want the context's error", err)
		}
	case <-time.After(endLimit):
		t.Errorf("cancelled, it did not end within %v", endLimit)
		<-ended
	}
}

// checkCancelled wants a call with a context that has ended to say so.
func checkCancelled(t *testing.T, call func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := call(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that had ended it returned %v", err)
	}
}

// checkOffline wants a call to fail because the device is away, and in bounded time.
func checkOffline(t *testing.T, call func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), noticeLimit)
	defer cancel()
	if err := call(ctx); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("the device is away, the error is %v: want one that wraps drivers.ErrOffline", err)
	}
}

// checkProbe wants a device that is away to say so when it is asked, if it can be asked.
func checkProbe(t *testing.T, device any) {
	t.Helper()
	if prober, probes := device.(drivers.Prober); probes {
		checkOffline(t, prober.Probe)
	}
}

// checkSettings wants the catalog's line of a driver to name every setting that a bench uses.
func checkSettings(t *testing.T, b Bench) {
	t.Helper()
	if b.Driver.Name == "" || b.Driver.Summary == "" {
		t.Errorf("driver %q: its name or summary is missing", b.Driver.Name)
	}
	for key := range b.Settings {
		if b.Driver.Settings[key] == "" {
			t.Errorf("driver %s: the setting %s has no help", b.Driver.Name, key)
		}
	}
}
