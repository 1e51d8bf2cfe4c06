package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// The test binary is its own child, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childWord {
		if err := run(os.Args[1:], os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// printed is the JSON of a run.
type printed struct {
	Machine machine
	Rows    []row
	Missed  int
}

func runQuick(t *testing.T, args ...string) printed {
	t.Helper()
	var out bytes.Buffer
	if err := run(append([]string{"--quick", "--json", "--rounds=1", "--rest=0", "--dir=" + t.TempDir()}, args...), &out); err != nil {
		t.Fatal(err)
	}
	var p printed
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return p
}

// TestQuickRun measures once and looks at everything but how long it took: what needs no disk always, every case with
// GATEHOUSE_BENCH=1.
func TestQuickRun(t *testing.T) {
	names, args := []string{"decision", "sensors"}, []string{"--only=decision,sensors"}
	if os.Getenv("GATEHOUSE_BENCH") != "" {
		names, args = caseNames(), nil
	}
	p := runQuick(t, args...)
	missed, judged := 0, map[string]int{}
	for _, r := range p.Rows {
		if r.What == "" || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) || r.Value < 0 && !strings.HasPrefix(r.What, "so checkpoints") {
			t.Errorf("senseless: %+v", r)
		}
		if (r.Target == "") != (r.Verdict == "") {
			t.Errorf("a target without a verdict, or the reverse: %+v", r)
		}
		if r.Target != "" {
			judged[r.Case]++
		}
		if r.Verdict == verdictMissed {
			missed++
		}
	}
	for _, name := range names {
		if judged[name] == 0 {
			t.Errorf("case %s has no target", name)
		}
	}
	if missed != p.Missed || p.Machine.CPUs < 1 {
		t.Errorf("%d rows missed their target: %+v", missed, p)
	}
	checkCounts(t, p.Rows, names)
}

// checkCounts checks what does not depend on the machine.
func checkCounts(t *testing.T, rows []row, names []string) {
	t.Helper()
	value := func(name, what string) float64 {
		i := slices.IndexFunc(rows, func(r row) bool { return r.Case == name && r.What == what })
		if i < 0 {
			t.Fatalf("no row %q in %s", what, name)
		}
		return rows[i].Value
	}
	for _, want := range []struct {
		name, what  string
		least, most float64
	}{
		{"commit", "flushes per decision", 1, 1},
		{"gates", "flushes per commit, 1 waiting", 1, 1},
		{"vehicle", "facts of a vehicle", 9, 9},
		{"sensors", "facts and flushes by them", 0, 0},
		{"restart", "facts read behind the checkpoint", checkpointFacts, 2 * checkpointFacts},
		{"card", "vehicles let in", 40, 60},
		{"card", "tickets lost in the power cut", 0, 0},
	} {
		if !slices.Contains(names, want.name) {
			continue
		}
		if got := value(want.name, want.what); got < want.least || got > want.most {
			t.Errorf("%s: %s is %v, not %v to %v", want.name, want.what, got, want.least, want.most)
		}
	}
}

// A case that can't be measured says why, and the next one is measured all the same.
func TestACaseThatFailsKeepsNoOtherFromItsTurn(t *testing.T) {
	errBusy := errors.New("gate in-2 within 20s")
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		err := (&bench{options: options{json: asJSON}}).measureAll([]benchCase{
			{"first", "fails", func(*bench) ([]row, error) { return nil, errBusy }},
			{"second", "works", func(*bench) ([]row, error) { return []row{row{What: "figure", Value: 1}.atMost(2)}, nil }},
		}, &out)
		if !errors.Is(err, errBusy) || !strings.Contains(err.Error(), "case first") {
			t.Errorf("%v", err)
		}
		words := []string{"not measured: ", "gate in-2", "figure", "1 of 1 targets met; cases not measured: 1"}
		if asJSON {
			words = []string{`"failed": [`, `"case": "first"`, "gate in-2", `"what": "figure"`}
		}
		for _, word := range words {
			if !strings.Contains(out.String(), word) {
				t.Errorf("no %q in %s", word, &out)
			}
		}
	}
}

// TestHistoryIsKept has a second run take what the first has built.
func TestHistoryIsKept(t *testing.T) {
	b := &bench{options: options{dir: t.TempDir()}}
	first, err := b.history(200, 2_000)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadDir(first.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(first.dir+"/mine", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := b.history(200, 2_000)
	if err != nil || second != first {
		t.Fatalf("%+v, %v", second, err)
	}
	if after, err := os.ReadDir(first.dir); err != nil || len(after) != len(before)+1 {
		t.Errorf("built again: %v, %v", after, err)
	}
}

func TestWrongFlagsSayWhatToWrite(t *testing.T) {
	for args, want := range map[string]string{
		"--only=nothing": "decision,commit,",
		"--rounds=0":     "--rounds is 1 or more",
		"decision":       "no arguments besides flags",
	} {
		if err := run([]string{args}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if err := run([]string{childWord, "nothing"}, &bytes.Buffer{}); err == nil {
		t.Error("a child without work did something")
	}
}
