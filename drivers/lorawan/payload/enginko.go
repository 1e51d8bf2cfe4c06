package payload

import "fmt"

// Enginko's (MCF88's) level sensor, low byte first. Source: akenza's device-type-library (types/enginko/EGK-LW20W00).
const (
	enginkoTimeSync = 0x01
	enginkoLevel    = 0x14
	enginkoErrors   = 60_000 // a greater distance is the code of an error
)

func decodeEnginko(m *Message, _ int, data []byte) error {
	c := m.open(data)
	switch message := c.unsigned(1); message {
	case enginkoTimeSync:
		m.text("kind", "time_sync")
		m.text("sync_id", c.hex(4))
		m.text("firmware", c.hex(1)+"."+c.hex(1)+"."+c.hex(1))
		m.text("application_type", c.hex(2))
		c.rest()
		return c.end()
	case enginkoLevel:
		return enginkoMeasured(m, c)
	default:
		return fmt.Errorf("%w: message %02x is unknown", ErrPayload, message)
	}
}

// enginkoMeasured reads the four kinds of measurements: 1 and 3 have a fill level, 1 to 3 a temperature, 2 and 3 humidity
// and pressure. Firmware of today ends with the battery.
func enginkoMeasured(m *Message, c *cursor) error {
	kind := c.unsigned(1)
	if kind > 3 {
		return fmt.Errorf("%w: measurement %d is unknown", ErrPayload, kind)
	}
	enginkoTime(m, c.unsignedLow(4))
	m.number("adc_mv", c.unsignedLow(2), 0)
	c.take(2)
	if distance := c.unsignedLow(2); distance > enginkoErrors {
		m.text("distance_error", "sensor_error")
	} else {
		m.number("distance_mm", distance, 0)
	}
	if kind&1 != 0 {
		m.number("fill_level_pct", c.unsigned(1), 0)
	}
	if kind >= 1 {
		m.number("temperature_c", c.signedLow(2), 2)
	}
	if kind >= 2 {
		m.number("humidity_pct", 5*c.unsigned(1), 1)
		m.number("pressure_hpa", c.unsignedLow(3), 2)
	}
	if c.more() {
		m.number("battery_pct", c.unsigned(1), 0)
	}
	return c.end()
}

// enginkoTime is the time of the device's own clock, packed as in a FAT file system, from 2000 on.
func enginkoTime(m *Message, packed int64) {
	part := func(from, bits uint) int64 { return packed >> from & (1<<bits - 1) }
	m.text("device_time", fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d",
		2000+part(25, 7), part(21, 4), part(16, 5), part(11, 5), part(5, 6), 2*part(0, 5)))
}
