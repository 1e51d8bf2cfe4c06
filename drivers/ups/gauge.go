package ups

import (
	"encoding/binary"

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

// inaReading is what an INA219 tells. A current below 0 is drawn from the battery.
func inaReading(bus, shunt word, shuntMilliohm int64) []drivers.Condition {
	microvolt := int64(int16(shunt.value())) * 10
	return []drivers.Condition{
		{ID: "battery", Value: int64(bus.value()>>3) * 4, Unit: "mV"},
		{ID: "current", Value: microvolt / shuntMilliohm, Unit: "mA"},
	}
}
