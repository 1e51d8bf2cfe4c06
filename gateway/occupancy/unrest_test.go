package occupancy_test

import (
	"testing"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// restless is a free spot beside a cable whose current moves the field along x, for a day.
func restless() *play {
	p := inGround()
	for at := 10 * second; at <= day; at += 10 * second {
		p.at(at, field(20_000+current(at), -700+int32(at/(10*second)%3*40), 40_000))
	}
	return p
}

// current is what the cable does to the field: for half an hour in each hour.
func current(atMS int64) int32 { return int32(atMS/(30*minute)%2) * 1_800 }

func TestALineOnWhichTheEmptySpotIsRestlessCountsLess(t *testing.T) {
	p := restless()
	p.log = nil
	p.every(10*second, p.nowMS+20*minute, field(25_700, -700, 40_000)) // twice what the current ever did
	p.is(t, fact.SpotAvailable)
	p.every(10*second, p.nowMS+20*minute, field(21_500, -700, 40_000))
	p.every(10*second, p.nowMS+20*minute, field(21_500, 3_500, 40_000)) // as much across the line
	p.is(t, fact.SpotOccupied)
}

func TestACarOnTheRestlessLineIsACar(t *testing.T) {
	p := restless()
	p.every(10*second, p.nowMS+20*minute, field(27_000, -700, 40_000))
	p.is(t, fact.SpotOccupied)
}

func TestTheUnrestIsKeptWithTheBaseline(t *testing.T) {
	p := restless()
	baseline, known := p.spot.Baseline(0)
	if !known {
		t.Fatal("no baseline")
	}
	restarted := inGround()
	restarted.spot = occupancy.Restore(p.spot.Status(), p.spot.Confidence())
	restarted.spot.SetBaseline(0, baseline)
	restarted.every(10*second, 20*minute, field(25_700, -700, 40_000))
	restarted.is(t, fact.SpotAvailable)
}

// A car that leaves moves about first; what it does to the field meanwhile is nothing to learn from.
func TestNothingIsLearnedFromACarThatManoeuvres(t *testing.T) {
	p := inGround()
	p.every(10*second, hour, warmField([3]int32{20_000, -700, 40_000}, 400))
	p.every(10*second, 2*hour, warmField([3]int32{20_000, 20_000, 40_000}, 1_200)) // warmer than ever before, under a car
	before, _ := p.spot.Baseline(0)
	for at := p.nowMS + 2*second; at < 2*hour+40*second; at += 2 * second { // half gone
		p.at(at, warmField([3]int32{20_000, 3_300 + int32(at/second%5)*50, 40_000}, 1_200))
	}
	after, _ := p.spot.Baseline(0)
	if before.Value != after.Value || before.Slopes != after.Slopes {
		t.Errorf("the baseline went from %v %v to %v %v", before.Value, before.Slopes, after.Value, after.Slopes)
	}
}
