package payload

import "fmt"

const boschPorts = "1 status, 2 heartbeat, 3 start-up, 4 device, 5 usage, 6 debug"

// decodeBosch decodes Bosch's parking lot sensors. Sources: the maker's communication interface as TheThingsNetwork's
// lorawan-devices (vendor/bosch) and akenza's device-type-library (types/bosch) read it.
func decodeBosch(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 1:
		return boschState(m, c, "status")
	case 2:
		return boschState(m, c, "heartbeat")
	case 3:
		return boschStartup(m, c)
	case 4:
		return boschDevice(m, c)
	case 5:
		return boschUsage(m, c)
	case 6:
		return boschDebug(m, c)
	}
	return wrongPort(port, boschPorts)
}

// boschState is a status or a heartbeat: firmware from 0.29 on adds the temperature to the state.
func boschState(m *Message, c *cursor, kind string) error {
	m.text("kind", kind)
	m.bool("occupied", c.unsigned(1)&1 != 0)
	if c.more() {
		m.number("temperature_c", c.signed(1), 0)
	}
	return c.end()
}

// boschResets names the causes from 1 on. Firmware up to 0.29 has only the first three, and 4 for all others.
var boschResets = []string{"watchdog", "power_on", "system_request", "external_pin", "lockup", "brownout", "other"}

const (
	boschOldMinor = 29
	boschOldOther = 4
)

func boschStartup(m *Message, c *cursor) error {
	m.text("kind", "startup")
	for range 3 {
		if code := c.unsignedLow(4) & 0xFFF; code != 0 {
			m.add("debug_codes", code, 0)
		}
	}
	old := len(c.data) > c.at+1 && c.data[c.at] == 0 && c.data[c.at+1] <= boschOldMinor
	m.text("firmware", c.version())
	cause := c.unsigned(1)
	m.number("reset_cause_code", cause, 0)
	switch {
	case old && cause == boschOldOther:
		m.text("reset_cause", "other")
	case cause >= 1 && int(cause) <= len(boschResets):
		m.text("reset_cause", boschResets[cause-1])
	}
	m.bool("occupied", c.unsigned(1)&1 != 0)
	return c.end()
}

func boschDevice(m *Message, c *cursor) error {
	m.text("kind", "device")
	m.text("data", c.rest())
	return c.end()
}

// boschCounters names the usage messages that are one number, by their request id.
var boschCounters = map[int64]string{
	0: "state_changes", 1: "occupied_time_s", 3: "radar_triggers", 4: "running_since_restart_s", 6: "running_since_install_s",
}

func boschUsage(m *Message, c *cursor) error {
	m.text("kind", "usage")
	request := c.unsigned(1)
	switch name, counts := boschCounters[request]; {
	case counts:
		m.number(name, c.unsigned(4), 0)
	case request == 2:
		for range 6 {
			m.add("uplinks_by_data_rate", c.unsigned(3), 0)
		}
	case request == 5:
		for _, name := range []string{"brownout_resets", "lockup_resets", "external_pin_resets", "power_on_resets", "watchdog_resets"} {
			m.number(name, c.unsigned(1), 0)
		}
		m.number("software_resets", c.unsigned(2), 0)
	default:
		return fmt.Errorf("%w: usage message %d is unknown", ErrPayload, request)
	}
	return c.end()
}

func boschDebug(m *Message, c *cursor) error {
	m.text("kind", "debug")
	m.number("device_time_s", c.unsignedLow(4), 0)
	m.number("debug_code", c.unsignedLow(2)&0xFFF, 0)
	c.take(2)
	m.number("sequence", c.unsignedLow(2), 0)
	c.rest()
	return c.end()
}
