package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// warmField is a field with the temperature of its sensor.
func warmField(value [3]int32, centiC int32) occupancy.Reading {
	r := field(value[0], value[1], value[2])
	r.TemperatureCentiC, r.HasTemperature = int16(centiC), true
	return r
}

// sunny is the temperature of a sensor outdoors, in 1/100 °C: from 4 °C at night to 28 °C, up within two hours.
func sunny(atMS int64) int32 {
	switch minuteOfDay := int32(atMS / minute % 1440); {
	case minuteOfDay < 600:
		return 400
	case minuteOfDay < 720:
		return 400 + (minuteOfDay-600)*20
	case minuteOfDay < 1200:
		return 2800 - (minuteOfDay-720)*5
	}
	return 400
}

// warmed is the field of the empty spot at a temperature: as in the traces of EL2, 600 nT a degree.
func warmed(centiC int32) [3]int32 {
	return [3]int32{20_000 - 6*centiC, -700, 40_000 + 5*centiC}
}

func plus(a, b [3]int32) [3]int32 { return [3]int32{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }

// outdoors is a magnetometer that has seen an empty spot for six days.
func outdoors() *play {
	p := inGround()
	p.cfg.PeriodMS[0] = 10 * minute
	p.park(6*day, [3]int32{})
	p.log = nil
	return p
}

// park plays readings every 10 minutes until the given time, of a car that moves the field so far.
func (p *play) park(untilMS int64, car [3]int32) {
	for at := p.nowMS + 10*minute; at <= untilMS; at += 10 * minute {
		jitter := [3]int32{int32(at / (10 * minute) % 3 * 60), 0, int32(at / (10 * minute) % 2 * 40)}
		p.at(at, warmField(plus(plus(warmed(sunny(at)), car), jitter), sunny(at)))
	}
	p.wait(untilMS + minute)
}

func TestASunnyDayIsNoCarAndACarIsSeenInIt(t *testing.T) {
	p := outdoors()
	for range 5 {
		p.park(p.nowMS+day, [3]int32{})
	}
	p.want(t)
	for hours := range int64(24) {
		there := *p
		there.park(there.nowMS+hours*hour, [3]int32{})
		there.park(there.nowMS+20*minute, [3]int32{0, 4_500, 0})
		if there.spot.Status() != fact.SpotOccupied {
			t.Errorf("a car at %d o'clock is not seen", hours)
		}
		there.park(there.nowMS+20*minute, [3]int32{})
		if there.spot.Status() != fact.SpotAvailable {
			t.Errorf("at %d o'clock the car that left is still there", hours)
		}
	}
}

func TestAWeakCarThatStaysForDaysIsNotTheWeather(t *testing.T) {
	p := outdoors()
	p.park(p.nowMS+4*day, [3]int32{1_000, 4_000, 0})
	p.want(t, "519075s available>occupied")
	p.park(p.nowMS+hour, [3]int32{})
	p.is(t, fact.SpotAvailable)
}

func TestAfterALongStayTheColdIsForgiven(t *testing.T) {
	p := outdoors()
	p.park(p.nowMS+5*day+11*hour, [3]int32{-20_000, 15_000, 9_000})
	p.log = nil
	p.park(p.nowMS+10*minute, [3]int32{0, 1_500, 0})
	p.is(t, fact.SpotAvailable)
}

// A steel plate beside the sensor, laid in the night: the field of the empty spot is another from then on.
func TestAnEmptyFieldThatMovedIsFoundAgain(t *testing.T) {
	p := outdoors()
	plate := [3]int32{-300, 1_300, 7_000}
	p.park(p.nowMS+12*hour, plate)
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+2*hour, plus(plate, [3]int32{-9_000, 4_000, 3_000}))
	p.park(p.nowMS+30*minute, plate)
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 600, 849)
	p.park(p.nowMS+2*hour, plus(plate, [3]int32{5_000, 5_000, 5_000}))
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+2*hour, plate)
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 850, 1000)
}

