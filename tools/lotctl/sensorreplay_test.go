package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/recorder"
	"gatehouse/sync/commandline"
)

// writeTrace writes a trace file and returns its path.
func writeTrace(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// replay runs the command with --json and returns what it printed.
func replay(t *testing.T, path string, more ...string) replayReport {
	t.Helper()
	var out, errs bytes.Buffer
	if exit := run(append([]string{"sensor", "replay", "--json", "--trace", path}, more...), &out, &errs); exit != 0 {
		t.Fatalf("exit %d: %s", exit, errs.String())
	}
	var report replayReport
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil {
		t.Fatal(err)
	}
	return report
}

const magneticHeader = "time,battery_v,temp_c,mag_x,mag_y,mag_z,radar0,radar1,packet,f_cnt"

// magneticTrace is a made trace of ten days: the field of the empty spot goes with the temperature, 22 counts a degree,
// and each afternoon a car is there from 14 to 17 o'clock. Per is what one count is in nT.
func magneticTrace(days int, perCount float64) (lines []string) {
	start := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	lines = append(lines, magneticHeader)
	for i := range days * 144 {
		at := start.Add(time.Duration(i) * 10 * time.Minute)
		celsius := 4.0
		if hour := float64(i%144) / 6; hour > 9 && hour < 21 {
			celsius += 20 * (1 - (hour-15)*(hour-15)/36)
		}
		x, y, z, radar := 20_000-900*celsius, -700.0, 40_000+500*celsius, 5
		if hour := at.Hour(); hour >= 14 && hour < 17 {
			x, y, z, radar = x+2_000, y-6_000, z+1_500, 60
		}
		noise := float64(i*7919%11-5) * 20
		lines = append(lines, fmt.Sprintf("%s,3.1,%.2f,%.0f,%.0f,%.0f,%d,4,heartbeat,%d", at.Format("2006-01-02T15:04:05.000"),
			celsius, (x+noise)/perCount, (y-noise)/perCount, (z+noise)/perCount, radar, i))
	}
	return lines
}

// A trace in counts of any usual size, or in nanotesla, is played alike.
func TestReplayOfAMagneticTrace(t *testing.T) {
	for _, perCount := range []float64{44, 1, 4.4, 8.33, 22, 88, 100, 300} {
		report := replay(t, writeTrace(t, magneticTrace(10, perCount)...))
		l := report.Labelled
		if ratio := report.ScaleNT / perCount; ratio < 0.9 || ratio > 1.25 {
			t.Errorf("%g nT a count is taken for %g", perCount, report.ScaleNT)
		}
		if report.Samples != 1440 || l == nil || l.Samples != 8*144 || l.CalibrationDays != 2 || l.BalancedAccuracy < 0.99 {
			t.Errorf("%g nT a count, taken for %g: %d samples, %+v, misses %+v", perCount, report.ScaleNT, report.Samples, l, report.Misses)
		}
		if want := (tally{Found: 8}); *report.Arrivals != want || *report.Departures != want || len(report.Misses) != 0 {
			t.Errorf("%g nT a count: arrivals %+v, departures %+v, misses %+v", perCount, report.Arrivals, report.Departures, report.Misses)
		}
	}
}

// A sensor that says nothing but changes is silent for days, and that is no fault.
func TestReplayOfNothingButChanges(t *testing.T) {
	start := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	changes := []string{magneticHeader}
	for i := range 20 {
		for hours, car := range map[int]int{0: 0, 20: 1} {
			at := start.Add(time.Duration(i*40+i%3*20+hours) * time.Hour)
			changes = append(changes, fmt.Sprintf("%s,3.1,12,%d,%d,900,%d,4,change,%d", at.Format("2006-01-02T15:04:05"), 400+i%5, -100-car*400, 5+car*50, 2*i+1-car))
		}
	}
	slices.Sort(changes[1:])
	report := replay(t, writeTrace(t, changes...))
	for _, c := range report.Changes {
		if c.State == "unknown" {
			t.Fatalf("%+v", c)
		}
	}
	if l := report.Labelled; l.BalancedAccuracy < 0.95 {
		t.Errorf("%+v %+v", l, report.Misses)
	}
}

func TestReplayWithoutATemperature(t *testing.T) {
	lines := magneticTrace(10, 44)
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		cells[2] = ""
		lines[i+1] = strings.Join(cells, ",")
	}
	if l := replay(t, writeTrace(t, lines...)).Labelled; l.BalancedAccuracy < 0.9 {
		t.Errorf("%+v", l)
	}
}

