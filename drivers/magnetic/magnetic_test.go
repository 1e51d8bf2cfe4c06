package magnetic_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/pca9548"
)

// places are the chips with the address at which each is tried.
func places() map[string]uint16 {
	return map[string]uint16{"qmc5883l": 0x0D, "hmc5883l": 0x1E, "lis3mdl": 0x1C, "rm3100": 0x20, "mmc5983ma": 0x30}
}

// bench is a sensor with one chip on a bus.
type bench struct {
	host *drivertest.Host
	chip *magnetic.Simulator
}

func newBench(chip string) bench {
	b := bench{drivertest.NewHost(), magnetic.NewSimulator(chip)}
	b.host.FakeI2C("i2c1").Attach(places()[chip], b.chip)
	return b
}

// sense runs a sensor for a while and returns what it reported, and its error unless the time was up.
func sense(t *testing.T, host *drivertest.Host, settings drivers.Settings, d time.Duration) ([]drivers.Sample, error) {
	t.Helper()
	device, err := magnetic.Driver().Make(host, settings)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	samples := []drivers.Sample{}
	err = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { samples = append(samples, s) })
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	if open := host.OpenNow(); len(open) != 0 {
		t.Errorf("left open: %v", open)
	}
	return samples, err
}

func TestSensorKeepsTheContract(t *testing.T) {
	for chip := range places() {
		t.Run(chip, func(t *testing.T) {
			drivertest.TestSensor(t, func() drivertest.ListenerBench {
				b := newBench(chip)
				return drivertest.ListenerBench{
					Bench: drivertest.Bench{
						Driver: magnetic.Driver(), Host: b.host, Names: []string{"i2c1"},
						Settings: drivers.Settings{"bus": "i2c1", "chip": chip, "period_ms": int64(1000)},
					},
					Report: func(any) { b.chip.Set([3]int32{1_000, 2_000, 48_000}, 900) },
					Garble: func(any) { b.chip.Garble() },
				}
			})
		})
	}
}

// Each chip is found by itself, and says the field within one of its counts and the temperature within one of its own.
func TestEveryChipIsFoundAndSaysTheField(t *testing.T) {
	for chip := range places() {
		t.Run(chip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(chip)
				for _, field := range [][3]int32{{17_000, -900, 43_000}, {-40_000, 60_000, -100}, {-1, 0, 95_000}} {
					b.chip.Set(field, -1230)
					samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, 2500*time.Millisecond)
					if err != nil || len(samples) != 3 || samples[0].Kind != drivers.SampleField {
						t.Fatalf("%+v, %v", samples, err)
					}
					for axis, nt := range samples[0].FieldNT {
						if nt < field[axis]-130 || nt > field[axis]+130 {
							t.Errorf("field %v, want %v", samples[0].FieldNT, field)
						}
					}
					if s := samples[0]; s.HasTemperature && (s.TemperatureCentiC < -1310 || s.TemperatureCentiC > -1150) {
						t.Errorf("temperature %d, want -1230", s.TemperatureCentiC)
					}
				}
			})
		})
	}
}

// wiretap writes transactions down as hexadecimal: what was written, and how much was read.
type wiretap struct {
	chip *magnetic.Simulator
	log  []string
}

func (w *wiretap) Tx(write, read []byte) error {
	line := hex.EncodeToString(write)
	if len(read) > 0 {
		line += fmt.Sprintf(" <%d", len(read))
	}
	if len(w.log) == 0 || w.log[len(w.log)-1] != line { // waiting for a measurement repeats itself
		w.log = append(w.log, line)
	}
	return w.chip.Tx(write, read)
}

// The transcripts are those of the registers in the datasheets that doc.go names; the self tests are those of Honeywell
// HMC5883L rev. E page 19, ST AN4602 "Self-test", PNI RM3100 user manual "BIST Register (0x33)", and MEMSIC MMC5983MA rev. A
// "SET/RESET".
func TestGoldenTranscripts(t *testing.T) {
	for chip, want := range map[string][]string{
		"qmc5883l": {"0d <1", "0a80", "0b01", "0911", "06 <1", "07 <2", "00 <6"},
		"hmc5883l": {"0a <3", "0071", "01a0", "0200", "09 <1", "03 <6", "0070", "0120", "0200", "09 <1", "03 <6"},
		"lis3mdl": {"0f <1", "2440", "2140", "201c", "2200", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "201d",
			"27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "27 <1", "a8 <8", "201c", "20f0", "2100", "2200", "230c", "2440", "27 <1", "a8 <8"},
		"rm3100":    {"36 <1", "0100", "338f", "0070", "33 <1", "3300", "0400c800c800c8", "0b98", "0171", "34 <1", "24 <9"},
		"mmc5983ma": {"2f <1", "0908", "0901", "08 <1", "00 <7", "0910", "0901", "08 <1", "00 <7", "0a80", "0908", "0901", "08 <1", "00 <7", "0910", "0901", "08 <1", "00 <7", "0902", "08 <1", "07 <1"},
	} {
		t.Run(chip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tap := &wiretap{chip: magnetic.NewSimulator(chip)}
				host := drivertest.NewHost()
				host.FakeI2C("i2c1").Attach(places()[chip], tap)
				if _, err := sense(t, host, drivers.Settings{"bus": "i2c1", "chip": chip}, 500*time.Millisecond); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(tap.log, want) {
					t.Errorf("got  %q\nwant %q", tap.log, want)
				}
			})
		})
	}
}

