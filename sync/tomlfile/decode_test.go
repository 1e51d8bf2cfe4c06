package tomlfile_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

type site struct {
	Name     string         `toml:"name"`
	Zone     string         `toml:"zone"`
	Since    time.Time      `toml:"since"`
	Gate     []gate         `toml:"gate"`
	Spots    map[string]int `toml:"spots"`
	Settings map[string]any `toml:"settings"`
	Scale    float64        `toml:"scale"`
	Limits
	Secret string `toml:"-"`
}

type gate struct {
	ID      fact.GateID     `toml:"id"`
	Type    fact.SpotType   `toml:"type"`
	Open    bool            `toml:"open"`
	Relay   relay           `toml:"relay"`
	Closing *relay          `toml:"closing"`
	Types   []fact.SpotType `toml:"types"`
}

type relay struct {
	Line    string `toml:"line"`
	PulseMS uint16 `toml:"pulse_ms"`
}

type Limits struct {
	OffsetMM int8 `toml:"offset_mm"`
}

const goodSite = `
name = "Riverside"
since = 2026-01-31T08:00:00+01:00
scale = 2
offset_mm = -128
[[gate]]
id = "north"
type = "ev"
open = true
types = ["compact", "large"]
[gate.relay]
line = "relay1"
pulse_ms = 500
[[gate]]
id = "south"
closing = { pulse_ms = 65535 }
[spots]
A = 12
"B 2" = 3
[settings]
day = 2026-01-31
trim = ["x", 1, true, { at = 07:32:00 }]
`

