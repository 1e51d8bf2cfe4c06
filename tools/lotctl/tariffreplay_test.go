package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/commandline"
	"pgregory.net/rapid"
)

// write puts texts into files of a folder of the test's own, and is its path.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// replay runs the command with --json.
func replayTariff(t *testing.T, args ...string) (comparison, string) {
	t.Helper()
	var out, errs strings.Builder
	if exit := run(append([]string{"tariff", "replay", "--json"}, args...), &out, &errs); exit != 0 {
		t.Fatalf("exit %d: %s", exit, errs.String())
	}
	var got comparison
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	return got, out.String()
}

const dearer = "entry,exit,type,paid\n" +
	"2026-03-02T10:00,2026-03-02T11:00,,2.00\n" + // as before
	"2026-03-02T10:00:00+01:00,2026-03-02T12:30:00+01:00,regular,6.00\n" + // 3 h: one more
	"2026-03-02 08:00,2026-03-03 08:00,large,10.00\n" // at the maximum

func TestReplayAgainstTheOldTariffAndAgainstWhatWasPaid(t *testing.T) {
	old, dear := tariffText, strings.Replace(tariffText, `"2.00"`, `"3.00"`, 1)
	dear = strings.Replace(dear, `"10.00"`, `"9.00"`, 1)
	dir := write(t, map[string]string{"old.toml": old, "new.toml": dear, "tickets.csv": dearer})
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, args := range map[string][]string{
		"old":  {"--tariff", in("new.toml"), "--against", in("old.toml"), "--tickets", in("tickets.csv")},
		"paid": {"--tariff", in("new.toml"), "--tickets", in("tickets.csv")},
	} {
		got, text := replayTariff(t, args...)
		if got.OldMinor != 1800 || got.NewMinor != 2100 || got.Change != 300 || got.Priced != 3 || *got.Paid != 1800 || got.Currency != "EUR" {
			t.Errorf("%s: %s", name, text)
		}
		if got.Winners != (side{1, 100}) || got.Losers != (side{2, 400}) || got.Same != 0 || len(got.Biggest) != 3 || (got.Old == nil) != (name == "paid") {
			t.Errorf("%s: %s", name, text)
		}
		first := got.Biggest[0]
		if first.Line != 3 || first.Change != 300 || len(first.New) != 1 || first.New[0].Units != 3 || (len(first.Old) == 0) != (name == "paid") {
			t.Errorf("%s: the biggest is %+v", name, first)
		}
	}
	var out, errs strings.Builder
	run([]string{"tariff", "replay", "--tariff", in("new.toml"), "--tickets", in("tickets.csv")}, &out, &errs)
	for _, wanted := range []string{"18.00 old", "+3.00 change (16.7 %)", "winners                1 stays (33.3 %) pay 1.00 less", "line 3:", "3 x 1 h at 3.00", "was paid", "########"} {
		if !strings.Contains(out.String(), wanted) {
			t.Errorf("it lacks %q:\n%s", wanted, out.String())
		}
	}
}

func TestBadRowsAreToldByLineAndLeftOut(t *testing.T) {
	rows := "\ufeffArrive_Local;Depart_Local;Fee_EUR;Stable;Type\r\n" +
		"2026-03-02T10:00;2026-03-02T11:00;\"2.000\";1;\r\n" +
		"\r\n" +
		"2026-02-30T10:00;2026-03-02T11:00;2;1;\r\n" + // line 4: no such day
		"2026-03-02T12:00;2026-03-02T11:00;2;1;\r\n" +
		"2026-03-02T10:00;2026-03-02T11:00;two;1;\r\n" +
		"2026-03-02T10:00\r\n" +
		"2026-03-02T10:00;2026-03-02T11:00;2;1;regulr\r\n" +
		"2026-03-02T10:00;2026-03-02T11:00;;1;\r\n" +
		"\"2026-03-02T10:00;2026-03-02T11:00;2;1;\r\n" +
		strings.Repeat("x", 3*rowMaxBytes) + "\r\n" +
		"2026-03-02T10:00;2026-03-02T11:00;99;0;\r\n" + // not to be trusted
		"\"2026-03-02 10:00:30\";2026-03-02T11:00:30;2.00;1;regular"
	dir := write(t, map[string]string{"t.toml": tariffText, "t.csv": rows})
	args := []string{"--tariff", filepath.Join(dir, "t.toml"), "--tickets", filepath.Join(dir, "t.csv")}
	got, text := replayTariff(t, args...)
	if got.Rows != 11 || got.Priced != 2 || got.Untrusted != 1 || got.BadRows != 8 || got.Same != 2 || len(got.Bad) != 8 {
		t.Fatal(text)
	}
	for i, wanted := range []string{"entry", "before the entry", `"two"`, "exit", "did you mean regular", "what was paid", "quote", "bytes"} {
		if bad := got.Bad[i]; bad.Line != i+4 || !strings.Contains(bad.Problem, wanted) {
			t.Errorf("%+v, not line %d: %s", bad, i+4, wanted)
		}
	}
	if got, text := replayTariff(t, append(args, "--all")...); got.Priced != 3 || got.Untrusted != 0 {
		t.Error(text)
	}
}