func TestGoldenBytes(t *testing.T) {
	for _, c := range []struct {
		chip, data string
		rangeNow   int
		want       [3]int32
	}{
		{"qmc5883l", "e803 18fc 0000", 1, [3]int32{33_333, -33_333, 0}},       // 8 G: 3000 counts a gauss, low byte first
		{"hmc5883l", "0442 0000 fbbe", 0, [3]int32{100_000, -100_000, 0}},     // X, Z, Y; 1090 counts a gauss
		{"hmc5883l", "00e6 00e6 0000", 6, [3]int32{100_000, 0, 100_000}},      // gain 7: 230
		{"lis3mdl", "ba1a 46e5 0000 0800", 0, [3]int32{100_000, -100_000, 0}}, // 4 G: 6842
		{"rm3100", "001d4c ffe2b4 000000", 0, [3]int32{100_000, -100_000, 0}}, // 200 cycles: 75 counts a microtesla
		{"mmc5983ma", "9000 7000 8000 00", 0, [3]int32{16_384, -16_384, 0}},   // counts: 1 G is 16384
		{"mmc5983ma", "8000 8000 8000 e4", 0, [3]int32{3, 2, 1}},              // the two lowest bits of each axis
	} {
		data, err := hex.DecodeString(strings.ReplaceAll(c.data, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got, overflow, err := magnetic.Parse(c.chip, data, c.rangeNow); err != nil || overflow || got != c.want {
			t.Errorf("%s %s: %v, %t, %v: want %v", c.chip, c.data, got, overflow, err, c.want)
		}
	}
}

func TestAnHMCThatIsAQMCIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("qmc5883l")
		_, err := sense(t, b.host, drivers.Settings{"bus": "i2c1", "chip": "hmc5883l"}, time.Minute)
		if !errors.Is(err, magnetic.ErrWrongChip) || !errors.Is(err, drivers.ErrOffline) ||
			!strings.Contains(err.Error(), `QMC5883L that was sold as an HMC5883L; write chip = "qmc5883l"`) {
			t.Errorf("got %v", err)
		}
	})
}

// An LIS3MDL can stand at the address of an HMC5883L.
func TestAnotherChipAtTheAddressIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		host.FakeI2C("i2c1").Attach(0x1E, magnetic.NewSimulator("lis3mdl"))
		_, err := sense(t, host, drivers.Settings{"bus": "i2c1", "chip": "hmc5883l"}, time.Minute)
		if !errors.Is(err, magnetic.ErrWrongChip) || !strings.Contains(err.Error(), `write chip = "lis3mdl"`) {
			t.Errorf("got %v", err)
		}
		if _, err := sense(t, host, drivers.Settings{"bus": "i2c1"}, time.Second); err != nil {
			t.Errorf("auto: %v", err)
		}
	})
}

// A chip whose axis does not feel its own coil measures all the same: without its self test the spot would never change.
func TestAChipThatFailsItsSelfTestIsNamed(t *testing.T) {
	for chip, want := range map[string]string{
		"hmc5883l":  "HMC5883L, axis Y: its coil moves it by 0 counts, right are 143 to 339",
		"lis3mdl":   "LIS3MDL, axis Y: its coil moves it by 0 nT, right are 100000 to 300000",
		"rm3100":    "RM3100, axis Y: its coil does not swing (it says 0xDF)",
		"mmc5983ma": "MMC5983MA: SET and RESET change what it measures by 0 counts",
	} {
		t.Run(chip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(chip)
				b.chip.Deafen(1)
				samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, time.Minute)
				if !errors.Is(err, magnetic.ErrSelfTest) || !errors.Is(err, drivers.ErrOffline) ||
					!strings.Contains(fmt.Sprint(err), want) || !strings.Contains(err.Error(), "replace it") || len(samples) != 0 {
					t.Errorf("%d samples, %v", len(samples), err)
				}
				if samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1", "untested": true}, time.Second); err != nil || len(samples) == 0 {
					t.Errorf("untested: %v, %v", samples, err)
				}
			})
		})
	}
}

