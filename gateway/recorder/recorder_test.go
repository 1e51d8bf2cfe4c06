package recorder_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/recorder"
)

const startMS = 1_772_434_800_000 // 2026-03-02T07:00:00Z

// call is a distance that spot 0 hears at a monotonic time.
func call(monoMS int64, mm int32) recorder.Heard {
	cfg := occupancy.Default()
	return recorder.Heard{
		WallMS: startMS + monoMS, MonoMS: monoMS, Before: &occupancy.Spot{}, Config: &cfg,
		Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: mm},
	}
}

func options(dir string) recorder.Options {
	return recorder.Options{Dir: dir, MaxBytes: 1 << 20, Spots: []string{"A-1", "", `B, "2"`}, Log: slog.New(slog.DiscardHandler)}
}

// recording runs a recorder in a bubble until the story is told, and a second more.
func recording(t *testing.T, dir string, story func(r *recorder.Recorder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := recorder.New(options(dir))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			r.Run(ctx)
		}()
		story(r)
		cancel()
		<-ended
	})
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "readings-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func rows(t *testing.T, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(data, []byte(recorder.Header)) {
		t.Errorf("%s begins with %.80q", file, data)
	}
	read, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return read[1:]
}

func TestRowsOfEveryKind(t *testing.T) {
	dir := t.TempDir()
	recording(t, dir, func(r *recorder.Recorder) {
		r.Hear(call(0, 2_400))
		r.Hear(call(1_500, -9_000_000))
		field := call(2_000, 0)
		field.Spot, field.Reading = 2, occupancy.Reading{Sensor: 1, Kind: occupancy.Field, FieldNT: [3]int32{-1, 2, 48_000}, HasTemperature: true, TemperatureCentiC: -5}
		r.Hear(field)
		says := call(3_000, 0)
		says.Reading = occupancy.Reading{Kind: occupancy.Occupied, Occupied: true}
		r.Hear(says)
		tick := call(4_000, 0)
		tick.Tick = true
		r.Hear(tick)
		r.Anew(0)
		r.Hear(call(4_500, 2_400))
		for _, nobody := range []int32{-1, 1, 3} {
			unknown := call(5_000, 0)
			unknown.Spot = nobody
			r.Hear(unknown)
		}
	})
	got := []string{}
	for _, row := range rows(t, files(t, dir)[0]) {
		if row[3] == recorder.KindBegin {
			row[9] = "…"
		}
		got = append(got, strings.Join(row, "|"))
	}
	want := []string{
		"2026-03-02T07:00:00.000Z|A-1||begin||||||…",
		"2026-03-02T07:00:00.000Z|A-1|0|distance|2400|||||",
		"2026-03-02T07:00:01.500Z|A-1|0|distance|-4000000|||||",
		`2026-03-02T07:00:02.000Z|B, "2"||begin||||||…`,
		`2026-03-02T07:00:02.000Z|B, "2"|1|field||-1|2|48000|-0.05|`,
		"2026-03-02T07:00:03.000Z|A-1|0|occupied||||||1",
		"2026-03-02T07:00:04.000Z|A-1||tick||||||",
		"2026-03-02T07:00:04.500Z|A-1||begin||||||…",
		"2026-03-02T07:00:04.500Z|A-1|0|distance|2400|||||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The folder never holds more than it may; the oldest goes first, after a restart as well, and what is not a recording stays.
func TestTheRingIsBounded(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"notes.txt", "readings-7.csv", "readings-x.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for start := range 2 {
		recording(t, dir, func(r *recorder.Recorder) {
			for i := range int64(20_000) {
				r.Hear(call(i*100, 2_400))
				if i%100 == 0 {
					time.Sleep(10 * time.Second)
				}
			}
			if s := r.Status(); s.Rows != 20_000 || s.Dropped != 0 || s.Err != nil {
				t.Errorf("%+v", s)
			}
		})
		var total int64
		kept := files(t, dir)
		for _, file := range kept {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			total += info.Size()
		}
		if total > 1<<20 || total < 1<<19 {
			t.Errorf("start %d: %d bytes in %v", start, total, kept)
		}
	}
	for _, name := range []string{"notes.txt", "readings-7.csv", "readings-x.csv"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != "mine" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
}

// Behind a disk that does not answer rows are dropped and counted, and the spot begins anew.
func TestADiskThatIsTooSlowDropsAndCounts(t *testing.T) {
	dir := t.TempDir()
	recording(t, dir, func(r *recorder.Recorder) {
		for i := range int64(40_000) { // within a second, so that nothing is written yet
			r.Hear(call(i*100, 2_400))
		}
		stepped := call(4_000_000, 2_400)
		stepped.WallMS += 3_600_000
		r.Hear(stepped) // begins a file, and is dropped
		if s := r.Status(); s.Dropped == 0 || s.Rows+s.Dropped != 40_001 {
			t.Errorf("%+v", s)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		r.Hear(stepped)
	})
	all := files(t, dir)
	if last := rows(t, all[len(all)-1]); len(last) != 2 || last[0][3] != recorder.KindBegin || last[1][0] != "2026-03-02T09:06:40.000Z" {
		t.Errorf("%d rows: %.100v", len(last), last)
	}
}

// A disk that fails is told of, loses what it lost, and is tried again, with a file that stands for itself.
func TestADiskThatFailsIsTriedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "readings")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	recording(t, dir, func(r *recorder.Recorder) {
		r.Hear(call(0, 2_400))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if s := r.Status(); s.Err == nil || s.Dropped == 0 {
			t.Errorf("a folder that is a file: %+v", s)
		}
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
		r.Hear(call(5_000, 2_400))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if s := r.Status(); s.Err != nil {
			t.Errorf("a folder that is back: %+v", s)
		}
	})
	if got := rows(t, files(t, dir)[0]); len(got) != 2 || got[0][3] != recorder.KindBegin {
		t.Errorf("%v", got)
	}
}

// When the wall clock is set, a new file begins: within one, times go on evenly.
func TestAClockThatIsSetBeginsANewFile(t *testing.T) {
	dir := t.TempDir()
	recording(t, dir, func(r *recorder.Recorder) {
		for i := range int64(10) {
			h := call(i*1000, 2_400)
			if i >= 5 {
				h.WallMS += 3_600_000
			}
			h.WallMS += i % 2 * 100 // what a clock that is disciplined wanders
			r.Hear(h)
		}
	})
	all := files(t, dir)
	if len(all) != 2 {
		t.Fatalf("%v", all)
	}
	for n, first := range []int{0, 5} {
		for i, row := range rows(t, all[n])[1:] {
			want := time.UnixMilli(startMS + int64(first+i)*1000 + int64(n)*3_600_100).UTC().Format("2006-01-02T15:04:05.000Z")
			if row[0] != want {
				t.Errorf("file %d, row %d at %s, want %s", n, i, row[0], want)
			}
		}
	}
}

func TestHearingAllocatesNothing(t *testing.T) {
	r := recorder.New(options(t.TempDir()))
	h := call(0, 2_400)
	for range 3_000 { // some room
		r.Hear(h)
	}
	if allocs := testing.AllocsPerRun(1000, func() { r.Hear(h) }); allocs > 0 {
		t.Errorf("%v allocations a reading", allocs)
	}
}

func TestNoRecorderRecordsNothing(t *testing.T) {
	var r *recorder.Recorder
	r.Hear(call(0, 1))
	r.Run(t.Context())
	if s := r.Status(); fmt.Sprint(s) != fmt.Sprint(recorder.Status{}) {
		t.Errorf("%+v", s)
	}
}
