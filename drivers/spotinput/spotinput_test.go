package spotinput_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/spotinput"
)

func settings(closed bool, inputs ...string) drivers.Settings {
	return drivers.Settings{"inputs": inputs, "normally_closed": closed}
}

func TestDetectorsKeepTheContract(t *testing.T) {
	drivertest.TestSensor(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		occupied := false
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: spotinput.Driver(), Host: host, Names: []string{"bay1", "bay2"}, Settings: settings(false, "bay1", "bay2"),
			},
			Report: func(any) {
				occupied = !occupied
				host.FakeInput("bay2").Drive(occupied)
			},
		}
	})
}

func TestStatesChangesAndRepeats(t *testing.T) {
	for _, closed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			device, err := spotinput.Driver().Make(host, settings(closed, "bay1", "bay2"))
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(time.Second, func() { host.FakeInput("bay2").Drive(true) })
			ctx, cancel := context.WithTimeout(t.Context(), 31*time.Second)
			defer cancel()
			var got []drivers.Sample
			if err := device.(drivers.Sensor).Sense(ctx, func(s drivers.Sample) { got = append(got, s) }); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("it ended with %v", err)
			}
			slices.SortStableFunc(got[:2], func(a, b drivers.Sample) int { return a.Channel - b.Channel }) // both states came at once
			state := func(channel int, active bool) drivers.Sample {
				return drivers.Sample{Channel: channel, Kind: drivers.SampleOccupied, Occupied: active != closed}
			}
			want := []drivers.Sample{state(0, false), state(1, false), state(1, true), state(0, false), state(1, true)}
			if !slices.Equal(got, want) {
				t.Errorf("normally closed %v: %+v, want %+v", closed, got, want)
			}
		})
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	_, err := spotinput.Driver().Make(drivertest.NewHost(), drivers.Settings{})
	if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "write the names of 1 to 256 inputs") {
		t.Errorf("error %v", err)
	}
}
