package payload

import "slices"

const lobaroPorts = "1 status, 2 readings"

// An echo of Lobaro's Oskar is believed from this width and this amplitude on.
const (
	lobaroWidth     = 50
	lobaroAmplitude = 100
)

// decodeLobaro decodes Lobaro's Oskar v2, low byte first. Source: the maker's document "Usonic-Range" as element-parsers
// (lib/lobaro_oskar_v2.ex) reads it: of several echoes that are believed, the one in the middle is the distance.
func decodeLobaro(m *Message, port int, data []byte) error {
	c := m.open(data)
	if port != 1 && port != 2 {
		return wrongPort(port, lobaroPorts)
	}
	if port == 1 {
		m.text("kind", "device")
		m.text("firmware", c.version())
	}
	m.number("battery_v", c.unsignedLow(2), 3)
	m.number("temperature_c", c.signedLow(2), 1)
	if port == 1 {
		return c.end()
	}
	c.take(1)
	var echoes []int64
	for c.more() {
		distance := c.unsignedLow(4)
		c.take(2) // the time of flight
		width, amplitude := c.unsigned(1), c.unsigned(1)
		if width >= lobaroWidth && amplitude >= lobaroAmplitude {
			echoes = append(echoes, distance)
		}
	}
	if n := len(echoes); n > 0 {
		slices.Sort(echoes)
		m.number("distance_mm", (echoes[(n-1)/2]+echoes[n/2])/2, 0)
	} else {
		m.text("distance_error", "invalid")
	}
	return c.end()
}
