package maxbotix_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/maxbotix"
)

func decode(data []byte) (samples []drivers.Sample, skipped uint64) {
	var decoder maxbotix.Decoder
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

// The forms are those of the datasheets, as ESPHome's hrxl_maxsonar_wr reads them.
func TestGoldenReadings(t *testing.T) {
	nothing := drivers.Sample{Kind: drivers.SampleNoObject}
	for _, c := range []struct {
		text    string
		want    []drivers.Sample
		skipped uint64
	}{
		{"R1234\r", []drivers.Sample{distance(1234)}, 0},
		{"R123\r", []drivers.Sample{distance(1230)}, 0},
		{"\xFFR0300\r\xFF\xFFR5000\r", []drivers.Sample{distance(300), nothing}, 0},
		{"R765\rR9999\rR9998\r", []drivers.Sample{nothing, nothing, nothing}, 0},
		{"34\rR1234\r", []drivers.Sample{distance(1234)}, 3}, // began to listen in the middle
		{"R12R1234\r", []drivers.Sample{distance(1234)}, 3},
		{"R12345\rR12\r", nil, 7 + 4},
		{"r1234\r", nil, 6},
	} {
		if got, skipped := decode([]byte(c.text)); !slices.Equal(got, c.want) || skipped != c.skipped {
			t.Errorf("%q: %+v, skipped %d: want %+v, %d", c.text, got, skipped, c.want, c.skipped)
		}
	}
}

// The MB7066, with 10.68 m, writes four digits of centimetres (arduino.stackexchange.com 7976); the LV models write three of
// inches, and 254 or 255 where nothing is (MaxBotix, LV-MaxSonar-EZ datasheet).
func TestOtherUnits(t *testing.T) {
	nothing := drivers.Sample{Kind: drivers.SampleNoObject}
	for unit, c := range map[maxbotix.Unit]struct {
		text string
		want []drivers.Sample
	}{
		maxbotix.Centimetres: {"R0250\rR1068\rR250\rR765\r", []drivers.Sample{distance(2500), nothing, distance(2500), nothing}},
		maxbotix.Inches:      {"R006\rR087\rR254\rR255\r", []drivers.Sample{distance(152), distance(2209), nothing, nothing}},
	} {
		var got []drivers.Sample
		decoder := maxbotix.Decoder{Unit: unit}
		for _, b := range []byte(c.text) {
			if sample, complete := decoder.Push(b); complete {
				got = append(got, sample)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
	}
}

func TestEverySampleComesBackBehindAnyNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sample := distance(rapid.Int32Range(300, 4999).Draw(t, "mm"))
		noise := rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "noise")
		if got, _ := decode(append(noise, maxbotix.Encode(sample)...)); len(got) == 0 || got[len(got)-1] != sample {
			t.Fatalf("% X, then %+v: %+v", noise, sample, got)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("R1234\r\xFFR123\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		samples, skipped := decode(data)
		if uint64(4*len(samples))+skipped > uint64(len(data)) {
			t.Errorf("%q: %d readings and %d skipped of %d bytes", data, len(samples), skipped, len(data))
		}
	})
}

func TestSensorKeepsTheContract(t *testing.T) {
	drivertest.TestSensor(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		simulator := maxbotix.Simulator{Out: host.Wire("uart1").Far()}
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: maxbotix.Driver(), Host: host, Names: []string{"uart1"}, Settings: drivers.Settings{"port": "uart1", "baud": int64(9600)},
			},
			Report: func(any) { _ = simulator.Send(distance(2047)) },
			Garble: func(any) { _, _ = simulator.Out.Write([]byte("R12\x00\xFF345\r")) },
		}
	})
}
