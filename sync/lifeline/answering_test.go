package lifeline_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/sync/lifeline"
)

func TestWhoAsksIsAnsweredOrTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		defer theirs.Close()
		conn := lifeline.Answering(ours, time.Minute)
		go func() {
			for range 3 { // slowly, and never silent for long
				time.Sleep(50 * time.Second)
				_, _ = theirs.Write([]byte{1})
			}
		}()
		for range 3 {
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("a silent end is read from for %v: %v", time.Since(began), err)
		}
		if _, err := conn.Write([]byte{1}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("an end that takes nothing is written to: %v", err)
		}
		// A deadline that is set counts, a later one too, until it is taken away.
		began = time.Now()
		_ = conn.SetDeadline(began.Add(time.Hour))
		if _, err := conn.Read(make([]byte, 1)); err == nil || time.Since(began) != time.Hour {
			t.Errorf("%v: %v", time.Since(began), err)
		}
		_ = conn.SetDeadline(time.Time{})
		began = time.Now()
		if _, err := conn.Read(make([]byte, 1)); err == nil || time.Since(began) != time.Minute {
			t.Errorf("%v: %v", time.Since(began), err)
		}
	})
}