// The reference that says nothing rates nothing, and a trace that was cut before twice the days of calibration is rated
// from its start.
func TestReplayOfShortOrUnlabelledTraces(t *testing.T) {
	short := replay(t, writeTrace(t, magneticTrace(3, 44)...))
	if short.Labelled.CalibrationDays != 0 || short.Labelled.Samples != 3*144 || short.Labelled.BalancedAccuracy < 0.98 {
		t.Errorf("%+v", short.Labelled)
	}
	lines := magneticTrace(3, 44)
	for i, line := range lines {
		lines[i] = strings.Join(strings.Split(line, ",")[:6], ",")
	}
	bare := replay(t, writeTrace(t, lines...))
	if bare.Labelled != nil || bare.Arrivals != nil || bare.Misses != nil || short.Misses == nil || len(bare.Changes) != 7 {
		t.Errorf("%+v, %d changes", bare.Labelled, len(bare.Changes))
	}
}

// A sensor that was taken away for days and dug in elsewhere is calibrated anew.
func TestReplayOfASensorThatWasMoved(t *testing.T) {
	lines := magneticTrace(9, 44)
	moved := []string{lines[0]}
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		switch {
		case i < 144:
			cells[3], cells[5] = "900", "-300"
		case i < 5*144:
			continue
		}
		moved = append(moved, strings.Join(cells, ","))
	}
	report := replay(t, writeTrace(t, moved...))
	if l := report.Labelled; l.Samples != 2*144 || l.BalancedAccuracy < 0.99 {
		t.Errorf("%+v %+v", l, report.Misses)
	}
	silent := func(c replayReportChange) bool { return c.State == "unknown" && c.Reason == "sensor_silent" }
	if !slices.ContainsFunc(report.Changes, silent) {
		t.Errorf("the days of silence are not told: %+v", report.Changes)
	}
}

func TestReplayOfADistanceTrace(t *testing.T) {
	lines := []string{"time,distance_mm,occupied"}
	start := time.Date(2024, 3, 1, 6, 0, 0, 0, time.UTC)
	for i := range 12 * 360 {
		mm, occupied := 2400+i*31%9, 0
		if i/360%3 == 1 { // every third hour
			mm, occupied = 1050+i*17%13, 1
		}
		text := fmt.Sprint(mm)
		switch {
		case i%97 == 5:
			text = "65534" // interference by a neighbour
		case i%89 == 5:
			text = "65533" // no echo
		}
		lines = append(lines, fmt.Sprintf("%d,%s,%d", start.Add(time.Duration(i)*10*time.Second).Unix(), text, occupied))
	}
	report := replay(t, writeTrace(t, lines...), "--empty-mm", "2400")
	if l := report.Labelled; l.BalancedAccuracy < 0.98 || *report.Arrivals != (tally{Found: 4}) || *report.Departures != (tally{Found: 4}) {
		t.Errorf("%+v %+v %+v %+v", l, report.Arrivals, report.Departures, report.Misses)
	}
	if first := report.Changes[0]; first.State != "available" || first.Reason != "echo_floor" || first.Confidence < 0.95 {
		t.Errorf("%+v", first)
	}
}

// Rows that make no sense are told with their line and skipped; rows that came twice or late do not matter.
func TestReplayOfABadFile(t *testing.T) {
	lines := magneticTrace(3, 44)
	clean := replay(t, writeTrace(t, lines...))
	bad := append([]string{}, lines[:100]...)
	bad = append(bad, "yesterday,3.1,4.0,1,2,3,5,4,heartbeat,1", "2024-03-01T10:00:00,3.1,4.0,x,2,3,5,4,heartbeat,1",
		"2024-03-01T10:00:00,3.1,900,1,2,3,5,4,heartbeat,1", "2024-03-01T10:00:00", `2024-03-01T10:00:00,"un"even,4`, "\x00\xff,,,")
	bad = append(bad, lines[101], lines[100], lines[101], lines[102], lines[102])
	bad = append(bad, lines[103:]...)
	report := replay(t, writeTrace(t, bad...))
	if report.SkippedAll != 6 || len(report.Skipped) != 6 || report.Skipped[0].Line != 101 || report.Duplicates != 2 || report.Disordered != 1 {
		t.Errorf("skipped %d %+v, twice %d, late %d", report.SkippedAll, report.Skipped, report.Duplicates, report.Disordered)
	}
	if report.Samples != clean.Samples || fmt.Sprint(report.Changes) != fmt.Sprint(clean.Changes) {
		t.Errorf("%d samples and %v\nwant %d and %v", report.Samples, report.Changes, clean.Samples, clean.Changes)
	}
}

