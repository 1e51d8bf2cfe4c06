package maxbotix

import (
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// Unit is what a reading of four digits counts.
type Unit uint8

// The units. Readings of three digits count centimetres, but inches where the unit is inches.
const (
	Millimetres Unit = iota
	Centimetres
	Inches
)

// unitUM is how many micrometres one is.
func (u Unit) unitUM() int32 {
	return [...]int32{Millimetres: 1000, Centimetres: 10_000, Inches: 25_400}[u]
}

// nothing are what models say when nothing is there: 5 m and 10 m of the HRXL; 7.65 m and 10.68 m of the XL; 254 and 255
// inches of the LV (MaxBotix, datasheets of the HRXL-MaxSonar-WR, XL-MaxSonar-EZ and LV-MaxSonar-EZ).
func (u Unit) nothing() []int32 {
	return [...][]int32{Millimetres: {5000, 9998, 9999}, Centimetres: {765, 1068}, Inches: {254, 255}}[u]
}

const (
	head = 'R'
	tail = '\r'
	// own is the byte that comes between readings.
	own = 0xFF
)

// Decoder finds readings in a stream of bytes. The zero value is ready.
type Decoder struct {
	Unit Unit

	digits int  // after the R
	begun  bool // an R came
	value  int32
	// Skipped counts the bytes that belong to no reading.
	Skipped uint64
}

// Dropped counts the bytes that belong to no reading.
func (d *Decoder) Dropped() uint64 { return d.Skipped }

// Push takes the next byte. It returns true if that byte completes a reading.
func (d *Decoder) Push(b byte) (drivers.Sample, bool) {
	switch {
	case b == own:
		return drivers.Sample{}, false
	case b == head:
		d.drop()
		d.begun = true
		return drivers.Sample{}, false
	case d.begun && b >= '0' && b <= '9' && d.digits < 4:
		d.value, d.digits = 10*d.value+int32(b-'0'), d.digits+1
		return drivers.Sample{}, false
	case d.begun && b == tail && d.digits >= 3:
		unit := d.Unit
		if d.digits == 3 {
			unit = max(unit, Centimetres)
		}
		sample := reading(d.value, unit)
		d.begun, d.digits, d.value = false, 0, 0
		return sample, true
	}
	d.drop()
	d.Skipped++
	return drivers.Sample{}, false
}

// drop gives up a reading that was begun.
func (d *Decoder) drop() {
	if d.begun {
		d.Skipped += 1 + uint64(d.digits)
	}
	d.begun, d.digits, d.value = false, 0, 0
}

func reading(value int32, unit Unit) drivers.Sample {
	if slices.Contains(unit.nothing(), value) {
		return drivers.Sample{Kind: drivers.SampleNoObject}
	}
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: value * unit.unitUM() / 1000}
}

// Encode is the reading of a sample in millimetres.
func Encode(s drivers.Sample) []byte {
	value := min(max(s.DistanceMM, 0), 9997)
	if s.Kind == drivers.SampleNoObject {
		value = Millimetres.nothing()[0]
	}
	return fmt.Appendf(nil, "R%04d\r", value)
}