// A chip that fails among others behind a multiplexer takes only its own spot with it.
func TestAChipThatFailsLeavesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, mux := drivertest.NewHost(), &pca9548.Simulator{}
		host.FakeI2C("i2c1").Attach(0x70, mux)
		for channel := range 2 {
			chip := magnetic.NewSimulator("hmc5883l")
			if channel == 0 {
				chip.Deafen(2)
			}
			mux.Attach(channel, 0x1E, chip)
		}
		samples, err := sense(t, host, drivers.Settings{"bus": "i2c1", "mux": int64(0x70), "channels": "0,1"}, 10*time.Second)
		if err != nil || len(samples) < 8 || slices.ContainsFunc(samples, func(s drivers.Sample) bool { return s.Channel == 0 }) {
			t.Errorf("%v, %v", samples, err)
		}
	})
}

func TestAStuckBusIsAnErrorAndHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("rm3100")
		time.AfterFunc(5*time.Second, func() { b.host.FakeI2C("i2c1").Stick(true) })
		samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, time.Minute)
		if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "held low") || len(samples) < 4 {
			t.Errorf("%d samples, then %v", len(samples), err)
		}
		b.host.FakeI2C("i2c1").Stick(false)
		if samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, time.Second); err != nil || len(samples) == 0 {
			t.Errorf("%v, %v", samples, err)
		}
	})
}

func TestAChipThatMeasuresNothingIsAway(t *testing.T) {
	for chip := range places() {
		t.Run(chip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(chip)
				b.chip.Freeze(true)
				samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, time.Minute)
				if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "measures nothing") || len(samples) != 0 {
					t.Errorf("%v, %v", samples, err)
				}
			})
		})
	}
}

// Two sensors that look for their chips themselves share a bus: each passes over the chip that the other one has.
func TestTwoSensorsLookForTheirChips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		for chip, address := range map[string]uint16{"qmc5883l": 0x0D, "rm3100": 0x20} {
			host.FakeI2C("i2c1").Attach(address, magnetic.NewSimulator(chip))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		counts, ended := [2]int{}, make(chan error, 2)
		for number := range counts {
			device, err := magnetic.Driver().Make(host, drivers.Settings{"bus": "i2c1"})
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				ended <- device.(drivers.Sensor).Sense(ctx, func(drivers.Sample) { counts[number]++ })
			}()
			time.Sleep(time.Second)
		}
		first, second := <-ended, <-ended
		if counts[0] < 9 || counts[1] < 8 || !errors.Is(first, context.DeadlineExceeded) || !errors.Is(second, context.DeadlineExceeded) {
			t.Errorf("%v samples, ended with %v, %v", counts, first, second)
		}
	})
}

// A strong field widens the range. Beyond the widest, a magnet lies on the sensor.
func TestBeyondTheRange(t *testing.T) {
	for chip, strong := range map[string][3]int32{
		"hmc5883l": {0, 350_000, 0}, "lis3mdl": {0, -1_100_000, 0}, "qmc5883l": {0, 900_000, 0}, "mmc5983ma": {0, 700_000, 0},
	} {
		t.Run(chip, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(chip)
				b.chip.Set(strong, 2000)
				samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, 10*time.Second)
				if err != nil || len(samples) < 8 {
					t.Fatalf("%v, %v", samples, err)
				}
				last := samples[len(samples)-1]
				if last.Kind == drivers.SampleField && (last.FieldNT[1] < strong[1]-1_000 || last.FieldNT[1] > strong[1]+1_000) {
					t.Errorf("last %+v", last)
				}
				b.chip.Set([3]int32{0, 3_000_000, 0}, 2000)
				samples, err = sense(t, b.host, drivers.Settings{"bus": "i2c1"}, 10*time.Second)
				if err != nil || samples[len(samples)-1].Kind != drivers.SampleInterference {
					t.Errorf("%v, %v", samples, err)
				}
			})
		})
	}
}

