package payload

import "fmt"

// Dingtek's frames begin with 80 and end with 81. Between stand the model, what is sent, the frame's length, and that.
// Sources: TheThingsNetwork's lorawan-devices (vendor/dingtek: do200-codec.yaml, do201.js, do202-codec.yaml, dc410.js,
// df701-codec.yaml, df702.js, df703-codec.yaml).
const (
	dingtekPorts    = "3 all"
	dingtekStart    = 0x80
	dingtekEnd      = 0x81
	dingtekSettings = 3
)

// dingtekFrame reads what every frame has round its content.
func dingtekFrame(m *Message, port int, data []byte, measured, settings func(c *cursor)) error {
	if port != 3 && port != NoPort {
		return wrongPort(port, dingtekPorts)
	}
	c := m.open(data)
	start, model, sent, size := c.unsigned(1), c.unsigned(2), c.unsigned(1), c.unsigned(1)
	switch {
	case c.cut || int(size) > len(data):
		return fmt.Errorf("%w: it is cut: it has %d bytes of %d", ErrPayload, len(data), size)
	case start != dingtekStart || int(size) != len(data) || data[len(data)-1] != dingtekEnd:
		return fmt.Errorf("%w: its %d bytes are not framed by 80 and 81, with their number in the fifth", ErrPayload, len(data))
	}
	m.number("model_code", model, 0)
	switch sent {
	case 1, 2:
		m.text("kind", "status")
		measured(c)
	case dingtekSettings:
		m.text("kind", "settings")
		m.text("firmware", fmt.Sprintf("%d.%d", c.unsigned(1), c.unsigned(1)))
		settings(c)
	default:
		return fmt.Errorf("%w: frame type %d at byte 3 is unknown", ErrPayload, sent)
	}
	c.take(1)
	return c.end()
}

// dingtekNone is the distance without an echo. A parking sensor that found no need to measure it sends 0.
const dingtekNone = 0xFFFF

// dingtekFlags are two yes or no in the halves of a byte.
func dingtekFlags(m *Message, c *cursor, high, low string) {
	flags := c.unsigned(1)
	if high != "" {
		m.bool(high, flags>>4 != 0)
	}
	if low != "" {
		m.bool(low, flags&0x0F != 0)
	}
}

// decodeDingtekParking decodes the DO200, the DO201 and the DO202. The first measures neither temperature nor humidity,
// the last no distance.
func decodeDingtekParking(model string) func(m *Message, port int, data []byte) error {
	return func(m *Message, port int, data []byte) error {
		return dingtekFrame(m, port, data, func(c *cursor) {
			if distance := c.unsigned(2); model != "do202" && distance != dingtekNone {
				m.number("distance_mm", distance, 0)
			}
			dingtekFlags(m, c, "occupied", "distance_alarm")
			dingtekFlags(m, c, "magnetic_alarm", "battery_alarm")
			m.number("battery_v", c.unsigned(2), 2)
			for _, name := range []string{"magnetic_x", "magnetic_y", "magnetic_z"} {
				m.number(name, c.signed(2), 0)
			}
			if model != "do200" {
				m.number("temperature_c", c.signed(1), 0)
				m.number("humidity_pct", c.unsigned(1), 0)
			}
			m.number("frame_counter", c.unsigned(2), 0)
			c.take(1)
		}, func(c *cursor) {
			m.number("upload_interval_h", c.unsigned(1), 0)
			m.number("detection_interval_min", c.unsigned(1), 0)
			if model == "do200" {
				m.number("magnetic_interval_s", c.unsigned(1), 0)
				c.take(2)
				m.number("magnetic_threshold", c.unsigned(2), 0)
				c.take(2)
				return
			}
			m.number("distance_threshold_cm", c.unsigned(1), 0)
			m.number("magnetic_threshold", c.unsigned(2), 0)
			m.number("battery_threshold_pct", c.unsigned(1), 0)
			c.take(2)
		})
	}
}

// The lengths of the frames of level sensors: with a thermometer, without one, and with the place.
const (
	dingtekWarmBytes  = 17
	dingtekColdBytes  = 18
	dingtekPlaceBytes = 25
)

// decodeDingtekLevel decodes the sensors of a distance to what fills a container.
func decodeDingtekLevel(m *Message, port int, data []byte) error {
	return dingtekFrame(m, port, data, func(c *cursor) {
		if distance := c.unsigned(2); distance == 0 || distance == dingtekNone {
			m.text("distance_error", "invalid")
		} else {
			m.number("distance_mm", distance, 0)
		}
		placed := c.unsigned(1) != 0
		switch {
		case len(data) == dingtekColdBytes:
			c.take(3)
			dingtekFlags(m, c, "distance_alarm", "fire_alarm")
			dingtekFlags(m, c, "tilt_alarm", "battery_alarm")
			m.number("battery_v", c.unsigned(2), 2)
			m.number("frame_counter", c.unsigned(2), 0)
			return
		case len(data) == dingtekPlaceBytes && placed:
			dingtekPlace(m, c)
		case len(data) == dingtekPlaceBytes:
			c.take(8)
		}
		m.number("temperature_c", c.signed(1), 0)
		sign, tilt := c.unsigned(1), c.unsigned(1)
		if sign != 0 {
			tilt = -tilt
		}
		m.number("tilt_deg", tilt, 0)
		dingtekFlags(m, c, "distance_alarm", "fire_alarm")
		dingtekFlags(m, c, "tilt_alarm", "battery_alarm")
		m.number("frame_counter", c.unsigned(2), 0)
		c.take(1)
	}, func(c *cursor) {
		m.number("upload_interval_h", c.unsigned(1), 0)
		m.number("detection_interval_min", c.unsigned(1), 0)
		m.number("distance_threshold_cm", c.unsigned(1), 0)
		if len(data) < dingtekWarmBytes {
			c.take(1)
			return
		}
		m.number("fire_threshold_c", c.unsigned(1), 0)
		m.number("tilt_threshold_deg", c.unsigned(1), 0)
		m.bool("tilt_enabled", c.unsigned(1) != 0)
		c.take(len(data) - c.at - 1)
	})
}

// dingtekPlace is the longitude and the latitude, low byte first.
func dingtekPlace(m *Message, c *cursor) {
	for _, name := range []string{"longitude_deg", "latitude_deg"} {
		var turned [4]byte
		for i, b := range c.take(4) {
			turned[3-i] = b
		}
		if number, finite := (&cursor{data: turned[:]}).binary32(6); finite {
			m.number(name, number, 6)
		}
	}
}
