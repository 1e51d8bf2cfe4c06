package occupancy

const (
	// rehomeVisits of the field to one place, with the empty spot's field never seen in between, show that the empty
	// spot's field is there now: a car came and went, and what is left is the same as before it.
	rehomeVisits = 2
	// rehomeMS is how long the field must have been there in all.
	rehomeMS = 12 * hourMS
	// rehomeAwayMS is how long something else must be between two visits, at least as far from there as the baseline is
	// or as rehomeFarNT says: a truck on the next spot does less to the field of a parked car.
	rehomeAwayMS = hourMS
	rehomeFarNT  = 5_000
	// rehomeWithinNT is how near a place is.
	rehomeWithinNT = 3_000
	// rehomeForgetMS is how long a place is remembered that the field does not return to.
	rehomeForgetMS = dayMS
)

// otherHome is a place at which the field of an occupied spot rests, as a difference from the baseline: a car, or what
// the empty spot looks like since a steel plate was laid beside it or the sensor was turned.
type otherHome struct {
	place   [3]int32 // in nT
	thereMS int64    // how long the field was there in all
	awayMS  int64    // how long it has been somewhere else
	gapMS   int64    // … since it was last there, far away
	visits  uint8
	there   bool
}

func (o *otherHome) vector() vector {
	return vector{int64(o.place[0]), int64(o.place[1]), int64(o.place[2])}
}

// moved takes one value of an occupied spot, and reports whether the empty spot's field has moved to where it is.
func (v *sensor) moved(cfg *Config, residual vector, elapsedMS int64) bool {
	o := &v.other
	elapsedMS = min(elapsedMS, hourMS)
	away := residual.minus(o.vector()).length()
	switch {
	case o.visits > 0 && away <= rehomeWithinNT:
		o.stay(residual, elapsedMS)
	case o.visits == 0 || o.awayMS > rehomeForgetMS || o.awayMS > o.thereMS:
		*o = otherHome{visits: 1, there: true, place: [3]int32{int32(residual[0]), int32(residual[1]), int32(residual[2])}}
	default:
		o.leave(away >= max(int64(cfg.Field.OccupiedFrom), min(o.vector().length(), rehomeFarNT)), elapsedMS)
	}
	return o.visits >= rehomeVisits && o.thereMS >= rehomeMS
}

func (o *otherHome) stay(residual vector, elapsedMS int64) {
	if !o.there && o.gapMS >= rehomeAwayMS {
		o.visits = min(o.visits+1, rehomeVisits)
	}
	o.there, o.awayMS, o.thereMS = true, 0, o.thereMS+elapsedMS
	for axis := range o.place {
		o.place[axis] += int32((residual[axis] - int64(o.place[axis])) / 20)
	}
}

func (o *otherHome) leave(far bool, elapsedMS int64) {
	if o.there {
		o.there, o.gapMS = false, 0
	}
	if far {
		o.gapMS += elapsedMS
	}
	o.awayMS += elapsedMS
}

// rehome moves the baseline to where the field rests. It is believed less until a car has come and gone.
func (v *sensor) rehome(nowMS int64) {
	for axis, gone := range v.other.place {
		v.base[axis] = int32(min(max(int64(v.base[axis])+int64(gone)<<baseShift, -coefficientMax), coefficientMax))
	}
	v.home, v.other, v.proven, v.trackedMS = v.base, otherHome{}, false, nowMS
	v.empty.doubt[pair(termOne, termOne)] = startNT * startNT
	v.neighbour, v.steps.begun = neighbour{}, false
}
