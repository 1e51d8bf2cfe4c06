package occupancy_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/occupancy"
)

func TestGoldenRecord(t *testing.T) {
	record := occupancy.Record{AtMS: 1_000, Spot: 7, Reading: field(-1, 2, 48_000)}
	record.Reading.TemperatureCentiC, record.Reading.HasTemperature = -250, true
	got := hex.EncodeToString(occupancy.AppendRecord(nil, &record))
	if want := "0102020000000007" + "00000000000003e8" + "ffffffff000000020000bb80" + "ff060000"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// hear plays one reading as a record is played.
func (p *play) hear(atMS int64, r occupancy.Reading) {
	p.spot.Advance(&p.cfg, atMS, func(atMS int64, change occupancy.Change) {
		p.nowMS = atMS
		p.note(change, true)
	})
	p.nowMS = atMS
	p.note(p.spot.Read(&p.cfg, atMS, r))
}

// Whatever a sensor said, its record says the same, and the spot that hears the records makes the same changes.
func TestRecordsPlayBackBitForBit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		live, data := inGround(), []byte{}
		live.cfg.Sensors = 2
		for range rapid.IntRange(1, 200).Draw(rt, "readings") {
			r := anyReading(rt)
			if rapid.Bool().Draw(rt, "magnetic") {
				r = occupancy.Reading{Kind: occupancy.Field, Sensor: r.Sensor, FieldNT: [3]int32{20_000 + 20*r.DistanceMM, -r.DistanceMM, 40_000}}
				r.HasTemperature, r.TemperatureCentiC = true, int16(rapid.IntRange(-4000, 8500).Draw(rt, "temperature"))
			}
			live.hear(live.nowMS+rapid.Int64Range(1, 20*minute).Draw(rt, "pause"), r)
			data = occupancy.AppendRecord(data, &occupancy.Record{AtMS: live.nowMS, Reading: r})
		}
		again := inGround()
		again.cfg.Sensors = 2
		for ; len(data) > 0; data = data[occupancy.RecordBytes:] {
			record, err := occupancy.ParseRecord(data)
			if err != nil {
				rt.Fatal(err)
			}
			again.hear(record.AtMS, record.Reading)
		}
		if live.spot != again.spot || fmt.Sprint(live.log) != fmt.Sprint(again.log) {
			rt.Fatalf("live   %q\nplayed %q", live.log, again.log)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	f.Add(occupancy.AppendRecord(nil, &occupancy.Record{AtMS: 1, Reading: echo(2200)}))
	f.Add(occupancy.AppendRecord(nil, &occupancy.Record{AtMS: -1, Spot: 9, Reading: says(true)}))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := occupancy.ParseRecord(data)
		if err != nil {
			if !errors.Is(err, occupancy.ErrRecord) {
				t.Fatal(err)
			}
			return
		}
		written := occupancy.AppendRecord(nil, &record)
		again, err := occupancy.ParseRecord(written)
		if err != nil || !bytes.Equal(occupancy.AppendRecord(nil, &again), written) {
			t.Fatalf("%x: %+v, then %+v, %v", data, record, again, err)
		}
	})
}
