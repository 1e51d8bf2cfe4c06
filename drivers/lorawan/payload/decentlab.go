package payload

import "fmt"

// decentlabVersion is the one version of the protocol that is known.
const decentlabVersion = 2

// decodeDecentlab decodes the DL-MBX. Source: the maker's payload description as TheThingsNetwork's lorawan-devices
// (vendor/decentlab) and element-parsers (lib/decentlab_dl_mbx.ex) read it: version, device, a bit for each group of
// values that is there, the groups.
func decodeDecentlab(m *Message, _ int, data []byte) error {
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
		m.number("distance_mm", c.unsigned(2), 0)
		m.number("valid_samples", c.unsigned(2), 0)
	}
	if groups&2 != 0 {
		m.number("battery_v", c.unsigned(2), 3)
	}
	return c.end()
}
