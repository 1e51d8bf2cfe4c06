package occupancy

const (
	// neighbourSteps of the empty spot's field, to and fro on one line, make the neighbour known.
	neighbourSteps = 4
	// neighbourNT is the smallest step that counts: more than the noise of two readings.
	neighbourNT = 1_200
	// A vector is on the line of another if the square of their cosine is at least 14/15: 15 degrees.
	onLineOf, onLineFrom = 14, 15
)

// neighbour is the step that the field of the empty spot makes when a car comes to, or leaves, the spot beside. The
// steps are below the level of a car on this spot, or they would have been taken for one; a larger neighbour on the same
// line is then known for what it is.
type neighbour struct {
	step [3]int32 // in nT
	seen uint8    // steps on the line of this one
}

// watch takes a step of the free spot.
func (n *neighbour) watch(step vector, occupiedFrom int32) {
	if length := step.length(); length < neighbourNT || length > int64(occupiedFrom) {
		return
	}
	n.count(step)
}

// count compares a step with those before. One on another line takes away what one on the line gives.
func (n *neighbour) count(step vector) {
	switch known := vectorOf(n.step); {
	case n.seen == 0:
		n.step, n.seen = [3]int32{int32(step[0]), int32(step[1]), int32(step[2])}, 1
	case !onLine(step, known):
		n.seen--
	default:
		sign := int64(1)
		if step.dot(known) < 0 {
			sign = -1
		}
		for axis := range n.step {
			n.step[axis] += int32((sign*step[axis] - known[axis]) / 4)
		}
		n.seen = min(n.seen+1, 2*neighbourSteps)
	}
}

// explains reports whether a residual is that of a car on the spot beside: on its line, and hardly longer.
func (n *neighbour) explains(residual vector) bool {
	known := vectorOf(n.step)
	return n.seen >= neighbourSteps && 2*residual.length() <= 3*known.length() && onLine(residual, known)
}

// onLine reports whether two vectors of at most 2 millitesla are within 15 degrees of one line.
func onLine(a, b vector) bool {
	dot := a.dot(b) >> 12
	return dot*dot*onLineFrom >= a.dot(a)>>12*(b.dot(b)>>12)*onLineOf
}
