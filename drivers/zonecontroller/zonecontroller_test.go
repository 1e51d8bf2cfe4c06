package zonecontroller_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/zonecontroller"
)

func profile(t testing.TB, name string) zonecontroller.Profile {
	t.Helper()
	p, err := zonecontroller.LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestZoneKeepsTheContract(t *testing.T) {
	for _, port := range []string{"uart1", "tcp://10.0.0.5"} {
		t.Run(port, func(t *testing.T) {
			drivertest.TestSensor(t, func() drivertest.ListenerBench { return zoneBench(t, port) })
		})
	}
}

// zoneBench is a zone on a bus, or in the network.
func zoneBench(t *testing.T, port string) drivertest.ListenerBench {
	bits := profile(t, "zone-bits")
	host, simulator := drivertest.NewHost(), &modbus.Simulator{}
	slave, occupied := simulator.Slave(7), false
	for spot := range 32 {
		bits.Show(slave, spot, drivers.Sample{})
	}
	wire := host.Wire("uart1").Far()
	buses, far := modbus.NewBuses(), func() error { return simulator.Serve(wire) }
	nonsense := []byte{0x00, 0xFF, 0x07, 0x13, 0x55, 0xAA}
	if port != "uart1" {
		nonsense = []byte{0xFF, 0xFF, 0, 0, 0, 4, 7, 1, 1, 0xFF} // a reply to a request that nobody made
		buses, far = modbus.InNetwork("uart1"), func() error { return simulator.ServeTCP(wire) }
	}
	return drivertest.ListenerBench{
		Bench: drivertest.Bench{
			Driver: zonecontroller.Driver(buses), Host: host, Names: []string{"uart1"}, Far: far,
			Settings: drivers.Settings{
				"port": port, "profile": "zone-bits", "slaves": []string{"7"}, "spots_each": int64(32), "baud": int64(19200),
				"parity": "N", "period_ms": int64(100), "timeout_ms": int64(60), "echo": false,
			},
		},
		Report: func(any) {
			occupied = !occupied
			bits.Show(slave, 3, drivers.Sample{Occupied: occupied})
		},
		Garble: func(any) { _, _ = wire.Write(nonsense) },
	}
}

// field is zones on buses, with what they reported last of each of their channels.
type field struct {
	mu    sync.Mutex
	last  map[int]drivers.Sample // by 100,000 × the zone's number + channel
	at    map[int]time.Time
	count int
}

func newField() *field { return &field{last: map[int]drivers.Sample{}, at: map[int]time.Time{}} }

func (f *field) reporter(zone int) func(drivers.Sample) {
	return func(s drivers.Sample) {
		f.mu.Lock()
		defer f.mu.Unlock()
		key := 100_000*zone + s.Channel
		f.last[key], f.at[key] = s, time.Now()
		f.count++
	}
}

// latest is when something was reported last.
func (f *field) latest() (at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, when := range f.at {
		if when.After(at) {
			at = when
		}
	}
	return at
}

// run makes a zone of the settings and runs it for so long.
func run(t *testing.T, host *drivertest.Host, settings drivers.Settings, f *field, zone int, limit time.Duration) error {
	device, err := zonecontroller.Driver(modbus.NewBuses()).Make(host, settings)
	if err != nil {
		t.Error(err)
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	return device.(drivers.Sensor).Sense(ctx, f.reporter(zone))
}

// Every profile reads back what its simulated slaves show, for all kinds of samples that it knows.
func TestEveryProfileReadsWhatIsThere(t *testing.T) {
	for _, name := range zonecontroller.ProfileNames() {
		p := profile(t, name)
		shown := []drivers.Sample{{Kind: drivers.SampleOccupied, Occupied: true}, {Kind: drivers.SampleOccupied}}
		if p.Mapping == "distance" {
			shown = []drivers.Sample{{Kind: drivers.SampleDistance, DistanceMM: 1800}}
			if len(p.Codes.NoObject) > 0 {
				shown = append(shown, drivers.Sample{Kind: drivers.SampleNoObject})
			}
			if len(p.Codes.Interference) > 0 {
				shown = append(shown, drivers.Sample{Kind: drivers.SampleInterference})
			}
		}
		for _, sample := range shown {
			synctest.Test(t, func(t *testing.T) {
				host, simulator, f := drivertest.NewHost(), &modbus.Simulator{}, newField()
				for spot := range p.Spots {
					p.Show(simulator.Slave(9), spot, sample)
				}
				if p.Trigger != nil {
					simulator.Slave(9).SetRegister(uint16(p.Trigger.Register), 0)
				}
				go func() { _ = simulator.Serve(host.Wire("uart1").Far()) }()
				_ = run(t, host, drivers.Settings{"port": "uart1", "profile": name, "slaves": []string{"9"}}, f, 0, time.Second)
				for spot := range p.Spots {
					want := sample
					want.Channel = spot
					if f.last[spot] != want {
						t.Errorf("%s: spot %d is %+v, want %+v", name, spot, f.last[spot], want)
					}
				}
				if p.Trigger != nil && len(simulator.Slave(9).Writes()) == 0 {
					t.Errorf("%s: no measurement was started", name)
				}
				host.Close()
			})
		}
	}
}

// 10,000 spots over zone controllers on four buses at 19200 baud, with the byte times of the wire, the gaps between frames
// and a turnaround of 10 ms: all are read within a second, and a change is seen a second and one exchange later at most.
func TestTenThousandSpotsOnFourBusesSweepInASecond(t *testing.T) {
	const buses, slaves, each = 4, 40, 64 // 10,240 spots
	bits := profile(t, "zone-bits")
	synctest.Test(t, func(t *testing.T) {
		host, f := drivertest.NewHost(), newField()
		simulators := make([]*modbus.Simulator, buses)
		show := func(occupied bool) {
			for _, simulator := range simulators {
				for address := range byte(slaves) {
					for spot := range each {
						bits.Show(simulator.Slave(address+1), spot, drivers.Sample{Occupied: occupied})
					}
				}
			}
		}
		for bus := range simulators {
			simulators[bus] = &modbus.Simulator{Mode: drivers.SerialMode{Baud: 19200}, Turnaround: 10 * time.Millisecond}
		}
		show(false)
		var running sync.WaitGroup
		began := time.Now()
		for bus, simulator := range simulators {
			name := fmt.Sprintf("rs485-%d", bus)
			go func() { _ = simulator.Serve(host.Wire(name).Far()) }()
			running.Go(func() {
				_ = run(t, host, drivers.Settings{"port": name, "profile": "zone-bits", "slaves": []string{"1-40"}}, f, bus, 12*time.Second)
			})
		}
		time.Sleep(5 * time.Second)
		sweep := f.latest().Sub(began)
		show(true)
		changed := time.Now()
		running.Wait()
		slowest := f.latest().Sub(changed)
		for key, sample := range f.last {
			if !sample.Occupied {
				t.Fatalf("channel %d never changed", key)
			}
		}
		if spots := len(f.last); spots != buses*slaves*each || sweep > time.Second || slowest > time.Second+30*time.Millisecond {
			t.Errorf("%d spots were read in %v, and the last change seen after %v", spots, sweep, slowest)
		}
		t.Logf("%d spots on %d buses: all read in %v, the last change seen after %v", len(f.last), buses, sweep, slowest)
		if want := 2 * buses * slaves * each; f.count != want {
			t.Errorf("%d reports, want %d: only changes go up", f.count, want)
		}
		host.Close()
		time.Sleep(time.Second)
	})
}

// The same over a real pseudo terminal and the real serial code.
func TestAZoneOnARealPort(t *testing.T) {
	cable, err := sim.Plug()
	if err != nil {
		t.Skipf("no pseudo terminals here: %v", err)
	}
	defer cable.Close()
	simulator, bits := &modbus.Simulator{}, profile(t, "zone-bits")
	for spot := range 64 {
		bits.Show(simulator.Slave(1), spot, drivers.Sample{Occupied: spot == 40})
	}
	go func() { _ = simulator.Serve(cable) }()
	device, err := zonecontroller.Driver(modbus.NewBuses()).Make(realPort{path: cable.Path()}, drivers.Settings{
		"port": "rs485", "profile": "zone-bits", "slaves": []string{"1"}, "timeout_ms": int64(300),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	got := map[int]bool{}
	err = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) {
		if got[s.Channel] = s.Occupied; len(got) == 64 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !got[40] || got[39] {
		t.Errorf("%v, ended with %v", got, err)
	}
}

// realPort is a board with one serial port.
type realPort struct {
	drivers.Host
	path string
}

func (p realPort) Serial(_ string, mode drivers.SerialMode) (drivers.Port, error) {
	return line.OpenSerial(p.path, mode)
}

// A slave that dies takes nothing from the others, and one that comes back is read again.
func TestADeadSlaveIsSilentAndTheOthersGoOn(t *testing.T) {
	distances := profile(t, "zone-distances")
	synctest.Test(t, func(t *testing.T) {
		host, simulator, f := drivertest.NewHost(), &modbus.Simulator{Mode: drivers.SerialMode{Baud: 19200}}, newField()
		for address := range byte(3) {
			for spot := range 4 {
				distances.Show(simulator.Slave(address+1), spot, drivers.Sample{DistanceMM: 2000})
			}
		}
		go func() { _ = simulator.Serve(host.Wire("uart1").Far()) }()
		time.AfterFunc(10*time.Second, func() { simulator.Slave(2).SetTrouble(modbus.TroubleMute) })
		time.AfterFunc(40*time.Second, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			if silent := time.Since(f.at[4]); silent < 25*time.Second {
				t.Errorf("the dead slave was heard %v ago", silent)
			}
			simulator.Slave(2).SetTrouble(modbus.TroubleNone)
		})
		_ = run(t, host, drivers.Settings{"port": "uart1", "profile": "zone-distances", "slaves": []string{"1", "2", "3"}, "spots_each": int64(4)}, f, 0, time.Minute)
		if f.at[4].Before(f.at[0].Add(-2*time.Second)) || f.last[11].DistanceMM != 2000 {
			t.Errorf("heard at %v and %v", f.at[0], f.at[4])
		}
		host.Close()
	})
}

func TestABusOnWhichNobodyAnswersIsOneErrorWithAHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		err := run(t, host, drivers.Settings{"port": "uart1", "profile": "zone-bits", "slaves": []string{"1-32"}}, newField(), 0, time.Minute)
		var fault *modbus.Fault
		if !errors.As(err, &fault) || fault.Kind != modbus.FaultBusSilent || !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "A and B") {
			t.Errorf("it ended with %v", err)
		}
		host.Close()
	})
}

func TestAnInstallersOwnProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	text := "title = \"Mine\"\nfunction = 4\nstart = 100\nspots = 20\nmapping = \"bit\"\nhigh_bit = true\ninvert = true\nparity = \"E\"\nstop_bits = 2\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	mine := profile(t, path)
	synctest.Test(t, func(t *testing.T) {
		host, simulator, f := drivertest.NewHost(), &modbus.Simulator{}, newField()
		for spot := range 20 {
			mine.Show(simulator.Slave(5), spot, drivers.Sample{Occupied: spot == 17})
		}
		go func() { _ = simulator.Serve(host.Wire("uart1").Far()) }()
		_ = run(t, host, drivers.Settings{"port": "uart1", "profile": path, "slaves": []string{"5"}}, f, 0, time.Second)
		for spot := range 20 {
			if f.last[spot].Occupied != (spot == 17) {
				t.Errorf("spot %d is %+v", spot, f.last[spot])
			}
		}
		if got := simulator.Slave(5).Register(101); got != 0xB000 { // bits 15 to 12 are spots 16 to 19
			t.Errorf("the second register is %04X", got)
		}
		if mode := host.Wire("uart1").Mode(); mode.String() != "9600 baud 8E2" {
			t.Errorf("opened with %v", mode)
		}
		host.Close()
	})
}

