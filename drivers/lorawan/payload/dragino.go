package payload

import "fmt"

// Dragino's distance sensors: readings on port 2, stored readings on port 3, the device's status on port 5. Sources:
// TheThingsNetwork's lorawan-devices (vendor/dragino: ldds04.js, ldds75.js, dds04-lb.js, dds45-lb.js, dds75-lb.js,
// llds12.js) and akenza's device-type-library (types/dragino).
const draginoPorts = "2 readings, 3 stored readings, 5 status"

// draginoInvalidMM is what a probe reports, or less, when it got no useful echo; 0 is a probe that is not there.
const draginoInvalidMM = 20

// draginoRecord is the length of a stored reading.
const draginoRecord = 11

func draginoBattery(m *Message, c *cursor) int64 {
	word := c.unsigned(2)
	m.number("battery_v", word&0x3FFF, 3)
	return word >> 14
}

// draginoDistance is one distance in millimetres.
func draginoDistance(m *Message, c *cursor) {
	switch mm := c.unsigned(2); {
	case mm == 0:
		m.text("distance_error", "no_sensor")
	case mm <= draginoInvalidMM:
		m.text("distance_error", "invalid")
	default:
		m.number("distance_mm", mm, 0)
	}
}

// draginoTemperature is the DS18B20's; 7FFF and FFFF are none.
func draginoTemperature(m *Message, c *cursor) {
	if raw := c.signed(2); raw != -1 && raw != 0x7FFF {
		m.number("temperature_c", raw, 1)
	}
}

// decodeDraginoOldFour decodes the LDDS04: four probes in millimetres, and bit 15 of the battery is the trigger.
func decodeDraginoOldFour(m *Message, port int, data []byte) error {
	if port != 2 && port != NoPort {
		return wrongPort(port, "2 readings")
	}
	if err := length(data, draginoRecord); err != nil {
		return err
	}
	if draginoReply(m, data) {
		return nil
	}
	return draginoFour(m, m.open(data), 2)
}

// draginoReply takes the reply to a question for the configuration, which has a type of its own and no battery, as no
// battery has 0.8 V.
func draginoReply(m *Message, data []byte) bool {
	if len(data) != draginoRecord || data[0] != 0x03 || data[draginoRecord-1] != 0x02 {
		return false
	}
	m.text("kind", "reply")
	m.text("data", m.open(data).rest())
	return true
}

func draginoFour(m *Message, c *cursor, trigger int64) error {
	flags := draginoBattery(m, c)
	for range 4 {
		m.add("distances_cm", c.unsigned(2), 1)
	}
	m.bool("ext_trigger", flags&trigger != 0)
	m.number("message_type", c.unsigned(1), 0)
	return c.end()
}

// decodeDraginoFour decodes the DDS04-LB, where bit 14 is the trigger and bit 15 the trigger's level.
func decodeDraginoFour(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 2, NoPort:
		if err := length(data, draginoRecord); err != nil {
			return err
		}
		err := draginoFour(m, c, 1)
		m.bool("ext_level", data[0]&0x80 != 0)
		return err
	case 3:
		return draginoStored(m, c, func() {
			c.take(1)
			for range 3 {
				m.add("stored_distances_cm", c.unsigned(2), 1)
			}
		})
	case 5:
		return draginoStatus(m, c)
	}
	return wrongPort(port, draginoPorts)
}

// decodeDraginoThree decodes the DDS75-LB with up to three probes.
func decodeDraginoThree(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 2, NoPort:
		if len(data) != draginoRecord {
			return decodeDraginoNewOne(m, port, data)
		}
		draginoBattery(m, c)
		draginoTemperature(m, c)
		for range 3 {
			m.add("distances_mm", c.unsigned(2), 0)
		}
		flags := c.unsigned(1)
		m.bool("sensor_present", flags&0x10 != 0)
		m.bool("interrupt", flags&0x0F != 0)
		return c.end()
	case 3:
		return draginoStored(m, c, func() {
			for range 3 {
				m.add("stored_distances_mm", c.unsigned(2), 0)
			}
			c.take(1)
		})
	case 5:
		return draginoStatus(m, c)
	}
	return wrongPort(port, draginoPorts)
}

