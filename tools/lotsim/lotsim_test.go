package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

// demoDay is a real day, of the ledger that is in the tree.
func demoDay() day {
	return day{Ledger: "../../drivers/sim/ledger/P8-2019-06-01.csv", Date: "2019-06-01", Spots: 100, Gates: 2, Seed: 1, JSON: true}
}

func run(t *testing.T, d day) map[string]any {
	t.Helper()
	var out bytes.Buffer
	if err := d.Run(&out); err != nil {
		t.Fatal(err)
	}
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

func TestARealDay(t *testing.T) {
	report := run(t, demoDay())
	want := map[string]float64{
		"arrivals": 191, "entries": 191, "exits": 191, "denied": 0, "still_inside": 0, "tickets_open": 0,
		"double_allocations": 0, "unbilled_exits": 0, "closes_on_presence": 0,
	}
	for key, value := range want {
		if report[key] != value {
			t.Errorf("%s: %v, want %v", key, report[key], value)
		}
	}
}

// TestTheReportHasItsKeys holds the JSON to what is documented: these keys and no other.
func TestTheReportHasItsKeys(t *testing.T) {
	want := strings.Fields(`arrivals backed_out closes_on_presence commit_us_p50 commit_us_p99 decision_us_p50 decision_us_p99 denied
		denied_full double_allocations entries exits facts fired gave_up still_inside tickets_open trace_sha256 unbilled_exits`)
	if got := slices.Sorted(maps.Keys(run(t, demoDay()))); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// TestADayOfADirtyLedger has rows in any order, holes, a departure before its arrival, a stay of a week and days on which
// nobody came.
func TestADayOfADirtyLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.csv")
	write(t, path, []byte(`arrive_local,depart_local,fee_cny,stable
2020-02-03T12:00,2020-02-10T12:00,300,1
2020-02-03T09:00,2020-02-03T08:00,0,0
not a row
2020-02-03T08:00,2020-02-03T10:30,10,1
2020-02-01T08:00,2020-02-03T18:30,10,1
2020-02-03T07:00,,0,0
2020-02-05T07:00,2020-02-05T07:00,0,1
`))
	for date, want := range map[string][3]float64{"2020-02-03": {4, 1, 3}, "2020-02-04": {0, 0, 0}, "2020-02-05": {1, 1, 0}} {
		var notes bytes.Buffer
		report := run(t, day{Ledger: path, Date: date, Spots: 5, Gates: 1, Seed: 1, JSON: true, errs: &notes})
		if got := [3]float64{report["arrivals"].(float64), report["exits"].(float64), report["still_inside"].(float64)}; got != want {
			t.Errorf("%s: %v arrived, left, are still inside, not %v", date, got, want)
		}
		if !strings.Contains(notes.String(), "line 4") || strings.Contains(notes.String(), "nobody came") != (want[0] == 0) {
			t.Errorf("%s: %s", date, &notes)
		}
	}
}

func TestADayInATooSmallLot(t *testing.T) {
	d := demoDay()
	d.Spots = 12
	report := run(t, d)
	if report["denied_full"].(float64) == 0 || report["denied"] != report["denied_full"] {
		t.Errorf("denied %v, full %v: a lot of 12 spots is full at times, and that is the only reason to refuse", report["denied"], report["denied_full"])
	}
	if report["arrivals"].(float64) != report["entries"].(float64)+report["denied"].(float64) {
		t.Errorf("%v arrivals, %v entries, %v denied", report["arrivals"], report["entries"], report["denied"])
	}
}

// TestEveryArrivalIsAccountedFor has drivers who turn round at the entry, whether it has answered or not.
func TestEveryArrivalIsAccountedFor(t *testing.T) {
	d := demoDay()
	d.Spots, d.BackOut = 20, 0.1
	report := run(t, d)
	count := func(key string) float64 { return report[key].(float64) }
	if count("backed_out") == 0 || count("arrivals") != count("entries")+count("denied_full")+count("backed_out")+count("gave_up") {
		t.Errorf("%v", report)
	}
}

// TestNoTicketOutlivesItsVisit has plates misread at entries and exits: whoever is not known at the exit leaves on a
// lost ticket, and whose the ticket is that stays behind is found out.
func TestNoTicketOutlivesItsVisit(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		d := demoDay()
		d.Seed, d.Misread, d.Unread, d.Elsewhere = seed, 0.03, 0.01, 0.05
		if report := run(t, d); report["tickets_open"] != report["still_inside"] {
			t.Errorf("seed %d: %v tickets are open, and %v vehicles inside", seed, report["tickets_open"], report["still_inside"])
		}
	}
}