// The offset of an MMC5983MA wanders with the weather by more than a car: it cancels.
func TestTheOffsetOfABridgeCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("mmc5983ma")
		b.chip.Set([3]int32{20_000, 0, 40_000}, 2000)
		b.chip.Offset(9_000)
		samples, err := sense(t, b.host, drivers.Settings{"bus": "i2c1"}, time.Second)
		if err != nil || samples[0].FieldNT[0] < 19_980 || samples[0].FieldNT[0] > 20_020 {
			t.Errorf("%+v, %v", samples, err)
		}
	})
}

func TestChipsBehindAMultiplexer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, mux := drivertest.NewHost(), &pca9548.Simulator{}
		host.FakeI2C("i2c1").Attach(0x70, mux)
		for i, channel := range []int{2, 5, 7} {
			chip, address := magnetic.NewSimulator("qmc5883l"), uint16(0x0D)
			if channel == 7 {
				chip, address = magnetic.NewSimulator("rm3100"), 0x20
			}
			chip.Set([3]int32{int32(i+1) * 10_000, 0, 40_000}, 2000)
			mux.Attach(channel, address, chip)
		}
		settings := drivers.Settings{"bus": "i2c1", "mux": int64(0x70), "channels": "2, 5,0,7"}
		samples, err := sense(t, host, settings, 20*time.Second)
		seen := map[int]int{}
		for _, s := range samples {
			seen[s.Channel]++
			if want := map[int]int32{0: 10_000, 1: 20_000, 3: 30_000}[s.Channel]; s.FieldNT[0] < want-50 || s.FieldNT[0] > want+50 {
				t.Fatalf("%+v", s)
			}
		}
		if err != nil || seen[0] != 20 || seen[1] != 20 || seen[2] != 0 || seen[3] != 20 {
			t.Errorf("samples %v, %v: want 20 of each but the spot without a chip", seen, err)
		}
	})
}

// twoMultiplexers is a bus with two multiplexers and a QMC5883L, which knows one address only, behind channel 1 of each.
func twoMultiplexers(t *testing.T) (host *drivertest.Host, muxes [2]*pca9548.Simulator, sensors [2]drivers.Sensor) {
	t.Helper()
	host = drivertest.NewHost()
	for i := range muxes {
		muxes[i] = &pca9548.Simulator{}
		chip := magnetic.NewSimulator("qmc5883l")
		chip.Set([3]int32{int32(i+1) * 10_000, 0, 40_000}, 2000)
		muxes[i].Attach(1, 0x0D, chip)
		host.FakeI2C("i2c1").Attach(0x70+uint16(i), muxes[i])
		made, err := magnetic.Driver().Make(host, drivers.Settings{"bus": "i2c1", "mux": int64(0x70 + i), "channels": "1"})
		if err != nil {
			t.Fatal(err)
		}
		sensors[i] = made.(drivers.Sensor)
	}
	return host, muxes, sensors
}

// Two multiplexers with chips of one address, both powered up with all channels connected. One is pulled out while it is used,
// and comes back connected to everything: its spot is lost meanwhile with a clear fault, the other one's never, and no
// spot ever gets the field of the other.
func TestTwoMultiplexersOnOneBus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, muxes, sensors := twoMultiplexers(t)
		muxes[0].PowerUp(0xFF)
		muxes[1].PowerUp(0xFF)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		time.AfterFunc(10*time.Second+30*time.Millisecond, muxes[1].PullOut)
		time.AfterFunc(30*time.Second, func() { muxes[1].PowerUp(0xFF) })
		var seen [2]int
		var faults [2]error
		var sensing sync.WaitGroup
		for i, sensor := range sensors {
			sensing.Go(func() {
				for ctx.Err() == nil {
					err := sensor.Sense(ctx, func(s drivers.Sample) {
						seen[i]++
						if want := int32(i+1) * 10_000; s.FieldNT[0] < want-50 || s.FieldNT[0] > want+50 {
							t.Errorf("sensor %d says %v", i, s.FieldNT)
						}
					})
					if ctx.Err() == nil {
						faults[i] = err
					}
				}
			})
		}
		sensing.Wait()
		if seen[0] != 60 || faults[0] != nil {
			t.Errorf("the one that stayed: %d samples, %v", seen[0], faults[0])
		}
		if seen[1] < 35 || seen[1] > 41 || !errors.Is(faults[1], drivers.ErrOffline) || !errors.Is(faults[1], pca9548.ErrAbsent) {
			t.Errorf("the one that was pulled out: %d samples, %v", seen[1], faults[1])
		}
		if crowded := host.FakeI2C("i2c1").Crowded(); crowded != 0 {
			t.Errorf("two chips answered %d transactions", crowded)
		}
	})
}