// The same trace is played alike however it is written.
func TestReplayReadsManyDialects(t *testing.T) {
	lines := magneticTrace(6, 1)
	want := replay(t, writeTrace(t, lines...))
	rewrite := func(header string, row func(at time.Time, cells []string) string) []string {
		written := []string{header}
		for _, line := range lines[1:] {
			cells := strings.Split(line, ",")
			at, err := time.Parse("2006-01-02T15:04:05.000", cells[0])
			if err != nil {
				t.Fatal(err)
			}
			written = append(written, row(at, cells))
		}
		return written
	}
	scaled := func(cell string, per float64) string {
		value, _ := strconv.ParseFloat(cell, 64)
		return strconv.FormatFloat(value/per, 'f', -1, 64)
	}
	reversed := slices.Clone(lines)
	slices.Reverse(reversed[1:])
	for name, dialect := range map[string][]string{
		"other order, other names, seconds": rewrite("F_CNT,Mag Z,Mag Y,Mag X,radar_1,radar_0,Temperature,Timestamp", func(at time.Time, c []string) string {
			return strings.Join([]string{c[9], c[5], c[4], c[3], c[7], c[6], c[2], fmt.Sprintf("%d.0", at.Unix())}, ",")
		}),
		"a byte order mark, semicolons, decimal commas, milliseconds": rewrite("\ufeff\"time\";temp_c;mag_x [µT];mag_y [µT];mag_z [µT];radar0", func(at time.Time, c []string) string {
			cells := []string{fmt.Sprint(at.UnixMilli()), c[2], scaled(c[3], 1e3), scaled(c[4], 1e3), scaled(c[5], 1e3), c[6]}
			return strings.ReplaceAll(strings.Join(cells, ";"), ".", ",")
		}),
		"tabs, a zone, gauss, a label": rewrite("datetime\ttemp\tmag_x_g\tmag_y_g\tmag_z_g\tlabel", func(at time.Time, c []string) string {
			zoned := at.In(time.FixedZone("", 2*60*60)).Format("2006-01-02 15:04:05-07:00")
			return strings.Join([]string{zoned, c[2], scaled(c[3], 1e5), scaled(c[4], 1e5), scaled(c[5], 1e5), map[bool]string{true: "occupied", false: "free"}[len(c[6]) > 1]}, "\t")
		}),
		"names of a database, a class": rewrite("created_at,temperature,x,y,z,class", func(at time.Time, c []string) string {
			return strings.Join([]string{at.Format(time.RFC3339Nano), c[2], c[3], c[4], c[5], map[bool]string{true: "1", false: "0"}[len(c[6]) > 1]}, ",")
		}),
		"from the last to the first": reversed,
		"a comment before and between, bars, a date beside the time, microtesla": rewrite("# made by hand\n\nDate|Time (UTC)|temp_f|x_axis_ut|y_axis_ut|z_axis_ut|ground truth", func(at time.Time, c []string) string {
			celsius, _ := strconv.ParseFloat(c[2], 64)
			return strings.Join([]string{"# " + c[9] + "\n" + at.Format("2006-01-02|15:04"), strconv.FormatFloat(celsius*1.8+32, 'f', -1, 64),
				scaled(c[3], 1e3), scaled(c[4], 1e3), scaled(c[5], 1e3), map[bool]string{true: "T", false: "F"}[len(c[6]) > 1]}, "|")
		}),
		"a header behind a #, days before months, a state, carriage returns": rewrite("# received_at;temperature;Magnetometer X (nT);Magnetometer Y (nT);Magnetometer Z (nT);Status\r", func(at time.Time, c []string) string {
			return strings.Join([]string{at.Format("2.1.2006 15:04:05"), c[2], c[3], c[4], c[5], map[bool]string{true: "Occupied", false: "VACANT"}[len(c[6]) > 1]}, ";") + "\r"
		}),
	} {
		got := replay(t, writeTrace(t, dialect...))
		if got.Samples != want.Samples || fmt.Sprint(got.Changes) != fmt.Sprint(want.Changes) || *got.Labelled != *want.Labelled {
			t.Errorf("%s: %d samples, %+v, %v\nwant %d, %+v, %v", name, got.Samples, got.Labelled, got.Changes, want.Samples, want.Labelled, want.Changes)
		}
	}
}

