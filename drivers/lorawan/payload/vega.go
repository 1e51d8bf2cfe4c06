package payload

import (
	"fmt"
	"slices"
)

// vegaParts are the parts that a packet of VEGAPULSE Air has after its number, in their order. Source: the maker's decoder
// as akenza's device-type-library (types/vegapulse) carries it.
type vegaPart uint8

const (
	vegaState vegaPart = iota
	vegaDistance
	vegaScaled
	vegaBattery
	vegaPlace
	vegaDetail
	vegaTemperature // and a byte that is reserved
	vegaCool        // a temperature alone, as older firmware has it
	vegaTilt
)

// vegaPackets says which parts a packet of measurements has. 2 to 7 are those of older firmware.
var vegaPackets = map[int64][]vegaPart{
	2:  {vegaState, vegaDistance, vegaBattery, vegaCool, vegaTilt},
	3:  {vegaState, vegaDistance, vegaBattery, vegaCool, vegaPlace, vegaTilt},
	4:  {vegaState, vegaDistance, vegaBattery, vegaCool, vegaDetail, vegaTilt},
	5:  {vegaState, vegaDistance, vegaBattery, vegaCool, vegaPlace, vegaDetail, vegaTilt},
	6:  {vegaState, vegaPlace},
	7:  {vegaState, vegaDetail},
	8:  {vegaDistance, vegaBattery, vegaTemperature, vegaTilt},
	9:  {vegaDistance, vegaBattery, vegaPlace, vegaTemperature, vegaTilt},
	10: {vegaState, vegaDistance, vegaBattery, vegaDetail, vegaTemperature, vegaTilt},
	11: {vegaState, vegaDistance, vegaBattery, vegaPlace, vegaDetail, vegaTemperature, vegaTilt},
	12: {vegaDistance, vegaScaled, vegaBattery, vegaTemperature, vegaTilt},
	13: {vegaDistance, vegaScaled, vegaBattery, vegaPlace, vegaTemperature, vegaTilt},
	14: {vegaState, vegaDistance, vegaScaled, vegaBattery, vegaDetail, vegaTemperature, vegaTilt},
	15: {vegaState, vegaDistance, vegaScaled, vegaBattery, vegaPlace, vegaDetail, vegaTemperature, vegaTilt},
	18: {vegaDistance, vegaBattery, vegaTemperature, vegaTilt},
	19: {vegaState, vegaDistance, vegaBattery, vegaTilt},
	20: {vegaState, vegaDetail, vegaTemperature},
	21: {vegaState, vegaPlace},
	22: {vegaState, vegaScaled},
}

// vegaIdentities are the packets in which a device says what it is and how it is set.
var vegaIdentities = []int64{16, 17, 23, 24, 25, 26}

// vegaStates names the states of NAMUR NE 107 by their number.
var vegaStates = []string{"good", "function_check", "maintenance_request", "out_of_specification", "failure"}

// vegaUnits says how many tenths of a micrometre a millionth of a unit of distance has, by the code of the unit: feet,
// metres, inches, millimetres.
var vegaUnits = map[int64]int64{0x2C: 3048, 0x2D: 10_000, 0x2F: 254, 0x31: 10}

// vegaNothing stands for a temperature that was not measured.
const vegaNothing = -0x8000

func decodeVega(m *Message, _ int, data []byte) error {
	c := m.open(data)
	packet := c.unsigned(1)
	parts, known := vegaPackets[packet]
	switch {
	case slices.Contains(vegaIdentities, packet):
		m.text("kind", "device")
		m.text("data", c.rest())
		return c.end()
	case !known:
		return fmt.Errorf("%w: packet %d is unknown", ErrPayload, packet)
	}
	m.number("packet", packet, 0)
	for _, part := range parts {
		vegaRead(m, c, part)
	}
	return c.end()
}

func vegaRead(m *Message, c *cursor, part vegaPart) {
	switch part {
	case vegaState:
		if state := c.unsigned(1); int(state) < len(vegaStates) {
			m.text("state", vegaStates[state])
		}
	case vegaDistance:
		vegaLength(m, c)
	case vegaScaled:
		c.take(2 + 2 + 4 + 1) // percentages and a value in a unit of the user's
	case vegaBattery:
		m.number("battery_pct", c.unsigned(1), 0)
	case vegaPlace:
		for _, name := range []string{"latitude_deg", "longitude_deg"} {
			if number, finite := c.binary32(6); finite {
				m.number(name, number, 6)
			}
		}
	case vegaDetail:
		m.number("detail_code", c.unsigned(4), 0)
	case vegaTemperature, vegaCool:
		if temperature := c.signed(2); temperature != vegaNothing {
			m.number("temperature_c", temperature, 1)
		}
		if part == vegaTemperature {
			c.take(1)
		}
	case vegaTilt:
		m.number("tilt_deg", c.unsigned(1), 0)
	}
}

// vegaLength is a distance and its unit. Without an echo there is none.
func vegaLength(m *Message, c *cursor) {
	distance, finite := c.binary32(6)
	unit, known := vegaUnits[c.unsigned(1)]
	if finite && known {
		m.number("distance_mm", distance*unit/10_000, 3)
	} else {
		m.text("distance_error", "invalid")
	}
}
