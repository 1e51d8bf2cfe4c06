package occupancy_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/occupancy"
)

// hear plays one reading as a trace is played.
func (p *play) hear(atMS int64, r occupancy.Reading) {
	p.spot.Advance(&p.cfg, atMS, func(atMS int64, change occupancy.Change) {
		p.nowMS = atMS
		p.note(change, true)
	})
	p.nowMS = atMS
	p.note(p.spot.Read(&p.cfg, atMS, r))
}

// Whatever a spot has been through, its moment is the whole of it: the spot that is made of it hears the same readings
// and makes the same changes.
func TestASpotGoesOnFromItsMomentBitForBit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		live := inGround()
		live.cfg.Sensors = 2
		again := inGround()
		count := rapid.IntRange(1, 300).Draw(rt, "readings")
		from := rapid.IntRange(0, count-1).Draw(rt, "moment")
		for i := range count {
			if i == from {
				written := occupancy.AppendMoment(nil, &occupancy.Moment{AtMS: live.nowMS, Config: live.cfg, Spot: live.spot})
				moment, err := occupancy.ParseMoment(written)
				if err != nil || moment.Spot != live.spot || moment.Config != live.cfg || moment.AtMS != live.nowMS {
					rt.Fatalf("%v: %+v\nwant %+v", err, moment.Spot, live.spot)
				}
				again.cfg, again.spot, live.log = moment.Config, moment.Spot, nil
			}
			r := anyReading(rt)
			if rapid.Bool().Draw(rt, "magnetic") {
				r = occupancy.Reading{Kind: occupancy.Field, Sensor: r.Sensor, FieldNT: [3]int32{20_000 + 20*r.DistanceMM, -r.DistanceMM, 40_000}}
				r.HasTemperature, r.TemperatureCentiC = true, int16(rapid.IntRange(-4000, 8500).Draw(rt, "temperature"))
			}
			at := live.nowMS + rapid.Int64Range(1, 20*minute).Draw(rt, "pause")
			live.hear(at, r)
			if i >= from {
				again.hear(at, r)
			}
		}
		if live.spot != again.spot || fmt.Sprint(live.log) != fmt.Sprint(again.log) {
			rt.Fatalf("live   %q\nplayed %q", live.log, again.log)
		}
	})
}

// A spot in the ground over two weeks, with a neighbour, long stays and a field that moved for good, has all of a
// magnetometer's memory to keep.
func TestAMomentKeepsWhatAMagnetometerLearned(t *testing.T) {
	p := outdoors()
	for range 4 {
		p.park(p.nowMS+3*hour, [3]int32{0, 2_000, 0})
		p.park(p.nowMS+3*hour, [3]int32{})
	}
	p.park(p.nowMS+13*hour, [3]int32{3_000, 6_000, -4_000})
	p.park(p.nowMS+2*hour, [3]int32{-9_000, 4_000, 3_000})
	written := occupancy.AppendMoment(nil, &occupancy.Moment{AtMS: p.nowMS, Config: p.cfg, Spot: p.spot})
	moment, err := occupancy.ParseMoment(written)
	if err != nil || moment.Spot != p.spot {
		t.Errorf("%v: %+v\nwant %+v", err, moment.Spot, p.spot)
	}
	if len(written) > 600 {
		t.Errorf("%d bytes: a recording begins with one for each spot", len(written))
	}
}

func FuzzParseMoment(f *testing.F) {
	p := overhead()
	p.every(5*second, minute, echo(2200))
	f.Add(occupancy.AppendMoment(nil, &occupancy.Moment{AtMS: 1, Config: p.cfg, Spot: p.spot}))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, data []byte) {
		moment, err := occupancy.ParseMoment(data)
		if err != nil {
			if !errors.Is(err, occupancy.ErrMoment) {
				t.Fatal(err)
			}
			return
		}
		written := occupancy.AppendMoment(nil, &moment)
		again, err := occupancy.ParseMoment(written)
		if err != nil || !bytes.Equal(occupancy.AppendMoment(nil, &again), written) {
			t.Fatalf("%x: %+v, then %+v, %v", data, moment, again, err)
		}
		moment.Spot.Read(&moment.Config, moment.AtMS, echo(2200)) // whatever was written, it does not panic
		moment.Spot.Read(&moment.Config, moment.AtMS, field(20_000, 0, 40_000))
	})
}
