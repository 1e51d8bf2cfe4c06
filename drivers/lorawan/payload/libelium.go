package payload

import "fmt"

// libeliumFrames names the frames by the low half of the first byte.
var libeliumFrames = []string{"info", "keep_alive", "daily_update", "error", "start1", "start2", "service", "downlink", "rssi"}

// libeliumBytes is the length of every frame.
const libeliumBytes = 11

// decodeLibelium decodes Libelium's Smart Parking, firmware 2 and 3. Source: the maker's technical guide as
// element-parsers (lib/libelium_smart-parking_v3.ex, 2019) reads it; what follows the named fields changed from firmware
// to firmware and is given as it is.
func decodeLibelium(m *Message, _ int, data []byte) error {
	if err := length(data, libeliumBytes); err != nil {
		return err
	}
	c := m.open(data)
	flags := c.unsigned(1)
	frame := int(flags & 0x0F)
	if frame >= len(libeliumFrames) {
		return fmt.Errorf("%w: frame %d is unknown", ErrPayload, frame)
	}
	m.text("frame", libeliumFrames[frame])
	m.number("frame_counter", c.unsigned(1), 0)
	m.bool("occupied", flags&0x80 != 0)
	m.bool("battery_ok", flags&0x40 == 0)
	m.bool("config_ok", flags&0x20 == 0)
	m.bool("recalibrated", flags&0x10 != 0)
	switch libeliumFrames[frame] {
	case "info", "keep_alive":
		m.number("sensor_error", c.unsigned(1), 0)
		m.number("temperature_c", c.signed(1), 0)
	case "start1":
		m.number("firmware_version", c.unsigned(1), 0)
	}
	m.text("data", c.rest())
	return c.end()
}
