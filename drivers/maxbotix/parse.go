package maxbotix

import (
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// What models say when nothing is there: 5 m and 10 m of the HRXL, 7.65 m and 10.68 m of the XL.
var (
	nothingMM = []int32{5000, 9999}
	nothingCM = []int32{765, 1068}
)

const (
	head = 'R'
	tail = '\r'
	// own is the byte that comes between readings.
	own = 0xFF
)

// Decoder finds readings in a stream of bytes. The zero value is ready.
type Decoder struct {
	// Centimetres: four digits count centimetres as well. Three always do.
	Centimetres bool

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
		sample := reading(d.value, d.Centimetres || d.digits == 3)
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

func reading(value int32, centimetres bool) drivers.Sample {
	nothing, unitMM := nothingMM, int32(1)
	if centimetres {
		nothing, unitMM = nothingCM, 10
	}
	if slices.Contains(nothing, value) {
		return drivers.Sample{Kind: drivers.SampleNoObject}
	}
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: value * unitMM}
}

// Encode is the reading of a sample in millimetres.
func Encode(s drivers.Sample) []byte {
	value := min(max(s.DistanceMM, 0), 9998)
	if s.Kind == drivers.SampleNoObject {
		value = nothingMM[0]
	}
	return fmt.Appendf(nil, "R%04d\r", value)
}
