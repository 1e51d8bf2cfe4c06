package main

import (
	"errors"
	"syscall"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// errSensors says that readings which change nothing led to facts: the measurement would be of something else.
var errSensors = errors.New("bench: steady readings made facts")

const (
	// sensorPeriodMS is how often each sensor reports: with 10,000 of them, 2,000 readings a second.
	sensorPeriodMS = 5_000
	readingsASec   = 2_000
)

// sensors measures the readings of 10,000 spot sensors, half of them over cars, that report every five seconds, each
// a little different from the last: what share of one core 2,000 a second take, and how many a second one core could
// take. They must cost no flush, so they must make no fact.
func (b *bench) sensors() ([]row, error) {
	spots := b.scale(10_000, 1_000)
	cfg, err := config(spots)
	if err != nil {
		return nil, err
	}
	c, err := newCarpark(cfg)
	if err != nil {
		return nil, err
	}
	c.start(true)
	readers := &sensorField{park: c, spots: spots}
	c.handle = readers.handle
	readers.report(4 * spots) // until all has settled
	readers.facts = 0
	f := figures{}
	for range b.rounds {
		began, cpu := time.Now(), processCPU()
		readings := b.scale(600_000, 20_000)
		readers.report(readings)
		each := (processCPU() - cpu).Seconds() / float64(readings)
		f.add("share", 100*each*readingsASec)
		f.add("rate", 1/each)
		f.add("ns", each*1e9)
		f.add("wall rate", float64(readings)/time.Since(began).Seconds())
	}
	if readers.facts > 0 {
		return nil, errSensors
	}
	return []row{
		row{What: "2,000 readings a second, of one core", Unit: "%", Value: f.of("share")}.atMost(5),
		row{What: "facts and flushes by them", Value: float64(readers.facts)}.atMost(0),
		{What: "processor time of a reading", Unit: "ns", Value: f.of("ns")},
		{What: "readings a second on one core", Unit: "/s", Value: f.of("rate")},
		{What: "readings a second by the clock on the wall", Unit: "/s", Value: f.of("wall rate")},
	}, nil
}

// sensorField is the sensors of a carpark.
type sensorField struct {
	park  *carpark
	spots int
	facts int
	next  int
	noise uint32
}

func (s *sensorField) handle(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	out := s.park.lot.Step(now, event)
	s.facts += len(out.Facts)
	return out
}

// report has the sensors report in turn, and lets the time go by that this takes.
func (s *sensorField) report(readings int) {
	c := s.park
	beganMS, beganAt := c.nowMS, s.next
	for range readings {
		spot := s.next % s.spots
		s.next++
		c.run(beganMS + int64(s.next-beganAt)*sensorPeriodMS/int64(s.spots))
		s.noise = s.noise*1_664_525 + 1_013_904_223
		distanceMM := int32(emptyMM)
		if spot%2 == 1 {
			distanceMM = carMM
		}
		distanceMM += int32(s.noise>>28) - 8
		c.step(noDecision, lot.SpotRead{Spot: int32(spot), Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM}})
	}
}

// processCPU is the processor time that this process has used, the collector of garbage included.
func processCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
