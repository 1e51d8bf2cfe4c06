package payload

import "fmt"

// The channels and types of PNI's PlacePod: a list of channel, type and value, as in Cayenne's low-power payload.
// Source: the maker's communications protocol as element-parsers (lib/pni_placepods.ex, 2021) and akenza's
// device-type-library (types/pnicorp/placePod) read it.
const (
	placePodRecalibrated = 0x0101
	placePodTemperature  = 0x0267
	placePodBattery      = 0x0302
	placePodState        = 0x1566
	placePodDeactivated  = 0x1C01
	placePodCount        = 0x2100
	placePodAliveState   = 0x3766
	placePodAliveCount   = 0x3700
	placePodRebooted     = 0x3F01
)

// placePodRestarted is the count that says that the sensor restarted or was calibrated; it counts cars below it.
const placePodRestarted = 0x80

func decodePlacePod(m *Message, _ int, data []byte) error {
	c := m.open(data)
	m.text("kind", placePodKind(data))
	for c.more() {
		switch channel := c.unsigned(2); channel {
		case placePodRecalibrated:
			m.bool("recalibrated", c.unsigned(1) == 1)
		case placePodTemperature:
			m.number("temperature_c", c.signed(2), 1)
		case placePodBattery:
			m.number("battery_v", c.unsigned(2), 2)
		case placePodState, placePodAliveState:
			flag("occupied")(m, c)
		case placePodDeactivated:
			m.bool("deactivated", c.unsigned(1) == 1)
		case placePodRebooted:
			m.bool("rebooted", c.unsigned(1) == 1)
		case placePodCount, placePodAliveCount:
			if count := c.unsigned(1); count >= placePodRestarted {
				m.bool("restarted", true)
			} else {
				m.number("vehicle_count", count, 0)
			}
		case 0x0502:
			m.text("internal_5", c.hex(2))
		case 0x0601:
			m.text("internal_6", c.hex(1))
		default:
			if !c.cut {
				return fmt.Errorf("%w: channel %02x of type %02x at byte %d is unknown", ErrPayload, channel>>8, channel&0xFF, c.at-2)
			}
		}
	}
	return c.end()
}

// placePodKind is what a payload is about: a restart comes before a heartbeat, and that before a change of state.
func placePodKind(data []byte) string {
	kind, rank := "telemetry", 0
	for c := (&cursor{data: data}); c.more(); {
		name, weight, size := "telemetry", 0, 1
		switch c.unsigned(2) {
		case placePodRebooted:
			name, weight = "startup", 4
		case placePodAliveState, placePodAliveCount:
			name, weight = "heartbeat", 3
		case placePodState, placePodCount:
			name, weight = "status", 2
		case placePodRecalibrated, placePodDeactivated:
			name, weight = "reply", 1
		case placePodTemperature, placePodBattery, 0x0502:
			size = 2
		}
		if weight > rank {
			kind, rank = name, weight
		}
		c.take(size)
	}
	return kind
}
