package rtc_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/rtc"
)

func newBench(t *testing.T) (drivertest.Bench, *rtc.Simulator) {
	root, host, device := t.TempDir(), drivertest.NewHost(), &rtc.Simulator{}
	folder := filepath.Join(root, "sys/class/rtc/rtc0")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "since_epoch"), []byte("0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	host.FakeI2C("i2c1").Attach(0x68, device)
	return drivertest.Bench{
		Driver: rtc.Driver(), Host: host, Names: []string{"i2c1"},
		Settings: drivers.Settings{"root": root, "clock": "rtc0", "bus": "i2c1", "period_ms": int64(300)},
	}, device
}

func TestClockKeepsTheContract(t *testing.T) {
	drivertest.TestMonitor(t, func() drivertest.ListenerBench {
		b, device := newBench(t)
		had := false
		return drivertest.ListenerBench{Bench: b, Report: func(any) { had = !had; device.Stop(had) }}
	})
}

func TestABusThatIsStuckIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, device := newBench(t)
		made, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		device.Stop(true)
		var faults []string
		time.AfterFunc(time.Minute, func() { b.Host.FakeI2C("i2c1").Stick(true) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err = made.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) {
			if c.State == drivers.ConditionFault && c.Do != "" {
				faults = append(faults, c.ID)
			}
		})
		if !errors.Is(err, drivers.ErrOffline) || strings.Join(faults, " ") != "clock stopped" {
			t.Errorf("%v, faults %v", err, faults)
		}
	})
}

// refusing is a kernel that answers each read with one error.
type refusing struct{ errno syscall.Errno }

func (r refusing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "read", Path: name, Err: r.errno}
}

// A chip that had stopped is not read at all: Linux, drivers/rtc, answers EINVAL for those whose drivers look (DS1307, PCF8523).
// That is what is wrong with the clock, and no reason to look no more; another error is.
func TestAChipThatHadStopped(t *testing.T) {
	for errno, want := range map[syscall.Errno]error{syscall.EINVAL: context.DeadlineExceeded, syscall.EIO: drivers.ErrOffline} {
		synctest.Test(t, func(t *testing.T) {
			made, err := rtc.Driver().Make(drivertest.NewHost(), drivers.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			made.(*rtc.Clock).ReadFrom(refusing{errno})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			told := []drivers.Condition{}
			err = made.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) { told = append(told, c) })
			if !errors.Is(err, want) {
				t.Errorf("%v: ended with %v", errno, err)
			}
			if errno == syscall.EINVAL && (len(told) != 1 || told[0].State != drivers.ConditionFault || !strings.Contains(told[0].Do, "battery")) {
				t.Errorf("told %+v", told)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		text  string
		there bool
		state drivers.ConditionState
		value int64
	}{
		{"1800000003\n", true, drivers.ConditionGood, 0}, {"1799999940\n", true, drivers.ConditionWarning, 60},
		{"1800007200\n", true, drivers.ConditionWarning, -7200}, {"946684800\n", true, drivers.ConditionFault, 0},
		{"nonsense", true, drivers.ConditionFault, 0}, {"", false, drivers.ConditionWarning, 0},
	} {
		got := rtc.Judge(c.text, c.there, now)
		if got.State != c.state || got.Value != c.value || (got.Do == "") != (c.state == drivers.ConditionGood) {
			t.Errorf("%q: %+v", c.text, got)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("1800000000\n", int64(5))
	f.Fuzz(func(t *testing.T, text string, now int64) {
		if c := rtc.Judge(text, true, time.Unix(now, 0)); c.State != drivers.ConditionGood && c.Do == "" {
			t.Errorf("%q: %+v", text, c)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	_, err := rtc.Driver().Make(drivertest.NewHost(), drivers.Settings{"clock": "../x"})
	if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(fmt.Sprint(err), `clock = "../x": write its name`) {
		t.Errorf("error %v", err)
	}
}