// decodeDraginoOne decodes the sensors with one probe: battery, distance and interrupt, and from the second generation on
// a temperature and whether the probe is there. Without a probe the first generation sends the battery and the interrupt.
func decodeDraginoOne(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 2, NoPort:
		return draginoOne(m, c)
	case 3:
		return draginoStored(m, c, func() {
			c.take(2)
			m.add("stored_distances_mm", c.unsigned(2), 0)
			c.take(3)
		})
	case 5:
		return draginoStatus(m, c)
	}
	return wrongPort(port, draginoPorts)
}

// draginoOldestBytes is the length of the readings of the first LDDS75: battery and distance, which is all that TagoIO's public
// decoder of it reads.
const draginoOldestBytes = 4

// decodeDraginoOldOne decodes the LDDS75.
func decodeDraginoOldOne(m *Message, port int, data []byte) error {
	if len(data) != draginoOldestBytes || port != 2 && port != NoPort {
		return decodeDraginoOne(m, port, data)
	}
	c := m.open(data)
	draginoBattery(m, c)
	draginoDistance(m, c)
	return c.end()
}

// draginoNewBytes is the length of the second generation's readings.
const draginoNewBytes = 8

// decodeDraginoNewOne decodes the second generation, which always sends everything.
func decodeDraginoNewOne(m *Message, port int, data []byte) error {
	if port == 2 || port == NoPort {
		if err := length(data, draginoNewBytes); err != nil {
			return err
		}
	}
	return decodeDraginoOne(m, port, data)
}

func draginoOne(m *Message, c *cursor) error {
	if err := length(c.data, 3, 5, draginoNewBytes); err != nil {
		return err
	}
	draginoBattery(m, c)
	if len(c.data) == 3 {
		m.text("distance_error", "no_sensor")
	} else {
		draginoDistance(m, c)
	}
	m.bool("interrupt", c.unsigned(1) != 0)
	if c.more() {
		draginoTemperature(m, c)
		m.bool("sensor_present", c.unsigned(1) != 0)
	}
	return c.end()
}

// draginoStored reads the records of a port 3: seven bytes that the model knows, and the time.
func draginoStored(m *Message, c *cursor, record func()) error {
	if len(c.data)%draginoRecord != 0 {
		return fmt.Errorf("%w: %d bytes are no whole number of stored readings of %d", ErrPayload, len(c.data), draginoRecord)
	}
	m.text("kind", "stored")
	for c.more() {
		record()
		m.add("stored_times_s", c.unsigned(4), 0)
	}
	return c.end()
}

// draginoBands names the frequency bands from 1 on.
var draginoBands = []string{
	"EU868", "US915", "IN865", "AU915", "KZ865", "RU864", "AS923", "AS923_1", "AS923_2", "AS923_3", "CN470", "EU433", "KR920", "MA869", "AS923_4",
}

func draginoStatus(m *Message, c *cursor) error {
	draginoModel(m, c)
	m.number("battery_v", c.unsigned(2), 3)
	return c.end()
}

// draginoModel is what a device says of itself.
func draginoModel(m *Message, c *cursor) {
	m.text("kind", "device")
	m.number("model_code", c.unsigned(1), 0)
	version := c.unsigned(2)
	m.text("firmware", fmt.Sprintf("%d.%d.%d", version>>8&0x0F, version>>4&0x0F, version&0x0F))
	if band := c.unsigned(1); band >= 1 && int(band) <= len(draginoBands) {
		m.text("frequency_band", draginoBands[band-1])
	}
	if sub := c.unsigned(1); sub != 0xFF {
		m.number("sub_band", sub, 0)
	}
}
