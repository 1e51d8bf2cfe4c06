package payload

import (
	"encoding/hex"
	"fmt"
	"strconv"
)

// yosensiVersion is the one version that is known; yosensiHead is version, counter and the age of the payload.
const (
	yosensiVersion = 2
	yosensiHead    = 4
)

// yosensiTypes names the measurements with one value, by type. Sources: the maker's decoder 1.0.1 as akenza's
// device-type-library (types/yosensi/YO-Distance) carries it.
var yosensiTypes = map[int64]string{
	1: "state", 2: "battery_mv", 3: "temperature_c", 4: "humidity_pct", 5: "pressure_hpa", 6: "illuminance_klx",
	7: "co2_equivalent_ppm", 8: "tvoc_ppb", 9: "dust_ug_m3", 10: "distance_mm", 11: "current", 12: "voltage", 13: "power_w",
	14: "acceleration_g", 19: "vibration_intensity", 20: "vibration_acceleration", 21: "external_analog_mv", 24: "counter",
	25: "custom_25", 26: "co_ppm", 27: "co2_ppm", 28: "sound_db", 29: "custom_29", 30: "custom_30", 31: "custom_31",
	32: "pm1_ug_m3", 33: "pm2_5_ug_m3", 34: "pm4_ug_m3", 35: "pm10_ug_m3", 36: "modbus", 37: "o2_pct", 38: "total",
	39: "obis", 40: "velocity_m_s", 63: "command",
}

// yosensiGroups says of how many values of equal length a type consists, and their common name.
var yosensiGroups = map[int64]struct {
	values int
	name   string
}{
	15: {3, "accelerometer"}, 16: {3, "accelerometer"}, 17: {4, "custom_17"}, 18: {4, "custom_18"}, 22: {2, "custom_22"}, 23: {2, "custom_23"},
}

// decodeYosensi decodes payload version 2, which all devices of the maker share: a list of measurements, each with type,
// decimals, age, address and value. Of several of one type, those with an address have it in their names.
func decodeYosensi(m *Message, _ int, data []byte) error {
	c := m.open(data)
	if version := c.unsigned(1); version != yosensiVersion {
		return fmt.Errorf("%w: payload version %d is unknown", ErrPayload, version)
	}
	if len(data) < yosensiHead+4 {
		return fmt.Errorf("%w: %d bytes hold no measurement", ErrPayload, len(data))
	}
	m.number("payload_counter", c.unsigned(1), 0)
	m.number("age_s", c.unsigned(2), 0)
	for c.more() {
		head, size, address := yosensiMeasurement(c)
		typ, suffix := head>>2, ""
		if len(address) > 0 && yosensiCount(data, typ) > 1 { // of several, the address says which
			suffix = "_" + hex.EncodeToString(address)
		}
		if err := yosensiValue(m, c, typ, int(head&3), suffix, size); err != nil {
			return err
		}
	}
	return c.end()
}

// yosensiMeasurement reads what stands before a value: type and decimals, the value's length, and its address.
func yosensiMeasurement(c *cursor) (head int64, size int, address []byte) {
	head = c.unsigned(1)
	c.take(1) // the age of this value within the payload
	lengths := c.unsigned(1)
	return head, int(lengths&0x0F) + 1, c.take(int(lengths >> 4))
}

// yosensiCount counts the measurements of a type.
func yosensiCount(data []byte, typ int64) (count int) {
	for c := (cursor{data: data[yosensiHead:]}); c.more(); {
		head, size, _ := yosensiMeasurement(&c)
		if c.take(size); head>>2 == typ {
			count++
		}
	}
	return count
}

func yosensiValue(m *Message, c *cursor, typ int64, decimals int, suffix string, size int) error {
	group, grouped := yosensiGroups[typ]
	name, known := yosensiTypes[typ]
	switch {
	case c.cut:
		return nil
	case grouped && (size%group.values != 0 || size/group.values > 8 || group.values > 2 && size != 2*group.values):
		return fmt.Errorf("%w: %d bytes at byte %d are not %d values", ErrPayload, size, c.at, group.values)
	case grouped:
		for i := range group.values {
			m.number(group.name+suffix+yosensiPart(group.values, i), c.signed(size/group.values), decimals)
		}
	case !known:
		return fmt.Errorf("%w: measurement type %d at byte %d is unknown", ErrPayload, typ, c.at)
	case size > 8:
		m.text(name+suffix, c.hex(size))
	default:
		m.number(name+suffix, c.signed(size), decimals)
	}
	return nil
}

// yosensiPart names one value of a group: three are the axes.
func yosensiPart(values, i int) string {
	if values == 3 {
		return "_" + string("xyz"[i])
	}
	return "_" + strconv.Itoa(i+1)
}
