package line_test

import (
	"context"
	"encoding/binary"
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

// twoModules is a board with a lane on the first module and a fire contact on the second.
const twoModules = `
name = "image"
backend = "picontrol"
lines.k1 = { variable = "O_1" }
lines.in1 = { variable = "I_1" }
lines.in2 = { variable = "I_1_i03" }
outputs.raise = { line = "k1", max_on_ms = 1000 }
inputs.loop = { line = "in1" }
inputs.fire = { line = "in2" }
`

func openTwoModules(t *testing.T) (*line.Host, *line.Image) {
	t.Helper()
	board, err := boards.Parse([]byte(twoModules), "image.toml")
	if err != nil {
		t.Fatal(err)
	}
	return line.OpenImage(board, "O_1", "I_1", "I_1_i03")
}

// watchedOnce opens an input and says what it reports within a second, and with what its watch ends, if it does.
func watchedOnce(t *testing.T, host *line.Host, name string, meanwhile func()) (states int, ended error) {
	t.Helper()
	in, err := host.Input(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	go meanwhile()
	err = in.Watch(ctx, func(bool, time.Time) { states++ })
	if ctx.Err() != nil {
		return states, nil
	}
	return states, err
}

// A module that drops off the bridge is a fault of its lines alone, whose last levels are not believed; when it is back, no
// relay does what was commanded meanwhile.
func TestAModuleThatDropsOffTheBridge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, image := openTwoModules(t)
		defer host.Close()
		image.Drive("I_1", true)
		raise := output(t, host, "raise")
		probe := raise.(drivers.Prober).Probe
		if err := probe(t.Context()); err != nil {
			t.Errorf("a sound module: %v", err)
		}
		states, ended := watchedOnce(t, host, "loop", func() {
			time.Sleep(500 * time.Millisecond)
			image.Fail(0, 21)
		})
		if states != 1 || !errors.Is(ended, line.ErrModuleSilent) || !errors.Is(ended, drivers.ErrOffline) {
			t.Errorf("%d states, ended with %v", states, ended)
		}
		if _, ended := watchedOnce(t, host, "fire", func() {}); !errors.Is(ended, line.ErrModuleSilent) {
			t.Errorf("the kernel does not say yet which module it is, and the other one is believed: %v", ended)
		}
		image.Fail(0, 256)
		time.Sleep(time.Second)
		if states, ended := watchedOnce(t, host, "fire", func() {}); states != 1 || ended != nil {
			t.Errorf("the other module: %d states, ended with %v", states, ended)
		}
		if states, ended := watchedOnce(t, host, "loop", func() {}); states != 0 || !strings.Contains(ended.Error(), "PiBridge address 32") {
			t.Errorf("%d states, ended with %v", states, ended)
		}
		if err := probe(t.Context()); !errors.Is(err, line.ErrModuleSilent) {
			t.Errorf("nobody hears of it before a car comes: %v", err)
		}
		if err := raise.Pulse(time.Second); !errors.Is(err, line.ErrModuleSilent) || image.High("O_1") {
			t.Errorf("the relay is to be on: %v; error %v", image.High("O_1"), err)
		}
		image.Fail(0, 0)
		time.Sleep(time.Second)
		if err := raise.Pulse(100 * time.Millisecond); err != nil || !image.High("O_1") {
			t.Errorf("it is back: high %v, error %v", image.High("O_1"), err)
		}
	})
}

// A pulse does not outlive the fall of its module: the image says off before it is back.
func TestAModuleThatDropsOffWithinAPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, image := openTwoModules(t)
		defer host.Close()
		if err := output(t, host, "raise").Pulse(300 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		image.Omit(0, true)
		time.Sleep(301 * time.Millisecond)
		if image.High("O_1") {
			t.Error("the pulse goes on when the module is back")
		}
	})
}

// While the bridge stands still, nothing is read and nothing is told to be done.
func TestABridgeThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, image := openTwoModules(t)
		defer host.Close()
		image.Stop(true)
		if states, ended := watchedOnce(t, host, "loop", func() {}); states != 0 || !errors.Is(ended, line.ErrBridgeStopped) {
			t.Errorf("%d states, ended with %v", states, ended)
		}
		if err := output(t, host, "raise").Pulse(time.Second); !errors.Is(err, line.ErrBridgeStopped) {
			t.Errorf("error %v", err)
		}
		image.Stop(false)
	})
}

// The list that piControl gives of a RevPi Connect with a DIO module that answers, another that it never found, and a software
// adapter: struct SDeviceInfoStr of RevolutionPi/piControl, piControl.h, filled by hand.
func TestTheKernelsListOfModules(t *testing.T) {
	device := func(address byte, kind, inBytes, outBytes, in, out uint16, state, active byte) []byte {
		d := make([]byte, 72)
		d[0], d[38], d[39] = address, state, active
		for at, word := range map[int]uint16{8: kind, 20: inBytes, 22: outBytes, 28: in, 30: out} {
			binary.LittleEndian.PutUint16(d[at:], word)
		}
		return d
	}
	list := slices.Concat(
		device(0, 105, 6, 5, 0, 6, 0, 1), device(32, 96, 70, 18, 11, 81, 1, 1), device(33, 96|0x8000, 70, 18, 99, 169, 0, 0),
		device(64, 0x6001, 32, 32, 300, 332, 0, 1),
	)
	modules, base := line.Devices(list)
	want := []string{
		"{address:32 present:true cyclic:true in:{first:11 bytes:70} out:{first:81 bytes:18}}",
		"{address:33 present:false cyclic:false in:{first:99 bytes:70} out:{first:169 bytes:18}}",
	}
	if base != 0 || !slices.Equal(modules, want) {
		t.Errorf("base %d, modules %v", base, modules)
	}
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
