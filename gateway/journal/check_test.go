package journal_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/journal"
)

func TestCheckTellsSoundFromDamaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(100)
		s.close()
		if err := journal.CheckFile(s.path("state.db")); err != nil {
			t.Errorf("sound: %v", err)
		}
		data := s.read("state.db")
		s.write("state.db", []byte(strings.ReplaceAll(string(data), "P7", "P8")))
		if err := journal.CheckFile(s.path("state.db")); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("a changed value: %v", err)
		}
		if err := childChecker()(context.Background(), s.path("state.db")); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("a changed value, by a child: %v", err)
		}
	})
}

// Its time may be over even before the child is started.
func TestHungCheckIsKilled(t *testing.T) {
	for _, limit := range []time.Duration{0, 50 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		err := journal.ExecChecker(os.Args[0], childHang)(ctx, "state.db")
		cancel()
		if !errors.Is(err, journal.ErrDamaged) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("within %v: %v", limit, err)
		}
	}
}

// checks opens a sound folder with a checker and counts its calls.
func checks(t *testing.T, check func(ctx context.Context, call int) error) (calls int, r journal.Report) {
	s := newSite(t)
	s.open()
	s.append(10)
	s.close()
	s.options.Checker = func(ctx context.Context, path string) error {
		if !strings.HasSuffix(path, "state.db") {
			return nil
		}
		calls++
		return check(ctx, calls)
	}
	r = s.open()
	s.close()
	return calls, r
}

func TestSlowCheckGetsASecondChance(t *testing.T) {
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		calls, r := checks(t, func(ctx context.Context, call int) error {
			if call == 1 {
				return hang(ctx)
			}
			return nil
		})
		if calls != 2 || r.Rebuilt || time.Since(began) < 2*time.Second {
			t.Errorf("%d calls, %+v", calls, r)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		calls, r := checks(t, func(ctx context.Context, _ int) error { return hang(ctx) })
		if calls != 2 || !r.Rebuilt || r.Replayed != 10 {
			t.Errorf("%d calls, %+v", calls, r)
		}
	})
}

func TestCheckWithoutChildRunsInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(10)
		s.close()
		s.options.Checker = journal.ExecChecker(s.path("no such program"))
		if r := s.open(); r.Rebuilt {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}
