package payload

// draginoNoLight is what a laser reports that got too little light back.
const draginoNoLight = 0xFFFF

// decodeDraginoLaser decodes the LLDS12.
func decodeDraginoLaser(m *Message, port int, data []byte) error {
	if port != 2 && port != NoPort {
		return wrongPort(port, "2 readings")
	}
	if draginoReply(m, data) {
		return nil
	}
	return draginoLaser(m, m.open(data))
}

// decodeDraginoNewLaser decodes the LDS12-LB and the LDS40-LB. Source: the maker's decoders.
func decodeDraginoNewLaser(m *Message, port int, data []byte) error {
	if port != 2 && port != NoPort {
		return decodeDraginoOne(m, port, data) // what it stored, and its status
	}
	if draginoReply(m, data) {
		return nil
	}
	err := draginoLaser(m, m.open(data))
	if err == nil {
		m.bool("interrupt", data[8]&1 != 0)
		m.bool("ext_level", data[8]&2 != 0)
	}
	return err
}

func draginoLaser(m *Message, c *cursor) error {
	draginoBattery(m, c)
	draginoTemperature(m, c)
	draginoLaserDistance(m, c)
	m.number("signal", c.unsigned(2), 0)
	m.bool("interrupt", c.unsigned(1) != 0)
	m.number("laser_temperature_c", c.signed(1), 0)
	m.number("message_type", c.unsigned(1), 0)
	return c.end()
}

func draginoLaserDistance(m *Message, c *cursor) {
	if mm := c.unsigned(2); mm == draginoNoLight {
		m.text("distance_error", "invalid")
	} else {
		m.number("distance_mm", mm, 0)
	}
}

// The modes of a DS20L, in the high bits of the byte after the battery.
const draginoCounting = 1

// decodeDraginoSwitch decodes the DS20L, a laser that says when something is nearer, or farther, than a limit. Source:
// the maker's decoder.
func decodeDraginoSwitch(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch {
	case port == 5:
		return draginoSwitchStatus(m, c)
	case port != 2 && port != NoPort:
		return wrongPort(port, "2 readings, 5 status")
	}
	m.number("battery_v", c.unsigned(2), 3)
	flags := c.unsigned(1)
	m.number("mode", flags>>6, 0)
	m.bool("alarm", flags&0x20 != 0)
	switch {
	case flags>>6 == draginoCounting:
		m.bool("interrupt", flags&0x10 != 0)
		draginoLaserDistance(m, c)
		m.number("distance_state_code", c.unsigned(1), 0)
		m.number("interrupt_count", c.unsigned(4), 0)
		return c.end()
	case flags&0x08 != 0:
		m.number("interrupt_count", c.unsigned(4), 0)
	default:
		m.bool("output", flags&0x10 != 0)
		draginoLaserDistance(m, c)
	}
	m.bool("limit_alarm", flags&0x04 != 0)
	m.number("upper_limit_mm", c.unsigned(2), 0)
	m.number("lower_limit_mm", c.unsigned(2), 0)
	return c.end()
}

// draginoSwitchStatus is the status with the mode before the battery.
func draginoSwitchStatus(m *Message, c *cursor) error {
	draginoModel(m, c)
	m.number("mode", c.unsigned(1), 0)
	m.number("battery_v", c.unsigned(2), 3)
	return c.end()
}
