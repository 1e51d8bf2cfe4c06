package watchdog_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers/watchdog"
)

const timeout = 15 * time.Second

// timer is a watchdog in memory: it notes when it would have reset the machine.
type timer struct {
	fed      time.Time
	disarmed bool
	worst    time.Duration
}

func newTimer() *timer { return &timer{fed: time.Now()} }

func (t *timer) Feed() error {
	t.worst = max(t.worst, time.Since(t.fed))
	t.fed = time.Now()
	return nil
}

func (t *timer) Close() error {
	t.disarmed = true
	return nil
}

// guard runs a Guard for some time.
func guard(t *testing.T, dog *timer, length time.Duration, loops ...watchdog.Loop) (logged string) {
	t.Helper()
	var log strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	watchdog.Guard(ctx, dog, timeout, loops, slog.New(slog.NewTextHandler(&log, nil)))
	return log.String()
}

func answers(context.Context) error { return nil }

func TestItIsFedWhileAllLoopsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dog := newTimer()
		slow := func(ctx context.Context) error { time.Sleep(3 * time.Second); return ctx.Err() }
		logged := guard(t, dog, time.Hour, watchdog.Loop{Name: "lot", Alive: answers}, watchdog.Loop{Name: "outputs", Alive: slow})
		if dog.worst > timeout/2 || !dog.disarmed || logged != "" {
			t.Errorf("worst %v, disarmed %v, %s", dog.worst, dog.disarmed, logged)
		}
		time.Sleep(3 * time.Second) // the hour may end while the slow one is being asked
	})
}

// One loop is enough: stuck, deaf to its context, or failing.
func TestItStarvesWhenOneLoopDoesNot(t *testing.T) {
	for name, dead := range map[string]func(context.Context) error{
		"stuck":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"deaf":    func(context.Context) error { time.Sleep(2 * time.Hour); return nil },
		"failing": func(context.Context) error { return errors.New("closed") },
	} {
		synctest.Test(t, func(t *testing.T) {
			dog := newTimer()
			began := time.Now()
			logged := guard(t, dog, 5*time.Minute, watchdog.Loop{Name: "lot", Alive: answers}, watchdog.Loop{Name: "outputs", Alive: dead})
			if dog.fed.Sub(began) != 0 || !strings.Contains(logged, "loops=[outputs]") || strings.Count(logged, "not fed") != 1 {
				t.Errorf("%s: fed after %v; %s", name, dog.fed.Sub(began), logged)
			}
			time.Sleep(3 * time.Hour) // the deaf one ends
		})
	}
}

func TestALoopThatRecoversIsForgiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dog, began := newTimer(), time.Now()
		alive := func(context.Context) error {
			if at := time.Since(began); at > time.Minute && at < time.Minute+10*time.Second {
				return errors.New("busy")
			}
			return nil
		}
		guard(t, dog, time.Hour, watchdog.Loop{Name: "lot", Alive: alive})
		if dog.worst >= timeout || time.Since(dog.fed) >= timeout {
			t.Errorf("worst %v", dog.worst)
		}
	})
}

func TestAWatchdogThatIsNotThere(t *testing.T) {
	if _, _, err := watchdog.Open("/dev/no-such-watchdog", timeout); err == nil || !strings.Contains(err.Error(), "boot lines") {
		t.Errorf("error %v", err)
	}
}
