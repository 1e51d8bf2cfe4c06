package urm

import "gatehouse/drivers"

const (
	head1, head2 = 0x55, 0xAA
	readDistance = 0x02
	headBytes    = 5 // head, address, count, command
	dataMax      = 8 // more than any answer has
	frameMax     = headBytes + dataMax + 1
	noEcho       = 0xFFFF
	unitMM       = 10
)

// Frame is one message, of either side.
type Frame struct {
	Address, Command byte
	Data             []byte // holds until the next Push
}

// Append writes the frame.
func (f Frame) Append(out []byte) []byte {
	begin := len(out)
	out = append(append(out, head1, head2, f.Address, byte(len(f.Data)), f.Command), f.Data...)
	return append(out, sum(out[begin:]))
}

func sum(data []byte) (total byte) {
	for _, b := range data {
		total += b
	}
	return total
}

// Decoder finds frames in a stream of bytes. The zero value is ready.
type Decoder struct {
	window [frameMax]byte
	filled int
	// Skipped counts the bytes that belong to no frame.
	Skipped uint64
}

// Push takes the next byte. It returns true if that byte completes a frame. A window that is no frame loses its first
// byte only, because the frame may begin at any other.
func (d *Decoder) Push(b byte) (Frame, bool) {
	d.window[d.filled] = b
	d.filled++
	for d.filled > 0 {
		w := d.window[:d.filled]
		length, possible := lengthOf(w)
		switch {
		case possible && d.filled < length:
			return Frame{}, false
		case possible && sum(w[:length-1]) == w[length-1]:
			d.filled = 0
			return Frame{Address: w[2], Command: w[4], Data: w[headBytes : length-1]}, true
		}
		copy(d.window[:], w[1:])
		d.filled--
		d.Skipped++
	}
	return Frame{}, false
}

// lengthOf is the length of the frame that a window begins with, or the least that is needed to tell it.
func lengthOf(w []byte) (length int, possible bool) {
	switch {
	case w[0] != head1, len(w) > 1 && w[1] != head2, len(w) > 3 && w[3] > dataMax:
		return 0, false
	case len(w) <= 3:
		return headBytes + 1, true
	}
	return headBytes + int(w[3]) + 1, true
}

// sampleOf is what an answer says.
func sampleOf(f Frame) (drivers.Sample, bool) {
	if f.Command != readDistance || len(f.Data) != 2 {
		return drivers.Sample{}, false
	}
	value := int32(f.Data[0])<<8 | int32(f.Data[1])
	if value == noEcho {
		return drivers.Sample{Kind: drivers.SampleNoObject}, true
	}
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: unitMM * value}, true
}

// answerOf is the answer of a sensor that measured the sample.
func answerOf(address byte, s drivers.Sample) Frame {
	value := uint16(min(max(s.DistanceMM, 0), 10_000) / unitMM)
	if s.Kind == drivers.SampleNoObject {
		value = noEcho
	}
	return Frame{Address: address, Command: readDistance, Data: []byte{byte(value >> 8), byte(value)}}
}