// A sensor that knows no function 6 is triggered by function 16, and until then it is a fault: its distance would never change.
func TestASensorThatIsTriggeredByFunction16(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	for _, function := range []int{0, 16} {
		text := fmt.Sprintf("title = \"Mine\"\nstart = 5\nmapping = \"distance\"\ntrigger = { register = 8, value = 12, function = %d }\n", function)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			host, simulator, f := drivertest.NewHost(), &modbus.Simulator{}, newField()
			sensor := simulator.Slave(5)
			sensor.SetRegister(5, 1800)
			sensor.SetRegister(8, 0)
			sensor.SetUnknown(modbus.FunctionWriteRegister)
			go func() { _ = simulator.Serve(host.Wire("uart1").Far()) }()
			err := run(t, host, drivers.Settings{"port": "uart1", "profile": path, "slaves": []string{"5"}}, f, 0, 10*time.Second)
			refused := strings.Contains(err.Error(), "trigger.function = 6; trigger.function = 16 does the same")
			if function == 0 && !refused || function == 16 && (!errors.Is(err, context.DeadlineExceeded) || sensor.Register(8) != 12) {
				t.Errorf("function %d: register %d, ended with %v", function, sensor.Register(8), err)
			}
			host.Close()
		})
	}
}

func TestWrongProfilesAndSettingsSayWhatToWrite(t *testing.T) {
	for text, want := range map[string]string{
		"mapping = \"bit\"\ntrigger = { function = 5 }": "write 6 or 16",
		`mapping = "bits"`:                           "write bit, value or distance",
		"mapping = \"value\"\nfunction = 1":          `write mapping = "bit"`,
		"mapping = \"value\"\nspots = 126":           "126 spots do not fit",
		"mapping = \"distance\"\nunit_um = 0":        "0 micrometres",
		"mapping = \"distance\"\nstart = 70000":      "write 0 to 65535",
		"mapping = \"bit\"\nfunktion = 3":            "function",
		"mapping = \"bit\"\nstop_bits = 0":           "0 stop bits can't be had",
		"mapping = \"bit\"\ntrigger.register = 1e9 ": "trigger",
	} {
		if _, err := zonecontroller.ParseProfile([]byte(text), "mine.toml"); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	drivertest.TestRefused(t, zonecontroller.Driver(modbus.NewBuses()), map[string]drivers.Settings{
		`profile = "": write one of`:              {"port": "uart1"},
		"no such file":                            {"port": "uart1", "profile": "/nowhere/mine.toml"},
		"port is missing":                         {"profile": "urm14"},
		"slaves is missing":                       {"port": "uart1", "profile": "zone-bits"},
		`"1-300": write an address`:               {"port": "uart1", "profile": "zone-bits", "slaves": []string{"1-300"}},
		`"0-256": write an address from 0 to 255`: {"port": "tcp://a", "profile": "zone-bits", "slaves": []string{"0-256"}},
		"2 is there twice":                        {"port": "uart1", "profile": "zone-bits", "slaves": []string{"1-3", "2"}},
		"spots_each = 9999":                       {"port": "uart1", "profile": "zone-bits", "slaves": []string{"1"}, "spots_each": int64(9999)},
		`parity = "X": write N`:                   {"port": "uart1", "profile": "urm14", "parity": "X"},
		"stop_bits = 3: write 1 to 2":             {"port": "uart1", "profile": "urm14", "stop_bits": int64(3)},
		"timeout_ms = 1: write 5 to 300":          {"port": "uart1", "profile": "urm14", "timeout_ms": int64(1)},
	})
}

// Whatever an installer's file says, a profile that is taken reads every reply without a panic.
func FuzzProfile(f *testing.F) {
	f.Add("function = 3\nstart = 0\nspots = 16\nmapping = \"bit\"\nhigh_bit = true", []byte{1, 2, 3, 4})
	f.Add("function = 4\nspots = 2\nmapping = \"distance\"\nunit_um = 100\n[codes]\nno_object = [65535]", []byte{0xFF, 0xFF, 0, 9})
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		p, err := zonecontroller.ParseProfile([]byte(text), "fuzz.toml")
		if err != nil {
			if !errors.Is(err, drivers.ErrSettings) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		slave := (&modbus.Simulator{}).Slave(1)
		for spot := range min(p.Spots, len(data)) {
			p.Show(slave, spot, drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: int32(data[spot]) * 16, Occupied: data[spot]&1 == 1})
		}
	})
}

// The bits of a Dupline segment as its master generator's manual has them (G38xx14, p. 33): register 0 is B8..B1 and A8..A1.
func TestDuplineSensorsAreInTheOrderOfTheirAddresses(t *testing.T) {
	p := profile(t, "dupline")
	slave := (&modbus.Simulator{}).Slave(1)
	for spot := range p.Spots {
		p.Show(slave, spot, drivers.Sample{})
	}
	for spot, want := range map[int]struct {
		register uint16
		bit      uint16
	}{0: {0, 1}, 7: {0, 0x80}, 8: {0, 0x0100}, 15: {0, 0x8000}, 16: {1, 1}, 119: {7, 0x80}} { // A1, A8, B1, B8, C1, O8
		p.Show(slave, spot, drivers.Sample{Occupied: true})
		if got := slave.Register(want.register); got != want.bit {
			t.Errorf("spot %d is register %d = %04X, want %04X", spot, want.register, got, want.bit)
		}
		p.Show(slave, spot, drivers.Sample{})
	}
	if p.Spots != 120 {
		t.Errorf("%d spots", p.Spots)
	}
}
