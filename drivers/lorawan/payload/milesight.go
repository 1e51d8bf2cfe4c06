package payload

import (
	"fmt"
	"strings"
)

// channelReader reads the value of one channel of Milesight's list of channels.
type channelReader func(m *Message, c *cursor)

// Milesight's sensors send a list of channel, type and value, low byte first. Source: the maker's documents of each model
// (Milesight-IoT/SensorDecoders, em-series). The channels that all models share say what the device is; FE and FF are also
// replies to a configuration.
var milesightShared = map[int64]channelReader{
	0x0175: percent("battery_pct"),
	0xFF01: func(m *Message, c *cursor) {
		v := c.unsigned(1)
		m.text("ipso_version", fmt.Sprintf("%d.%d", v>>4, v&0x0F))
	},
	0xFF09: func(m *Message, c *cursor) {
		major, minor := c.unsigned(1), c.unsigned(1)
		m.text("hardware", fmt.Sprintf("%x.%d", major, minor>>4))
	},
	0xFF0A: func(m *Message, c *cursor) {
		major, minor := c.unsigned(1), c.unsigned(1)
		m.text("firmware", fmt.Sprintf("%x.%x", major, minor))
	},
	0xFFFF: func(m *Message, c *cursor) {
		major, minor := c.unsigned(1), c.unsigned(1)
		m.text("tsl_version", fmt.Sprintf("%d.%d", major, minor))
	},
	0xFF16: textOf("serial_number", 8),
	0xFF0F: number("lorawan_class_code", 1),
	0xFFFE: func(m *Message, c *cursor) { c.take(1); m.bool("reset", true) },
	0xFF0B: func(m *Message, c *cursor) { c.take(1); m.bool("powered_on", true) },
}

// milesightReplies are the types of the channels FE and FF that repeat a configuration.
var milesightReplies = map[int64]channelReader{
	0x02: number("collection_interval", 2), 0x03: number("report_interval", 2), 0x06: textOf("alarm_config", 9),
	0x10: done("reboot"), 0x11: number("timestamp_s", 4), 0x13: flag("install_height_enabled"), 0x17: number("time_zone_code", 2),
	0x1B: textOf("distance_range", 5), 0x1C: textOf("recollection", 2), 0x27: done("clear_history"), 0x28: done("query_status"),
	0x2A: number("calibration_code", 1), 0x35: func(_ *Message, c *cursor) { c.take(8) }, // a key: never shown
	0x3B: flag("time_sync_enabled"), 0x3E: flag("tilt_linkage_enabled"), 0x4A: done("sync_time"), 0x56: flag("tof_enabled"),
	0x68: flag("history_enabled"), 0x69: flag("retransmit_enabled"), 0x6A: textOf("retransmit_interval", 3),
	0x70: number("people_existing_height", 2), 0x71: number("working_mode_code", 1), 0x77: number("install_height", 2),
	0x84: flag("d2d_enabled"), 0x8E: textOf("report_interval_config", 3), 0x96: textOf("d2d_config", 8),
	0xAB: textOf("calibration", 3), 0xBD: number("time_zone_min", 2), 0xF1: textOf("calibration", 4),
	0xF2: number("alarm_reports", 2), 0xF5: flag("alarm_release_enabled"),
}

// milesightExtended are the types of the channel F8 and F9; F8 adds whether the device took the value.
var milesightExtended = map[int64]channelReader{
	0x0D: textOf("retransmit_config", 3), 0x12: number("distance_mode_code", 1), 0x13: flag("blind_detection_enabled"),
	0x14: number("signal_quality", 2), 0x15: textOf("distance_threshold", 2), 0x16: number("peak_sorting_code", 1),
	0x39: number("collection_interval", 2),
}

var milesightEM310 = map[int64]channelReader{
	0x0382: milesightDistance,
	0x0400: flag("tilted"),
}

