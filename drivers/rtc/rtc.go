package rtc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/poller"
)

const (
	address        = 0x68
	registerStatus = 0x0F
	stopped        = 0x80
	driftMax       = 10 * time.Second
	oldest         = 1_704_067_200 // 2024-01-01, before which a clock was never set
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "rtc",
		Summary: "the machine's clock chip: is it there, does it run, is it right",
		Settings: map[string]string{
			"clock":     "its name in /sys/class/rtc (default rtc0)",
			"bus":       "name of the I2C bus of a DS3231 that the kernel does not own (default: none, it is not asked)",
			"period_ms": "how often it is looked at, 200 to 600000 (default 60000)",
			"root":      "folder that holds sys (default /)",
		},
		Wires: map[string]drivers.Wire{"bus": drivers.WireI2C},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newClock(host, settings) },
	}
}

// Clock is a clock chip.
type Clock struct {
	host   drivers.Host
	files  fs.FS
	file   string
	bus    string
	period time.Duration
}

func newClock(host drivers.Host, settings drivers.Settings) (*Clock, error) {
	name, err := settings.Text("clock", "rtc0")
	if err == nil && (name == "" || strings.ContainsAny(name, "/.")) {
		err = fmt.Errorf("%w: clock = %q: write its name, such as rtc0", drivers.ErrSettings, name)
	}
	if err != nil {
		return nil, err
	}
	c := &Clock{host: host, file: path.Join("sys/class/rtc", name, "since_epoch")}
	if c.bus, err = settings.Text("bus", ""); err != nil {
		return nil, err
	}
	root, err := settings.Text("root", "/")
	if err != nil {
		return nil, err
	}
	c.files = os.DirFS(root)
	periodMS, err := settings.Within("period_ms", 60_000, 200, 600_000)
	c.period = time.Duration(periodMS) * time.Millisecond
	return c, err
}

// I2CPlaces is where the chip stands, if it is looked at.
func (c *Clock) I2CPlaces() []drivers.I2CPlace {
	if c.bus == "" {
		return nil
	}
	return []drivers.I2CPlace{{Bus: c.bus, Address: address}}
}

// Monitor reports the clock's conditions until ctx ends.
func (c *Clock) Monitor(ctx context.Context, report func(drivers.Condition)) error {
	return poller.Run(ctx, c.period, nil, c.look, report)
}

func (c *Clock) look() (conditions []drivers.Condition, err error) {
	text, err := fs.ReadFile(c.files, c.file)
	untrusted := errors.Is(err, syscall.EINVAL) // so the kernel answers for a chip that had stopped
	if err != nil && !untrusted && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("rtc: %s: %w: %w", c.file, drivers.ErrOffline, err)
	}
	conditions = append(conditions, Judge(string(text), err == nil || untrusted, time.Now()))
	if c.bus == "" {
		return conditions, nil
	}
	chip, err := c.host.I2C(c.bus, address)
	if err != nil {
		return nil, fmt.Errorf("rtc: bus %s: %w", c.bus, err)
	}
	defer chip.Close()
	status := make([]byte, 1)
	if err := chip.Tx([]byte{registerStatus}, status); err != nil {
		return nil, fmt.Errorf("rtc: bus %s: %w", c.bus, err)
	}
	return append(conditions, running(status[0])), nil
}

// running is what the chip's status tells.
func running(status byte) drivers.Condition {
	if status&stopped != 0 {
		return drivers.Condition{
			ID: "stopped", Value: 1, State: drivers.ConditionFault, Note: "the clock chip had stopped: its time is wrong",
			Do: "Replace its battery and set the clock.",
		}
	}
	return drivers.Condition{ID: "stopped", Note: "the clock chip has run without a stop"}
}

// Judge compares what the kernel says of the chip with the system's clock.
func Judge(text string, there bool, now time.Time) drivers.Condition {
	c := drivers.Condition{ID: "clock", State: drivers.ConditionWarning}
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	switch {
	case !there:
		c.Note, c.Do = "there is no clock chip", "Add one, or the time is unknown after each start without a network."
		return c
	case err != nil || seconds < oldest:
		c.State, c.Note, c.Do = drivers.ConditionFault, "the clock chip was never set, or had stopped", "Set the clock, and replace the battery if this comes again."
		return c
	}
	c.Value, c.Unit = now.Unix()-seconds, "s off"
	if off := time.Duration(c.Value) * time.Second; off > driftMax || off < -driftMax {
		c.Note, c.Do = "the clock chip and the system differ", "Set the clock, and replace the battery if this comes again."
		return c
	}
	c.State, c.Value = drivers.ConditionGood, 0
	return c
}
