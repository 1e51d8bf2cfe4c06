package ultrasonic

import "gatehouse/drivers"

// The frame and its special values.
const (
	frameBytes   = 4
	head         = 0xFF
	noObject     = 0xFFFD
	interference = 0xFFFE
)

// DistanceMaxMM is more than any sensor of the family can measure. A frame beyond it is none: FF 01 FF FF (511 mm)
// repeated looks like FF FF 01 FF (65281 mm) to a decoder that began to listen at the last byte.
const DistanceMaxMM = 20_000

// Decoder finds frames in a stream of bytes. The zero value is ready.
type Decoder struct {
	window [frameBytes]byte
	filled int
	// Skipped counts the bytes that belong to no frame.
	Skipped uint64
}

// Dropped counts the bytes that belong to no frame.
func (d *Decoder) Dropped() uint64 { return d.Skipped }

// Push takes the next byte. It returns true if that byte completes a frame. A window that is no frame loses its
// first byte only, because the frame may begin at any other.
func (d *Decoder) Push(b byte) (drivers.Sample, bool) {
	d.window[d.filled] = b
	d.filled++
	if d.filled < frameBytes {
		return drivers.Sample{}, false
	}
	sample, valid := parse(d.window)
	if !valid {
		copy(d.window[:], d.window[1:])
		d.filled--
		d.Skipped++
		return drivers.Sample{}, false
	}
	d.filled = 0
	return sample, true
}

func parse(w [frameBytes]byte) (sample drivers.Sample, valid bool) {
	if w[0] != head || w[0]+w[1]+w[2] != w[3] {
		return drivers.Sample{}, false
	}
	switch value := int32(w[1])<<8 | int32(w[2]); {
	case value == noObject:
		return drivers.Sample{Kind: drivers.SampleNoObject}, true
	case value == interference:
		return drivers.Sample{Kind: drivers.SampleInterference}, true
	case value <= DistanceMaxMM:
		return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: value}, true
	}
	return drivers.Sample{}, false
}

// Encode is the frame of a sample, as the sensor sends it: of a distance, cut to 0 … DistanceMaxMM, or of one of
// the two special codes.
func Encode(s drivers.Sample) []byte {
	value := min(max(s.DistanceMM, 0), DistanceMaxMM)
	switch s.Kind {
	case drivers.SampleNoObject:
		value = noObject
	case drivers.SampleInterference:
		value = interference
	}
	high, low := byte(value>>8), byte(value)
	return []byte{head, high, low, head + high + low}
}