// A car was there when the baseline was learned. The first visit after it shows what the field comes back to.
func TestACarThatWasLearnedIsFoundOut(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = 10 * minute
	p.park(30*hour, [3]int32{3_000, 6_000, -4_000})
	p.is(t, fact.SpotAvailable)
	p.park(p.nowMS+2*hour, [3]int32{})
	p.park(p.nowMS+5*hour, [3]int32{-9_000, 4_000, 3_000})
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+20*minute, [3]int32{})
	p.is(t, fact.SpotAvailable)
	p.park(p.nowMS+hour, [3]int32{3_000, 6_000, -4_000})
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+hour, [3]int32{})
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 850, 1000)
}

// The spot was empty when the baseline was learned, and the first car stays for long while trucks come and go beside it.
func TestTrucksBesideTheFirstCarTeachNothing(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = 10 * minute
	p.park(hour, [3]int32{})
	car := [3]int32{3_000, 6_000, -4_000}
	for range 3 {
		p.park(p.nowMS+8*hour, car)
		p.park(p.nowMS+3*hour, plus(car, [3]int32{500, 4_500, 0}))
	}
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+hour, [3]int32{})
	p.is(t, fact.SpotAvailable)
}

// A car is parked for days while trucks come and go beside it: what returns is the car.
func TestTrucksBesideAParkedCarTeachNothing(t *testing.T) {
	p := outdoors()
	car := [3]int32{3_000, 6_000, -4_000}
	for range 3 {
		p.park(p.nowMS+8*hour, car)
		p.park(p.nowMS+3*hour, plus(car, [3]int32{500, 4_500, 0}))
	}
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+hour, [3]int32{})
	p.is(t, fact.SpotAvailable)
}

// The same resident parks the same car in the same place every night, and the spot is empty in between.
func TestTheSameCarEveryNightIsNotLearned(t *testing.T) {
	p := outdoors()
	for range 14 {
		p.park(p.nowMS+14*hour, [3]int32{3_000, 6_000, -4_000})
		p.is(t, fact.SpotOccupied)
		p.park(p.nowMS+10*hour, [3]int32{})
		p.is(t, fact.SpotAvailable)
	}
}

// onBeat is park with readings that stay ten minutes apart.
func (p *play) onBeat(untilMS int64, car [3]int32) {
	p.nowMS -= minute
	p.park(untilMS-minute, car)
}

// A car on the next spot comes and goes below the level of a car here. A van there, on the same line, is above it.
func TestANeighbourIsNotACar(t *testing.T) {
	p := outdoors()
	for range 4 {
		p.onBeat(p.nowMS+3*hour, [3]int32{0, 2_000, 0})
		p.onBeat(p.nowMS+3*hour, [3]int32{})
	}
	p.want(t)
	p.park(p.nowMS+10*minute, [3]int32{0, 2_900, 0})
	p.is(t, fact.SpotAvailable)
	p.park(p.nowMS+10*minute, [3]int32{0, 9_000, 0})
	p.is(t, fact.SpotOccupied)
	p.park(p.nowMS+20*minute, [3]int32{})
	p.park(p.nowMS+10*minute, [3]int32{4_000, 1_000, 0})
	p.is(t, fact.SpotOccupied)
}

func TestAChangeSaysItsCauseAndTheRawValue(t *testing.T) {
	p := outdoors()
	reading := warmField([3]int32{9_000, 9_000, 9_000}, 400)
	p.at(p.nowMS+10*minute, reading)
	change, changed := p.spot.Tick(&p.cfg, p.nowMS+p.cfg.DoubtDebounceMS)
	if !changed || change.Cause != occupancy.CauseFieldAway || change.Raw.FieldNT != reading.FieldNT || change.Raw.Kind != occupancy.Field {
		t.Errorf("%t %+v", changed, change)
	}
}

func TestWhatTheFieldDoesInTheWarmthSurvivesARestart(t *testing.T) {
	p := outdoors()
	kept, _ := p.spot.Baseline(0)
	again := inGround()
	again.cfg.PeriodMS[0] = 10 * minute
	again.nowMS = p.nowMS
	again.spot = occupancy.Restore(fact.SpotAvailable, 990)
	again.spot.SetBaseline(0, kept)
	again.park(p.nowMS+2*day, [3]int32{})
	again.want(t)
}
