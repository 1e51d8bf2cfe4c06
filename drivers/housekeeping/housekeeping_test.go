package housekeeping_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/housekeeping"
)

func write(t testing.TB, root, path, text string) {
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMachineKeepsTheContract(t *testing.T) {
	drivertest.TestMonitor(t, func() drivertest.ListenerBench {
		root, milli := t.TempDir(), 40_000
		write(t, root, "sys/class/thermal/thermal_zone0/temp", "40000\n")
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: housekeeping.Driver(), Host: drivertest.NewHost(), Settings: drivers.Settings{"root": root, "period_ms": int64(300)},
			},
			Report: func(any) {
				milli += 1000
				write(t, root, "sys/class/thermal/thermal_zone0/temp", fmt.Sprintln(milli))
			},
			Garble: func(any) { write(t, root, "proc/meminfo", "nonsense") },
		}
	})
}

// seen is what a machine of such files is told to be.
func seen(t *testing.T, files map[string]string) (conditions map[string]drivers.Condition, err error) {
	root := t.TempDir()
	for path, text := range files {
		write(t, root, path, text)
	}
	conditions = map[string]drivers.Condition{}
	synctest.Test(t, func(t *testing.T) {
		device, makeErr := housekeeping.Driver().Make(nil, drivers.Settings{"root": root})
		if makeErr != nil {
			t.Fatal(makeErr)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = device.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) { conditions[c.ID] = c })
	})
	return conditions, err
}

func TestWhatAMachineTells(t *testing.T) {
	const throttled, life = "sys/devices/platform/soc/soc:firmware/get_throttled", "sys/block/mmcblk0/device/life_time"
	for _, c := range []struct {
		path, text, id string
		value          int64
		state          drivers.ConditionState
	}{
		{"sys/class/thermal/thermal_zone0/temp", "48312\n", "temperature", 48312, drivers.ConditionGood},
		{"sys/class/thermal/thermal_zone0/temp", "-5000\n", "temperature", -5000, drivers.ConditionGood},
		{"sys/class/thermal/thermal_zone0/temp", "85000\n", "temperature", 85000, drivers.ConditionFault},
		{throttled, "0x0\n", "supply", 0, drivers.ConditionGood},
		{throttled, "50005\n", "supply", 1, drivers.ConditionFault},
		{throttled, "0x50000\n", "supply", 0, drivers.ConditionWarning},
		{throttled, "0x80008\n", "slowed", 1, drivers.ConditionWarning},
		{"sys/class/hwmon/hwmon3/in0_lcrit_alarm", "1\n", "supply", 1, drivers.ConditionFault},
		{life, "0x01 0x02\n", "disk_wear", 20, drivers.ConditionGood},
		{life, "0x08 0x01\n", "disk_wear", 80, drivers.ConditionWarning},
		{life, "0x0b 0x01\n", "disk_wear", 110, drivers.ConditionFault},
		{"proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 90 kB\n", "memory_free", 9, drivers.ConditionWarning},
		{"proc/uptime", "3700.22 7000.1\n", "uptime", 61, drivers.ConditionGood},
	} {
		conditions, err := seen(t, map[string]string{c.path: c.text})
		got, found := conditions[c.id]
		if !found || !errors.Is(err, context.DeadlineExceeded) || got.Value != c.value || got.State != c.state || (got.Do == "") != (c.state == drivers.ConditionGood) {
			t.Errorf("%s = %q: %+v, %v: want %s %d, state %d", c.path, c.text, conditions, err, c.id, c.value, c.state)
		}
	}
}

func TestAMachineThatTellsNothing(t *testing.T) {
	if _, err := seen(t, nil); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("error %v", err)
	}
}

func FuzzFiles(f *testing.F) {
	f.Add("48312", "0x50005", "0x01 0x02", "MemTotal: 5 kB\nMemAvailable: 3 kB", "5.1 2")
	f.Fuzz(func(t *testing.T, temperature, throttled, life, memory, uptime string) {
		_ = housekeeping.Parse(temperature, throttled, life, memory, uptime) // it must not panic
	})
}