var milesightEM400 = map[int64]channelReader{
	0x0367: milesightTemperature,
	0x0482: milesightDistance,
	0x0500: flag("tilted"),
	0x0688: func(m *Message, c *cursor) {
		m.number("latitude_deg", c.signedLow(4), 6)
		m.number("longitude_deg", c.signedLow(4), 6)
		motion := c.unsigned(1)
		m.number("motion_code", motion&0x0F, 0)
		m.number("geofence_code", motion>>4, 0)
	},
	0x8367: func(m *Message, c *cursor) { milesightTemperature(m, c); flag("temperature_alarm")(m, c) },
	0x8482: func(m *Message, c *cursor) { milesightDistance(m, c); flag("distance_alarm")(m, c) },
}

var milesightEM410 = map[int64]channelReader{
	0x0367: milesightTemperature,
	0x0482: milesightRadar,
	0x0500: flag("tilted"),
	0x06C7: func(m *Message, c *cursor) { m.number("radar_rssi_dbm", c.signedLow(2), 2) },
	0x8482: func(m *Message, c *cursor) { milesightRadar(m, c); milesightAlarm(m, c) },
	0x9482: func(m *Message, c *cursor) {
		milesightRadar(m, c)
		m.number("distance_mutation_mm", c.signedLow(2), 0)
		milesightAlarm(m, c)
	},
	0xB482: func(m *Message, c *cursor) {
		milesightRadar(m, c)
		exceptions := []string{"blind_spot_released", "blind_spot", "no_target", "sensor_error"}
		if code := c.unsigned(1); int(code) < len(exceptions) {
			m.text("distance_exception", exceptions[code])
		}
	},
	0x20CE: milesightRadarHistory,
}

var milesightEM500 = map[int64]channelReader{
	0x0382: milesightDistance,
	0x83E9: func(m *Message, c *cursor) { // in tenths of a millimetre, other than the plain distance
		m.number("distance_mm", c.unsignedLow(2), 1)
		m.number("distance_mutation_mm", c.unsignedLow(2), 1)
		milesightAlarm(m, c)
	},
	0x20CE: func(m *Message, c *cursor) {
		m.add("history_times_s", c.unsignedLow(4), 0)
		m.add("history_distances_mm", c.unsignedLow(2), 0)
	},
}

func percent(name string) channelReader {
	return func(m *Message, c *cursor) { m.number(name, c.unsigned(1), 0) }
}

// flag is a yes or no, 1 or 0; another code means nothing, and is left out.
func flag(name string) channelReader {
	return func(m *Message, c *cursor) {
		if code := c.unsigned(1); code <= 1 {
			m.bool(name, code == 1)
		}
	}
}

// milesightAlarm is why a distance was sent at once: 0 its alarm is over, 1 it passed a limit, 2 it changed too much.
func milesightAlarm(m *Message, c *cursor) {
	if code := c.unsigned(1); code <= 2 {
		m.bool("distance_alarm", code != 0)
	}
}

// done is a channel whose one byte says nothing: that it is there says all.
func done(name string) channelReader {
	return func(m *Message, c *cursor) { c.take(1); m.bool(name, true) }
}

func number(name string, size int) channelReader {
	return func(m *Message, c *cursor) { m.number(name, c.unsignedLow(size), 0) }
}

func textOf(name string, size int) channelReader {
	return func(m *Message, c *cursor) { m.text(name, c.hex(size)) }
}

func milesightTemperature(m *Message, c *cursor) { m.number("temperature_c", c.signedLow(2), 1) }

func milesightDistance(m *Message, c *cursor) { m.number("distance_mm", c.unsignedLow(2), 0) }

// What a radar sends for a distance that it has not: none of them is one.
const (
	radarNoTarget = -3
	radarDisabled = -2
	radarBroken   = -1
)

// milesightRadar is a distance, which may be negative.
func milesightRadar(m *Message, c *cursor) {
	switch raw := c.signedLow(2); raw {
	case radarNoTarget:
		m.text("distance_error", "no_target")
	case radarDisabled:
		m.text("distance_error", "disabled")
	case radarBroken:
		m.text("distance_error", "sensor_error")
	default:
		m.number("distance_mm", raw, 0)
	}
}