func TestADayWithFaults(t *testing.T) {
	d := demoDay()
	d.Misread, d.Tailgate, d.Elsewhere, d.SensorNoise, d.DeviceFaults = 0.03, 0.05, 0.1, 0.01, 0.001
	report := run(t, d)
	fired := report["fired"].(map[string]any)
	for _, fault := range []string{"plate_misread", "park_elsewhere", "spot_outlier", "spot_missed"} {
		if fired[fault] == nil {
			t.Errorf("%s never fired", fault)
		}
	}
	for _, key := range []string{"double_allocations", "unbilled_exits", "closes_on_presence"} {
		if report[key] != 0.0 {
			t.Errorf("%s: %v", key, report[key])
		}
	}
}

func TestTheSameSeedLeavesTheSameTrace(t *testing.T) {
	first, second := run(t, demoDay()), run(t, demoDay())
	if first["trace_sha256"] != second["trace_sha256"] {
		t.Error("two runs of one seed differ")
	}
	other := demoDay()
	other.Seed = 2
	if run(t, other)["trace_sha256"] == first["trace_sha256"] {
		t.Error("another seed left the same trace")
	}
}

func TestWrongFlagsSayWhatToWrite(t *testing.T) {
	for want, d := range map[string]day{
		"write a day as":           {Date: "1 June", Spots: 10, Gates: 2},
		"--spots 1 to 10000":       {Date: "2019-06-01", Spots: 0, Gates: 2},
		"--gates is 1 to 64":       {Date: "2019-06-01", Spots: 10, Gates: 0},
		"a share is 0 to 1":        {Date: "2019-06-01", Spots: 10, Gates: 2, Misread: 1.5},
		"it goes from 2019-06-01 ": {Date: "2020-06-01", Spots: 10, Gates: 2},
	} {
		d.Ledger = demoDay().Ledger
		if err := d.Run(io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", d, err)
		} else if errors.Is(err, commandline.ErrUsage) == strings.Contains(want, "it goes from") {
			t.Errorf("%v: is it the command line that is wrong?", err)
		}
	}
}

// TestSeeds is a share of the campaign of `make sim`. Its counters show that what it claims to try does happen.
func TestSeeds(t *testing.T) {
	count := 120
	if testing.Short() {
		count = 20
	}
	var out bytes.Buffer
	s := seeds{Count: count, From: 1}
	if err := s.Run(&out); err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{"power_cuts", "torn_flushes", "state_files_lost", "flush_errors", "disk_stalls", "clock_steps", "loop_stuck_on", "tailgate", "reply_lost"} {
		if strings.Contains(out.String(), "  "+fault+strings.Repeat(" ", 19-len(fault))+"0\n") {
			t.Errorf("%s never happened in %d seeds", fault, count)
		}
	}
}

func TestASeedIsDeterministic(t *testing.T) {
	s := seeds{}
	for seed := uint64(1); seed <= 5; seed++ {
		first, err := s.runSeed(io.Discard, seed)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.runSeed(io.Discard, seed)
		if err != nil || first.TraceSHA256 != second.TraceSHA256 {
			t.Errorf("seed %d: two runs differ (%v)", seed, err)
		}
	}
}
