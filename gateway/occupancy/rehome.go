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
	// The same two for a baseline to which the field never came back: a car may have been there when it was learned, and
	// the spot would be taken for the contrary of what it is.
	unprovenMS     = hourMS
	unprovenAwayMS = 2 * manoeuvreMS
	// rehomeWithinNT is how near a place is.
	rehomeWithinNT = 3_000
	// rehomeForgetMS is how long a place is remembered that the field does not return to.
	rehomeForgetMS = dayMS
)

// restingPlaces are where the field of an occupied spot was last. The field of the spot between two cars comes and goes
// among those of the cars.
type restingPlaces [3]restingPlace

// restingPlace is a place at which the field of an occupied spot rests, as a difference from the baseline: a car, or what
// the empty spot looks like since a steel plate was laid beside it or the sensor was turned.
type restingPlace struct {
	place   [3]int32 // in nT
	thereMS int32    // how long the field was there in all
	awayMS  int32    // how long it has been somewhere else
	gapMS   int32    // … since it was last there, far away
	visits  uint8    // 0: of no place
	there   bool
}

// moved takes one value of an occupied spot, and returns the place to which the empty spot's field has moved; nil if it has
// not.
func (v *sensor) moved(cfg *Config, residual vector, elapsedMS int64) *restingPlace {
	elapsed, usedMS, gapMS := int32(min(elapsedMS, hourMS)), int32(rehomeMS), int32(rehomeAwayMS)
	if !v.proven {
		usedMS, gapMS = unprovenMS, unprovenAwayMS
	}
	known := false
	for i := range v.others {
		o := &v.others[i]
		if o.visits == 0 {
			continue
		}
		away := residual.minus(vectorOf(o.place)).length()
		if away > rehomeWithinNT {
			o.leave(away >= max(int64(cfg.Field.OccupiedFrom), min(vectorOf(o.place).length(), rehomeFarNT)), elapsed)
			continue
		}
		o.stay(residual, elapsed, gapMS)
		known = true
		if o.visits >= rehomeVisits && o.thereMS >= usedMS {
			return o
		}
	}
	if !known {
		v.others.begin(residual)
	}
	return nil
}

// begin remembers a place that is new, in the stead of the one that matters least.
func (p *restingPlaces) begin(residual vector) {
	least := &p[0]
	for i := range p {
		if p[i].spareMS() > least.spareMS() {
			least = &p[i]
		}
	}
	if least.spareMS() > 0 {
		*least = restingPlace{visits: 1, there: true, place: [3]int32{int32(residual[0]), int32(residual[1]), int32(residual[2])}}
	}
}

// spareMS is how long a place was away for longer than it was there: above 0 if another may have its stead.
func (o *restingPlace) spareMS() int32 {
	if o.visits == 0 {
		return 2 * dayMS
	}
	return o.awayMS - o.thereMS
}

func (o *restingPlace) stay(residual vector, elapsedMS, gapMS int32) {
	if !o.there && o.gapMS >= gapMS {
		o.visits = min(o.visits+1, rehomeVisits)
	}
	o.there, o.awayMS, o.thereMS = true, 0, min(o.thereMS+elapsedMS, dayMS)
	for axis := range o.place {
		o.place[axis] += int32((residual[axis] - int64(o.place[axis])) / 20)
	}
}

func (o *restingPlace) leave(far bool, elapsedMS int32) {
	if o.there {
		o.there, o.gapMS = false, 0
	}
	if far {
		o.gapMS = min(o.gapMS+elapsedMS, dayMS)
	}
	if o.awayMS += elapsedMS; o.awayMS > rehomeForgetMS {
		*o = restingPlace{}
	}
}

// rehome moves the baseline to where the field rests. It is believed less until a car has come and gone.
func (v *sensor) rehome(nowMS int64, to *restingPlace) {
	for axis, gone := range to.place {
		v.base[axis] = int32(min(max(int64(v.base[axis])+int64(gone)<<baseShift, -coefficientMax), coefficientMax))
	}
	v.home, v.others, v.proven, v.trackedMS = v.base, restingPlaces{}, false, nowMS
	v.empty.doubt[pair(termOne, termOne)] = startNT * startNT
	v.neighbour, v.steps.begun = neighbour{}, false
}
