package occupancy_test

import (
	"fmt"
	"testing"
	"unsafe"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	floorMM = 2200
	roofMM  = 800
)

// play runs one spot the way the lot does: it ticks at each wake time, and writes down what changes.
type play struct {
	cfg   occupancy.Config
	spot  occupancy.Spot
	nowMS int64
	log   []string
}

// overhead is a spot under an ultrasonic sensor whose height the installer measured.
func overhead() *play {
	cfg := occupancy.Default()
	cfg.EmptyMM = floorMM
	return &play{cfg: cfg}
}

// inGround is a spot over a magnetometer.
func inGround() *play { return &play{cfg: occupancy.Default()} }

func (p *play) note(change occupancy.Change, changed bool) {
	if !changed {
		return
	}
	line := fmt.Sprintf("%ds", p.nowMS/second)
	if change.Moved() {
		line += fmt.Sprintf(" %s>%s", change.Before, change.After)
		if change.Reason != fact.ReasonNone {
			line += " " + change.Reason.String()
		}
	}
	switch sensor := change.Sensor; sensor.Kind {
	case occupancy.SensorFaulted:
		line += fmt.Sprintf(" fault%d=%s", sensor.Sensor, sensor.Reason)
	case occupancy.SensorRecovered:
		line += fmt.Sprintf(" well%d=%s", sensor.Sensor, sensor.Reason)
	}
	p.log = append(p.log, line)
}

// wait lets time pass until the given time.
func (p *play) wait(untilMS int64) {
	for p.spot.WakeMS() <= untilMS {
		p.nowMS = max(p.nowMS, p.spot.WakeMS())
		p.note(p.spot.Tick(&p.cfg, p.nowMS))
	}
	p.nowMS = untilMS
}

// at gives one reading at the given time.
func (p *play) at(atMS int64, r occupancy.Reading) {
	p.wait(atMS)
	p.note(p.spot.Read(&p.cfg, p.nowMS, r))
}

// every gives the same reading again and again, with the given jitter of its last digits so that it is alive.
func (p *play) every(periodMS, untilMS int64, r occupancy.Reading) {
	for at := p.nowMS + periodMS; at <= untilMS; at += periodMS {
		jittered := r
		jittered.DistanceMM += int32(at / periodMS % 3)
		jittered.FieldNT[0] += int32(at / periodMS % 3 * 40)
		p.at(at, jittered)
	}
}

// want checks what has changed since the last time.
func (p *play) want(t *testing.T, lines ...string) {
	t.Helper()
	if fmt.Sprint(p.log) != fmt.Sprint(lines) {
		t.Errorf("changes\n got %q\nwant %q", p.log, lines)
	}
	p.log = nil
}

func (p *play) is(t *testing.T, want fact.SpotStatus) {
	t.Helper()
	if got := p.spot.Status(); got != want {
		t.Errorf("at %d s the spot is %s, want %s", p.nowMS/second, got, want)
	}
}

func (p *play) confidenceIn(t *testing.T, low, high uint16) {
	t.Helper()
	if got := p.spot.Confidence(); got < low || got > high {
		t.Errorf("confidence %d per mille, want %d to %d", got, low, high)
	}
}

func echo(mm int32) occupancy.Reading {
	return occupancy.Reading{Kind: occupancy.Distance, DistanceMM: mm}
}

func field(x, y, z int32) occupancy.Reading {
	return occupancy.Reading{Kind: occupancy.Field, FieldNT: [3]int32{x, y, z}}
}

func says(occupied bool) occupancy.Reading {
	return occupancy.Reading{Kind: occupancy.Occupied, Occupied: occupied}
}

func only(kind occupancy.Kind) occupancy.Reading { return occupancy.Reading{Kind: kind} }

// second1 makes a reading one of the second sensor.
func second1(r occupancy.Reading) occupancy.Reading {
	r.Sensor = 1
	return r
}

func TestASpotIsCheap(t *testing.T) {
	if size := unsafe.Sizeof(occupancy.Spot{}); size > 900 {
		t.Errorf("a Spot takes %d bytes, want at most 900", size)
	}
	p := overhead()
	p.at(0, echo(floorMM))
	now, distance := int64(0), int32(0)
	allocations := testing.AllocsPerRun(1000, func() {
		now += 700
		distance = (distance + 913) % 3000
		p.spot.Read(&p.cfg, now, echo(distance))
		p.spot.Read(&p.cfg, now, field(distance, -distance, 40_000))
		p.spot.Tick(&p.cfg, now+1)
	})
	if allocations != 0 {
		t.Errorf("%v allocations per reading, want none", allocations)
	}
}

func BenchmarkReadDistance(b *testing.B) {
	p := overhead()
	for i := range b.N {
		p.spot.Read(&p.cfg, int64(i)*5000, echo(floorMM+int32(i&7)))
	}
}

func BenchmarkReadField(b *testing.B) {
	p := inGround()
	for i := range b.N {
		p.spot.Read(&p.cfg, int64(i)*5000, field(17_000+int32(i&63), -900, 43_000))
	}
}

func BenchmarkTwoSensorsDisagree(b *testing.B) {
	p := overhead()
	p.cfg.Sensors = 2
	for i := range b.N {
		p.spot.Read(&p.cfg, int64(i)*2500, echo(floorMM+int32(i&7)))
		p.spot.Read(&p.cfg, int64(i)*2500, second1(says(true)))
	}
}
