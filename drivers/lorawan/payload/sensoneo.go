package payload

import (
	"fmt"
	"regexp"
	"strconv"
)

const sensoneoPorts = "1 text, 2 readings"

// sensoneoText is the message of the first firmware: voltage, temperature, distance in centimetres, position.
var sensoneoText = regexp.MustCompile(`^\(U([0-9])\.([0-9]{2})T([+-]?[0-9]{1,3})D([0-9]{1,5})P([0-9])\)$`)

// sensoneoHead begins the messages of later firmware.
const sensoneoHead = 0xFFFF

// sensoneoEvents are the bits that say why a message was sent.
var sensoneoEvents = []string{
	"measurement_ended", "temperature_alarm", "tilt_alarm", "slave_sent", "battery_alarm", "position_fixed", "started",
}

// The lengths of a message of the single sensor, and of one with the place and the time.
const (
	sensoneoSingleBytes = 17
	sensoneoPlaceBytes  = 33
)

// decodeSensoneo decodes Sensoneo's Single and Quatro. Sources: the maker's payload documents as element-parsers
// (lib/sensoneo_singlesensors.ex, lib/sensoneo_quatrosensors.ex) reads them.
func decodeSensoneo(m *Message, port int, data []byte) error {
	switch port {
	case 1:
		return sensoneoFirst(m, data)
	case 2:
		return sensoneoReadings(m, data)
	case NoPort:
		if data[0] == '(' {
			return sensoneoFirst(m, data)
		}
		return sensoneoReadings(m, data)
	}
	return wrongPort(port, sensoneoPorts)
}

func sensoneoFirst(m *Message, data []byte) error {
	parts := sensoneoText.FindSubmatch(data)
	if parts == nil {
		return fmt.Errorf("%w: it is no text like (U3.76T+14D251P1)", ErrPayload)
	}
	whole := func(text []byte) int64 {
		number, _ := strconv.ParseInt(string(text), 10, 64) // the pattern lets only numbers through
		return number
	}
	m.number("battery_v", 100*whole(parts[1])+whole(parts[2]), 2)
	m.number("temperature_c", whole(parts[3]), 0)
	m.number("distance_mm", 10*whole(parts[4]), 0)
	m.bool("tilted", parts[5][0] == '0')
	return nil
}

// sensoneoReadings reads four distances, each in steps of two centimetres; their mean is the distance.
func sensoneoReadings(m *Message, data []byte) error {
	if err := length(data, sensoneoSingleBytes, sensoneoPlaceBytes); err != nil {
		return err
	}
	c := m.open(data)
	if head := c.unsigned(2); head != sensoneoHead {
		return fmt.Errorf("%w: it begins with %04x, not ffff", ErrPayload, head)
	}
	m.number("type_code", c.unsigned(1)&0x0F, 0)
	m.number("firmware_version", c.unsigned(1), 0)
	m.number("device_id", c.unsignedLow(4), 0)
	events := c.unsigned(1)
	sum := int64(0)
	for range 4 {
		distance := 2 * c.unsigned(1)
		m.add("distances_cm", distance, 0)
		sum += distance
	}
	m.number("distance_mm", 10*sum/4, 0)
	m.number("battery_v", 250+c.unsigned(1), 2)
	m.number("temperature_c", c.signed(1), 0)
	m.number("tilt_deg", c.unsigned(1), 0)
	if len(data) == sensoneoPlaceBytes {
		m.number("time_s", c.unsignedLow(4), 0)
		c.take(10) // the place, which does not move
		m.number("event_count", c.unsigned(1), 0)
		c.take(1)
	}
	m.number("sent_count", c.unsigned(1), 0)
	for bit, name := range sensoneoEvents {
		if events>>bit&1 != 0 {
			m.bool(name, true)
		}
	}
	return c.end()
}
