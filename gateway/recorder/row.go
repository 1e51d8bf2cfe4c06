package recorder

import (
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/occupancy"
)

// Header is the first line of each file. Times are UTC; says is 1 or 0 for a reading of kind occupied, and the Moment of a
// row of kind begin. What a row does not say is empty.
const Header = "time,spot,sensor,kind,distance_mm,mag_x_nt,mag_y_nt,mag_z_nt,temp_c,says\n"

// The kinds of row that are no reading; the others are occupancy.KindNames.
const (
	KindBegin = "begin"
	KindTick  = "tick"
)

// appendCall appends a reading or a tick.
func appendCall(to []byte, wallMS int64, name []byte, h *Heard) []byte {
	if h.Tick {
		return append(appendStart(to, wallMS, name, KindTick), ",,,,,,\n"...)
	}
	r := &h.Reading
	to = appendTime(to, wallMS)
	to = append(append(append(to, ','), name...), ',')
	to = strconv.AppendUint(to, uint64(r.Sensor), 10)
	to = append(append(append(to, ','), r.Kind.String()...), ',')
	if r.Kind == occupancy.Distance {
		to = appendValue(to, r.DistanceMM)
	}
	for _, axis := range r.FieldNT {
		to = append(to, ',')
		if r.Kind == occupancy.Field {
			to = appendValue(to, axis)
		}
	}
	to = append(to, ',')
	if r.HasTemperature {
		to = appendHundredths(to, int64(r.TemperatureCentiC))
	}
	to = append(to, ',')
	if r.Kind == occupancy.Occupied {
		to = append(to, "01"[truth(r.Occupied)])
	}
	return append(to, '\n')
}

func truth(is bool) int {
	if is {
		return 1
	}
	return 0
}

// appendStart appends a row up to its kind, of no sensor.
func appendStart(to []byte, wallMS int64, name []byte, kind string) []byte {
	to = append(append(appendTime(to, wallMS), ','), name...)
	return append(append(to, ",,"...), kind...)
}

func appendTime(to []byte, wallMS int64) []byte {
	return time.UnixMilli(wallMS).UTC().AppendFormat(to, "2006-01-02T15:04:05.000Z")
}

func appendValue(to []byte, value int32) []byte {
	return strconv.AppendInt(to, int64(occupancy.Saturate(value)), 10)
}

// appendHundredths appends a number of hundredths as a decimal number.
func appendHundredths(to []byte, value int64) []byte {
	if value < 0 {
		to, value = append(to, '-'), -value
	}
	to = append(strconv.AppendInt(to, value/100, 10), '.')
	return append(to, byte('0'+value/10%10), byte('0'+value%10))
}

// appendText appends a text so that it is one cell.
func appendText(to []byte, text string) []byte {
	if !strings.ContainsAny(text, ",\"\r\n") {
		return append(to, text...)
	}
	return append(append(append(to, '"'), strings.ReplaceAll(text, `"`, `""`)...), '"')
}
