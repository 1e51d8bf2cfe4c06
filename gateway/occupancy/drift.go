package occupancy

import "math/bits"

const (
	// driftMemoryMS is how long the line of drift is remembered: about a spell of weather.
	driftMemoryMS = 64 * hourMS
	// driftSeenNT is how far a field must have drifted until the line is known.
	driftSeenNT = 700
)

// vector is a field or a difference of two, in nanotesla.
type vector [3]int64

func (a vector) dot(b vector) int64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a vector) length() int64 { return int64(squareRoot(uint64(a.dot(a)))) }

// lean turns the line of drift towards where the baseline is now, seen from where it was learned. The line has no
// direction: warm and cold lie on either side.
func (v *sensor) lean(elapsedMS int64) {
	var gone, drift vector
	for axis := range gone {
		gone[axis], drift[axis] = int64(v.base[axis])-int64(v.home[axis]), int64(v.drift[axis])
	}
	same := gone.dot(drift) >= 0
	for axis := range gone {
		if !same {
			gone[axis] = -gone[axis]
		}
		v.drift[axis] += int32((gone[axis] - drift[axis]) * elapsedMS / driftMemoryMS)
	}
}

// line is the line of drift as a vector from home, and its length; false as long as it is not known.
func (v *sensor) line() (drift vector, length int64, known bool) {
	for axis := range drift {
		drift[axis] = int64(v.drift[axis] >> baseShift)
	}
	length = drift.length()
	return drift, length, length >= driftSeenNT
}

// discounted is the length of a difference, its part along the line of drift made shorter.
func (v *sensor) discounted(levels *Levels, difference vector) int64 {
	drift, length, known := v.line()
	if !known {
		return difference.length()
	}
	along := difference.dot(drift) / length
	less := along / int64(levels.AlongDrift)
	return int64(squareRoot(uint64(max(difference.dot(difference)-along*along, 0) + less*less)))
}

// straighten keeps the baseline near the line of drift: what leads away from it is not the weather.
func (v *sensor) straighten(levels *Levels) {
	drift, length, known := v.line()
	if !known {
		return
	}
	var gone, aside vector
	for axis := range gone {
		gone[axis] = int64(v.base[axis]-v.home[axis]) >> baseShift
	}
	along := gone.dot(drift) / length
	for axis := range aside {
		aside[axis] = gone[axis] - drift[axis]*along/length
	}
	distance, most := aside.length(), int64(levels.AsideDrift)
	if distance <= most {
		return
	}
	for axis := range aside {
		inside := gone[axis] - aside[axis] + aside[axis]*most/distance
		v.base[axis] = v.home[axis] + int32(inside<<baseShift)
	}
}

// squareRoot is the whole part of the root, by Newton's method from above.
func squareRoot(square uint64) uint64 {
	if square == 0 {
		return 0
	}
	root := uint64(1) << ((bits.Len64(square) + 1) / 2)
	for {
		next := (root + square/root) / 2
		if next >= root {
			return root
		}
		root = next
	}
}
