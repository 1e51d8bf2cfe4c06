package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/app"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
	"gatehouse/sync/wire"
)

// recordedSite has a spot under an ultrasonic sensor, one over a magnetometer and one with two sensors, and records them.
const recordedSite = `
[location]
id = "L1"
timezone = "Europe/Berlin"
currency = "EUR"
board = "bench"
[record]
max_mib = 1
[tariff]
lost_ticket = "20.00"
[[tariff.rule]]
rule_id = "day"
rate_per_hour = "2.00"
[[floor]]
id = "F1"
number = 1
[[zone]]
id = "A"
floor = "F1"
[[sensor]]
name = "ceiling"
empty_mm = 2500
period_ms = 10000
[[sensor]]
name = "ground"
debounce_ms = 5000
period_ms = 10000
[[sensor]]
name = "both"
empty_mm = 2500
period_ms = 10000
sensors = 2
[[spots]]
numbers = ["1"]
zone = "A"
type = "regular"
sensor = "ceiling"
[[spots]]
numbers = ["2"]
zone = "A"
type = "regular"
sensor = "ground"
[[spots]]
numbers = ["3, by the \"lift\""]
zone = "A"
type = "regular"
sensor = "both"
[[gate]]
id = "IN"
floor = "F1"
direction = "in"
[[device]]
id = "d1"
driver = "troubled"
role = "sensor"
spots = ["1", "2", "3, by the \"lift\""]
settings = { seed = 1 }
[[device]]
id = "d2"
driver = "troubled"
role = "second_sensor"
spots = ["3, by the \"lift\""]
settings = { seed = 2 }
`

// troubled is a sensor of several spots: cars come and go, and all that happens to sensors happens to it.
type troubled struct{ seed int64 }

func (d troubled) Sense(ctx context.Context, report func(drivers.Sample)) error {
	random := rand.New(rand.NewPCG(uint64(d.seed), 7))
	began := time.Now()
	for {
		pause := time.Duration(200+random.Int64N(2_800)) * time.Millisecond
		minutes := int(time.Since(began).Minutes())
		if minutes%90 == 80 {
			pause = 3 * time.Minute // silent
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		report(d.sample(random, minutes))
	}
}

func (d troubled) sample(random *rand.Rand, minutes int) drivers.Sample {
	s := drivers.Sample{Channel: random.IntN(3), Kind: drivers.SampleDistance}
	car := minutes/(7+s.Channel)%2 == 1 != (random.IntN(80) == 0)
	noise := random.Int32N(21) - 10
	switch {
	case d.seed == 2:
		s.Channel, s.Kind, s.Occupied = 0, drivers.SampleOccupied, car
	case random.IntN(30) == 0 || minutes%100 == 50:
		s.Kind = drivers.SampleInterference
	case random.IntN(30) == 0:
		s.Kind = drivers.SampleNoObject
	case s.Channel == 1:
		s.Kind, s.HasTemperature, s.TemperatureCentiC = drivers.SampleField, true, int16(minutes)-120
		s.FieldNT = [3]int32{20_000 + 10*noise - 3*int32(minutes), -1_000 + noise, 40_000}
		if car {
			s.FieldNT[1] += 2_100 + 5*int32(minutes)
		}
	case car:
		s.DistanceMM = 2_500 - 480 - 5*int32(minutes%60) + noise
	default:
		s.DistanceMM = 2_500 + noise
	}
	return s
}

// TestARecordingOfTheGatewayPlaysBackToItsChanges runs the real gateway twice over one folder, and plays each file of the
// ring: together they must make the changes that the gateway has in its log since the oldest file began, at the same
// times, with the same confidence and reason.
func TestARecordingOfTheGatewayPlaysBackToItsChanges(t *testing.T) {
	dir := t.TempDir()
	made := map[string][]string{}
	synctest.Test(t, func(t *testing.T) {
		disk := simdisk.New(1)
		for range 2 {
			runRecorded(t, dir, disk, 2*time.Hour)
		}
		made = changesInLog(t, dir, disk)
	})
	files, err := filepath.Glob(filepath.Join(dir, "readings", "readings-*.csv"))
	if err != nil || len(files) < 4 || len(made) != 3 {
		t.Fatalf("files %v, %v; changes of %d spots", files, err, len(made))
	}
	slices.Sort(files)
	var joined []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		joined = append(joined, data...)
	}
	if len(joined) > 1<<20 {
		t.Errorf("the files have %d bytes, and may have %d", len(joined), 1<<20)
	}
	all := filepath.Join(dir, "joined.csv")
	if err := os.WriteFile(all, joined, 0o600); err != nil {
		t.Fatal(err)
	}
	for spot, want := range made {
		played := []string{}
		for _, file := range files {
			played = append(played, playedChanges(replay(t, file, "--spot", spot))...)
		}
		if len(played) < 20 {
			t.Errorf("spot %s: %d changes are too few to prove anything", spot, len(played))
		}
		for name, got := range map[string][]string{"file by file": played, "all files joined": playedChanges(replay(t, all, "--spot", spot))} {
			if at := differAt(got, want); at != "" {
				t.Errorf("spot %s, %s: %s", spot, name, at)
			}
		}
	}
}

// differAt says where the last of what is wanted differs from what there is, or "".
func differAt(got, want []string) string {
	if len(got) > len(want) {
		return fmt.Sprintf("%d changes, and the gateway made %d", len(got), len(want))
	}
	want = want[len(want)-len(got):]
	for i := range got {
		if got[i] != want[i] {
			return fmt.Sprintf("%d of %d: %q, want %q", i+1, len(got), got[i], want[i])
		}
	}
	return ""
}

func runRecorded(t *testing.T, dir string, disk factlog.Disk, span time.Duration) {
	t.Helper()
	known := drivers.Catalog{{
		Name: "troubled", Settings: map[string]string{"seed": "of its dice"},
		Make: func(_ drivers.Host, s drivers.Settings) (any, error) { return troubled{s["seed"].(int64)}, nil },
	}}
	parsed, err := site.Parse("site.toml", []byte(recordedSite), known)
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := app.New(app.Options{
		Site: site.Loaded{Site: parsed}, DataDir: dir, Catalog: known, Clock: app.NewDemoClock(time.Now(), 1),
		Log: slog.New(slog.DiscardHandler), Disk: disk, SegmentBytes: 128 << 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	if err := gateway.Run(ctx); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// changesInLog are the changes of spots that the log holds, by spot, in words.
func changesInLog(t *testing.T, dir string, disk *simdisk.Disk) map[string][]string {
	t.Helper()
	log, _, err := factlog.Open(disk.Clone(), filepath.Join(dir, "journal", "log"), factlog.Options{SegmentBytes: 128 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	made := map[string][]string{}
	err = log.Read(1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		if c, is := record.Fact.(fact.SpotChanged); is {
			at := time.UnixMilli(record.At.WallMS).UTC().Format("2006-01-02T15:04:05.000Z")
			made[string(c.Spot)] = append(made[string(c.Spot)], changeText(at, c.After.String(), float64(c.Confidence)/1000, c.Reason.String()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// changeText leaves out the causes, of which a fact says nothing.
func changeText(at, state string, confidence float64, reason string) string {
	var known fact.Reason
	if err := known.UnmarshalText([]byte(reason)); err != nil || known == fact.ReasonNone {
		reason = ""
	}
	return fmt.Sprintf("%s %s %.3f %s", at, state, confidence, reason)
}

func playedChanges(r replayReport) (played []string) {
	for _, c := range r.Changes {
		played = append(played, changeText(c.TimeUTC, c.State, c.Confidence, c.Reason))
	}
	return played
}
