package wiegand_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/wiegand"
)

var settings = drivers.Settings{"d0": "in1", "d1": "in2", "silence_ms": int64(25)}

func newBench() (*drivertest.Host, drivertest.Group, *wiegand.Simulator) {
	host := drivertest.NewHost()
	wires := host.FakeGroup("in1", "in2")
	return host, wires, wiegand.NewSimulator(wires.Pulse)
}

func TestReaderKeepsTheContract(t *testing.T) {
	drivertest.TestReader(t, func() drivertest.ListenerBench {
		host, _, simulator := newBench()
		number := uint32(0)
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{Driver: wiegand.Driver(), Settings: settings, Host: host, Names: []string{"in1", "in2"}},
			Report: func(any) {
				number++
				simulator.Show(credentials.Card{Bits: 26, Facility: 12, Number: number})
			},
			Garble: func(any) {
				simulator.Send(0b1111, 25)
				simulator.Send(0b00000110000001101100000000, 26)
				simulator.Send(0x3F, 8)
			},
		}
	})
}

// visit runs a reader while play uses it, and tells what was shown and what the last fault is.
func visit(t *testing.T, play func(wires drivertest.Group, simulator *wiegand.Simulator)) (texts []string, fault error) {
	synctest.Test(t, func(t *testing.T) {
		host, wires, simulator := newBench()
		device, err := wiegand.Driver().Make(host, settings)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- device.(drivers.Reader).Read(ctx, func(s drivers.Shown) { texts = append(texts, fmt.Sprint(s.Kind, " ", s.Text)) })
		}()
		synctest.Wait()
		play(wires, simulator)
		synctest.Wait()
		cancel()
		<-ended
		fault = device.(*wiegand.Reader).Fault()
	})
	return texts, fault
}

func TestCardsAndKeys(t *testing.T) {
	got, fault := visit(t, func(_ drivertest.Group, simulator *wiegand.Simulator) {
		simulator.Send(0b00000110000001101100000001, 26) // facility 12, number 3456; layout: ESPHome, component wiegand
		simulator.Show(credentials.Card{Bits: 26, Facility: 12, Number: 3456})
		simulator.Show(credentials.Card{Bits: 34, Facility: 40000, Number: 65535})
		simulator.Show(credentials.Card{Bits: 37, Facility: 7, Number: 500_000})
		for i, key := range []byte("4711#") {
			simulator.Press(key, 4+4*(i%2))
		}
	})
	want := []string{"card 12-3456", "card 40000-65535", "card 7-500000", "ticket 4711"}
	if !slices.Equal(got, want) || fault != nil {
		t.Errorf("%q, fault %v: want %q", got, fault, want)
	}
}

// Lost edges spoil the frame that they belong to, even if its parity happens to fit, and not the next one.
func TestLostEdgesSpoilAFrame(t *testing.T) {
	got, fault := visit(t, func(wires drivertest.Group, simulator *wiegand.Simulator) {
		wires.Miss(0, 4)
		simulator.Show(credentials.Card{Bits: 26, Facility: 1, Number: 2})
		simulator.Show(credentials.Card{Bits: 26, Facility: 1, Number: 3})
	})
	if !slices.Equal(got, []string{"card 1-3"}) || !errors.Is(fault, wiegand.ErrLost) {
		t.Errorf("%q, fault %v", got, fault)
	}
}

// The reader is unplugged in the middle of a card, and babbles when it comes back.
func TestHalfACardAndBabble(t *testing.T) {
	got, fault := visit(t, func(wires drivertest.Group, simulator *wiegand.Simulator) {
		simulator.Send(0b0000011000000, 13)
		for range 300 {
			wires.Pulse(1)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		simulator.Show(credentials.Card{Bits: 26, Facility: 1, Number: 3})
	})
	if !slices.Equal(got, []string{"card 1-3"}) || !errors.Is(fault, credentials.ErrLength) {
		t.Errorf("%q, fault %v", got, fault)
	}
}

// D0 and D1 touch each other: each bit is one on both wires, and the card is none.
func TestShortedWires(t *testing.T) {
	got, fault := visit(t, func(wires drivertest.Group, _ *wiegand.Simulator) {
		shorted := wiegand.NewSimulator(func(int) { wires.Pulse(0); wires.Pulse(1) })
		shorted.Show(credentials.Card{Bits: 26, Facility: 12, Number: 3456})
		shorted.Show(credentials.Card{Bits: 37, Facility: 12, Number: 3456})
		shorted.Press('7', 4)
	})
	if len(got) != 0 || !errors.Is(fault, credentials.ErrLength) && !errors.Is(fault, credentials.ErrParity) {
		t.Errorf("%q, fault %v", got, fault)
	}
}

// Whatever bits come, nothing is shown that its parity does not vouch for.
func TestNoiseIsNoCard(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		count := rapid.IntRange(1, 100).Draw(r, "count")
		value := rapid.Uint64().Draw(r, "value")
		got, _ := visit(t, func(_ drivertest.Group, simulator *wiegand.Simulator) { simulator.Send(value, count) })
		card, err := credentials.DecodeCard(value&(1<<count-1), count)
		if (err == nil) != (len(got) == 1) || err == nil && got[0] != "card "+card.String() {
			r.Errorf("%b (%d): shown %q, card %v, %v", value, count, got, card, err)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, wiegand.Driver(), map[string]drivers.Settings{
		"d1 is missing: write the name":  {"d0": "a"},
		`d1 = "a" is also d0`:            {"d0": "a", "d1": "a"},
		"silence_ms = 1: write 5 to 200": {"d0": "a", "d1": "b", "silence_ms": int64(1)},
	})
}

// Whatever bits come, what is taken for a card or a key gives the same bits again; a spoiled or endless frame gives neither.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("00000110000001101100000001"), 0)
	f.Add([]byte("11010010"), 1)
	f.Fuzz(func(t *testing.T, bits []byte, lost int) {
		var frame wiegand.Frame
		lost = max(lost, 0) % 9
		value := uint64(0)
		for i, b := range bits {
			frame.Push(int(b&1), lost*min(i, 1), time.Time{})
			value = value<<1 | uint64(b&1)
		}
		read, err := frame.End()
		if err != nil {
			return
		}
		if lost > 0 && len(bits) > 1 || len(bits) > 64 || frame.Begun() {
			t.Errorf("%q, %d lost: %+v", bits, lost, read)
		}
		if read.Key == 0 {
			if again, count := credentials.EncodeCard(read.Card); count == len(bits) && again != value {
				t.Errorf("%q is %+v, which is %b", bits, read.Card, again)
			}
		}
	})
}