func TestAFileFillsAStruct(t *testing.T) {
	got := site{Zone: "Europe/Berlin", Gate: make([]gate, 5)}
	if err := tomlfile.Decode("site.toml", []byte(goodSite), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "Riverside" || got.Zone != "Europe/Berlin" {
		t.Errorf("name %q, zone %q: want the file's name, and the default where the file is silent", got.Name, got.Zone)
	}
	if want := time.Date(2026, 1, 31, 7, 0, 0, 0, time.UTC); !got.Since.Equal(want) {
		t.Errorf("since %v, want %v", got.Since, want)
	}
	if len(got.Gate) != 2 || got.Gate[0].Relay != (relay{"relay1", 500}) || got.Gate[1].Closing.PulseMS != math.MaxUint16 {
		t.Errorf("gates %+v: want the file's two, which replace the default list", got.Gate)
	}
	if north := got.Gate[0]; north.Type != fact.EV || !north.Open || len(north.Types) != 2 || north.Types[1] != fact.Large {
		t.Errorf("north gate %+v", north)
	}
	if got.Scale != 2 || got.OffsetMM != math.MinInt8 || got.Spots["B 2"] != 3 {
		t.Errorf("scale %v, offset %v, spots %v", got.Scale, got.OffsetMM, got.Spots)
	}
	trim := got.Settings["trim"].([]any)
	if got.Settings["day"] != "2026-01-31" || trim[1] != int64(1) || trim[3].(map[string]any)["at"] != "07:32:00" {
		t.Errorf("settings %#v: want plain values, local dates as text", got.Settings)
	}
}

func TestAllProblemsAreReportedAtOnceInOrder(t *testing.T) {
	file := "name = 5\n" +
		"[[gate]]\n" +
		"\ttype = 'evv'\n" +
		"[gate.relay]\n" +
		"pulse_mss = 500\n" +
		"[[gate]]\n" +
		"relay = { pulse_ms = 70000, lin = \"é\" }\n" +
		"[gaet.relay]\n" +
		"x = 1\n"
	want := `site.toml:1:8: name: a whole number where a text belongs; put it in quotes
    name = 5
           ^
site.toml:3:9: gate[1].type: spot type "evv" is none of ["any" "compact" "regular" "large" "ev" "handicapped"]
    	type = 'evv'
    	       ^^^^^
site.toml:5:1: gate[1].relay.pulse_mss: unknown key; did you mean pulse_ms?
    pulse_mss = 500
    ^^^^^^^^^
site.toml:7:22: gate[2].relay.pulse_ms: 70000 is too large; the largest is 65535
    relay = { pulse_ms = 70000, lin = "é" }
                         ^^^^^
site.toml:7:29: gate[2].relay.lin: unknown key; did you mean line?
    relay = { pulse_ms = 70000, lin = "é" }
                                ^^^
site.toml:8:2: gaet: unknown key; did you mean gate?
    [gaet.relay]
     ^^^^`
	if got := problemsOf(t, file).Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEachWrongValueSaysWhatToWrite(t *testing.T) {
	cases := []struct{ file, key, what, do string }{
		{`name = true`, "name", "true or false where a text belongs", "put it in quotes"},
		{`name = 2026-01-31`, "name", "a date or a time of day where a text belongs", "put it in quotes"},
		{`name = ["x"]`, "name", "a list where a text belongs", "write one text in quotes"},
		{`since = "today"`, "since", "a text where a date with time and zone belongs", "write it as 2026-01-31T08:00:00Z, without quotes"},
		{`since = 2026-01-31`, "since", "a date or a time of day where a date with time and zone belongs", "write it as 2026-01-31T08:00:00Z, without quotes"},
		{`offset_mm = "12"`, "offset_mm", "a text where a whole number belongs", "leave the quotes out"},
		{`offset_mm = "12 mm"`, "offset_mm", "a text where a whole number belongs", "write digits, without quotes and without a unit"},
		{`offset_mm = 1.5`, "offset_mm", "a number with a point where a whole number belongs", "write a whole number"},
		{`offset_mm = -129`, "offset_mm", "-129 is too small", "the least is -128"},
		{`offset_mm = 128`, "offset_mm", "128 is too large", "the largest is 127"},
		{`scale = "2"`, "scale", "a text where a number belongs", "leave the quotes out"},
		{`gate = 1`, "gate", "a whole number where a list belongs", "put it in [ ]"},
		{`[gate]`, "gate", "a table where a list belongs", "write [[gate]] with two brackets"},
		{`[[spots]]`, "spots", "a list where a table belongs", "write [spots] once"},
		{`spots = 3`, "spots", "a whole number where a table belongs", "write a table: [spots] on a line of its own and its keys below"},
		{`gate = [{ relay = 1 }]`, "gate[1].relay", "a whole number where a table belongs", "write a table: [relay] on a line of its own and its keys below"},
		{`gate = [{ open = "yes" }]`, "gate[1].open", "a text where true or false belongs", "write true or false, without quotes"},
		{`gate = [{ type = 1 }]`, "gate[1].type", "a whole number where a text belongs", "put it in quotes"},
		{`spots = { "B 2" = "x" }`, `spots."B 2"`, "a text where a whole number belongs", "write digits, without quotes and without a unit"},
		{`Name = "x"`, "Name", "unknown key", "did you mean name?"},
		{`Secret = "x"`, "Secret", "unknown key", "gate, name, offset_mm, scale, settings, since, spots, zone can stand here"},
	}
	for _, c := range cases {
		problems := problemsOf(t, c.file)
		p := problems[0]
		if len(problems) != 1 || p.Key != c.key || p.What != c.what || p.Do != c.do {
			t.Errorf("%s\ngot  %v\nwant %s: %s; %s", c.file, problems, c.key, c.what, c.do)
		}
	}
}

func TestATargetThatNoFileCanFillIsAProgrammersError(t *testing.T) {
	var channel struct{ A chan int }
	for _, target := range []any{site{}, (*site)(nil), &channel} {
		t.Run("", func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("Decode into %T did not panic", target)
				}
			}()
			_ = tomlfile.Decode("site.toml", []byte("A = 1"), target)
		})
	}
}

// problemsOf are the problems of a site file.
func problemsOf(t *testing.T, file string) tomlfile.Problems {
	t.Helper()
	var problems tomlfile.Problems
	if err := tomlfile.Decode("site.toml", []byte(file), &site{}); !errors.As(err, &problems) {
		t.Fatalf("%s\ngot %v, want problems", file, err)
	}
	if strings.Contains(problems.Error(), "tomlfile_test") {
		t.Errorf("a Go name in %v", problems)
	}
	return problems
}
