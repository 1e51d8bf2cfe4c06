package world

import (
	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// Measures of parking.
const (
	floorMM    = 2_500
	aisleMMPS  = 3_000
	manoeuvreS = 12 // at most, into a spot
)

// spot is a parking space with its sensors.
type spot struct {
	plan    *SpotPlan
	dice    dice
	gen     uint32
	frameMS int64 // when the next frame is due
	frames  int   // left at the short period
	stuck   bool
	stuckAt Distance
	silent  bool
	wrong   bool // the second sensor
	sought  int  // drivers on their way to it
}

// seekSpot is a driver inside who chooses where to park.
func (w *World) seekSpot(c *car) {
	m := &c.mind
	m.spot = m.told
	if len(w.spots) == 0 {
		w.park(c)
		return
	}
	if c.does.Has(ParkElsewhere) {
		c.does &^= FaultsOf(ParkElsewhere)
		if other := w.anyFree(c, m.told); other >= 0 {
			m.spot = other
			w.truth.Fired[ParkElsewhere]++
		}
	}
	if m.spot < 0 || c.searches > 0 {
		m.spot = w.nearestFree(c)
	}
	if m.spot < 0 {
		w.driveOut(c, 60_000)
		return
	}
	w.spots[m.spot].sought++
	distanceMM := int64(w.plan.Spots[m.spot].DistanceM) * 1000
	ms := distanceMM*1000/aisleMMPS + 1000*c.dice.between(manoeuvreS/2, manoeuvreS)
	w.queue.push(event{ms: w.nowMS + ms, what: carParks, at: c.index})
}

// anyFree is some free spot other than one; -1: none.
func (w *World) anyFree(c *car, but int) int {
	start := int(c.dice.below(int64(len(w.spots))))
	for i := range w.spots {
		if at := (start + i) % len(w.spots); at != but && w.truth.Spots[at] < 0 {
			return at
		}
	}
	return -1
}

// nearestFree is the free spot that a driver picks who was told none: one that nobody else is heading for,
// of the type that the driver wants, near. -1: none is free.
func (w *World) nearestFree(c *car) int {
	const strangeM, soughtM = 1_000_000, 2_000_000 // as if it were so much further away
	best, bestM := -1, int32(0)
	for i := range w.spots {
		if w.truth.Spots[i] >= 0 {
			continue
		}
		spot := w.spots[i].plan
		distanceM := spot.DistanceM
		if spot.Type != c.wants {
			distanceM += strangeM
		}
		if w.spots[i].sought > 0 {
			distanceM += soughtM
		}
		if best < 0 || distanceM < bestM {
			best, bestM = i, distanceM
		}
	}
	return best
}

// carParks is a vehicle that reaches its spot; if somebody stands there, it looks on.
func (w *World) carParks(c *car) {
	w.spots[c.mind.spot].sought--
	if w.truth.Spots[c.mind.spot] >= 0 {
		c.searches++
		if t := &w.truth.Cars[c.index]; t.TakenMS == 0 && c.mind.spot == c.mind.told {
			t.TakenMS = w.nowMS
		}
		if c.searches >= searchesMost {
			w.driveOut(c, 20_000)
			return
		}
		w.seekSpot(c)
		return
	}
	w.park(c)
}

// park stands a vehicle on its spot until it leaves.
func (w *World) park(c *car) {
	t := &w.truth.Cars[c.index]
	t.ParkedMS = w.nowMS
	if c.mind.spot >= 0 {
		w.occupy(c.mind.spot, int(c.index))
	}
	t.Spot, t.Stood = c.mind.spot, c.mind.spot
	w.place(c, Parked)
	if leaveMS := w.leaveMS(c); leaveMS >= 0 {
		w.queue.push(event{ms: leaveMS, what: carLeaves, at: c.index})
	}
}

// leaveMS is when a parked car leaves; below 0: never.
func (w *World) leaveMS(c *car) int64 {
	switch {
	case c.plan.DepartMS > 0:
		return max(c.plan.DepartMS, w.nowMS+5_000)
	case c.plan.StayMS > 0:
		return w.nowMS + c.plan.StayMS
	}
	return -1
}

// carLeaves is a vehicle that leaves its spot for an exit.
func (w *World) carLeaves(c *car) {
	t := &w.truth.Cars[c.index]
	t.LeftSpotMS, t.Spot = w.nowMS, -1
	wayMS := int64(5_000)
	if at := c.mind.spot; at >= 0 {
		wayMS += int64(w.plan.Spots[at].DistanceM) * 1_000_000 / aisleMMPS
		w.occupy(at, -1)
	}
	if c.does.Has(LoseTicket) && c.mind.paper != "" {
		c.mind.paper = ""
		w.truth.Fired[LoseTicket]++
	}
	w.driveOut(c, wayMS)
}

// driveOut is a vehicle on its way to an exit.
func (w *World) driveOut(c *car, wayMS int64) {
	c.mind.spot, c.heading = -1, fact.Outward
	w.place(c, Leaving)
	w.queue.push(event{ms: w.nowMS + wayMS, what: carComes, at: c.index})
}

// occupy stands a vehicle on a spot, or (-1) takes it away; the sensors notice.
func (w *World) occupy(at, car int) {
	w.truth.Spots[at] = car
	s := &w.spots[at]
	for _, f := range [...]Fault{SpotStuck, SpotSilent, SecondWrong} {
		if w.happens(&s.dice, f) {
			w.inflict(f, at, w.repairMS(&s.dice))
		}
	}
	s.frames = int(orElse(int64(w.plan.Sensing.BurstFrames), 10))
	soon := w.nowMS + s.dice.below(w.plan.Sensing.periodMS())
	if s.frameMS > w.nowMS {
		soon = min(soon, s.frameMS)
	}
	w.planFrame(at, soon)
}

// planFrame plans the next frame of a spot's sensors.
func (w *World) planFrame(at int, ms int64) {
	s := &w.spots[at]
	if !s.plan.Ultrasonic && !s.plan.Second {
		return
	}
	s.gen++
	s.frameMS = ms
	w.queue.push(event{ms: ms, what: spotFrame, at: int32(at), gen: s.gen})
}

func (s *Sensing) periodMS() int64 { return orElse(s.PeriodMS, 1_000) }

// frame sends what a spot's sensors say now, and plans the next.
func (w *World) frame(at int) {
	s := &w.spots[at]
	if !s.silent {
		w.sendFrame(at)
	}
	if s.frames > 0 {
		s.frames--
		w.planFrame(at, w.nowMS+w.plan.Sensing.periodMS())
	} else if heartbeat := orElse(w.plan.Sensing.HeartbeatMS, 30_000); heartbeat > 0 {
		w.planFrame(at, w.nowMS+heartbeat)
	}
}

func (w *World) sendFrame(at int) {
	s := &w.spots[at]
	if s.plan.Second {
		w.emit(Second{Spot: at, Occupied: (w.truth.Spots[at] >= 0) != s.wrong})
	}
	switch {
	case !s.plan.Ultrasonic || w.happens(&s.dice, SpotMissed):
	case s.stuck:
		w.emit(s.stuckAt)
	case w.happens(&s.dice, SpotInterference):
		w.emit(Distance{Spot: at, Kind: drivers.SampleInterference})
	case w.happens(&s.dice, SpotOutlier):
		w.emit(w.outlier(at))
	default:
		w.emit(w.echo(at))
	}
}

// echo is a true distance, but for noise.
func (w *World) echo(at int) Distance {
	s := &w.spots[at]
	mm := orElse(int64(s.plan.FloorMM), floorMM)
	if car := w.truth.Spots[at]; car >= 0 {
		mm = max(mm-w.cars[car].heightMM, 250)
	}
	return Distance{Spot: at, Kind: drivers.SampleDistance, MM: int32(mm + s.dice.between(-12, 12))}
}

// outlier is an echo that came by a detour, or not at all.
func (w *World) outlier(at int) Distance {
	echo := w.echo(at)
	if w.spots[at].dice.below(2) == 0 {
		return Distance{Spot: at, Kind: drivers.SampleNoObject}
	}
	echo.MM = int32(w.spots[at].dice.between(300, 4_400))
	return echo
}
