package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// heard is what an ultrasonic sensor that takes the air for 20 °C says of a distance at another temperature:
// sound travels at 331.3 + 0.606 T metres per second.
func heard(distanceMM, celsius int32) int32 {
	return int32(int64(distanceMM) * (331_300 + 606*20) / (331_300 + 606*int64(celsius)))
}

func TestTheFloorFollowsTheTemperature(t *testing.T) {
	for _, way := range []struct {
		name     string
		from, to int32
	}{{"into frost", 20, -20}, {"into summer", 20, 40}, {"from frost to summer", -20, 40}} {
		t.Run(way.name, func(t *testing.T) {
			p := overhead()
			p.cfg.EmptyMM = heard(floorMM, way.from)
			p.cfg.PeriodMS[0] = minute
			const steps = 96 // two degrees and a half an hour at most
			for i := range int32(steps + 1) {
				celsius := way.from + (way.to-way.from)*i/steps
				p.every(minute, int64(i+1)*30*minute, echo(heard(floorMM, celsius)))
			}
			p.want(t, "60s unknown>available")
			p.confidenceIn(t, 980, 1000)
			learned, _ := p.spot.Baseline(0)
			if now := learned.Value[0] >> 8; now < heard(floorMM, way.to)-10 || now > heard(floorMM, way.to)+10 {
				t.Errorf("the floor is taken to be at %d mm, the sensor says %d mm", now, heard(floorMM, way.to))
			}
			p.every(minute, p.nowMS+hour, echo(heard(roofMM, way.to)))
			p.is(t, fact.SpotOccupied)
			p.every(minute, p.nowMS+hour, echo(heard(floorMM, way.to)))
			p.is(t, fact.SpotAvailable)
		})
	}
}

func TestAColdNightUnderAParkedCarIsForgivenAtOnce(t *testing.T) {
	p := overhead()
	p.every(5*second, minute, echo(floorMM))
	p.every(5*second, minute+10*hour, echo(heard(roofMM, 0)))
	p.every(5*second, p.nowMS+minute, echo(heard(floorMM, -20)))
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 950, 1000)
}

func TestAParkedCarIsNeverLearned(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = minute
	p.every(minute, hour, echo(floorMM))
	before, _ := p.spot.Baseline(0)
	p.every(minute, 30*day, echo(roofMM))
	if after, _ := p.spot.Baseline(0); after != before {
		t.Errorf("under a car the baseline moved from %v to %v", before, after)
	}
	p.is(t, fact.SpotOccupied)
}

// Snow, dirt or a sagging sensor: slow enough to be followed, too far to be the weather.
func TestTheBaselineDoesNotCreepAway(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = minute
	for mm := int32(floorMM); mm > roofMM; mm-- {
		p.every(minute, p.nowMS+2*minute, echo(mm))
	}
	p.want(t, "60s unknown>available", "36240s fault0=sensor_drift", "96240s available>occupied")
	p.confidenceIn(t, 0, 700)

	p.every(minute, p.nowMS+2*day, echo(floorMM))
	p.want(t, "168120s well0=sensor_drift", "168180s occupied>available")
}

func TestWithoutMeasureTheFirstReadingsAreTheFloor(t *testing.T) {
	p := overhead()
	p.cfg.EmptyMM = 0
	p.every(5*second, 20*second, echo(floorMM))
	p.is(t, fact.SpotUnknown)
	p.every(5*second, minute, echo(floorMM))
	p.want(t, "30s unknown>available")
	p.confidenceIn(t, 0, 700)

	p.every(5*second, 2*minute, echo(roofMM))
	p.every(5*second, 3*minute, echo(floorMM))
	p.confidenceIn(t, 950, 1000)
}

func TestAFloorLearnedOnAParkedCarIsCorrected(t *testing.T) {
	p := overhead()
	p.cfg.EmptyMM = 0
	p.every(5*second, hour, echo(roofMM))
	p.is(t, fact.SpotAvailable)
	p.every(5*second, hour+5*minute, echo(floorMM))
	p.is(t, fact.SpotAvailable)
	p.every(5*second, hour+10*minute, echo(roofMM))
	p.is(t, fact.SpotOccupied)
}

func TestAFewEchoesFromBeyondTheFloorTeachNothing(t *testing.T) {
	p := overhead()
	p.cfg.EmptyMM = 0
	p.every(5*second, minute, echo(floorMM))
	p.every(5*second, minute+30*second, echo(floorMM+2000))
	p.every(5*second, 2*minute, echo(roofMM))
	p.is(t, fact.SpotOccupied)
	p.every(5*second, 3*minute, echo(floorMM))
	p.is(t, fact.SpotAvailable)
}