// milesightRadarHistory is one stored reading; without a distance it says nothing of the spot, and is left out.
func milesightRadarHistory(m *Message, c *cursor) {
	second, distance := c.unsignedLow(4), c.signedLow(2)
	temperature, mutation, events := c.signedLow(2), c.signedLow(2), c.unsigned(1)
	if c.cut || distance >= radarNoTarget && distance <= radarBroken {
		return
	}
	m.add("history_times_s", second, 0)
	m.add("history_distances_mm", distance, 0)
	m.add("history_temperatures_c", temperature, 1)
	m.add("history_mutations_mm", mutation, 0)
	m.add("history_events", events, 0)
}

func decodeMilesight310(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightEM310)
}
func decodeMilesight500(m *Message, _ int, data []byte) error {
	return milesight(m, data, milesightEM500)
}

// The EM400 and the EM410 have cellular twins, whose frames hold the same channels behind a head of their own.
func decodeMilesight400(m *Message, _ int, data []byte) error {
	return milesightTwin(m, data, milesightEM400)
}
func decodeMilesight410(m *Message, _ int, data []byte) error {
	return milesightTwin(m, data, milesightEM410)
}

func milesightTwin(m *Message, data []byte, model map[int64]channelReader) error {
	if data[0] == cellularStart {
		return cellular(m, data, model)
	}
	return milesight(m, data, model)
}

func milesight(m *Message, data []byte, model map[int64]channelReader) error {
	c := m.open(data)
	for c.more() {
		channel := c.unsigned(2)
		if c.cut {
			break
		}
		read := milesightReader(channel, model)
		if read == nil {
			return fmt.Errorf("%w: channel %02x of type %02x at byte %d is unknown", ErrPayload, channel>>8, channel&0xFF, c.at-2)
		}
		if channel>>8 != 0xF8 {
			read(m, c)
			continue
		}
		var asked Message // what the device refused is not what it has
		at := c.at
		read(&asked, c)
		taken := c.unsigned(1) == 0
		if taken {
			read(m, &cursor{data: data, at: at})
		}
		m.bool("configured", taken)
	}
	return c.end()
}

func milesightReader(channel int64, model map[int64]channelReader) channelReader {
	if read := model[channel]; read != nil {
		return read
	}
	if read := milesightShared[channel]; read != nil {
		return read
	}
	switch channel >> 8 {
	case 0xFE, 0xFF:
		return milesightReplies[channel&0xFF]
	case 0xF8, 0xF9:
		return milesightExtended[channel&0xFF]
	}
	return nil
}

// The head of a cellular frame: start, id, length, flag, counter, protocol, firmware and hardware as text, serial number,
// IMEI, IMSI, ICCID, signal, and the length of the channels.
const (
	cellularStart = 0x02
	cellularHead  = 1 + 2 + 2 + 1 + 2 + 1 + 4 + 4 + 16 + 15 + 15 + 20 + 1 + 2
)

func cellular(m *Message, data []byte, model map[int64]channelReader) error {
	c := m.open(data)
	c.take(3)
	whole := int(c.unsigned(2))
	c.take(1)
	counter := c.unsigned(2)
	c.take(1)
	firmware, hardware, serial := string(c.take(4)), string(c.take(4)), string(c.take(16))
	c.take(15 + 15 + 20) // who pays for the line is nobody's business here
	signal, size := c.unsigned(1), int(c.unsigned(2))
	if c.cut || whole != len(data)-5 && whole != len(data) || size != len(data)-cellularHead {
		return fmt.Errorf("%w: the lengths in its head do not fit its %d bytes", ErrPayload, len(data))
	}
	if err := milesight(m, data[cellularHead:], model); err != nil {
		return err
	}
	m.number("frame_counter", counter, 0)
	m.text("firmware", printable(firmware))
	m.text("hardware", printable(hardware))
	m.text("serial_number", printable(serial))
	m.number("signal_csq", signal, 0)
	return nil
}

// printable is a text without what is no plain letter, digit or mark.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
}
