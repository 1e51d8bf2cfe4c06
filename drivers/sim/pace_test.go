package sim

import (
	"testing"
	"testing/synctest"
	"time"
)

// Time runs at its speed up to the limit, stands there for as long as it takes, and goes on from there: it makes up for
// nothing and never goes back.
func TestPaceStandsUntilItMayGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(60)
		want := func(ms int64) {
			t.Helper()
			if got := p.NowMS(); got != ms {
				t.Fatalf("it is %d, want %d", got, ms)
			}
		}
		time.Sleep(time.Second)
		want(0) // nobody runs by it yet
		if wait := p.allow(6_000); wait < 100*time.Millisecond || wait > 101*time.Millisecond {
			t.Errorf("6 s at 60 times the speed take %v", wait)
		}
		time.Sleep(50 * time.Millisecond)
		want(3_000)
		time.Sleep(time.Hour)
		want(6_000)
		p.allow(60_000)
		want(6_000)
		time.Sleep(10 * time.Millisecond)
		want(6_600)
		p.allow(100) // over already: it stands where it is
		want(6_600)
		time.Sleep(time.Hour)
		want(6_600)
	})
}
