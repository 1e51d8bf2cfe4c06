package drivertest

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/drivers"
)

// ListenerBench is a Bench for what listens: a sensor, a switch, a reader, a camera.
type ListenerBench struct {
	Bench
	Report func(device any) // the far side makes the device report one new thing
	Garble func(device any) // the far side sends what makes no sense; nil if it can't
	Drives bool             // it listens by driving outputs, as a sensor with a trigger does
}

// TestSensor checks a drivers.Sensor.
func TestSensor(t *testing.T, setUp func() ListenerBench) {
	testListener(t, setUp, func(ctx context.Context, device any, reported func()) error {
		return device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) {
			if channels := device.(drivers.Channeled).Channels(); s.Channel < 0 || s.Channel >= channels {
				t.Errorf("a sample of channel %d, and it has %d", s.Channel, channels)
			}
			reported()
		})
	})
}

// TestReader checks a drivers.Reader.
func TestReader(t *testing.T, setUp func() ListenerBench) {
	testListener(t, setUp, func(ctx context.Context, device any, reported func()) error {
		return device.(drivers.Reader).Read(ctx, func(drivers.Shown) { reported() })
	})
}

// TestCamera checks a drivers.Camera.
func TestCamera(t *testing.T, setUp func() ListenerBench) {
	testListener(t, setUp, func(ctx context.Context, device any, reported func()) error {
		return device.(drivers.Camera).See(ctx, func(drivers.PlateRead) { reported() })
	})
}

// TestSwitch checks a drivers.Switch.
func TestSwitch(t *testing.T, setUp func() ListenerBench) {
	watch := func(ctx context.Context, device any, reported func()) error {
		return device.(drivers.Switch).Watch(ctx, func(drivers.Level) { reported() })
	}
	testListener(t, setUp, watch)
	var bench ListenerBench
	in(t, "it says its level at the start", bench.fresh(setUp), func(t *testing.T, device any) {
		l := listen(t, device, watch)
		time.Sleep(settleTime)
		if l.count() != 1 {
			t.Errorf("%d reports before the first edge, want 1", l.count())
		}
		l.stop(t)
	})
	in(t, "a lost input is reported as failed", bench.fresh(setUp), func(t *testing.T, device any) {
		var last drivers.Level
		err := device.(drivers.Switch).Watch(loseAfter(t, bench.Bench), func(level drivers.Level) { last = level })
		if last != drivers.LevelFailed {
			t.Errorf("the last report is %v, then the error %v: want LevelFailed before the error", last, err)
		}
	})
}

// loseAfter takes the device away while the test listens to it.
func loseAfter(t *testing.T, bench Bench) context.Context {
	time.AfterFunc(settleTime, bench.lose)
	ctx, cancel := context.WithTimeout(t.Context(), noticeLimit)
	t.Cleanup(cancel)
	return ctx
}

// fresh makes a new bench for each test and keeps it in b.
func (b *ListenerBench) fresh(setUp func() ListenerBench) func() Bench {
	return func() Bench {
		*b = setUp()
		return b.Bench
	}
}

type listenFunc func(ctx context.Context, device any, reported func()) error

func testListener(t *testing.T, setUp func() ListenerBench, run listenFunc) {
	var bench ListenerBench
	fresh := bench.fresh(setUp)
	checkSettings(t, setUp().Bench)
	in(t, "cancelling ends it within a second", fresh, func(t *testing.T, device any) {
		l := listen(t, device, run)
		time.Sleep(settleTime / 10)
		l.stop(t)
		if open := bench.Host.OpenNow(); len(open) != 0 {
			t.Errorf("it ended and left %v open", open)
		}
		if edges := bench.Host.Edges(); edges != 0 && !bench.Drives {
			t.Errorf("listening made %d edges on outputs", edges)
		}
	})
	in(t, "what the far side sends is reported once, and again after a restart", fresh, func(t *testing.T, device any) {
		for range 2 {
			l := listen(t, device, run)
			time.Sleep(time.Second)
			before := l.count()
			bench.Report(device)
			time.Sleep(time.Second)
			if got := l.count() - before; got != 1 {
				t.Errorf("%d reports, want 1", got)
			}
			l.stop(t)
		}
	})
	in(t, "nonsense changes nothing and is counted", fresh, func(t *testing.T, device any) {
		if bench.Garble != nil {
			testGarble(t, bench, device, run)
		}
	})
	in(t, "an absent device is an error, and heals", fresh, func(t *testing.T, device any) {
		if len(bench.Names) == 0 {
			return
		}
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return run(ctx, device, func() {}) })
		bench.restore()
		checkOffline(t, func(context.Context) error { return run(loseAfter(t, bench.Bench), device, func() {}) })
	})
}

func testGarble(t *testing.T, bench ListenerBench, device any, run listenFunc) {
	l := listen(t, device, run)
	time.Sleep(time.Second)
	before, skipped := l.count(), device.(Skipper).Skipped()
	bench.Garble(device)
	time.Sleep(time.Second)
	if got := l.count() - before; got != 0 {
		t.Errorf("nonsense made %d reports", got)
	}
	if device.(Skipper).Skipped() == skipped {
		t.Error("nonsense was not counted")
	}
	bench.Report(device)
	time.Sleep(time.Second)
	if got := l.count() - before; got != 1 {
		t.Errorf("after the nonsense %d reports, want 1", got)
	}
	l.stop(t)
}

// listener is a running driver and the number of its reports.
type listener struct {
	cancel context.CancelFunc
	ended  chan error
	mu     sync.Mutex
	n      int
}

func listen(t *testing.T, device any, run listenFunc) *listener {
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{cancel: cancel, ended: make(chan error, 1)}
	go func() { l.ended <- run(ctx, device, l.reported) }()
	return l
}

func (l *listener) reported() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
}

func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

func (l *listener) stop(t *testing.T) {
	t.Helper()
	l.cancel()
	checkEnd(t, l.ended)
}
