package payload

import "fmt"

// The messages of Tekelek's TEK 766, by their first byte; 00 follows, the product. Source: the maker's payload structure
// CF-5004-01 as element-parsers (lib/tekelek_766_rf.ex) reads it.
const (
	tekelekMeasured = 0x1000
	tekelekStatus   = 0x3000
	tekelekAlarm    = 0x4500
)

func decodeTekelek(m *Message, _ int, data []byte) error {
	c := m.open(data)
	switch message := c.unsigned(2); message {
	case tekelekMeasured, tekelekAlarm:
		m.text("kind", "status")
		if message == tekelekAlarm {
			m.text("kind", "alarm")
		}
		m.number("alarm_bits", c.unsigned(1), 0)
		c.take(1)
		tekelekReading(m, c)
		for c.more() { // what was measured before
			c.take(4)
		}
	case tekelekStatus:
		m.text("kind", "device")
		c.take(1)
		m.number("hardware_version", c.unsigned(1), 0)
		m.number("firmware_version", c.unsigned(2), 0)
		c.take(2)
		m.number("rssi_dbm", -c.signed(1), 0)
		c.take(1)
		m.number("battery_pct", c.unsigned(1), 0)
		m.number("measurement_steps", c.unsigned(2), 0)
		m.number("upload_interval_h", c.unsigned(1), 0)
		tekelekReading(m, c)
	default:
		return fmt.Errorf("%w: message %04x is unknown", ErrPayload, message)
	}
	return c.end()
}

// tekelekReading is a distance in centimetres, the temperature, and how good the echo was. All zero is no reading.
func tekelekReading(m *Message, c *cursor) {
	distance, temperature, echo := c.unsigned(2), c.signed(1), c.unsigned(1)
	if distance == 0 && temperature == 0 && echo == 0 {
		m.text("distance_error", "invalid")
		return
	}
	m.number("distance_mm", 10*distance, 0)
	m.number("temperature_c", temperature, 0)
	m.number("echo_code", echo>>4, 0)
	m.number("echo_strength", echo&0x0F, 0)
}
