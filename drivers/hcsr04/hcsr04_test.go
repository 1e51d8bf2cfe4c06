package hcsr04_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/hcsr04"
)

func settings(sensors int) drivers.Settings {
	var triggers, echoes []string
	for i := range sensors {
		triggers, echoes = append(triggers, fmt.Sprintf("trig%d", i)), append(echoes, fmt.Sprintf("echo%d", i))
	}
	return drivers.Settings{"triggers": triggers, "echoes": echoes, "temperature_c": int64(20)}
}

// sensor is a simulated sensor on the lines of that number.
func sensor(host *drivertest.Host, number int, measure func() (drivers.Sample, bool)) hcsr04.Simulator {
	trigger := host.FakeOutput(fmt.Sprintf("trig%d", number))
	return hcsr04.Simulator{
		Edges: func() int { return len(trigger.Edges()) }, Echo: host.FakeInput(fmt.Sprintf("echo%d", number)).Drive, Measure: measure, TemperatureC: 20,
	}
}

func distance(mm int32) drivers.Sample {
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: mm}
}

func TestSensorsKeepTheContract(t *testing.T) {
	drivertest.TestSensor(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		var answers atomic.Int32 // it answers that often, so that a test sees one reading
		simulator := sensor(host, 0, func() (drivers.Sample, bool) { return distance(1500), answers.Add(-1) >= 0 })
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: hcsr04.Driver(), Host: host, Names: []string{"trig0", "echo0"}, Settings: settings(1),
				Far: func() error {
					ctx, cancel := context.WithCancel(context.Background())
					go simulator.Serve(ctx)
					_, _ = host.Wire("power").Far().Read(make([]byte, 1)) // ends with the test
					cancel()
					return nil
				},
			},
			Report: func(any) { answers.Store(1) },
			Drives: true,
		}
	})
}

// story runs so many sensors for a while, and returns what they reported.
func story(t *testing.T, sensors int, limit time.Duration, measure func(host *drivertest.Host, number int) (drivers.Sample, bool)) (*drivertest.Host, map[drivers.Sample]int, error) {
	host, got := drivertest.NewHost(), map[drivers.Sample]int{}
	device, err := hcsr04.Driver().Make(host, settings(sensors))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for number := range sensors {
		go sensor(host, number, func() (drivers.Sample, bool) { return measure(host, number) }).Serve(ctx)
	}
	err = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { got[s]++ })
	cancel()
	time.Sleep(time.Second)
	return host, got, err
}

func TestDistancesToTheMillimetre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		measured := []drivers.Sample{distance(20), distance(580), distance(4000), {Kind: drivers.SampleNoObject}, distance(19)}
		_, got, _ := story(t, len(measured), 5*time.Second, func(_ *drivertest.Host, number int) (drivers.Sample, bool) {
			return measured[number], true
		})
		if len(got) != len(measured) {
			t.Errorf("%v", got)
		}
		measured[4] = drivers.Sample{Kind: drivers.SampleInterference} // within the blind zone
		for channel, sample := range measured {
			sample.Channel = channel
			if got[sample] < 12 {
				t.Errorf("%+v was reported %d times", sample, got[sample])
			}
		}
	})
}

// Neighbours fire in slots of their own, 60 ms apart at least.
func TestNeighboursFireOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, _, _ := story(t, 3, 2*time.Second, func(*drivertest.Host, int) (drivers.Sample, bool) { return distance(2000), true })
		last := time.Time{}
		for turn := range host.FakeOutput("trig0").Edges() {
			for number := range 3 {
				edges := host.FakeOutput(fmt.Sprintf("trig%d", number)).Edges()
				if turn >= len(edges) || !edges[turn].Active {
					continue
				}
				if gap := edges[turn].At.Sub(last); gap < 60*time.Millisecond {
					t.Errorf("sensor %d fired %v after its neighbour", number, gap)
				}
				last = edges[turn].At
			}
		}
	})
}

// A clone hangs with its ECHO high: it is not triggered until it lets go, and its neighbour is read all the time.
func TestASensorThatHangsIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := atomic.Bool{}
		host, got, _ := story(t, 2, 10*time.Second, func(host *drivertest.Host, number int) (drivers.Sample, bool) {
			if number == 1 && !hung.Swap(true) {
				host.FakeInput("echo1").Drive(true)
				time.AfterFunc(5*time.Second, func() { host.FakeInput("echo1").Drive(false) })
				return drivers.Sample{}, false
			}
			return distance(1000), true
		})
		neighbour, own := distance(1000), distance(1000)
		own.Channel = 1
		edges := host.FakeOutput("trig1").Edges()
		if got[neighbour] < 60 || got[own] < 25 || edges[2].At.Sub(edges[0].At) < 5*time.Second {
			t.Errorf("%v, triggered again after %v", got, edges[2].At.Sub(edges[0].At))
		}
	})
}

func TestSensorsThatDoNotAnswerAreAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, got, err := story(t, 2, time.Minute, func(*drivertest.Host, int) (drivers.Sample, bool) { return drivers.Sample{}, false })
		if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "none of 2 sensors answers") || len(got) != 0 {
			t.Errorf("%v, ended with %v", got, err)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		settings drivers.Settings
		want     string
	}{
		{drivers.Settings{}, "0 triggers and 0 echoes: write one of each"},
		{drivers.Settings{"triggers": []string{"a"}, "echoes": []string{"b", "c"}}, "1 triggers and 2 echoes"},
		{drivers.Settings{"triggers": []string{"a"}, "echoes": []string{"b"}, "slot_ms": int64(10)}, "slot_ms = 10: write 60 to 1000"},
		{drivers.Settings{"triggers": []string{"a"}, "echoes": []string{"b"}, "temperature_c": int64(99)}, "temperature_c = 99: write -40 to 60"},
	} {
		_, err := hcsr04.Driver().Make(drivertest.NewHost(), c.settings)
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%v: error %v, want %q", c.settings, err, c.want)
		}
	}
}
