package housekeeping

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/poller"
)

// fileMax bounds what is read of a file.
const fileMax = 16 << 10

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "housekeeping",
		Summary: "the machine itself: temperature, supply, throttling, wear, memory",
		Settings: map[string]string{
			"period_ms": "how often it is looked at, 200 to 600000 (default 10000)",
			"root":      "folder that holds sys and proc (default /)",
		},
		Make: func(_ drivers.Host, settings drivers.Settings) (any, error) { return newMachine(settings) },
	}
}

// Machine is the machine that the gateway runs on.
type Machine struct {
	drivers.Faults
	files  fs.FS
	period time.Duration
}

func newMachine(settings drivers.Settings) (*Machine, error) {
	periodMS, err := settings.Within("period_ms", 10_000, 200, 600_000)
	if err != nil {
		return nil, err
	}
	root, err := settings.Text("root", "/")
	return &Machine{files: os.DirFS(root), period: time.Duration(periodMS) * time.Millisecond}, err
}

// Monitor reports the machine's conditions until ctx ends.
func (m *Machine) Monitor(ctx context.Context, report func(drivers.Condition)) error {
	return poller.Run(ctx, m.period, nil, m.look, report)
}

// look reads what there is. A file that makes no sense is told and left out; a machine without any is an error.
func (m *Machine) look() (conditions []drivers.Condition, err error) {
	add := func(pattern string, parse func(string) ([]drivers.Condition, error)) {
		paths, _ := fs.Glob(m.files, pattern) // the patterns are good
		for _, path := range paths {
			text, err := m.read(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			found, bad := parse(text)
			if bad = errors.Join(err, bad); bad != nil {
				m.Note(fmt.Errorf("%s: %w", path, bad))
				continue
			}
			conditions = append(conditions, found...)
			return
		}
	}
	one := func(parse func(string) (drivers.Condition, error)) func(string) ([]drivers.Condition, error) {
		return func(text string) ([]drivers.Condition, error) {
			c, err := parse(text)
			return []drivers.Condition{c}, err
		}
	}
	add("sys/class/thermal/thermal_zone0/temp", one(parseTemperature))
	before := len(conditions)
	add("sys/devices/platform/soc/soc:firmware/get_throttled", func(text string) ([]drivers.Condition, error) {
		supply, speed, err := parseThrottled(text)
		return []drivers.Condition{supply, speed}, err
	})
	if len(conditions) == before {
		add("sys/class/hwmon/hwmon*/in0_lcrit_alarm", func(text string) ([]drivers.Condition, error) {
			return []drivers.Condition{voltage(len(text) > 0 && text[0] == '1')}, nil
		})
	}
	add("sys/block/mmcblk*/device/life_time", one(parseLife))
	add("proc/meminfo", one(parseMemory))
	add("proc/uptime", one(parseUptime))
	if len(conditions) == 0 {
		return nil, fmt.Errorf("housekeeping: the machine tells nothing: check root: %w", drivers.ErrOffline)
	}
	return conditions, nil
}

func (m *Machine) read(path string) (string, error) {
	file, err := m.files.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, fileMax))
	return string(data), err
}