func TestTheGatewayRestartsUnderAParkedCar(t *testing.T) {
	for _, kind := range []struct {
		name       string
		car, empty occupancy.Reading
	}{
		{"ultrasonic", echo(roofMM), echo(floorMM)},
		{"magnetic", field(30_000, -5_000, 28_000), field(17_000, -900, 43_000)},
	} {
		t.Run(kind.name, func(t *testing.T) {
			p := inGround()
			p.spot = occupancy.Restore(fact.SpotOccupied, 990)
			p.every(5*second, hour, kind.car)
			p.want(t)
			p.every(5*second, hour+5*minute, kind.empty)
			p.is(t, fact.SpotAvailable)
			p.every(5*second, hour+10*minute, kind.car)
			p.is(t, fact.SpotOccupied)
		})
	}
}

func TestABaselineSurvivesARestart(t *testing.T) {
	p := inGround()
	p.every(5*second, hour, field(17_000, -900, 43_000))
	p.every(5*second, 2*hour, field(30_000, -5_000, 28_000))
	p.every(5*second, 3*hour, field(17_000, -900, 43_000))
	kept, ok := p.spot.Baseline(0)
	if !ok || kept.Kind != occupancy.Field || !kept.Proven {
		t.Fatalf("baseline %+v, %t", kept, ok)
	}
	p = inGround()
	p.spot = occupancy.Restore(fact.SpotAvailable, 990)
	p.spot.SetBaseline(0, kept)
	p.every(5*second, hour, field(30_000, -5_000, 28_000))
	p.want(t, "8s available>occupied")
	p.confidenceIn(t, 950, 1000)
}

func TestAPersonSaysThatTheSpotIsEmpty(t *testing.T) {
	p := inGround()
	p.every(5*second, hour, field(30_000, -5_000, 28_000))
	p.every(5*second, 2*hour, field(17_000, -900, 43_000))
	p.is(t, fact.SpotOccupied)
	p.spot.Calibrate()
	p.every(5*second, 2*hour+minute, field(17_000, -900, 43_000))
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 950, 1000)
	p.every(5*second, 3*hour, field(30_000, -5_000, 28_000))
	p.is(t, fact.SpotOccupied)
}

// A parked car can leave the strength of the field as it was and turn its direction.
func TestACarThatOnlyTurnsTheFieldIsSeen(t *testing.T) {
	p := inGround()
	p.every(5*second, hour, field(20_000, 0, 40_000))
	p.every(5*second, 2*hour, field(-20_000, 0, 40_000))
	p.is(t, fact.SpotOccupied)
}

func TestAFieldThatDriftsWithTheWeatherIsFollowed(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = 10 * minute
	for hours := range int64(48) {
		// EL2 of the traces drifts about 4 microtesla in 6 degrees.
		swing := int32(min(hours%24, 24-hours%24) * 400)
		p.every(10*minute, (hours+1)*hour, field(20_000+swing, -700, 40_000-swing))
	}
	if len(p.log) != 1 {
		t.Errorf("changes %q", p.log)
	}
	p.is(t, fact.SpotAvailable)
}

// weather is the field of the empty spot as temperature moves it: on a line, up and down, 16 microtesla a day.
func weather(hours int64) [3]int32 {
	swing := int32(min(hours%24, 24-hours%24) * 1000)
	return [3]int32{20_000 - swing, -700, 40_000 + swing}
}

func TestTheLineOfDriftIsLearnedAndHidesNoCar(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = 10 * minute
	for hours := range int64(10 * 24) {
		empty := weather(hours)
		p.every(10*minute, (hours+1)*hour, field(empty[0], empty[1], empty[2]))
	}
	if len(p.log) != 1 {
		t.Errorf("the weather is taken for a car: %q", p.log)
	}
	empty := weather(0)
	for name, car := range map[string][3]int32{
		"aside of the line":  {0, 6_000, 0},
		"across the line":    {5_000, 0, 5_000},
		"far along the line": {-20_000, 0, 20_000},
	} {
		there := *p
		there.every(10*minute, there.nowMS+hour, field(empty[0]+car[0], empty[1]+car[1], empty[2]+car[2]))
		if there.spot.Status() != fact.SpotOccupied {
			t.Errorf("a car %s is not seen", name)
		}
	}
	p.every(10*minute, p.nowMS+12*hour, field(empty[0]+5_000, empty[1], empty[2]+5_000))
	p.is(t, fact.SpotOccupied)
	warm := weather(12)
	p.every(10*minute, p.nowMS+hour, field(warm[0]+8_000, warm[1], warm[2]-8_000))
	p.is(t, fact.SpotAvailable)
}

func TestASensorThatChangesItsKindLearnsAnew(t *testing.T) {
	p := overhead()
	p.every(5*second, minute, echo(floorMM))
	p.every(5*second, 2*minute, field(20_000, 0, 40_000))
	p.is(t, fact.SpotAvailable)
	p.every(5*second, 3*minute, field(50_000, 0, 40_000))
	p.is(t, fact.SpotOccupied)
}
