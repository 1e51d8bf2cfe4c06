package ups

import (
	"encoding/binary"
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// The gauges.
const (
	gaugeNone     = "none"
	gaugeMAX17040 = "max17040"
	gaugeINA219   = "ina219"
)

// The registers.
const (
	maxVoltage = 0x02
	maxCharge  = 0x04
	inaShunt   = 0x01
	inaBus     = 0x02
)

// word is a register of a gauge, high byte first.
type word [2]byte

func (w word) value() uint16 { return binary.BigEndian.Uint16(w[:]) }

// maxReading is what a MAX17040 tells.
func maxReading(voltage, charge word) []drivers.Condition {
	return []drivers.Condition{
		{ID: "battery", Value: int64(voltage.value()>>4) * 125 / 100, Unit: "mV"},
		chargeOf(int64(charge.value()) / 256),
	}
}

// chargeOf is how full a battery is.
func chargeOf(percent int64) drivers.Condition {
	c := drivers.Condition{ID: "charge", Value: min(percent, 100), Unit: "percent"}
	switch {
	case percent < 10:
		c.State, c.Do = drivers.ConditionFault, "Bring the mains back or shut the gateway down: the battery is nearly empty."
	case percent < 30:
		c.State, c.Do = drivers.ConditionWarning, "Bring the mains back soon."
	}
	return c
}

// gaugeOf says whether the gauge answers.
func gaugeOf(err error) drivers.Condition {
	if err == nil {
		return drivers.Condition{ID: "gauge", Note: "the fuel gauge answers"}
	}
	return drivers.Condition{
		ID: "gauge", Value: 1, State: drivers.ConditionWarning, Note: fmt.Sprintf("the fuel gauge can't be read: %v", err),
		Do: "Do what it says, or check the gauge's power and wires; the gateway goes on asking it.",
	}
}

// stale are conditions as they were when the gauge answered last.
func stale(last []drivers.Condition) []drivers.Condition {
	conditions := slices.Clone(last)
	for i := range conditions {
		c := &conditions[i]
		c.State, c.Note = max(c.State, drivers.ConditionWarning), "as it was when the gauge was read last"
		if c.Do == "" {
			c.Do = "Do what is said of the gauge."
		}
	}
	return conditions
}

// inaReading is what an INA219 tells. A current below 0 is drawn from the battery.
func inaReading(bus, shunt word, shuntMilliohm int64) []drivers.Condition {
	microvolt := int64(int16(shunt.value())) * 10
	return []drivers.Condition{
		{ID: "battery", Value: int64(bus.value()>>3) * 4, Unit: "mV"},
		{ID: "current", Value: microvolt / shuntMilliohm, Unit: "mA"},
	}
}
