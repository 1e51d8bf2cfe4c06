package payload

import "fmt"

// decentlabVersion is the one version of the protocol that is known.
const decentlabVersion = 2

// decodeDecentlab reads what every frame of Decentlab has: version, device, a bit for each group of values that is there,
// and the groups, of which the first is the model's and the second the battery. Source: the maker's payload descriptions as
// its decoders, TheThingsNetwork's lorawan-devices (vendor/decentlab) and element-parsers (lib/decentlab_dl_mbx.ex) read
// them.
func decodeDecentlab(m *Message, data []byte, measured func(c *cursor)) error {
	c := m.open(data)
	if version := c.unsigned(1); version != decentlabVersion {
		return fmt.Errorf("%w: protocol version %d is unknown", ErrPayload, version)
	}
	m.number("device_id", c.unsigned(2), 0)
	groups := c.unsigned(2)
	if groups&^3 != 0 {
		return fmt.Errorf("%w: groups %04x are unknown", ErrPayload, groups)
	}
	if groups&1 != 0 {
		measured(c)
	}
	if groups&2 != 0 {
		m.number("battery_v", c.unsigned(2), 3)
	}
	return c.end()
}

// decodeDecentlabSound decodes the DL-MBX.
func decodeDecentlabSound(m *Message, _ int, data []byte) error {
	return decodeDecentlab(m, data, func(c *cursor) {
		m.number("distance_mm", c.unsigned(2), 0)
		m.number("valid_samples", c.unsigned(2), 0)
	})
}

// lidDistances name the distances of a DL-LID after the average, in the order of the frame.
var lidDistances = []string{
	"distance_minimum_mm", "distance_maximum_mm", "distance_median_mm", "distance_10th_percentile_mm", "distance_25th_percentile_mm",
	"distance_75th_percentile_mm", "distance_90th_percentile_mm", "distance_most_frequent_mm",
}

// decodeDecentlabLaser decodes the DL-LID, which measures many times and sends how the distances are spread.
func decodeDecentlabLaser(m *Message, _ int, data []byte) error {
	return decodeDecentlab(m, data, func(c *cursor) {
		m.number("distance_mm", c.unsigned(2), 0)
		for _, name := range lidDistances {
			m.number(name, c.unsigned(2), 0)
		}
		m.number("valid_samples", c.unsigned(2), 0)
		m.number("acquisition_ms", c.unsigned(2)*lidTick, 7)
	})
}

// lidTick is a 1024th of a second in units of 0.1 picoseconds, of which it is a whole number.
const lidTick = 10_000_000 * 1000 / 1024

// radarZero is what stands for 0 where a DL-RAD measures what may be negative.
const radarZero = 0x8000

// decodeDecentlabRadar decodes the DL-RAD.
func decodeDecentlabRadar(m *Message, _ int, data []byte) error {
	return decodeDecentlab(m, data, func(c *cursor) {
		m.number("distance_mm", c.unsigned(2), 0)
		m.number("temperature_c", c.unsigned(2)-radarZero, 2)
		m.number("reliability_db", c.unsigned(2)-radarZero, 2)
		m.number("status_code", c.unsigned(2), 0)
	})
}
