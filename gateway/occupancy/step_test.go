package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// speaks is a reading before its time, as of a sensor that felt something.
func (p *play) speaks(car [3]int32) {
	at := p.nowMS + 4*minute
	p.at(at, warmField(plus(warmed(sunny(at)), car), sunny(at)))
	p.wait(at + minute)
}

// A car that moves the field less far than cars on the next spot do, and that made its sensor speak: in a quiet night it
// stands out, stays, and leaves.
func TestAWeakCarIsSeenByItsStep(t *testing.T) {
	p := outdoors()
	p.park(p.nowMS+3*hour, [3]int32{})
	p.log = nil
	p.speaks([3]int32{900, 1_300, -700})
	p.is(t, fact.SpotOccupied)
	p.confidenceIn(t, 500, 800)
	p.park(p.nowMS+5*hour, [3]int32{900, 1_300, -700})
	p.is(t, fact.SpotOccupied)
	p.speaks([3]int32{})
	p.is(t, fact.SpotAvailable)
	if len(p.log) != 2 {
		t.Errorf("changes %q", p.log)
	}
}

func TestTheCauseOfAWeakCarIsItsStep(t *testing.T) {
	p := outdoors()
	p.park(p.nowMS+3*hour, [3]int32{})
	at := p.nowMS + 4*minute
	p.at(at, warmField(plus(warmed(sunny(at)), [3]int32{0, 1_700, 0}), sunny(at)))
	change, changed := p.spot.Tick(&p.cfg, at+p.cfg.DoubtDebounceMS)
	if !changed || change.After != fact.SpotOccupied || change.Cause != occupancy.CauseFieldStep {
		t.Errorf("%t %+v", changed, change)
	}
}

// The same step is none where the field does so all day.
func TestAStepStandsOutOnlyWhereTheSpotIsAtRest(t *testing.T) {
	p := outdoors()
	for i := range int32(40) {
		p.onBeat(p.nowMS+10*minute, [3]int32{i % 2 * 700, i % 3 * 600, i % 5 * 200})
	}
	p.log = nil
	p.speaks([3]int32{900, 1_300, -700})
	p.want(t)
}

// A sensor that is asked every few seconds says nothing by when it speaks.
func TestASensorThatIsAskedDoesNotSpeakOfItself(t *testing.T) {
	p := inGround()
	for at := 5 * second; at <= hour; at += 5*second + at%7*100 {
		p.at(at, field(20_000, -700, 40_000))
	}
	p.log = nil
	p.every(4*second, p.nowMS+10*minute, field(20_900, 600, 39_300))
	p.want(t)
}

// A neighbour who makes the sensor speak is a weak car at first. One who always does the same is known after two visits.
func TestANeighbourWhoMakesTheSensorSpeakIsLearned(t *testing.T) {
	p := outdoors()
	for range 3 {
		p.speaks([3]int32{0, 1_900, 0})
		p.onBeat(p.nowMS+3*hour, [3]int32{0, 1_900, 0})
		p.speaks([3]int32{})
		p.onBeat(p.nowMS+3*hour, [3]int32{})
	}
	p.log = nil
	for range 3 {
		p.speaks([3]int32{0, 1_900, 0})
		p.onBeat(p.nowMS+3*hour, [3]int32{0, 1_900, 0})
		p.speaks([3]int32{})
		p.onBeat(p.nowMS+3*hour, [3]int32{})
	}
	p.want(t)
	p.speaks([3]int32{1_900, 0, 0})
	p.is(t, fact.SpotOccupied)
}

// What the sun does between two readings that come seldom is no car at once; what stays is.
func TestAFieldWithoutAStepMustSaySoTwice(t *testing.T) {
	p := outdoors()
	for i := range int32(40) {
		p.onBeat(p.nowMS+10*minute, [3]int32{i % 2 * 1_100, 0, i % 3 * 500})
	}
	p.log = nil
	p.onBeat(p.nowMS+10*minute, [3]int32{3_300, 0, 0})
	p.onBeat(p.nowMS+10*minute, [3]int32{1_100, 0, 0})
	p.want(t)
	p.onBeat(p.nowMS+20*minute, [3]int32{5_000, 0, 0})
	p.is(t, fact.SpotOccupied)
}
