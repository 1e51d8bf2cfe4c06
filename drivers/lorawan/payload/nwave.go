package payload

import (
	"fmt"
	"strings"
)

const nwavePorts = "1 status, 2 heartbeat, 3 start-up, 6 debug, 10 registration"

// nwave is where a version of the decoder finds the flag and the seven bits beside it. Two published versions of it
// disagree (TheThingsNetwork's lorawan-devices, vendor/nwave/nps405.js): the examples beside both are those of bit 0.
type nwave struct {
	flag, rest uint // how far to shift
}

func decodeNwaveLow(m *Message, port int, data []byte) error {
	return nwave{0, 1}.decode(m, port, data)
}
func decodeNwaveHigh(m *Message, port int, data []byte) error {
	return nwave{7, 0}.decode(m, port, data)
}

func (n nwave) decode(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 1:
		m.text("kind", "status")
		state := c.unsigned(1)
		m.bool("occupied", state>>n.flag&1 != 0)
		nwaveDuration(m, state>>n.rest&0x7F)
		return c.end()
	case 2:
		m.text("kind", "heartbeat")
		state := c.unsigned(1)
		m.bool("occupied", state>>n.flag&1 != 0)
		m.number("hardware_health", state>>n.rest&0x7F, 0)
		nwaveHealth(m, c)
		c.rest()
		return c.end()
	case 3:
		return nwaveStartup(m, c, []string{"rejoining", "watchdog", "power_on", "user_request", "", "", "brownout", "other"})
	case 6:
		m.text("kind", "debug")
		m.text("data", c.rest())
		return c.end()
	case 10:
		return n.registration(m, c)
	}
	return wrongPort(port, nwavePorts)
}

// nwaveDuration is how long the state before lasted, in minutes: exact below 90, in steps above.
func nwaveDuration(m *Message, code int64) {
	minutes, errorMinutes := code, int64(0)
	switch {
	case code == 127:
		minutes, errorMinutes = 660, -1
	case code >= 120:
		minutes, errorMinutes = 240+60*(code-120), 59
	case code >= 90:
		minutes, errorMinutes = 90+5*(code-90), 4
	}
	m.number("previous_state_min", minutes, 0)
	if errorMinutes >= 0 {
		m.number("previous_state_error_min", errorMinutes, 0)
	}
	m.bool("previous_state_overflow", errorMinutes < 0)
}

// nwaveHealth is the battery and the temperature of a heartbeat. In the cold a battery's voltage may be 0.1 V lower.
func nwaveHealth(m *Message, c *cursor) {
	batteryMV := 2500 + 4*c.unsigned(1)
	temperature := 5*c.signed(1) + 100 // tenths of a degree
	m.number("battery_v", batteryMV, 3)
	m.number("temperature_c", temperature, 1)
	lowMV := int64(3000)
	if temperature < -50 {
		lowMV = 2900
	}
	switch {
	case batteryMV >= lowMV:
		m.text("battery_health", "normal")
	case batteryMV >= lowMV-100:
		m.text("battery_health", "low")
	default:
		m.text("battery_health", "critical")
	}
}

func nwaveStartup(m *Message, c *cursor, causes []string) error {
	m.text("kind", "startup")
	m.text("firmware", c.version())
	cause := c.unsigned(1)
	m.number("reset_cause_code", cause, 0)
	if int(cause) < len(causes) && causes[cause] != "" {
		m.text("reset_cause", causes[cause])
	}
	m.bool("occupied", c.unsigned(1)&1 != 0)
	return c.end()
}

// registration is a driver's tag that was held to the sensor; newer firmware adds the tag's battery.
func (n nwave) registration(m *Message, c *cursor) error {
	if err := length(c.data, 5, 6); err != nil {
		return err
	}
	m.text("kind", "user_registration")
	if state := c.unsigned(1); state>>n.flag&1 != 0 {
		m.bool("occupied", true)
		nwaveDuration(m, state>>n.rest&0x7F)
	}
	if len(c.data) == 6 {
		m.number("tag_battery_v", c.unsigned(1), 1)
	}
	m.text("tag_id", strings.ToUpper(c.hex(4)))
	return c.end()
}

// decodeNwave310 decodes the NPS310, whose state is bit 0 and nothing else (vendor/nwave/nps310sm.js).
func decodeNwave310(m *Message, port int, data []byte) error {
	c := m.open(data)
	switch port {
	case 1, 2:
		m.text("kind", []string{"status", "heartbeat"}[port-1])
		m.bool("occupied", c.unsigned(1)&1 != 0)
		c.rest()
		return c.end()
	case 3:
		return nwaveStartup(m, c, []string{"", "watchdog", "power_on", "user_request", "brownout", "other"})
	case 6:
		m.text("kind", "debug")
		m.text("data", c.rest())
		return c.end()
	}
	return wrongPort(port, nwavePorts)
}

// decodeTekzipark decodes Tekzitel's sensor (TheThingsNetwork's lorawan-devices, vendor/tekzitel/tekzipark.js).
func decodeTekzipark(m *Message, port int, data []byte) error {
	if port != 1 && port != 2 {
		return wrongPort(port, "1 status, 2 with measurements")
	}
	c := m.open(data)
	flags := c.unsigned(1)
	m.text("kind", "status")
	if flags&0x01 != 0 {
		m.text("kind", "heartbeat")
	}
	if flags&0x02 != 0 {
		m.text("kind", "startup")
	}
	m.bool("occupied", flags&0x80 != 0)
	m.bool("battery_ok", flags&0x20 != 0)
	m.bool("obstructed", flags&0x10 != 0)
	m.bool("radar", flags&0x08 != 0)
	m.bool("no_beacon", flags&0x04 != 0)
	if port == 1 && len(data) == 1 {
		return nil
	}
	m.number("temperature_c", c.signed(1), 0)
	m.number("parking_id", c.unsigned(1), 0)
	if port == 2 {
		return tekziparkMeasurements(m, c)
	}
	if c.more() {
		m.number("beacon_rssi_dbm", c.signed(1), 0)
	}
	for c.more() {
		m.add("beacons", c.unsigned(2), 0)
	}
	return c.end()
}

func tekziparkMeasurements(m *Message, c *cursor) error {
	for _, of := range []string{"deflection", "baseline"} {
		for _, axis := range []string{"x", "y", "z"} {
			m.number(fmt.Sprintf("%s_%s", of, axis), c.signed(1), 0)
		}
	}
	m.number("fault_code", c.unsigned(1), 0)
	m.number("obstruction", c.unsigned(1), 0)
	m.number("reflection", c.unsigned(1), 0)
	return c.end()
}
