package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// exact plays the very same value again and again: what a sensor says that hears nothing, if it has no word for that.
func (p *play) exact(untilMS int64, r occupancy.Reading) {
	for at := p.nowMS + 5*second; at <= untilMS; at += 5 * second {
		p.at(at, r)
	}
}

// unmeasured is a spot under an ultrasonic sensor whose floor was learned from a few readings.
func unmeasured() *play {
	p := overhead()
	p.cfg.EmptyMM = 0
	p.every(5*second, minute, echo(floorMM))
	p.log = nil
	return p
}

// A windscreen gives no echo, and some sensors then say their longest range.
func TestTheLongestRangeIsNoFloor(t *testing.T) {
	for _, p := range []*play{overhead(), unmeasured()} {
		p.every(5*second, p.nowMS+minute, echo(floorMM))
		p.every(5*second, p.nowMS+minute, echo(roofMM))
		p.is(t, fact.SpotOccupied)
		p.exact(p.nowMS+day, echo(5_000))
		if p.spot.Status() == fact.SpotAvailable {
			t.Errorf("a car without an echo is gone: %q", p.log)
		}
		p.every(5*second, p.nowMS+5*minute, echo(floorMM))
		p.is(t, fact.SpotAvailable)
		p.every(5*second, p.nowMS+5*minute, echo(roofMM))
		p.is(t, fact.SpotOccupied)
	}
}

// Echoes by detours over the next cars are longer than the way to the floor, and never twice the same.
func TestEchoesByDetoursAreNoFloor(t *testing.T) {
	p := unmeasured()
	p.every(5*second, p.nowMS+minute, echo(roofMM))
	for i := range int32(500) {
		p.at(p.nowMS+5*second, echo(floorMM+500+i*7919%2_000))
	}
	if p.spot.Status() == fact.SpotAvailable {
		t.Errorf("detours made the spot free: %q", p.log)
	}
	p.every(5*second, p.nowMS+5*minute, echo(floorMM))
	p.is(t, fact.SpotAvailable)
}

// Snow of 20 cm falls in a night and melts in an afternoon; cars come and go on it, and a motorcycle.
func TestSnowIsNoCar(t *testing.T) {
	p := overhead()
	p.cfg.PeriodMS[0] = 30 * second
	p.every(30*second, hour, echo(floorMM))
	p.log = nil
	snow := int32(0)
	for ; snow < 200; snow++ {
		p.every(30*second, p.nowMS+3*minute, echo(floorMM-snow))
	}
	p.every(30*second, p.nowMS+6*hour, echo(floorMM-snow))
	p.want(t)
	p.every(30*second, p.nowMS+hour, echo(1_150)) // the seat of a motorcycle
	p.is(t, fact.SpotOccupied)
	p.every(30*second, p.nowMS+6*hour, echo(floorMM-snow))
	p.is(t, fact.SpotAvailable)
	for ; snow > 0; snow-- {
		p.every(30*second, p.nowMS+minute, echo(floorMM-snow))
	}
	p.every(30*second, p.nowMS+hour, echo(floorMM))
	p.is(t, fact.SpotAvailable)
	p.confidenceIn(t, 950, 1000)
}

// Heavy rain: one echo in six is of a drop or lost, and what is left says what is there.
func TestRainIsNoCar(t *testing.T) {
	for wantMM, want := range map[int32]fact.SpotStatus{floorMM: fact.SpotAvailable, roofMM: fact.SpotOccupied} {
		p := overhead()
		p.every(5*second, minute, echo(wantMM))
		p.is(t, want)
		p.log = nil
		for i := range int32(720) {
			switch {
			case i%11 == 3:
				p.at(p.nowMS+5*second, echo(300+i*7919%1_500))
			case i%13 == 5:
				p.at(p.nowMS+5*second, only(occupancy.NoObject))
			default:
				p.at(p.nowMS+5*second, echo(wantMM+i%5))
			}
		}
		p.want(t)
	}
}

// A trolley is pushed below the sensor and stays; a van is so high that it is near the sensor; both are in the way of a car.
func TestWhatIsHighIsSeenAndWhatTouchesTheSensorIsNot(t *testing.T) {
	for mm, want := range map[int32]fact.SpotStatus{1_250: fact.SpotOccupied, 250: fact.SpotOccupied, 150: fact.SpotUnknown} {
		p := overhead()
		p.every(5*second, minute, echo(floorMM))
		p.every(5*second, p.nowMS+10*minute, echo(mm))
		p.is(t, want)
		p.every(5*second, p.nowMS+3*minute, echo(floorMM))
		p.is(t, fact.SpotAvailable)
	}
}