// A dip of the supply resets a multiplexer and its chips within a period: they are set up anew at once.
func TestAChipThatLostItsPowerWithItsMultiplexerIsSetUpAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, mux, chip := drivertest.NewHost(), &pca9548.Simulator{}, magnetic.NewSimulator("hmc5883l")
		host.FakeI2C("i2c1").Attach(0x70, mux)
		mux.Attach(0, 0x1E, chip)
		time.AfterFunc(5500*time.Millisecond, func() {
			mux.PowerUp(0)
			fresh := magnetic.NewSimulator("hmc5883l")
			mux.Attach(0, 0x1E, fresh)
		})
		samples, err := sense(t, host, drivers.Settings{"bus": "i2c1", "mux": int64(0x70), "channels": "0"}, 20*time.Second)
		if err != nil || len(samples) != 19 {
			t.Errorf("%d samples in 20 s with one dip, %v", len(samples), err)
		}
	})
}

// Devices may share a multiplexer, each with channels of its own.
func TestPlacesOfASensor(t *testing.T) {
	for settings, want := range map[string][]drivers.I2CPlace{
		"qmc5883l": {{Bus: "i2c1", Address: 0x0D, Multiplexer: 0x71, Channel: 0}, {Bus: "i2c1", Address: 0x0D, Multiplexer: 0x71, Channel: 5}},
		"lis3mdl": {
			{Bus: "i2c1", Address: 0x1C, Multiplexer: 0x71, Channel: 0}, {Bus: "i2c1", Address: 0x1E, Multiplexer: 0x71, Channel: 0},
			{Bus: "i2c1", Address: 0x1C, Multiplexer: 0x71, Channel: 5}, {Bus: "i2c1", Address: 0x1E, Multiplexer: 0x71, Channel: 5},
		},
	} {
		made, err := magnetic.Driver().Make(drivertest.NewHost(), drivers.Settings{"bus": "i2c1", "chip": settings, "mux": int64(0x71), "channels": "0,5"})
		if err != nil {
			t.Fatal(err)
		}
		if got := made.(drivers.OnI2C).I2CPlaces(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", settings, got, want)
		}
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		settings drivers.Settings
		want     string
	}{
		{drivers.Settings{}, "bus is missing: write the name"},
		{drivers.Settings{"bus": "a", "chip": "hmc5983"}, "chip = hmc5983: write auto, qmc5883l"},
		{drivers.Settings{"bus": "a", "period_ms": int64(5)}, "period_ms = 5: write 100 to 60000"},
		{drivers.Settings{"bus": "a", "address": int64(200)}, "address = 200: write 8 to 119"},
		{drivers.Settings{"bus": "a", "mux": int64(0x70)}, "write both or neither"},
		{drivers.Settings{"bus": "a", "mux": int64(0x70), "channels": "1,1"}, `channels = "1,1": write numbers from 0 to 7`},
		{drivers.Settings{"bus": "a", "mux": int64(0x70), "channels": "8"}, `channels = "8": write numbers`},
	} {
		_, err := magnetic.Driver().Make(drivertest.NewHost(), c.settings)
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.settings, err, c.want)
		}
	}
}

// FuzzParse gives any bytes to each parser: none panics, or says more than a chip can measure.
func FuzzParse(f *testing.F) {
	f.Add([]byte{0xE8, 0x03, 0x18, 0xFC, 0, 0, 0, 0, 0}, uint8(1))
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, uint8(200))
	f.Fuzz(func(t *testing.T, data []byte, rangeNow uint8) {
		var nine [9]byte
		copy(nine[:], data)
		for chip := range places() {
			field, _, _ := magnetic.Parse(chip, nine[:], int(rangeNow)) // nonsense is an error
			for _, nt := range field {
				if nt < -150_000_000 || nt > 150_000_000 {
					t.Fatalf("%s %x: %v", chip, nine, field)
				}
			}
		}
	})
}

func TestParsingTakesNoMemory(t *testing.T) {
	data := []byte{0xE8, 0x03, 0x18, 0xFC, 0x21, 0x43, 0x07, 0x11, 0x22}
	for chip := range places() {
		if n := testing.AllocsPerRun(100, func() { _, _, _ = magnetic.Parse(chip, data, 0) }); n != 0 {
			t.Errorf("%s: %v allocations", chip, n)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	data := []byte{0xE8, 0x03, 0x18, 0xFC, 0x21, 0x43, 0x07, 0x11, 0x22}
	for chip := range places() {
		b.Run(chip, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = magnetic.Parse(chip, data, 0)
			}
		})
	}
}
