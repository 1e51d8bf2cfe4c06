package occupancy

// unrest is how the field of the empty spot moves about: the covariance of its residuals over about a day, in nT². A
// neighbour's car, a charging current or the sun move it to and fro on a line of their own, and a car that is parked
// here hardly ever moves it on that same line. So a residual counts for less along the lines on which the empty spot is
// restless, and in full across them.
type unrest struct {
	covariance [6]int32 // xx, xy, xz, yy, yz, zz
}

const (
	// restShift: a spot at rest has residuals of 2^9 = 512 nT, and its square is 2^18.
	restShift = 18
	// unrestMax bounds the sum of the variances, so that no residual counts for less than 45 percent of its length.
	unrestMax = 4 << restShift
	// unrestMS is how long the unrest is remembered; one reading makes at most 3 percent of it.
	unrestMS    = dayMS
	readingPart = 1966 // in 1/65536
	// axisMax keeps the products of two axes in 31 bits.
	axisMax = 32_768
	// axis i, axis i of the covariance
	xx, yy, zz = 0, 3, 5
)

// calm is the unrest of a spot that was just learned.
func calm() unrest {
	return unrest{covariance: [6]int32{xx: 1 << restShift, yy: 1 << restShift, zz: 1 << restShift}}
}

// learn takes a residual of the empty spot, and the time since the last one.
func (u *unrest) learn(residual vector, elapsedMS int64) {
	fold(&u.covariance, residual.within(axisMax), elapsedMS, unrestMS)
	sum := int64(u.covariance[xx]) + int64(u.covariance[yy]) + int64(u.covariance[zz])
	if sum <= unrestMax {
		return
	}
	for i := range u.covariance {
		u.covariance[i] = int32(int64(u.covariance[i]) * unrestMax / sum)
	}
}

// fold takes a value into a covariance that remembers for so long.
func fold(covariance *[6]int32, value vector, elapsedMS, memoryMS int64) {
	part := min((elapsedMS<<16)/memoryMS, readingPart)
	at := 0
	for i := range value {
		for j := i; j < len(value); j++ {
			covariance[at] += int32((value[i]*value[j] - int64(covariance[at])) * part >> 16)
			at++
		}
	}
}

// length is that of a residual in the measure of a spot at rest.
func (u *unrest) length(residual vector) int32 { return lengthIn(&u.covariance, restShift, residual) }

// lengthIn is the square root of r'(1+C/rest²)⁻¹r, by the square-root-free Cholesky factors of the matrix in 1/65536.
func lengthIn(covariance *[6]int32, shift int, residual vector) int32 {
	const one = 16
	m := func(i int) int64 { return int64(covariance[i]) << one >> shift }
	d0 := 1<<one + max(m(0), 0)
	l10, l20 := m(1)<<one/d0, m(2)<<one/d0
	d1 := max(1<<one+m(3)-l10*m(1)>>one, 1<<one)
	rest := m(4) - l10*m(2)>>one
	l21 := rest << one / d1
	d2 := max(1<<one+m(5)-l20*m(2)>>one-l21*rest>>one, 1<<one)
	z0 := residual[0]
	z1 := residual[1] - l10*z0>>one
	z2 := residual[2] - l20*z0>>one - l21*z1>>one
	square := z0*z0<<8/(d0>>8) + z1*z1<<8/(d1>>8) + z2*z2<<8/(d2>>8)
	return int32(squareRoot(uint64(square)))
}