// Rows without a field are signs of life, and rows without a temperature are played.
func TestReplayOfEmptyCells(t *testing.T) {
	lines := magneticTrace(6, 44)
	for i := 1; i < len(lines); i += 3 {
		cells := strings.Split(lines[i], ",")
		cells[3], cells[4], cells[5] = "NaN", "", "null"
		lines[i] = strings.Join(cells, ",")
		cells = strings.Split(lines[i+1], ",")
		cells[2] = "nan"
		lines[i+1] = strings.Join(cells, ",")
	}
	report := replay(t, writeTrace(t, lines...))
	if report.SkippedAll != 0 || report.Samples != 6*144 || report.Labelled.BalancedAccuracy < 0.95 {
		t.Errorf("%d skipped, %d samples, %+v", report.SkippedAll, report.Samples, report.Labelled)
	}
}

func TestReplayRefusesWhatIsNoTrace(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string
		exit  int
		want  string
	}{
		"no header":    {[]string{"2024-03-01T10:00:00,2400", "2024-03-01T10:00:10,2400"}, commandline.ExitWrong, "line 1: a row, and no header"},
		"empty":        {[]string{""}, commandline.ExitWrong, "it is empty"},
		"one line":     {[]string{strings.Repeat("\x00", 1<<20)}, commandline.ExitWrong, "a line of it is longer than 65536 bytes"},
		"long row":     {[]string{"time,distance_mm", strings.Repeat("1", 1<<20)}, commandline.ExitWrong, "a line of it is longer than 65536 bytes"},
		"compressed":   {[]string{"\x1f\x8b\x08\x00"}, commandline.ExitWrong, "gunzip"},
		"spreadsheet":  {[]string{"PK\x03\x04"}, commandline.ExitWrong, "save it as CSV"},
		"other date":   {[]string{"time,distance_mm", "03/01/2024 10:00:00,2400"}, commandline.ExitWrong, "write it as 2024-03-01"},
		"broken begin": {[]string{"time,spot,kind,says", "1,A,begin,AAAA"}, commandline.ExitWrong, "another version of the gateway wrote it"},
		"no begin":     {[]string{"time,spot,kind,says", "1,A,begin,?"}, commandline.ExitWrong, "line 2: says ="},
		"no time":      {[]string{"mag_x,mag_y,mag_z", "1,2,3"}, commandline.ExitWrong, "no column time"},
		"no value":     {[]string{"time,temp_c", "1,2"}, commandline.ExitWrong, "neither mag_x"},
		"half a field": {[]string{"time,mag_x", "1,2"}, commandline.ExitWrong, "all three"},
		"two sensors":  {[]string{"time,mag_x,mag_y,mag_z,distance_mm", "1,2,3,4,5"}, commandline.ExitWrong, "one sensor"},
		"UTF-16":       {[]string{"\xff\xfet\x00i\x00m\x00e\x00"}, commandline.ExitWrong, "UTF-8"},
		"two spots":    {[]string{"time,spot,distance_mm", "1,A-1,2400", "2,A-2,2400"}, commandline.ExitWrong, "choose one with --spot"},
		"no such kind": {[]string{"time,kind,distance_mm", "1,smell,2400"}, commandline.ExitWrong, "alive, distance, field"},
		"no rows":      {[]string{"time,distance_mm"}, commandline.ExitWrong, "no row below the header"},
		"too far":      {[]string{"time,kind,distance_m", "1,distance,4000000"}, commandline.ExitWrong, "no sensor says that"},
		"mostly bad":   {[]string{"time,distance_mm", "a,1", "b,1", "1700000000,1"}, commandline.ExitWrong, "line 2: time"},
	} {
		var out, errs strings.Builder
		exit := run([]string{"sensor", "replay", "--trace", writeTrace(t, test.lines...)}, &out, &errs)
		if exit != test.exit || !strings.Contains(errs.String(), test.want) {
			t.Errorf("%s: exit %d, %s", name, exit, errs.String())
		}
	}
	for _, args := range []string{"--trace /no/such/file", "--trace .", "--trace x --scale -1", ""} {
		var out, errs strings.Builder
		if exit := run(append([]string{"sensor", "replay"}, strings.Fields(args)...), &out, &errs); exit == 0 || errs.Len() == 0 {
			t.Errorf("%q: exit %d", args, exit)
		}
	}
}

