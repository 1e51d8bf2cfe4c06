package occupancy_test

import (
	"math/rand/v2"
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// What happens to sensors besides cars. A spot may be unknown for it, and say why; it is never free for it.

// dead plays a magnetometer that says nothing but zero.
func (p *play) dead(untilMS int64) {
	for at := p.nowMS + 5*second; at <= untilMS; at += 5 * second {
		p.at(at, field(0, 0, 0))
	}
}

func TestADeadMagnetometerIsNoCar(t *testing.T) {
	p := inGround()
	p.every(5*second, hour, field(17_000, -900, 43_000))
	p.log = nil
	p.dead(2 * hour)
	p.want(t, "3615s available>unknown sensor_noise", "4205s fault0=sensor_noise")
	p.every(5*second, 3*hour, field(17_000, -900, 43_000))
	p.want(t, "7205s well0=sensor_noise", "7220s unknown>available")
}

func TestAMagnetometerThatDiesUnderACarKeepsTheCar(t *testing.T) {
	p := inGround()
	p.every(5*second, hour, field(17_000, -900, 43_000))
	p.every(5*second, 2*hour, field(30_000, -5_000, 28_000))
	p.log = nil
	p.dead(12 * hour)
	p.want(t)
	p.is(t, fact.SpotOccupied)
	p.confidenceIn(t, 500, 500)
}

func TestAFieldThatNeverMovesIsStuck(t *testing.T) {
	p := inGround()
	p.cfg.PeriodMS[0] = minute
	p.every(minute, hour, field(17_000, -900, 43_000))
	p.log = nil
	for at := p.nowMS + minute; at <= 3*day; at += minute {
		p.at(at, field(30_000, -5_000, 28_000))
	}
	p.want(t, "3780s available>occupied", "176460s occupied>unknown sensor_stuck fault0=sensor_stuck")
}

// Values without sense are a noisy sensor and an unknown spot, whatever they are of.
func TestASensorThatTalksNonsenseIsNoisy(t *testing.T) {
	for _, kind := range []struct {
		name  string
		start func() *play
		good  occupancy.Reading
		any   func(random *rand.Rand) occupancy.Reading
	}{
		{"ultrasonic", overhead, echo(floorMM), func(random *rand.Rand) occupancy.Reading { return echo(random.Int32N(floorMM)) }},
		{"magnetic", inGround, field(17_000, -900, 43_000), func(random *rand.Rand) occupancy.Reading {
			if random.IntN(2) == 0 {
				return field(17_000, -900, 43_000)
			}
			return field(random.Int32N(400_000)-200_000, random.Int32N(400_000)-200_000, random.Int32N(400_000)-200_000)
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			p, random := kind.start(), rand.New(rand.NewPCG(1, 1))
			p.every(2*second, 2*minute, kind.good)
			p.log = nil
			unknown, noisy := 0, false
			for at := p.nowMS + 2*second; at <= hour; at += 2 * second {
				p.at(at, kind.any(random))
				if p.spot.Status() == fact.SpotUnknown {
					unknown++
				}
				noisy = noisy || p.spot.SensorFault(0) == fact.ReasonSensorNoise
			}
			if !noisy || unknown < 1_000 {
				t.Errorf("noisy %t, unknown for %d of 1,740 readings", noisy, unknown)
			}
			p.every(2*second, p.nowMS+10*minute, kind.good)
			if p.spot.SensorFault(0) != fact.ReasonNone {
				t.Errorf("well again: %v, %v", p.spot.SensorFault(0), p.spot.Status())
			}
		})
	}
}

// The sensors of two spots are exchanged, and one hangs 600 mm lower. Under the higher one the floor is where it was never
// measured: that is no car, and no free spot either. The lower one sees a car, until a person says that it is empty.
func TestExchangedSensorsOfDifferentHeight(t *testing.T) {
	lower := overhead()
	lower.every(5*second, minute, echo(floorMM))
	lower.log = nil
	lower.every(5*second, 20*minute, echo(floorMM+600))
	lower.want(t, "75s available>unknown sensor_noise", "665s fault0=sensor_noise")

	higher := overhead()
	higher.every(5*second, minute, echo(floorMM))
	higher.every(5*second, hour, echo(floorMM-600))
	higher.is(t, fact.SpotOccupied)
	higher.spot.Calibrate()
	higher.every(5*second, hour+minute, echo(floorMM-600))
	higher.is(t, fact.SpotAvailable)
	higher.every(5*second, 2*hour, echo(roofMM))
	higher.is(t, fact.SpotOccupied)
}

// A magnetometer is exchanged for another, whose offsets are its own: the field of the empty spot is another at once.
func TestAnExchangedMagnetometerFindsTheEmptySpotAgain(t *testing.T) {
	p := outdoors()
	offsets := [3]int32{21_000, -14_000, 8_000}
	for range 3 {
		p.park(p.nowMS+8*hour, offsets)
		p.park(p.nowMS+2*hour, plus(offsets, [3]int32{-9_000, 4_000, 3_000}))
	}
	p.park(p.nowMS+hour, offsets)
	p.is(t, fact.SpotAvailable)
	p.park(p.nowMS+hour, plus(offsets, [3]int32{5_000, 5_000, 5_000}))
	p.is(t, fact.SpotOccupied)
}

// A truck beside the spot: its flank gives an echo before the floor's does.
func TestATruckBesideIsNoCar(t *testing.T) {
	p := overhead()
	p.every(5*second, hour, echo(floorMM))
	p.log = nil
	for range 5 {
		p.every(5*second, p.nowMS+hour, echo(floorMM-320))
		p.every(5*second, p.nowMS+20*minute, echo(floorMM))
	}
	p.want(t)
	p.every(5*second, p.nowMS+5*minute, echo(roofMM))
	p.is(t, fact.SpotOccupied)
	p.every(5*second, p.nowMS+5*minute, echo(floorMM-320))
	p.is(t, fact.SpotAvailable)
}

// A sensor that a spot has not been told of says what it likes: it changes nothing of what the spot makes of its own.
func TestSensorsAreNothingToEachOther(t *testing.T) {
	alone, both := overhead(), overhead()
	both.cfg.Sensors = 1
	for at := int64(0); at < hour; at += 5 * second {
		mm := int32(floorMM)
		if at/(10*minute)%2 == 1 {
			mm = roofMM
		}
		alone.at(at, echo(mm))
		both.at(at, echo(mm))
		both.at(at, second1(only(occupancy.Interference)))
	}
	both.want(t, alone.log...)
}
