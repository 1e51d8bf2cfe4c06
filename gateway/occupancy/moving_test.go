package occupancy_test

import (
	"testing"

	"gatehouse/sync/fact"
)

// drive plays fields that a passing car adds to the empty spot's, one a second.
func (p *play) drive(cars ...[3]int32) {
	for _, car := range cars {
		p.at(p.nowMS+second, field(20_000+car[0], -700+car[1], 40_000+car[2]))
	}
}

// everySecond is a magnetometer that has seen an empty spot for two hours, and speaks every second.
func everySecond() *play {
	p := inGround()
	p.cfg.PeriodMS[0] = second
	p.every(second, hour, field(20_000, -700, 40_000))
	p.every(second, hour+minute, field(50_000, -700, 40_000)) // the first car
	p.every(second, 2*hour, field(20_000, -700, 40_000))
	p.log = nil
	return p
}

func TestACarThatDrivesOverTheSensorIsNotParked(t *testing.T) {
	p := everySecond()
	p.drive([3]int32{3_000, 0, 2_000}, [3]int32{9_000, -4_000, 5_000}, [3]int32{-20_000, 9_000, 30_000},
		[3]int32{-40_000, 12_000, -8_000}, [3]int32{15_000, -3_000, -9_000}, [3]int32{4_000, -1_000, -3_000}, [3]int32{})
	p.every(second, p.nowMS+minute, field(20_000, -700, 40_000))
	p.want(t)
}

// The engine of a car is above the sensor for a moment, and where it comes to rest its field is weak.
func TestACarThatRestsWhereItIsWeakIsParked(t *testing.T) {
	p := everySecond()
	p.drive([3]int32{3_000, 0, 2_000}, [3]int32{50_000, 38_000, -22_000}, [3]int32{-36_000, 80_000, -78_000}, [3]int32{-53_000, 60_000, -56_000})
	p.every(second, p.nowMS+hour, field(25_200, -2_500, 44_200))
	p.want(t, "7208s available>occupied")
	p.every(second, p.nowMS+minute, field(20_000, -700, 40_000))
	p.is(t, fact.SpotAvailable)
}

// A field that never rests is no reason to wait for ever.
func TestAFieldThatNeverRestsIsBelieved(t *testing.T) {
	p := everySecond()
	for i := range int32(40) {
		p.drive([3]int32{30_000 + i%2*9_000, 0, 0})
	}
	if p.spot.Status() != fact.SpotOccupied {
		t.Errorf("%s: %q", p.spot.Status(), p.log)
	}
}
