package payload

import "fmt"

// decentlabVersion is the one version of the protocol that is known.
const decentlabVersion = 2

// decentlabHead reads what every frame of Decentlab begins with: version, device, and a bit for each group of values that
// is there, of which so many are known. Source: the maker's payload descriptions as its decoders, TheThingsNetwork's
// lorawan-devices (vendor/decentlab) and element-parsers (lib/decentlab_dl_mbx.ex) read them.
func decentlabHead(m *Message, c *cursor, known int64) (groups int64, err error) {
	if version := c.unsigned(1); version != decentlabVersion {
		return 0, fmt.Errorf("%w: protocol version %d is unknown", ErrPayload, version)
	}
	m.number("device_id", c.unsigned(2), 0)
	if groups = c.unsigned(2); groups&^known != 0 {
		return 0, fmt.Errorf("%w: groups %04x are unknown", ErrPayload, groups)
	}
	return groups, nil
}

// decodeDecentlab decodes the DL-MBX.
func decodeDecentlab(m *Message, _ int, data []byte) error {
	c := m.open(data)
	groups, err := decentlabHead(m, c, 3)
	if err != nil {
		return err
	}
	if groups&1 != 0 {
		m.number("distance_mm", c.unsigned(2), 0)
		m.number("valid_samples", c.unsigned(2), 0)
	}
	if groups&2 != 0 {
		m.number("battery_v", c.unsigned(2), 3)
	}
	return c.end()
}

// lidDistances name the distances of a DL-LID after the average, in the order of the frame.
var lidDistances = []string{
	"distance_minimum_mm", "distance_maximum_mm", "distance_median_mm", "distance_10th_percentile_mm", "distance_25th_percentile_mm",
	"distance_75th_percentile_mm", "distance_90th_percentile_mm", "distance_most_frequent_mm",
}

// decodeDecentlabLaser decodes the DL-LID, which measures many times and sends how the distances are spread.
func decodeDecentlabLaser(m *Message, _ int, data []byte) error {
	c := m.open(data)
	groups, err := decentlabHead(m, c, 3)
	if err != nil {
		return err
	}
	if groups&1 != 0 {
		m.number("distance_mm", c.unsigned(2), 0)
		for _, name := range lidDistances {
			m.number(name, c.unsigned(2), 0)
		}
		m.number("valid_samples", c.unsigned(2), 0)
		m.number("acquisition_ms", c.unsigned(2)*1000/1024, 0)
	}
	if groups&2 != 0 {
		m.number("battery_v", c.unsigned(2), 3)
	}
	return c.end()
}
