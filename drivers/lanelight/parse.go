package lanelight

import "bytes"

const (
	head       = 0x3A
	frameBytes = 3
)

// Fields are what the two fields of a light show: a letter, an arrow or a blank.
type Fields struct{ Left, Right byte }

// Encode is the order to show fields.
func Encode(f Fields) []byte { return []byte{head, f.Left, f.Right} }

// Parse finds the first order in data and says how many bytes are done with.
func Parse(data []byte) (f Fields, used int, found bool) {
	for used < len(data) {
		next := bytes.IndexByte(data[used:], head)
		if next < 0 {
			return Fields{}, len(data), false
		}
		used += next
		at := data[used:]
		if len(at) < frameBytes {
			return Fields{}, used, false
		}
		if isField(at[1]) && isField(at[2]) {
			return Fields{at[1], at[2]}, used + frameBytes, true
		}
		used++
	}
	return Fields{}, used, false
}

func isField(b byte) bool { return bytes.IndexByte([]byte("RG<> "), b) >= 0 }
