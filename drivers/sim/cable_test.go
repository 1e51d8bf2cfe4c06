package sim_test

import (
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/sim"
)

// A machine that has other things to do is no reason for a cable to lose what it has room for.
func TestACableLosesNothingThatFits(t *testing.T) {
	cable, err := sim.Plug()
	if err != nil {
		t.Skip(err)
	}
	defer cable.Close()
	near, err := line.OpenSerial(cable.Path(), drivers.SerialMode{Baud: 115200})
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	var busy sync.WaitGroup
	defer busy.Wait()
	var done atomic.Bool
	defer done.Store(true)
	for range 2 * runtime.GOMAXPROCS(0) {
		busy.Go(func() {
			for !done.Load() {
			}
		})
	}
	const rounds, lines, lineBytes = 20, 500, 8 // 4,000 bytes: the kernel keeps 4,096 at least
	chunk := make([]byte, lineBytes*lines)
	for range rounds {
		want := ""
		for n := range lines {
			text := fmt.Sprintf("%07d\n", n)
			want += text
			if _, err := io.WriteString(cable, text); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		for silent := 0; len(got) < len(want) && silent < 100; silent++ { // reads that wait 100 ms each
			n, err := near.Read(chunk)
			if err != nil {
				t.Fatal(err)
			}
			if got += string(chunk[:n]); n > 0 {
				silent = 0
			}
		}
		if got != want {
			t.Fatalf("%d bytes came, of %d", len(got), len(want))
		}
	}
}