func TestReplayForPeople(t *testing.T) {
	var out, errs strings.Builder
	lines := append(magneticTrace(6, 44), "garbage")
	if exit := run([]string{"sensor", "replay", "--trace", writeTrace(t, lines...), "--from", "2024-03-02"}, &out, &errs); exit != 0 {
		t.Fatalf("exit %d: %s", exit, errs.String())
	}
	for _, want := range []string{
		"line 866 skipped: 1 columns of 6", "2024-03-02T14:00:00.000Z occupied ", "field_away", "720 samples", "1 rows skipped", "arrivals      3 found    0 missed    0 false",
		"100.0 percent of 6 arrivals and departures found, 0 missed, 0 false; the truth is its radar's: 25 or more is a car", "taken for 44 nanotesla",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// The help names every field of the object that --json prints.
func TestTheHelpNamesEveryFieldOfTheJSON(t *testing.T) {
	var out, errs strings.Builder
	if exit := run([]string{"sensor", "replay", "--help"}, &out, &errs); exit != 0 {
		t.Fatal(errs.String())
	}
	for _, printed := range []any{replayReport{}, replayReportChange{}, replayRates{}, tally{}, replayDelays{}, replayRated{}, miss{}, traceNote{}} {
		of := reflect.TypeOf(printed)
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(out.String()) {
				t.Errorf("the help does not name %s of %s", name, of)
			}
		}
	}
}

// FuzzReadTrace reads anything as a trace: it is read or refused.
func FuzzReadTrace(f *testing.F) {
	f.Add("time,distance_mm\n1700000000,2400\n")
	f.Add(strings.Join(magneticTrace(1, 44)[:5], "\n"))
	moment := base64.StdEncoding.EncodeToString(occupancy.AppendMoment(nil, &occupancy.Moment{Config: occupancy.Default()}))
	f.Add("# of a gateway\n" + recorder.Header + "2024-03-01T10:00:00.000Z,A,,begin,,,,,," + moment + "\n2024-03-01T10:00:00Z,A,0,field,,1,2,3,4.5,\n2024-03-01T10:00:00Z,A,,tick,,,,,,\n")
	f.Add("time,mag_x,mag_y,mag_z,radar0\n2024-03-01 00:00:00,1e9,,3,\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readTrace(strings.NewReader(text), "")
		if err != nil {
			return
		}
		for i, row := range got.rows {
			if i > 0 && row.atMS < got.rows[i-1].atMS && !got.recorded { // a recording is played as it was written
				t.Fatal("not in the order of time")
			}
		}
		(sensorReplay{CalibrationDays: 2}).report(got)
	})
}

// What --json prints is what the documentation says, to the byte.
func TestReplayAsJSON(t *testing.T) {
	path := writeTrace(t, "time,distance_mm,occupied", "1700000000,2400,0", "1700000010,2400,0", "1700000020,2400,0", "1700000030,2400,0",
		"what", "1700000040,1000,1", "1700000050,1000,1", "1700000060,1000,1", "1700000060,1000,1", "1700000055,1000,1")
	var out, errs strings.Builder
	if exit := run([]string{"sensor", "replay", "--json", "--trace", path, "--empty-mm", "2400"}, &out, &errs); exit != 0 {
		t.Fatal(errs.String())
	}
	const want = `{"samples":8,"changes":[` +
		`{"timeUTC":"2023-11-14T22:13:20.000Z","state":"available","confidence":0.99,"reason":"echo_floor"},` +
		`{"timeUTC":"2023-11-14T22:14:15.000Z","state":"occupied","confidence":0.99,"reason":"echo_near"}],` +
		`"labelled":{"samples":8,"truePositiveRate":0.5,"trueNegativeRate":1,"balancedAccuracy":0.75,"calibrationDays":0},` +
		`"arrivals":{"found":1,"missed":0,"false":0},"departures":{"found":0,"missed":0,"false":0},"delayMinutes":{"median":0.3,"of95Percent":0.3,"longest":0.3},"misses":[],` +
		`"skipped":[{"line":6,"error":"1 columns of 2: the row is cut off"}],"skippedRows":1,"duplicateRows":1,"outOfOrderRows":1}` + "\n"
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

// Where the truth is of one kind only, that one is rated.
func TestReplayOfAnEmptySpot(t *testing.T) {
	lines := []string{"time,distance_mm,state"}
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("%d,2400,free", 1_700_000_000+10*i))
	}
	if l := replay(t, writeTrace(t, lines...), "--empty-mm", "2400").Labelled; l.BalancedAccuracy != 1 || l.TruePositiveRate != 0 {
		t.Errorf("%+v", l)
	}
}

