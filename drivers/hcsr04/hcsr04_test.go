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

// move is an edge of an ECHO, so long after its sensor was triggered.
type move struct {
	active bool
	after  time.Duration
}

// scripted is a board with one sensor that answers each trigger with the same edges, dated as a kernel dates them.
type scripted struct {
	drivers.Host
	moves []move
	fired chan struct{}
	fires *int
}

func (s scripted) Output(string) (drivers.Output, error) { return scriptedTrigger{s}, nil }
func (s scripted) Input(string) (drivers.Input, error)   { return scriptedEcho{s}, nil }

type scriptedTrigger struct{ scripted }

func (scriptedTrigger) Set(bool) error { return nil }
func (scriptedTrigger) Close() error   { return nil }

func (s scriptedTrigger) Pulse(time.Duration) error {
	*s.fires++
	s.fired <- struct{}{}
	return nil
}

type scriptedEcho struct{ scripted }

func (scriptedEcho) Close() error { return nil }

func (s scriptedEcho) Watch(ctx context.Context, report func(active bool, at time.Time)) error {
	report(false, time.Now())
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.fired:
			for at, moves := time.Now(), s.moves; len(moves) > 0; moves = moves[1:] {
				report(moves[0].active, at.Add(moves[0].after))
			}
		}
	}
}

// Edges that a board lost, that come of an earlier measurement, or that are not in their order: a whole echo is measured by its
// own two edges, and without them there is no distance.
func TestEdgesThatAreNoEcho(t *testing.T) {
	const rise, fall = 500 * time.Microsecond, 500*time.Microsecond + 11_661*time.Microsecond // 2002 mm at 20 °C
	for name, c := range map[string]struct {
		moves []move
		want  drivers.Sample
		fires int // in a second, with a slot of 70 ms each
	}{
		"a whole echo":             {[]move{{true, rise}, {false, fall}}, distance(2002), 15},
		"its beginning is missing": {[]move{{false, fall}}, drivers.Sample{}, 15},
		"its end is missing":       {[]move{{true, rise}}, drivers.Sample{}, 1},
		"it began before":          {[]move{{true, -rise}, {false, fall}}, drivers.Sample{}, 15},
		"an end comes before":      {[]move{{false, 0}, {true, rise}, {false, fall}}, distance(2002), 15},
		"a second echo":            {[]move{{true, rise}, {false, fall}, {true, fall + rise}, {false, 2 * fall}}, distance(2002), 15},
		"in the wrong order":       {[]move{{true, fall}, {false, rise}}, drivers.Sample{Kind: drivers.SampleInterference}, 15},
	} {
		synctest.Test(t, func(t *testing.T) {
			fires, told := 0, map[drivers.Sample]int{}
			device, err := hcsr04.Driver().Make(scripted{moves: c.moves, fired: make(chan struct{}, 1), fires: &fires}, settings(1))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err = device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { told[s]++ })
			if c.want == (drivers.Sample{}) && len(told) != 0 || c.want != (drivers.Sample{}) && (len(told) != 1 || told[c.want] < c.fires-1) {
				t.Errorf("%s: told %v, want %+v", name, told, c.want)
			}
			if fires != c.fires || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: triggered %d times, want %d; ended with %v", name, fires, c.fires, err)
			}
		})
	}
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
