package payload

import "fmt"

const adnexoPorts = "1 echo, 2 restart, 3 settings taken, 4 settings, 5 error, 100 regular, 101 event, 102 by hand, 104 invalid"

// What the sensor sends for a value that it has not.
const (
	adnexoNoDistance    = 0xFFFF
	adnexoNoTemperature = -0x8000
)

// adnexoSettings are the settings that the sensor repeats, by their number. All are low byte first.
var adnexoSettings = map[int64]struct {
	name string
	size int
}{
	0x04: {"measurement_interval_s", 4}, 0x05: {"send_interval", 1}, 0x06: {"join_interval_s", 4}, 0x07: {"reed_enabled", 1}, 0x52: {"threshold", 2},
}

// decodeAdnexo decodes the AX-DIST, low byte first. Source: akenza's device-type-library (types/adnexo/ax-dist).
func decodeAdnexo(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 1, 2, 3:
		m.text("kind", []string{"echo", "startup", "reply"}[port-1])
		m.text("data", c.rest())
	case 4:
		return adnexoConfiguration(m, c)
	case 5:
		m.text("kind", "error")
		m.text("data", c.rest())
	case 100, 101, 102:
		m.text("kind", []string{"heartbeat", "status", "manual"}[port-100])
		if distance := c.unsignedLow(2); distance == adnexoNoDistance {
			m.text("distance_error", "invalid")
		} else {
			m.number("distance_mm", distance, 0)
		}
		adnexoHealth(m, c)
	case 104: // the distance varied too much to be believed
		m.text("kind", "status")
		m.text("distance_error", "invalid")
		c.take(2)
		if variance := c.unsignedLow(2); variance != adnexoNoDistance {
			m.number("distance_variance_mm", variance, 0)
		}
		adnexoHealth(m, c)
	default:
		return wrongPort(port, adnexoPorts)
	}
	return c.end()
}

func adnexoHealth(m *Message, c *cursor) {
	if temperature := c.signedLow(2); temperature != adnexoNoTemperature {
		m.number("temperature_c", temperature, 1)
	}
	m.number("battery_v", c.unsignedLow(2), 3)
}

func adnexoConfiguration(m *Message, c *cursor) error {
	m.text("kind", "settings")
	for c.more() {
		number := c.unsigned(1)
		setting, known := adnexoSettings[number]
		if !known {
			return fmt.Errorf("%w: setting %02x at byte %d is unknown", ErrPayload, number, c.at-1)
		}
		m.number(setting.name, c.unsignedLow(setting.size), 0)
	}
	return c.end()
}