// A recording that was cut off begins with the first row that says what the spot was; one of a gateway says itself how it
// is to be played.
func TestReplayOfACutRecording(t *testing.T) {
	moment := occupancy.Moment{AtMS: 5_000, Config: occupancy.Default()}
	moment.Config.EmptyMM = 2_400
	says := base64.StdEncoding.EncodeToString(occupancy.AppendMoment(nil, &moment))
	path := writeTrace(t, strings.TrimSpace(recorder.Header),
		"2024-03-01T10:00:00.000Z,A-1,0,distance,1000,,,,,", "2024-03-01T10:00:05.000Z,A-1,,begin,,,,,,"+says,
		"2024-03-01T10:00:05.000Z,A-1,0,distance,2400,,,,,", "2024-03-01T10:00:06.000Z,B-1,,begin,,,,,,"+says,
		"2024-03-01T10:00:17.500Z,A-1,,tick,,,,,,")
	report := replay(t, path, "--spot", "A-1")
	if report.SkippedAll != 1 || report.Skipped[0].Line != 2 || report.Samples != 1 || len(report.Changes) != 2 || report.Changes[1].TimeUTC != "2024-03-01T10:00:17.500Z" {
		t.Errorf("%+v", report)
	}
	var out, errs strings.Builder
	if exit := run([]string{"sensor", "replay", "--trace", path, "--spot", "A-1", "--empty-mm", "2500"}, &out, &errs); exit != commandline.ExitUsage {
		t.Errorf("exit %d: %s", exit, errs.String())
	}
}

// The real traces are nobody's to give away. Whoever has them names the folder above them in GATEHOUSE_DATA. The goal is
// what a classifier reaches that was learned on the other devices.
func TestReplayOfRealBays(t *testing.T) {
	folder := filepath.Join(os.Getenv("GATEHOUSE_DATA"), "magnetic-radar-traces")
	if _, err := os.Stat(folder); os.Getenv("GATEHOUSE_DATA") == "" || err != nil {
		t.Skip("no traces: set GATEHOUSE_DATA to the folder that holds magnetic-radar-traces")
	}
	described, err := os.ReadFile(filepath.Join("..", "..", "gateway", "occupancy", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	says := func(line string) {
		if !strings.Contains(string(described), "\n//\t"+line+"\n") {
			t.Errorf("gateway/occupancy/doc.go does not say %q", line)
		}
	}
	row := func(device string, r *replayRated) {
		a, d := r.Arrivals, r.Departures
		says(fmt.Sprintf("%-14s  %.3f%11d%7d%6d%9d%14d%7d%6d%9d", device, r.Labelled.BalancedAccuracy,
			a.Found, a.Missed, a.False, a.Unjudged, d.Found, d.Missed, d.False, d.Unjudged))
	}
	misses := map[string]int{}
	for device, goal := range map[string]float64{"EL1": 0.923, "EL2": 0.948, "NORM1": 0.834, "BUILDING": 0.934} {
		report := replay(t, filepath.Join(folder, device+".csv"))
		if report.Labelled.BalancedAccuracy < goal {
			t.Errorf("%s: balanced accuracy %.4f, want %.3f", device, report.Labelled.BalancedAccuracy, goal)
		}
		row(device, &replayRated{Labelled: *report.Labelled, Arrivals: *report.Arrivals, Departures: *report.Departures})
		row(device+" thaw", report.Warm)
		for _, m := range report.Misses {
			why, _, _ := strings.Cut(m.Why, ":")
			misses[fmt.Sprintf("%-9s %-6s %s", m.Kind, m.What, why)]++
		}
	}
	for what, n := range misses {
		says(fmt.Sprintf("%2d %s", n, what))
	}
}