// TestFilesOfSpreadsheets are read as they are exported: marks, ends of lines, separators, names and order of columns, amounts,
// stays that go on, and times of the hour that comes twice.
func TestFilesOfSpreadsheets(t *testing.T) {
	dir := write(t, map[string]string{"t.toml": tariffText})
	for name, c := range map[string]struct {
		text                    string
		rows, priced, open, bad int
		paid                    int64
	}{
		"excel":         {"\ufeffsep=;\r\nExit Time;Paid;Entry Time\r\n2026-03-02 11:00;\"1.234,50\";2026-03-02 10:00\r\n2026-03-02 11:00;2,50;2026-03-02 10:00\r\n", 2, 2, 0, 0, 123_700},
		"quotes":        {"\"entry\",\"exit\",\"paid\"\n\"2026-03-02 10:00\",\"2026-03-02 11:00\",\"2.00 EUR\"\n", 1, 1, 0, 0, 200},
		"signs":         {"entry,exit,paid\n2026-03-02T10:00,2026-03-02T11:00,\"€ 1,234.50\"\n2026-03-02T10:00,2026-03-02T11:00,2.00€\n2026-03-02T10:00,2026-03-02T11:00,\"2,00\"\n", 3, 2, 0, 1, 123_650},
		"open":          {"entry,exit,paid\n2026-03-02T10:00,,\n2026-03-02T10:00,2026-03-02T11:00,2.00\n", 2, 1, 1, 0, 200},
		"before":        {"entry,exit,paid\n2026-03-02T10:00,2026-03-02T09:00,1\n2026-03-02T10:00,2026-03-02T11:00,2.000\n", 2, 1, 0, 1, 200},
		"twice":         {"entry,exit,paid\n2026-10-25T02:50,2026-10-25T02:10,2.00\n2026-10-25T02:10,2026-10-25T02:50,2.00\n", 2, 2, 0, 0, 400},
		"no such day":   {"entry,exit,paid\n2026-02-30T01:00,2026-03-02T11:00,1\n2026-03-29T02:30,2026-03-29T04:00,2\n", 2, 1, 0, 1, 200},
		"tabs and more": {"plate\tin\tout\tamount_eur\nB\t2026-03-02T10:00:00+01:00\t2026-03-02T11:00:00+01:00\tEUR 3\n", 1, 1, 0, 0, 300},
	} {
		if err := os.WriteFile(filepath.Join(dir, "s.csv"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, text := replayTariff(t, "--tariff", filepath.Join(dir, "t.toml"), "--tickets", filepath.Join(dir, "s.csv"))
		if got.Rows != c.rows || got.Priced != c.priced || got.Open != c.open || got.BadRows != c.bad || got.Paid == nil || *got.Paid != c.paid {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestWhatReplayRefuses(t *testing.T) {
	yen := strings.NewReplacer(`"EUR"`, `"JPY"`, `"2.00"`, `"200"`, `"10.00"`, `"1000"`, `"4.00"`, `"400"`).Replace(tariffText)
	dir := write(t, map[string]string{
		"t.toml": tariffText, "yen.toml": yen, "none.csv": "", "nohead.csv": "a,b\n1,2\n", "nopaid.csv": "entry,exit\n2026-03-02T10:00,2026-03-02T11:00\n",
		"cny.csv": "entry,exit,fee_cny\n", "utf16.csv": "\xff\xfee\x00n\x00t\x00r\x00y\x00", "bad.csv": "entry,exit,fee\nx,y,z\n",
	})
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, c := range []struct {
		tickets, against, error string
		exit                    int
	}{
		{"none.csv", "", "the file is empty", commandline.ExitWrong},
		{"utf16.csv", "", "UTF-8", commandline.ExitWrong},
		{"nohead.csv", "", "no column for the entry", commandline.ExitWrong},
		{"nopaid.csv", "", "--against", commandline.ExitWrong},
		{"cny.csv", "", "is in CNY, but the tariff is in EUR", commandline.ExitWrong},
		{"bad.csv", "", "no stay could be priced; the first problem is in line 2", commandline.ExitWrong},
		{"gone.csv", "", "gone.csv", commandline.ExitWrong},
		{"nopaid.csv", "yen.toml", "nothing can be compared", commandline.ExitWrong},
		{"nopaid.csv", "t.toml", "", 0},
	} {
		args := []string{"tariff", "replay", "--tariff", in("t.toml"), "--tickets", in(c.tickets)}
		if c.against != "" {
			args = append(args, "--against", in(c.against))
		}
		var out, errs strings.Builder
		if exit := run(args, &out, &errs); exit != c.exit || !strings.Contains(errs.String(), c.error) {
			t.Errorf("%s: exit %d: %s", c.tickets, exit, errs.String())
		}
	}
	var out, errs strings.Builder
	if exit := run([]string{"tariff", "replay", "--tariff", in("t.toml")}, &out, &errs); exit != commandline.ExitUsage {
		t.Errorf("without tickets: exit %d", exit)
	}
}

// Whatever is played, the sums agree with each other, and the biggest are the biggest.
func TestSumsOfAReplayAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := comparison{changes: newChanges(), newTariff: &tariff.Tariff{Zone: time.UTC}}
		sizes := rapid.SliceOfN(rapid.Int64Range(-100_000, 100_000), 1, 60).Draw(t, "changes")
		for i, by := range sizes {
			r.count(&stayRow{line: i}, 200_000, 200_000+by)
		}
		r.finish()
		if r.Change != r.Losers.Minor-r.Winners.Minor || r.Same+r.Winners.Stays+r.Losers.Stays != len(sizes) {
			t.Fatalf("%+v", r)
		}
		inBars := 0
		for _, span := range r.Histogram {
			inBars += span.Stays
			if span.FromMinor > span.ToMinor || span.Stays == 0 {
				t.Fatalf("%+v", span)
			}
		}
		least := int64(1) << 62
		for _, big := range r.Biggest {
			least = min(least, max(big.Change, -big.Change))
		}
		greater := 0
		for _, by := range sizes {
			if from, to := spanOf(slot(by) - len(changeEdges)); by < from || by > to {
				t.Fatalf("%d is counted from %d to %d", by, from, to)
			}
			if max(by, -by) > least {
				greater++
			}
		}
		if inBars != len(sizes) || greater > len(r.Biggest) || len(r.Biggest) > biggestMax {
			t.Fatalf("%d in bars, %d greater than the last of %d", inBars, greater, len(r.Biggest))
		}
	})
}

func FuzzStayReader(f *testing.F) {
	f.Add(dearer)
	f.Add("arrive_local;depart_local;fee\n\"2026-03-02T10:00\";2026-03-02T11:00;2\n")
	f.Add("entry\texit\n2026-03-29T02:30\t\"\"\"\n")
	t, _, err := loadTariff(filepath.Join(write(f, map[string]string{"t.toml": tariffText}), "t.toml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(tt *testing.T, text string) {
		rows, err := newStayReader(strings.NewReader(text), t)
		for lines := 0; err == nil; lines++ {
			row, wrong := rows.read()
			if _, bad := wrong.(*rowError); wrong != nil && !bad {
				break
			}
			if wrong == nil && row.exitMS < row.entryMS || lines > len(text) {
				tt.Fatalf("row %+v of %d", row, lines)
			}
		}
	})
}

// The ledgers of real car parks, priced by the rules that were found in them. What differs are mostly permits.
func TestRealLedgersAreReplayed(t *testing.T) {
	ledgers := filepath.Join("..", "..", "..", "shared", "data", "cn-parking-ledger")
	if _, err := os.Stat(ledgers); err != nil {
		t.Skip("the ledgers are not here: ", err)
	}
	for name, c := range map[string]struct {
		first, then, cap, grace, up, per string
		same                             int
	}{
		"P3.csv": {"5.00", "5.00", "15.00", "60 min", "4 h", "4 h", 96},
		"P8.csv": {"10.00", "5.00", "30.00", "60 min", "3 h", "1 h", 99},
	} {
		text := fmt.Sprintf(`version = "1"
currency = "CNY"
timezone = "Asia/Shanghai"
limit = "inclusive"
seconds = "drop"
[grace]
entry = %q
kind = "turnaround"
[[rule]]
name = "all"
step = [ { up_to = %q, total = %q }, { price = %q, per = %q, count = "started" } ]
[[cap]]
name = "24 h"
amount = %q
per = "24 h"
counts = "elapsed"
repeats = true
`, c.grace, c.up, c.first, c.then, c.per, c.cap)
		dir := write(t, map[string]string{"t.toml": text})
		got, _ := replayTariff(t, "--tariff", filepath.Join(dir, "t.toml"), "--tickets", filepath.Join(ledgers, name))
		if got.BadRows != 0 || got.Same*100 < c.same*got.Priced {
			t.Errorf("%s: %d of %d the same, %d bad", name, got.Same, got.Priced, got.BadRows)
		}
	}
}
