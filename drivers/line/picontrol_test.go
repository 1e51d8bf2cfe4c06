package line_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line"
)

// A Revolution Pi has no edges and no requests: opening sets nothing that is right already, contacts are debounced, a
// pulse ends, and what PiCtory does not know is an error.
func TestARevolutionPi(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board, err := boards.Parse([]byte(`
name = "image"
backend = "picontrol"
lines.k1 = { variable = "O_1" }
lines.in1 = { variable = "I_1" }
lines.in2 = { variable = "I_2" }
outputs.raise = { line = "k1", max_on_ms = 1000 }
inputs.loop = { line = "in1", debounce_us = 20000 }
inputs.gone = { line = "in2" }
`), "image.toml")
		if err != nil {
			t.Fatal(err)
		}
		host, image := line.OpenImage(board, "O_1", "I_1")
		if image.Sets() != 0 {
			t.Errorf("opening set %d outputs that were right", image.Sets())
		}
		if err := output(t, host, "raise").Pulse(300 * time.Millisecond); err != nil || !image.High("O_1") {
			t.Errorf("high %v, error %v", image.High("O_1"), err)
		}
		got := watched(t, host, "loop", func() {
			for i := range 11 { // bounces
				image.Drive("I_1", i%2 == 0)
				time.Sleep(7 * time.Millisecond)
			}
		})
		if !slices.Equal(states(got), []bool{false, true}) || image.High("O_1") {
			t.Errorf("states %v; the pulse has ended: %v", states(got), !image.High("O_1"))
		}
		if _, err := host.Input("gone"); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
}

// This machine is no Revolution Pi.
func TestARevolutionPiThatIsNone(t *testing.T) {
	board, err := boards.Load("revpi")
	if err != nil {
		t.Fatal(err)
	}
	host, err := line.Open(board)
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	if host.Absent() == nil {
		t.Skip("it is one")
	}
	if _, err := host.Output("lane1_raise"); !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "is this a Revolution Pi") {
		t.Errorf("an output: %v", err)
	}
	if _, err := host.Serial("rs485", drivers.SerialMode{Baud: 9600}); err == nil || strings.Contains(err.Error(), "Revolution Pi") {
		t.Errorf("a serial port, which has nothing to do with that: %v", err)
	}
}
