package urm_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/urm"
)

// The golden frames are those of wiki.dfrobot.com, DFRobot Communication Protocol.
func TestGoldenFrames(t *testing.T) {
	for text, want := range map[string]urm.Frame{
		"55aa11000212":     {Address: 0x11, Command: 2},
		"55aa11020200cade": {Address: 0x11, Command: 2, Data: []byte{0x00, 0xCA}}, // 202 cm
	} {
		data, _ := hex.DecodeString(text)
		if got := want.Append(nil); hex.EncodeToString(got) != text {
			t.Errorf("%+v is %X, want %s", want, got, text)
		}
		var decoder urm.Decoder
		for i, b := range append([]byte{0x55, 0x55, 0x00}, data...) {
			got, complete := decoder.Push(b)
			if complete != (i == len(data)+2) || complete && fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: byte %d: %+v, %v", text, i, got, complete)
			}
		}
		if decoder.Skipped != 3 {
			t.Errorf("%s: %d skipped, want 3", text, decoder.Skipped)
		}
	}
}

func TestNoiseCostsAtMostOneFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := urm.Frame{Address: rapid.Byte().Draw(t, "address"), Command: 2, Data: rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "data")}
		stream := rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "noise")
		for range 4 {
			stream = frame.Append(stream)
		}
		var decoder urm.Decoder
		found := 0
		for _, b := range stream {
			if got, complete := decoder.Push(b); complete && fmt.Sprint(got) == fmt.Sprint(frame) {
				found++
			}
		}
		if found < 2 {
			t.Fatalf("%X: found %d times", stream, found)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x55, 0xAA, 0x11, 0x02, 0x02, 0x00, 0xCA, 0xDE})
	f.Fuzz(func(t *testing.T, data []byte) {
		var decoder urm.Decoder
		used := uint64(0)
		for _, b := range data {
			if frame, complete := decoder.Push(b); complete {
				used += uint64(6 + len(frame.Data))
			}
		}
		if rest := uint64(len(data)) - used - decoder.Skipped; rest > 14 {
			t.Errorf("%X: %d used, %d skipped", data, used, decoder.Skipped)
		}
	})
}

func TestBusKeepsTheContract(t *testing.T) {
	drivertest.TestSensor(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		wire := host.Wire("uart1").Far()
		var answers atomic.Int32 // it answers that often, so that a test sees one reading
		simulator := urm.Simulator{Wire: wire, Measure: func(byte) (drivers.Sample, bool) {
			return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 2020}, answers.Add(-1) >= 0
		}}
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: urm.Driver(), Host: host, Names: []string{"uart1"},
				Settings: drivers.Settings{"port": "uart1", "addresses": []string{"0x11"}, "baud": int64(19200), "period_ms": int64(700)},
				Far:      simulator.Serve,
			},
			Report: func(any) { answers.Store(1) },
			Garble: func(any) { _, _ = wire.Write([]byte{0x55, 0xAA, 0x11, 0x02, 0x02, 0x00, 0xCA, 0xDF}) },
		}
	})
}

func TestSeveralSensorsOfWhichOneIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		asked := map[byte]int{}
		simulator := urm.Simulator{Wire: host.Wire("uart1").Far(), Measure: func(address byte) (drivers.Sample, bool) {
			asked[address]++
			return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 10 * int32(address)}, address != 0x12
		}}
		served := make(chan error)
		go func() { served <- simulator.Serve() }()
		device, err := urm.Driver().Make(host, drivers.Settings{"port": "uart1", "addresses": []string{"0x11", "0x12", "19"}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		got := map[drivers.Sample]int{}
		err = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { got[s]++ })
		host.Close()
		<-served
		first := drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 170}
		third := drivers.Sample{Channel: 2, Kind: drivers.SampleDistance, DistanceMM: 190}
		if !errors.Is(err, context.DeadlineExceeded) || len(got) != 2 || got[first] < 55 || got[third] < 55 || asked[0x12] > 8 {
			t.Errorf("%v, asked %v, ended with %v", got, asked, err)
		}
	})
}

// The sensor answers under another address, and the adapter hears itself: that is no reading, and the fault says which it is.
func TestAnotherSensorAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		far := host.Wire("uart1").Far()
		served := make(chan struct{})
		go func() {
			defer close(served)
			chunk := make([]byte, 64)
			for {
				n, err := far.Read(chunk)
				if err != nil {
					return
				}
				_, _ = far.Write(chunk[:n])
				_, _ = far.Write(urm.Frame{Address: 0x12, Command: 2, Data: []byte{0, 0xCA}}.Append(nil))
			}
		}()
		device, err := urm.Driver().Make(host, drivers.Settings{"port": "uart1", "addresses": []string{"0x11"}})
		if err != nil {
			t.Fatal(err)
		}
		err = device.(drivers.Sensor).Sense(t.Context(), func(s drivers.Sample) { t.Errorf("%+v", s) })
		if fault := device.(*urm.Bus).Fault(); !errors.Is(err, drivers.ErrOffline) || !errors.Is(fault, urm.ErrStranger) || !strings.Contains(fault.Error(), "17 was asked and 18 answered") {
			t.Errorf("ended with %v, fault %v", err, fault)
		}
		host.Close()
		<-served
	})
}

func TestABusOnWhichNobodyAnswersIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, err := urm.Driver().Make(drivertest.NewHost(), drivers.Settings{"port": "uart1", "addresses": []string{"1", "2"}})
		if err != nil {
			t.Fatal(err)
		}
		err = device.(drivers.Sensor).Sense(t.Context(), func(drivers.Sample) {})
		if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "none of 2 sensors answers") {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, urm.Driver(), map[string]drivers.Settings{
		"port is missing":          {},
		`"300": write a number`:    {"port": "a", "addresses": []string{"300"}},
		`"0x11" is there twice`:    {"port": "a", "addresses": []string{"17", "18", "0x11"}},
		"period_ms = 1: write 100": {"port": "a", "period_ms": int64(1)},
	})
}
