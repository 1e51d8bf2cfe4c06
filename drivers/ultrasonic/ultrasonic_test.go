package ultrasonic_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/ultrasonic"
)

func decode(data []byte) (samples []drivers.Sample, skipped uint64) {
	var decoder ultrasonic.Decoder
	for _, b := range data {
		if sample, complete := decoder.Push(b); complete {
			samples = append(samples, sample)
		}
	}
	return samples, decoder.Skipped
}

func distance(mm int32) drivers.Sample {
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: mm}
}

func TestGoldenFrames(t *testing.T) {
	for text, want := range map[string]drivers.Sample{
		"FF07A1A7": distance(1953), // datasheet of the A02YYUW
		"FF08989F": distance(2200),
		"FF07FF05": distance(2047),
		"FF0000FF": distance(0),
		"FFFFFEFC": {Kind: drivers.SampleInterference},
		"FFFFFDFB": {Kind: drivers.SampleNoObject},
	} {
		frame, _ := hex.DecodeString(text)
		if got, skipped := decode(frame); len(got) != 1 || got[0] != want || skipped != 0 {
			t.Errorf("%s: %+v, skipped %d: want %+v", text, got, skipped, want)
		}
		if got := ultrasonic.Encode(want); !bytes.Equal(got, frame) {
			t.Errorf("%+v encodes to %X, want %s", want, got, text)
		}
	}
}

// A frame in which FF is data must not be taken apart, wherever the receiver starts to listen: not 2047 mm, and not
// 511 mm, whose frame shifted by one byte has a good checksum too.
func TestTheDecoderFindsItsStepFromAnyByte(t *testing.T) {
	for mm := int32(0); mm <= ultrasonic.DistanceMaxMM; mm++ {
		stream := bytes.Repeat(ultrasonic.Encode(distance(mm)), 4)
		for start := range 4 {
			got, skipped := decode(stream[start:])
			if len(got) < 3 || skipped > 3 || got[0] != distance(mm) {
				t.Fatalf("%d mm from byte %d: %+v, %d bytes skipped", mm, start, got, skipped)
			}
		}
	}
}

func TestEverySampleComesBack(t *testing.T) {
	for mm := int32(0); mm <= ultrasonic.DistanceMaxMM; mm++ {
		if got, _ := decode(ultrasonic.Encode(distance(mm))); len(got) != 1 || got[0] != distance(mm) {
			t.Fatalf("%d mm comes back as %+v", mm, got)
		}
	}
	if got, _ := decode(ultrasonic.Encode(distance(-1))); got[0] != distance(0) {
		t.Errorf("a negative distance is sent as %+v", got[0])
	}
	if got, _ := decode(ultrasonic.Encode(distance(1 << 20))); got[0] != distance(ultrasonic.DistanceMaxMM) {
		t.Errorf("a distance that is too long is sent as %+v", got[0])
	}
}

// After any noise the decoder is in step again within two frames.
func TestNoiseCostsAtMostOneFrame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		noise := rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "noise")
		mm := rapid.Int32Range(0, ultrasonic.DistanceMaxMM).Draw(t, "mm")
		frame := ultrasonic.Encode(distance(mm))
		got, _ := decode(append(noise, bytes.Repeat(frame, 3)...))
		if len(got) < 2 || got[len(got)-1] != distance(mm) {
			t.Fatalf("%X, then three times %X: %+v", noise, frame, got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xFF, 0x07, 0xA1, 0xA7})
	f.Add([]byte{0xFF, 0xFF, 0x07, 0xFF, 0x05, 0xFF, 0xFF, 0xFE, 0xFC})
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, skipped := decode(data)
		rest := len(data) - 4*len(samples) - int(skipped)
		if rest < 0 || rest > 3 {
			t.Errorf("%X: %d frames and %d skipped of %d bytes", data, len(samples), skipped, len(data))
		}
	})
}

func TestSensorKeepsTheContract(t *testing.T) {
	drivertest.TestSensor(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		simulator := ultrasonic.Simulator{Out: host.Wire("uart1").Far()}
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: ultrasonic.Driver(), Host: host, Names: []string{"uart1"},
				Settings: drivers.Settings{"port": "uart1", "baud": int64(9600), "silent_ms": int64(5000), "model": "a02yyuw", "blind_mm": int64(30), "period_ms": int64(200)},
			},
			Report: func(any) { _ = simulator.SendDistance(2047) },
			Garble: func(any) { _, _ = simulator.Out.Write([]byte{0x00, 0xFF, 0xFF, 0x13, 0x55, 0xAA}) },
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, ultrasonic.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":         {},
		"port = 1: write a text":                  {"port": int64(1)},
		"baud = \"fast\": write a whole number":   {"port": "a", "baud": "fast"},
		`model = "sonar": write one of a02yyuw, `: {"port": "a", "model": "sonar"},
		"blind_mm = -1: write 0 to 1000":          {"port": "a", "blind_mm": int64(-1)},
		"period_ms = 10: write 60 to 10000":       {"port": "a", "period_ms": int64(10)},
		"silent_ms = 1: write 500 to 60000":       {"port": "a", "silent_ms": int64(1)},
	})
}

// Each sensor that must be asked has a command of its own, and is asked in its period.
func TestSensorsThatMustBeAsked(t *testing.T) {
	for model, command := range map[string]byte{"jsn-sr04t-asked": 0x55, "aj-sr04m-asked": 0x01} {
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			far := host.Wire("uart1").Far()
			go func() {
				_ = ultrasonic.Simulator{Out: far}.Serve(far, command, func() drivers.Sample { return distance(2100) })
			}()
			device, err := ultrasonic.Driver().Make(host, drivers.Settings{"port": "uart1", "model": model, "period_ms": int64(500)})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			count := 0
			_ = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) {
				if count++; s != distance(2100) {
					t.Errorf("%s: %+v", model, s)
				}
			})
			if count < 18 || count > 21 {
				t.Errorf("%s: %d readings in ten seconds, one each half", model, count)
			}
			host.Close()
		})
	}
}

func TestADistanceInTheBlindZoneIsNoReading(t *testing.T) {
	for model, blindMM := range map[string]int32{"a02yyuw": 30, "jsn-sr04t": 250, "aj-sr04m": 200} {
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			device, err := ultrasonic.Driver().Make(host, drivers.Settings{"port": "uart1", "model": model})
			if err != nil {
				t.Fatal(err)
			}
			simulator := ultrasonic.Simulator{Out: host.Wire("uart1").Far()}
			_ = simulator.SendDistance(blindMM)
			_ = simulator.SendDistance(blindMM + 1)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var got []drivers.Sample
			_ = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { got = append(got, s) })
			if want := []drivers.Sample{{Kind: drivers.SampleInterference}, distance(blindMM + 1)}; !slices.Equal(got, want) {
				t.Errorf("%s: %+v, want %+v", model, got, want)
			}
		})
	}
}
