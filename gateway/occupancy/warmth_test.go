package occupancy_test

import (
	"fmt"
	"testing"

	"gatehouse/sync/fact"
)

// hot is a day from -10 °C at four in the morning to +35 °C at four in the afternoon, and back, in °C.
func hot(atMS int64) int32 {
	minuteOfDay := (atMS/minute + 20*60) % 1440 // since four in the morning
	return int32(min(minuteOfDay, 1440-minuteOfDay)*45/720) - 10
}

// under is what a sensor without a thermometer says under which nothing nearer than so far is, at the time.
func under(distanceMM int32, atMS int64) int32 {
	return heard(distanceMM, hot(atMS)) + int32(atMS/(5*second)*7919%21) - 10
}

// Sound is 0.17 percent faster a degree: in the day of 45 degrees, a floor 4 m below is heard 310 mm nearer and farther
// again. No thermometer is asked: the floor is followed, and under a high ceiling more is forgiven.
func TestADayOfFortyFiveDegreesIsNoCarAndACarIsSeenInIt(t *testing.T) {
	for _, floorMM := range []int32{2_200, 2_500, 3_000, 4_000, 5_000} {
		for _, measured := range []bool{true, false} {
			for firstHour := int64(4); firstHour < 24; firstHour += 6 {
				t.Run(fmt.Sprintf("%d mm, measured %t, from %d o'clock", floorMM, measured, firstHour), func(t *testing.T) {
					p := overhead()
					p.cfg.EmptyMM, p.cfg.PeriodMS[0] = 0, minute
					if measured {
						p.cfg.EmptyMM = floorMM
					}
					p.nowMS = firstHour * hour
					p.empty(floorMM, p.nowMS+3*day)
					if len(p.log) != 1 {
						t.Fatalf("the weather is a car: %q", p.log)
					}
					p.park1100(t, floorMM)
				})
			}
		}
	}
}

// empty plays an empty spot.
func (p *play) empty(floorMM int32, untilMS int64) {
	for at := p.nowMS + minute; at <= untilMS; at += minute {
		p.at(at, echo(under(floorMM, at)))
	}
}

// park1100 parks the lowest of cars, 1.1 m, at every third hour for 20 minutes and for 12 hours.
func (p *play) park1100(t *testing.T, floorMM int32) {
	for stay := int64(20 * minute); stay <= 12*hour; stay += 12*hour - 20*minute {
		for range 8 {
			p.empty(floorMM-1_100, p.nowMS+stay)
			if p.spot.Status() != fact.SpotOccupied {
				t.Errorf("at %d h, %d °C: the car is not seen: %q", p.nowMS/hour, hot(p.nowMS), p.log)
			}
			p.empty(floorMM, p.nowMS+5*minute)
			if p.spot.Status() != fact.SpotAvailable {
				t.Errorf("at %d h, %d °C: the car that left is still there: %q", p.nowMS/hour, hot(p.nowMS), p.log)
			}
			p.log = nil
			p.empty(floorMM, p.nowMS+3*hour-5*minute)
			if len(p.log) > 0 {
				t.Errorf("at %d h, %d °C: empty, and %q", p.nowMS/hour, hot(p.nowMS), p.log)
			}
		}
	}
}
