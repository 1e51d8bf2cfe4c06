package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

func TestACarParksAndLeaves(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.want(t, "5s unknown>available")
	p.confidenceIn(t, 950, 1000)

	p.every(5*second, 120*second, echo(roofMM))
	p.want(t, "70s available>occupied")
	p.confidenceIn(t, 950, 1000)

	p.every(5*second, 180*second, echo(floorMM))
	p.want(t, "130s occupied>available")
}

func TestAChangeSaysHowLongAgoItBegan(t *testing.T) {
	p := overhead()
	p.at(0, echo(floorMM))
	p.at(10*second, echo(roofMM))
	p.wait(15*second - 1)
	change, changed := p.spot.Read(&p.cfg, 15*second, echo(roofMM+1))
	if !changed || !change.Moved() || change.SinceMS != 5*second {
		t.Errorf("got %+v, want a change that began 5 s ago", change)
	}
}

func TestACarDrivesOver(t *testing.T) {
	p := overhead()
	p.at(0, echo(floorMM))
	p.want(t, "0s unknown>available")
	p.at(5*second, echo(roofMM))
	p.at(7*second, echo(floorMM))
	p.wait(10 * second)
	p.want(t)
	p.is(t, fact.SpotAvailable)
}

// The source design ignores every event within 3 seconds of the last, so that the state stays wrong for ever
// if the last one was among them.
func TestTheLastEdgeIsNeverDropped(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = 0
	p.at(0, says(false))
	p.at(10*second, says(true))
	p.at(10*second+500, says(false))
	p.at(11*second, says(true))
	p.wait(hour)
	p.want(t, "0s unknown>available", "14s available>occupied")

	p.at(hour+second, says(false))
	p.at(hour+2*second, says(true))
	p.at(hour+3*second, says(false))
	p.wait(2 * hour)
	p.want(t, "3606s occupied>available")
}

func TestAHeartbeatConfirmsNothingAndChangesNothing(t *testing.T) {
	p := overhead()
	p.at(0, says(false))
	p.at(5*second, says(true))
	p.at(6*second, only(occupancy.Alive))
	p.is(t, fact.SpotAvailable)
	p.every(5*second, 60*second, only(occupancy.Alive))
	p.want(t, "0s unknown>available", "8s available>occupied")
}

func TestASensorDiesAndComesBack(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(roofMM))
	p.log = nil
	p.wait(hour)
	p.want(t, "72s occupied>unknown sensor_silent fault0=sensor_silent")
	p.confidenceIn(t, 0, 0)

	p.at(hour, only(occupancy.Alive))
	p.want(t, "3600s well0=sensor_silent")
	p.is(t, fact.SpotUnknown)

	p.at(hour+second, echo(floorMM))
	p.want(t, "3601s unknown>available")
}

func TestASpotWhoseSensorNeverSpeaksIsUnknown(t *testing.T) {
	p := overhead()
	p.spot = occupancy.Restore(fact.SpotAvailable, 990)
	p.wait(10 * second)
	p.is(t, fact.SpotAvailable)
	p.wait(hour)
	p.want(t, "12s available>unknown sensor_silent fault0=sensor_silent")
}

func TestASensorThatSendsOnlyChangesMayBeSilent(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = 0
	p.at(0, says(true))
	p.wait(10 * day)
	p.want(t, "0s unknown>occupied")
}

func TestAFlappingSensorIsNoisyAndTheSpotUnknown(t *testing.T) {
	p := overhead()
	p.every(second, 10*second, echo(floorMM))
	p.log = nil
	for at := 11 * second; at < 5*minute; at += second {
		p.at(at, echo(floorMM-int32(at/second%2)*1400))
	}
	p.want(t, "17s available>unknown sensor_noise fault0=sensor_noise")

	p.every(second, 6*minute, echo(floorMM))
	p.want(t, "355s unknown>available well0=sensor_noise")
}

func TestAManoeuvringCarIsNotNoise(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	p.at(65*second, echo(roofMM))
	p.at(69*second, echo(floorMM))
	p.at(73*second, echo(roofMM))
	p.every(5*second, 2*minute, echo(roofMM))
	p.want(t, "78s available>occupied")
}

func TestInterferenceIsNotFree(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	p.every(5*second, 5*minute, only(occupancy.Interference))
	p.want(t, "75s available>unknown sensor_noise")
	p.every(5*second, 20*minute, only(occupancy.Interference))
	p.want(t, "665s fault0=sensor_noise")
	p.at(20*minute, echo(floorMM))
	p.want(t, "1200s unknown>available well0=sensor_noise")
}

