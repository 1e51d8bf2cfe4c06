package sign

import (
	"bytes"

	"gatehouse/drivers"
)

const (
	frameBytes = 7
	head       = 0x3A
	info       = 0x01
	tail       = 0x0A
)

// Frame is what a sign is told to show.
type Frame struct {
	Colour drivers.Colour
	Count  uint16
}

// Encode is the frame's bytes.
func Encode(f Frame) []byte {
	data := []byte{head, byte(f.Colour), byte(f.Count), byte(f.Count >> 8), info, 0, tail}
	data[5] = sum(data)
	return data
}

func sum(data []byte) byte {
	return data[0] + data[1] + data[2] + data[3] + data[4]
}

// Parse finds the first frame in data and says how many bytes it has used up: those of the frame and what stood
// before it. Without a frame it uses up what can't begin one.
func Parse(data []byte) (frame Frame, used int, found bool) {
	for used < len(data) {
		next := bytes.IndexByte(data[used:], head)
		if next < 0 {
			return Frame{}, len(data), false
		}
		used += next
		if len(data)-used < frameBytes {
			return Frame{}, used, false
		}
		if isFrame(data[used:]) {
			at := data[used:]
			frame = Frame{Colour: drivers.Colour(at[1]), Count: uint16(at[2]) | uint16(at[3])<<8}
			return frame, used + frameBytes, true
		}
		used++
	}
	return Frame{}, used, false
}

func isFrame(data []byte) bool {
	return data[1] <= byte(drivers.ColourRed) && data[4] == info && data[5] == sum(data) && data[6] == tail
}
