package payload

import "fmt"

// elsysSettings begins the message in which a device repeats its settings.
const elsysSettings = 0x3E

// elsysField is a type of Elsys's payload: how many bytes, and how they read.
type elsysField struct {
	size     int
	name     string
	decimals int
	signed   bool
	truth    bool
}

// elsysFields are the types whose value is one number, by type. Source: the maker's payload document as akenza's
// device-type-library (types/elsys) and element-parsers (lib/elsys_v8.ex, 2019) read it.
var elsysFields = map[int64]elsysField{
	0x01: {size: 2, name: "temperature_c", decimals: 1, signed: true},
	0x02: {size: 1, name: "humidity_pct"},
	0x04: {size: 2, name: "light_lux"},
	0x05: {size: 1, name: "motion"},
	0x06: {size: 2, name: "co2_ppm"},
	0x07: {size: 2, name: "battery_v", decimals: 3},
	0x08: {size: 2, name: "analog1_mv"},
	0x0A: {size: 2, name: "pulse1"},
	0x0B: {size: 4, name: "pulse1_total"},
	0x0C: {size: 2, name: "external_temperature_c", decimals: 1, signed: true},
	0x0D: {size: 1, name: "digital", truth: true},
	0x0E: {size: 2, name: "distance_mm"},
	0x0F: {size: 1, name: "acceleration_motion"},
	0x11: {size: 1, name: "occupancy"},
	0x12: {size: 1, name: "water_leak", truth: true},
	0x14: {size: 4, name: "pressure_hpa", decimals: 3},
	0x16: {size: 2, name: "pulse2"},
	0x17: {size: 4, name: "pulse2_total"},
	0x18: {size: 2, name: "analog2_mv"},
	0x1A: {size: 1, name: "digital2", truth: true},
	0x1B: {size: 4, name: "external_analog_uv", signed: true},
	0x1C: {size: 2, name: "tvoc_ppb"},
	0x1D: {size: 1, name: "iaq"},
	0x1E: {size: 1, name: "generic_bool", truth: true},
	0x1F: {size: 1, name: "generic_int8", signed: true},
	0x20: {size: 2, name: "generic_int16", signed: true},
	0x21: {size: 1, name: "view"},
	0x22: {size: 2, name: "setpoint_c", decimals: 1, signed: true},
	0x23: {size: 1, name: "speed"},
	0x24: {size: 1, name: "external_humidity_pct"},
	0x3C: {size: 4, name: "crc"},
	0x3D: {size: 4, name: "debug"},
}

func decodeElsys(m *Message, _ int, data []byte) error {
	if data[0] == elsysSettings {
		return elsysConfiguration(m, data)
	}
	c := m.open(data)
	for c.more() {
		head := c.unsigned(1)
		if err := elsysValue(m, c, head&0x3F); err != nil {
			return err
		}
		c.take(int(head >> 6)) // older firmware says here how long ago it measured
	}
	return c.end()
}

func elsysValue(m *Message, c *cursor, typ int64) error {
	field, plain := elsysFields[typ]
	switch {
	case plain && field.truth:
		m.bool(field.name, c.unsigned(field.size) != 0)
	case plain && field.signed:
		m.number(field.name, c.signed(field.size), field.decimals)
	case plain:
		value := c.unsigned(field.size)
		m.number(field.name, value, field.decimals)
		if field.name == "occupancy" { // 1 is pending, 2 a person
			m.bool("occupied", value != 0)
		}
	default:
		return elsysCompound(m, c, typ)
	}
	return nil
}

// elsysCompound is a type whose value is more than one number.
func elsysCompound(m *Message, c *cursor, typ int64) error {
	switch typ {
	case 0x03:
		for _, name := range []string{"acceleration_x", "acceleration_y", "acceleration_z"} {
			m.number(name, c.signed(1), 0)
		}
	case 0x09:
		m.number("latitude_deg", c.signedLow(3), 4)
		m.number("longitude_deg", c.signedLow(3), 4)
	case 0x10:
		m.number("ir_internal_temperature_c", c.signed(2), 1)
		m.number("ir_external_temperature_c", c.signed(2), 1)
	case 0x13:
		reference := 10 * c.unsigned(1)
		for range 64 {
			m.add("grid_eye_c", reference+c.unsigned(1), 1)
		}
	case 0x15:
		m.number("sound_peak_db", c.unsigned(1), 0)
		m.number("sound_average_db", c.unsigned(1), 0)
	case 0x19:
		m.add("external_temperatures_c", c.signed(2), 1)
	case 0x3B:
		m.text("bytes", c.hex(int(c.unsigned(1))))
	default:
		return fmt.Errorf("%w: type %02x at byte %d is unknown", ErrPayload, typ, c.at-1)
	}
	return nil
}

