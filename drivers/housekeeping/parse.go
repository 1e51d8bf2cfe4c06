package housekeeping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gatehouse/drivers"
)

// ErrFile is a file of the machine that can't be understood.
var ErrFile = errors.New("housekeeping: a file of the machine that can't be understood")

// The limits.
const (
	warmMilliC    = 75_000
	hotMilliC     = 85_000
	wornPercent   = 80
	memoryPercent = 10
)

// parseTemperature reads a thermal zone.
func parseTemperature(text string) (drivers.Condition, error) {
	milli, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return drivers.Condition{}, fmt.Errorf("%w: a temperature", ErrFile)
	}
	c := drivers.Condition{ID: "temperature", Value: milli, Unit: "m°C"}
	switch {
	case milli >= hotMilliC:
		c.State, c.Do = drivers.ConditionFault, "Cool the cabinet: the processor slows down at 85 °C and stops above it."
	case milli >= warmMilliC:
		c.State, c.Do = drivers.ConditionWarning, "Look at the cabinet's ventilation."
	}
	return c, nil
}

// parseThrottled reads the flags of the firmware.
func parseThrottled(text string) (supply, speed drivers.Condition, err error) {
	flags, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "0x"), 16, 32)
	if err != nil {
		return supply, speed, fmt.Errorf("%w: throttled flags", ErrFile)
	}
	supply = voltage(flags&1 != 0)
	if supply.State == drivers.ConditionGood && flags>>16&1 != 0 {
		supply.State, supply.Note = drivers.ConditionWarning, "the voltage was too low since the start"
		supply.Do = "Use a stronger power supply and a shorter cable."
	}
	speed = drivers.Condition{ID: "slowed", Note: "full speed"}
	if flags&0xE != 0 {
		speed = drivers.Condition{
			ID: "slowed", Value: 1, State: drivers.ConditionWarning, Note: "the processor is slowed down", Do: "Cool the cabinet and check the power supply.",
		}
	}
	return supply, speed, nil
}

// voltage is the condition of the supply.
func voltage(low bool) drivers.Condition {
	if low {
		return drivers.Condition{
			ID: "supply", Value: 1, State: drivers.ConditionFault, Note: "the voltage is too low", Do: "Use a stronger power supply and a shorter cable.",
		}
	}
	return drivers.Condition{ID: "supply", Note: "the voltage is good"}
}

// parseLife reads how much of an eMMC's life is used up.
func parseLife(text string) (drivers.Condition, error) {
	worst := uint64(0)
	fields := strings.Fields(text)
	for _, field := range fields {
		tenths, err := strconv.ParseUint(strings.TrimPrefix(field, "0x"), 16, 8)
		if err != nil {
			return drivers.Condition{}, fmt.Errorf("%w: life time", ErrFile)
		}
		worst = max(worst, tenths)
	}
	if len(fields) == 0 {
		return drivers.Condition{}, fmt.Errorf("%w: life time", ErrFile)
	}
	c := drivers.Condition{ID: "disk_wear", Value: int64(min(worst*10, 110)), Unit: "percent"}
	switch {
	case worst > 10:
		c.State, c.Do = drivers.ConditionFault, "Replace the module: its memory is worn out."
	case c.Value >= wornPercent:
		c.State, c.Do = drivers.ConditionWarning, "Order a replacement: its memory is nearly worn out."
	}
	return c, nil
}

// parseMemory reads how much memory is free.
func parseMemory(text string) (drivers.Condition, error) {
	var total, available int64
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		value, err := strconv.ParseInt(fields[1], 10, 48)
		if err != nil {
			continue
		}
		switch fields[0] {
		case "MemTotal:":
			total = value
		case "MemAvailable:":
			available = value
		}
	}
	if total <= 0 || available < 0 {
		return drivers.Condition{}, fmt.Errorf("%w: memory", ErrFile)
	}
	c := drivers.Condition{ID: "memory_free", Value: available * 100 / total, Unit: "percent"}
	if c.Value < memoryPercent {
		c.State, c.Do = drivers.ConditionWarning, "Look what else runs on this machine."
	}
	return c, nil
}

// parseUptime reads for how long the machine has run.
func parseUptime(text string) (drivers.Condition, error) {
	whole, _, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(strings.TrimSpace(whole), 10, 48)
	if err != nil || seconds < 0 {
		return drivers.Condition{}, fmt.Errorf("%w: uptime", ErrFile)
	}
	return drivers.Condition{ID: "uptime", Value: seconds / 60, Unit: "min"}, nil
}
