package payload

// decodeDraginoCellular decodes the NDDS20 and the NDDS75, which send over NB-IoT: what the device is, the reading of now
// and those before. Source: akenza's device-type-library (types/dragino/ndds20, types/dragino/ndds75).
func decodeDraginoCellular(m *Message, _ int, data []byte) error {
	c := m.open(data)
	m.text("device_id", c.hex(8))
	m.number("version_code", c.unsigned(2), 0)
	m.number("battery_v", c.unsigned(2), 3)
	m.number("signal_csq", c.unsigned(1), 0)
	m.number("mode", c.unsigned(1), 0)
	m.bool("interrupt", c.unsigned(1) != 0)
	draginoDistance(m, c)
	m.number("time_s", c.unsigned(4), 0)
	for c.more() {
		m.add("stored_distances_mm", c.unsigned(2), 0)
		m.add("stored_times_s", c.unsigned(4), 0)
	}
	return c.end()
}
