package payload

import (
	"encoding/hex"
	"fmt"
)

// wilsenField is a field of the list of length, id and value that Pepperl+Fuchs and Conbee send, high byte first.
type wilsenField struct {
	size int
	read channelReader
}

// wilsenFields are the fields by their ids. Sources: TheThingsNetwork's lorawan-devices (vendor/pepperl-fuchs/wilsen.js),
// akenza's device-type-library (types/pepperlFuchs/wilsenSonicLevel) and element-parsers (lib/conbee_hybdridtag_l300.ex).
var wilsenFields = map[int64]wilsenField{
	0x0101: {2, highFirst("light_lux", 2, 0)},
	0x0201: {4, func(m *Message, c *cursor) {
		if number, finite := c.binary32(4); finite {
			m.number("temperature_c", number, 4)
		}
	}},
	0x0301: {1, highFirst("humidity_pct", 1, 0)},
	0x0401: {2, func(m *Message, c *cursor) { m.number("acceleration_x", c.signed(2), 0) }},
	0x0402: {2, func(m *Message, c *cursor) { m.number("acceleration_y", c.signed(2), 0) }},
	0x0403: {2, func(m *Message, c *cursor) { m.number("acceleration_z", c.signed(2), 0) }},
	0x0501: {1, highFirst("button", 1, 0)},
	0x0B01: {2, wilsenDistance(10)},
	0x0B02: {2, wilsenDistance(1)},
	0x0B06: {1, highFirst("fill_level_pct", 1, 0)},
	0x0B07: {1, highFirst("amplitude", 1, 0)},
	0x0F01: {2, highFirst("localisation_id", 2, 0)},
	0x3101: {2, highFirst("uplink_count", 2, 0)},
	0x3102: {2, highFirst("position_count", 2, 0)},
	0x3103: {4, highFirst("measurement_count", 4, 0)},
	0x5001: {4, func(m *Message, c *cursor) { m.number("latitude_deg", c.signed(4), 6) }},
	0x5002: {4, func(m *Message, c *cursor) { m.number("longitude_deg", c.signed(4), 6) }},
	0x5101: {1, highFirst("battery_v", 1, 1)},
	0x5102: {1, highFirst("battery_indicator_code", 1, 0)},
}

// The fields of any length: the serial number, the beacons that were heard, and, from F1 on, repeated settings.
const (
	wilsenSerial   = 0x2A25
	wilsenBeacons  = 0x1202
	wilsenSettings = 0xF1
)

// wilsenNone is the distance without an echo.
const wilsenNone = 0xFFFF

func highFirst(name string, size, decimals int) channelReader {
	return func(m *Message, c *cursor) { m.number(name, c.unsigned(size), decimals) }
}

func wilsenDistance(unitMM int64) channelReader {
	return func(m *Message, c *cursor) {
		if distance := c.unsigned(2); distance == wilsenNone {
			m.text("distance_error", "invalid")
		} else {
			m.number("distance_mm", distance*unitMM, 0)
		}
	}
}

// decodeWilsen decodes the WILSEN.sonic sensors, and Conbee's hybrid tag, whose fields have the same ids.
func decodeWilsen(m *Message, _ int, data []byte) error {
	c := m.open(data)
	for c.more() {
		at, size, id := c.at, int(c.unsigned(1))-2, c.unsigned(2)
		field, known := wilsenFields[id]
		switch {
		case c.cut:
		case size < 0 || known && size != field.size:
			return fmt.Errorf("%w: field %04x at byte %d has %d bytes of value", ErrPayload, id, at, size)
		case known:
			field.read(m, c)
		case id == wilsenSerial:
			m.text("serial_number", wilsenText(c.take(size)))
		case id == wilsenBeacons:
			m.text("beacons", c.hex(size))
		case id>>8 >= wilsenSettings:
			m.text("kind", "reply")
			m.text(fmt.Sprintf("setting_%04x", id), c.hex(size))
		default:
			return fmt.Errorf("%w: field %04x at byte %d is unknown", ErrPayload, id, at)
		}
	}
	return c.end()
}

// wilsenText is a text as it is, and anything else in hexadecimal.
func wilsenText(data []byte) string {
	if text := printable(string(data)); len(text) == len(data) {
		return text
	}
	return hex.EncodeToString(data)
}
