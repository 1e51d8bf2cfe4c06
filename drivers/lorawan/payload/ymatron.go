package payload

import (
	"fmt"
	"strconv"
	"strings"
)

// The lengths of a number, of a kind of device, of a serial number and of a version.
const (
	ymatronDigits       = 4
	ymatronTypeDigits   = 5
	ymatronSerialDigits = 8
	ymatronVersion      = len("V01.01.00")
)

// decodeYmatron decodes the texts of Swisslogix' and Ymatron's SLX-1307: a reading, or the answer to a question. Source:
// the maker's document DOC_1074_01_A as element-parsers (lib/swisslogix_ymatron_fill-level-sensor_slx-1307.ex) reads it.
func decodeYmatron(m *Message, _ int, data []byte) error {
	what, value, _ := strings.Cut(string(data), ":")
	if value == "" || printable(value) != value {
		return fmt.Errorf("%w: it is no text like C0:1827", ErrPayload)
	}
	switch what {
	case "C0":
		return ymatronNumber(m, "distance_mm", value, 0)
	case "?B":
		return ymatronNumber(m, "battery_v", value, 3)
	case "?I":
		return ymatronNumber(m, "upload_interval_min", value, 0)
	}
	m.text("kind", "device")
	switch what {
	case "?D":
		return ymatronText(m, "device_type", value, ymatronTypeDigits)
	case "?S":
		return ymatronText(m, "serial_number", value, ymatronSerialDigits)
	case "?T":
		m.text("firmware_type", value)
	case "?V":
		return ymatronText(m, "firmware", value, ymatronVersion)
	default:
		return fmt.Errorf("%w: message %q is unknown", ErrPayload, what)
	}
	return nil
}

func ymatronNumber(m *Message, name, value string, decimals int) error {
	number, err := strconv.ParseUint(value, 10, 16)
	if err != nil || len(value) != ymatronDigits {
		return fmt.Errorf("%w: %q is no number of %d digits", ErrPayload, value, ymatronDigits)
	}
	m.number(name, int64(number), decimals)
	return nil
}

func ymatronText(m *Message, name, value string, size int) error {
	if len(value) != size {
		return fmt.Errorf("%w: %s %q has not %d characters", ErrPayload, name, value, size)
	}
	m.text(name, value)
	return nil
}