func TestOneEchoLostAmongGoodOnesIsNothing(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	p.at(65*second, only(occupancy.NoObject))
	p.every(5*second, 2*minute, echo(floorMM))
	p.want(t)
	p.confidenceIn(t, 950, 1000)
}

func TestAParkedCarWithoutEchoStaysParked(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(roofMM))
	p.log = nil
	p.every(5*second, hour, only(occupancy.NoObject))
	p.want(t)
	p.is(t, fact.SpotOccupied)
	p.confidenceIn(t, 500, 500)
}

func TestAConstantValueIsStuck(t *testing.T) {
	p := overhead()
	for at := int64(0); at <= 3*day; at += minute / 12 {
		p.at(at, echo(roofMM))
	}
	p.want(t, "5s unknown>occupied", "172800s occupied>unknown sensor_stuck fault0=sensor_stuck")
	p.at(3*day+second, echo(roofMM+2))
	p.want(t, "259201s unknown>occupied well0=sensor_stuck")
}

func TestAnEmptySpotWithLivingNoiseIsNotStuck(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = minute
	p.every(minute, 30*day, echo(floorMM))
	p.want(t, "60s unknown>available")
}

func TestAYesForWeeksIsStuck(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = hour
	p.every(hour, 20*day, says(true))
	p.want(t, "3600s unknown>occupied", "1213200s occupied>unknown sensor_stuck fault0=sensor_stuck")
	p.at(20*day+second, says(false))
	p.want(t, "1728001s unknown>available well0=sensor_stuck")
}

func TestDirtOnTheSensorIsNotACar(t *testing.T) {
	p := overhead()
	p.every(5*second, 60*second, echo(floorMM))
	p.log = nil
	p.every(5*second, 2*minute, echo(40))
	p.want(t, "75s available>unknown sensor_noise")
}

// A sensor that speaks every half minute: an echo by a detour is no car, two in a row are none, and three are.
func TestAnEchoOfASlowSensorIsNoCar(t *testing.T) {
	cfg := occupancy.Default()
	cfg.PeriodMS[0], cfg.EmptyMM = 30_000, 2_400
	var spot occupancy.Spot
	read := func(atMS int64, distanceMM int32) {
		spot.Read(&cfg, atMS, occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM})
	}
	for atMS := int64(0); atMS <= 120_000; atMS += 30_000 {
		read(atMS, 2_400)
	}
	read(150_000, 900)
	spot.Tick(&cfg, 170_000)
	read(180_000, 900)
	spot.Tick(&cfg, 205_000)
	if spot.Status() != fact.SpotAvailable {
		t.Fatalf("two odd values made the spot %s", spot.Status())
	}
	read(210_000, 900)
	spot.Tick(&cfg, 214_000)
	if spot.Status() != fact.SpotOccupied {
		t.Fatalf("three values left the spot %s", spot.Status())
	}
}

// The same sensor is heard and says no more: what it said last is believed in the end.
func TestTheLastEchoOfASlowSensorWins(t *testing.T) {
	cfg := occupancy.Default()
	cfg.PeriodMS[0], cfg.EmptyMM = 30_000, 2_400
	var spot occupancy.Spot
	reading := occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 2_400}
	for atMS := int64(0); atMS <= 300_000; atMS += 30_000 {
		switch atMS {
		case 150_000:
			reading.DistanceMM = 900
		case 180_000:
			reading.Kind = occupancy.Alive
		}
		spot.Read(&cfg, atMS, reading)
	}
	if spot.Status() != fact.SpotOccupied {
		t.Fatalf("the last value left the spot %s", spot.Status())
	}
}

// After a silence, the first echo may make the spot free; it takes more to make a car of it.
func TestAfterASilenceAnEchoIsNoCar(t *testing.T) {
	cfg := occupancy.Default()
	cfg.PeriodMS[0], cfg.EmptyMM = 30_000, 2_400
	for distanceMM, want := range map[int32]fact.SpotStatus{900: fact.SpotUnknown, 2_400: fact.SpotAvailable} {
		var spot occupancy.Spot
		spot.Tick(&cfg, 0)
		spot.Tick(&cfg, 600_000)
		spot.Read(&cfg, 600_001, occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM})
		spot.Tick(&cfg, 620_000)
		if spot.Status() != want {
			t.Errorf("an echo of %d mm made the spot %s, not %s", distanceMM, spot.Status(), want)
		}
	}
}

// A sensor that speaks only of changes says nothing while a car is parked for a week.
func TestAValueThatIsNotToldAgainIsNotStuck(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = 0
	p.at(0, echo(roofMM))
	p.wait(20 * day)
	p.want(t, "0s unknown>occupied")
	p.at(20*day, echo(roofMM))
	p.want(t, "1728000s occupied>unknown sensor_stuck fault0=sensor_stuck")
}
