package talker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
	"gatehouse/drivers/maxbotix"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/ultrasonic"
)

// counted is a host whose port counts how often it is read.
type counted struct {
	drivers.Host
	reads *int
}

type countedPort struct {
	drivers.Port
	reads *int
}

func (c counted) Serial(name string, mode drivers.SerialMode) (drivers.Port, error) {
	port, err := c.Host.Serial(name, mode)
	return countedPort{port, c.reads}, err
}

func (p countedPort) Read(b []byte) (int, error) {
	*p.reads++
	return p.Port.Read(b)
}

// listen runs an ultrasonic sensor while play is its far side, and returns what it said and how it ended.
func listen(t *testing.T, host drivers.Host, play func(stop func())) (samples int, device *ultrasonic.Sensor, err error) {
	made, err := ultrasonic.Driver().Make(host, drivers.Settings{"port": "uart1"})
	if err != nil {
		t.Fatal(err)
	}
	device = made.(*ultrasonic.Sensor)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	played := make(chan struct{})
	go func() {
		defer close(played)
		play(cancel)
	}()
	err = device.Sense(ctx, func(drivers.Sample) { samples++ })
	<-played
	return samples, device, err
}

// Every frame is reported, and the port is read a few times a second, however often the sensor talks.
func TestFramesGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, reads := drivertest.NewHost(), 0
		simulator := ultrasonic.Simulator{Out: host.Wire("uart1").Far()}
		samples, device, err := listen(t, counted{host, &reads}, func(stop func()) {
			for range 300 {
				_ = simulator.SendDistance(2047)
				time.Sleep(100 * time.Millisecond)
			}
			stop()
		})
		if !errors.Is(err, context.Canceled) || samples < 297 || reads > 120 || device.Fault() != nil {
			t.Errorf("%d of 300 frames in %d reads, %v, fault %v", samples, reads, err, device.Fault())
		}
		host.Close()
	})
}

// hasty is a host of a simulation in which time runs sixty times as fast.
type hasty struct{ drivers.Host }

type hastyPort struct{ drivers.Port }

func (hastyPort) Speed() int { return 60 }

func (h hasty) Serial(name string, mode drivers.SerialMode) (drivers.Port, error) {
	port, err := h.Host.Serial(name, mode)
	return hastyPort{port}, err
}

// There nothing gathers for long: the simulation stands still until all is read.
func TestASimulationIsNotKeptWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, reads := drivertest.NewHost(), 0
		simulator := ultrasonic.Simulator{Out: host.Wire("uart1").Far()}
		samples, _, err := listen(t, hasty{counted{host, &reads}}, func(stop func()) {
			for range 100 {
				_ = simulator.SendDistance(2047)
				time.Sleep(10 * time.Millisecond)
			}
			stop()
		})
		if !errors.Is(err, context.Canceled) || samples < 99 || reads < 99 {
			t.Errorf("%d of 100 frames in %d reads, %v", samples, reads, err)
		}
		host.Close()
	})
}

func TestASilentSensorIsAway(t *testing.T) {
	for _, driver := range []drivers.Driver{ultrasonic.Driver(), maxbotix.Driver()} {
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			device, err := driver.Make(host, drivers.Settings{"port": "uart1"})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			err = device.(drivers.Sensor).Sense(t.Context(), func(drivers.Sample) {})
			waited := time.Since(start)
			if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "check the sensor's power") || waited < 5*time.Second || waited > 6*time.Second {
				t.Errorf("%s: after %v: %v", driver.Name, waited, err)
			}
			if open := host.OpenNow(); len(open) != 0 {
				t.Errorf("%s: left open: %v", driver.Name, open)
			}
		})
	}
}

// A sensor that babbles is read without a pause, so that it is not heard late, and counts as away.
func TestBabble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, reads := drivertest.NewHost(), 0
		far := host.Wire("uart1").Far()
		samples, device, err := listen(t, counted{host, &reads}, func(func()) {
			for range 600 {
				_, _ = far.Write([]byte(strings.Repeat("\x55\xAA", 128)))
				time.Sleep(10 * time.Millisecond)
			}
		})
		fault := device.Fault()
		if samples != 0 || !errors.Is(err, drivers.ErrOffline) || !errors.Is(fault, ultrasonic.ErrGarbage) || !strings.Contains(fault.Error(), "check the baud rate") {
			t.Errorf("%d samples, %v, fault %v", samples, err, fault)
		}
		if reads < 500 {
			t.Errorf("%d reads: it was left behind", reads)
		}
		host.Close()
	})
}

// terminal is a board whose ports are a pseudo terminal.
type terminal struct {
	drivers.Host
	path string
}

func (h terminal) Serial(_ string, mode drivers.SerialMode) (drivers.Port, error) {
	return line.OpenSerial(h.path, mode)
}

// What a cable in the field carries, through a real terminal: garbage, half a frame, a frame, and half a frame in the
// middle of which the plug is pulled. Each sensor says the one distance, names the garbage, and is lost.
func TestBadInputOverATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		driver  drivers.Driver
		sent    string
		garbage error
	}{
		"ultrasonic": {ultrasonic.Driver(), "\x00\x13half \xFF\x07" + "\xFF\x07\xA1\xA7" + "\xFF\x07", ultrasonic.ErrGarbage},
		"maxbotix":   {maxbotix.Driver(), "\x00\x13half R12" + "R1953\r" + "R19", maxbotix.ErrGarbage},
	} {
		cable, err := sim.Plug()
		if err != nil {
			t.Fatal(err)
		}
		device, err := c.driver.Make(terminal{path: cable.Path()}, drivers.Settings{"port": "uart1"})
		if err != nil {
			t.Fatal(err)
		}
		var said []drivers.Sample
		go func() {
			for _, b := range []byte(c.sent) {
				_, _ = cable.Write([]byte{b})
			}
		}()
		err = device.(drivers.Sensor).Sense(t.Context(), func(s drivers.Sample) {
			said = append(said, s)
			_ = cable.Close()
		})
		if want := (drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 1953}); len(said) != 1 || said[0] != want || !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("%s: %+v, %v", name, said, err)
		}
		if fault := device.(interface{ Fault() error }).Fault(); !errors.Is(fault, c.garbage) {
			t.Errorf("%s: fault %v", name, fault)
		}
	}
}