// elsysSetting is a setting that a device repeats: its length and its name. Keys and addresses have no name.
type elsysSetting struct {
	size int
	name string
}

// elsysSettingsByType are all settings with their lengths, by type.
var elsysSettingsByType = map[int64]elsysSetting{
	1: {16, ""}, 2: {16, ""}, 3: {8, ""}, 4: {8, ""}, 5: {16, ""}, 6: {4, ""},
	7: {1, "ota"}, 8: {1, "port"}, 9: {1, "mode"}, 10: {1, "ack"}, 11: {1, "dr_default"}, 12: {1, "dr_max"}, 13: {1, "dr_min"},
	14: {1, "class"}, 15: {1, "power"}, 16: {1, "external_config"}, 17: {1, "pir_config"}, 18: {1, "co2_config"},
	19: {4, "acceleration_config"}, 20: {4, "sample_period"}, 21: {4, "temperature_period"}, 22: {4, "humidity_period"},
	23: {4, "light_period"}, 24: {4, "pir_period"}, 25: {4, "co2_period"}, 26: {4, "external_period"}, 27: {4, "external_power_time"},
	28: {4, "trigger_time"}, 29: {4, "acceleration_period"}, 30: {4, "battery_period"}, 31: {4, "send_period"}, 32: {4, "lock"},
	33: {4, "reserved"}, 34: {4, "link"}, 35: {4, "pressure_period"}, 36: {4, "sound_period"}, 37: {1, "plan"}, 38: {1, "sub_band"},
	39: {1, "listen_before_talk"}, 40: {1, "led_config"}, 41: {1, "co2_action"}, 42: {4, "water_period"}, 43: {4, "reed_period"},
	44: {4, "reed_config"}, 45: {1, "pir_sense"}, 46: {1, "queue_size"}, 47: {1, "queue_offset"}, 48: {1, "queue_purge"},
	49: {2, "co2_reference"}, 50: {1, "co2_calibration"}, 51: {2, "co2_abc"}, 52: {1, "pir_sensitivity"}, 53: {2, "occupancy_sensitivity"},
	54: {1, "sound_power"}, 55: {4, "display_period"}, 56: {1, "display_action"}, 57: {1, "display_unit"}, 58: {1, "display_inverted"},
	59: {1, "asr"}, 60: {1, "display_full"}, 61: {1, "display_logo"}, 62: {1, "display_language"}, 63: {4, "light_compensation"},
	64: {4, "voc_period"}, 66: {1, "button_period"}, 67: {51, "button_config"}, 239: {0, "receive_status"},
	240: {4, "c1"}, 241: {4, "c2"}, 242: {4, "c3"}, 243: {4, "c4"}, 244: {1, "nfc_disabled"}, 245: {1, "sensor"}, 246: {2, "output"},
	247: {4, "pulse1"}, 248: {4, "pulse2"}, 249: {0, "settings"}, 250: {1, "external"}, 251: {2, "version"}, 252: {4, "sleep"},
	253: {0, "generic"}, 254: {0, "reboot"},
}

func elsysConfiguration(m *Message, data []byte) error {
	c := m.open(data)
	c.take(1)
	if size := int(c.unsigned(1)); size != len(data)-2 {
		return fmt.Errorf("%w: %d bytes of settings are announced, %d are there", ErrPayload, size, len(data)-2)
	}
	m.text("kind", "settings")
	for c.more() {
		typ := c.unsigned(1)
		setting, known := elsysSettingsByType[typ]
		switch {
		case !known:
			return fmt.Errorf("%w: setting %d at byte %d is unknown", ErrPayload, typ, c.at-1)
		case setting.name == "":
			c.take(setting.size)
		case setting.size == 0:
			m.bool(setting.name, true)
		case setting.size > 8:
			m.text(setting.name, c.hex(setting.size))
		default:
			m.number(setting.name, c.unsigned(setting.size), 0)
		}
	}
	return c.end()
}
