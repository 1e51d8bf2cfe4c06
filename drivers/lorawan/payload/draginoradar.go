package payload

const draginoRadarPorts = "2 readings, 3 stored readings, 4 settings, 5 status"

// draginoRadarNone is what a radar reports that found nothing.
const draginoRadarNone = 0x3FFF

// decodeDraginoRadar decodes the LMDS120 and the MDS120-LB. Source: TheThingsNetwork's lorawan-devices (vendor/dragino:
// lmds120 decoder.js, mds120-lb.js).
func decodeDraginoRadar(m *Message, port int, data []byte) error {
	if port == 4 {
		c := m.open(data)
		m.text("kind", "settings")
		m.number("upload_interval_s", c.unsigned(3), 0)
		c.take(1)
		m.number("stop_timer", c.unsigned(1), 0)
		m.number("alarm_timer", c.unsigned(2), 0)
		return c.end()
	}
	err := decodeDraginoNewOne(m, port, data)
	if distance, _, found := m.Number("distance_mm"); err == nil && found && distance == draginoRadarNone {
		m.drop("distance_mm")
		m.text("distance_error", "invalid")
	}
	return err
}

// decodeDraginoTwoRadar decodes the LMDS200 and the MDS200-LB, which tell two things before them apart, in centimetres.
// Source: TheThingsNetwork's lorawan-devices (vendor/dragino: lmds200.js, mds200-lb.js).
func decodeDraginoTwoRadar(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 2, NoPort:
		m.number("battery_v", c.unsigned(2), 3)
		m.add("distances_cm", c.unsigned(2), 0)
		m.add("distances_cm", c.unsigned(2), 0)
		flags := c.unsigned(1)
		m.number("alarm_count", flags>>2, 0)
		m.bool("distance_alarm", flags&2 != 0)
		m.bool("interrupt", flags&1 != 0)
		return c.end()
	case 3:
		return draginoStored(m, c, func() {
			c.take(2)
			m.add("stored_distances_cm", c.unsigned(2), 0)
			m.add("stored_distances_cm", c.unsigned(2), 0)
			c.take(1)
		})
	case 4:
		m.text("kind", "settings")
		m.number("upload_interval_s", c.unsigned(3), 0)
		m.number("alarm_interval_min", c.unsigned(1), 0)
		m.number("lower_limit_cm", c.unsigned(2), 0)
		m.number("upper_limit_cm", c.unsigned(2), 0)
		m.number("interrupt_mode", c.unsigned(1), 0)
		return c.end()
	case 5:
		return draginoStatus(m, c)
	}
	return wrongPort(port, draginoRadarPorts)
}
