package payload

import "fmt"

// The frames of PipIoT's LevelSense, by bits 4 to 6 of the first byte. Source: akenza's device-type-library
// (types/pipiot/levelSense).
const (
	pipiotLevel = iota
	pipiotPlace
	pipiotRadioTest
	pipiotFineLevel // in steps of 2 mm instead of centimetres
)

// pipiotFlags names the bits after the first byte, from the highest on.
var pipiotFlags = []string{
	"motion", "daily", "over_temperature", "tilted", "magnet", "ultrasonic_error", "laser_error", "acceleration_error",
}

// pipiotAside are the flags with which a distance is that to something else: too warm, tilted.
const pipiotAside = 0x30

func decodePipiot(m *Message, _ int, data []byte) error {
	c := m.open(data)
	switch frame := c.unsigned(1) >> 4 & 7; frame {
	case pipiotLevel:
		pipiotDistances(m, c, 1, 10)
	case pipiotFineLevel:
		pipiotDistances(m, c, 2, 2)
	case pipiotPlace:
		m.text("kind", "position")
		m.number("fix_s", c.unsigned(1), 0)
		m.number("latitude_deg", c.signed(4), 6)
		m.number("longitude_deg", c.signed(4), 6)
		m.number("altitude_m", 10*c.unsigned(1), 0)
		m.number("precision_dilution", c.unsigned(1), 2)
	case pipiotRadioTest:
		m.text("kind", "radio_test")
		m.number("test_frames", c.unsigned(1), 0)
	default:
		return fmt.Errorf("%w: frame %d is unknown", ErrPayload, frame)
	}
	return c.end()
}

// pipiotDistances reads what both frames of distances have; size is that of the ultrasonic one, and unit of both.
func pipiotDistances(m *Message, c *cursor, size int, unitMM int64) {
	flags := c.unsigned(1)
	for i, name := range pipiotFlags {
		m.bool(name, flags>>(7-i)&1 != 0)
	}
	if size > 1 {
		c.take(1)
	}
	if distance := c.unsigned(size); distance == 0 || flags&pipiotAside != 0 {
		m.text("distance_error", "invalid")
	} else {
		m.number("distance_mm", unitMM*distance, 0)
	}
	if laser := c.unsigned(1); laser != 0 && flags&pipiotAside == 0 {
		m.number("laser_distance_mm", unitMM*laser, 0)
	}
	m.number("laser_reflectance", c.unsigned(2)<<8, 0)
	m.number("temperature_c", c.signed(1), 0)
	m.number("tilt_deg", c.unsigned(1), 0)
	if battery := c.unsigned(1); battery != 0 {
		m.number("battery_v", 3000+25*battery, 3)
	}
	if size > 1 {
		c.take(1)
	}
}
