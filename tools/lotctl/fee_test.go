package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

const tariffText = `name = "Harbour"
version = "2026-1"
currency = "EUR"
timezone = "Europe/Berlin"
limit = "inclusive"
seconds = "exact"
[grace]
exit = "15 min"
[[tax]]
name = "VAT"
percent = "19"
included = true
[[rule]]
name = "hourly"
price = "2.00"
per = "1 h"
count = "started"
[[cap]]
name = "24 h maximum"
amount = "10.00"
per = "24 h"
counts = "elapsed"
repeats = true
[[offer]]
name = "evening flat"
products = "evening flat"
entry = { hours = "18:00-06:00" }
flat = "4.00"
covers = "entry-window"
`

// TestFee prices stays through the program's own door.
func TestFee(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.toml"), filepath.Join(dir, "bad.toml")
	for name, text := range map[string]string{good: tariffText, bad: strings.Replace(tariffText, `count = "started"`, "", 1)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args       []string
		exit       int
		out, error string
	}{
		{[]string{"--tariff", good, "--entry", "2026-03-02T10:00:00+01:00", "--exit", "2026-03-02T12:30:00+01:00"}, 0, "3 x 1 h at 2.00", ""},
		{[]string{"--tariff", good, "--entry", "2026-03-02T10:00", "--exit", "2026-03-03T10:00"}, 0, "38.00 less: 24 h maximum", ""},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T23:30", "--product", "evening flat"}, 0, "evening flat", ""},
		{[]string{"--tariff", good, "--entry", "2026-03-02T10:00", "--exit", "2026-03-02T10:50", "--paid", "2026-03-02T10:40=2.00"}, 0, "leave by Mon 2026-03-02 10:55", ""},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T23:30", "--product", "evening"}, commandline.ExitUsage, "", "evening flat"},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T18:30"}, commandline.ExitUsage, "", "before the entry"},
		{[]string{"--tariff", good, "--entry", "yesterday", "--exit", "2026-03-02T18:30"}, commandline.ExitUsage, "", "is no time"},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00"}, commandline.ExitUsage, "", "--exit"},
		{[]string{"--tariff", good, "--entry", "2026-03-29T02:30", "--exit", "2026-03-29T04:00"}, commandline.ExitUsage, "", "the hour that the clocks leave out"},
		{[]string{"--tariff", good, "--entry", "2026-10-25T02:45", "--exit", "2026-10-25T02:15"}, 0, "1 x 1 h at 2.00", ""}, // half an hour, over the change
		{[]string{"--tariff", good, "--entry", "2025-12-31T23:30", "--exit", "2026-01-01T02:00"}, 0, "2025-12-31 23:30 - 2026-01-01 02:00", ""},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T20:00", "--type", "lorry"}, commandline.ExitUsage, "", "no vehicle that the tariff names"},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T20:00", "--kwh", "NaN"}, commandline.ExitUsage, "", "--kwh"},
		{[]string{"--tariff", good, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T20:00", "--occupancy", "1e30"}, commandline.ExitUsage, "", "--occupancy"},
		{[]string{"--tariff", bad, "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T20:30"}, commandline.ExitWrong, "", `"prorated"`},
		{[]string{"--tariff", filepath.Join(dir, "none.toml"), "--entry", "2026-03-02T19:00", "--exit", "2026-03-02T20:30"}, commandline.ExitWrong, "", "none.toml"},
	} {
		var out, errs strings.Builder
		exit := run(append([]string{"fee"}, c.args...), &out, &errs)
		if exit != c.exit || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.error) {
			t.Errorf("%q: exit %d\n%s%s", c.args, exit, out.String(), errs.String())
		}
	}
	var out, errs strings.Builder
	run([]string{"fee", "--json", "--tariff", good, "--entry", "2026-03-02T10:00", "--pays", "6.00"}, &out, &errs)
	var got receipt
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || got.Currency != "EUR" || got.TotalMinor != 600 || got.TaxMinor != 96 || got.Exit != "2026-03-02T13:00:00+01:00" || len(got.Charges) != 1 {
		t.Errorf("%v: %+v", err, got)
	}
}

// demandText has the price of an hour follow the occupancy.
const demandText = `
[demand]
every_days = 28
step = [ { occupancy = "0", change = "-0.25" }, { occupancy = "60", change = "0" }, { occupancy = "80", change = "0.25" } ]
bounds = [ { min = "0.50", max = "6.00" } ]
`

// TestTariffCommands checks, explains and shows tariffs.
func TestTariffCommands(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.toml")
	if err := os.WriteFile(bad, []byte(strings.Replace(tariffText, `repeats = true`, "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	demand, plain := filepath.Join(dir, "demand.toml"), filepath.Join(dir, "plain.toml")
	for name, text := range map[string]string{demand: tariffText + demandText, plain: tariffText} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args       []string
		exit       int
		out, error string
	}{
		{[]string{"tariff", "review", "--tariff", demand, "--price", "3.00", "--occupancy", "79.99"}, 0, "3.00 EUR, as before\n", ""},
		{[]string{"tariff", "review", "--tariff", demand, "--price", "3.00", "--occupancy", "80", "--on", "2026-03-01"}, 0, "3.25 EUR in place of 3.00 EUR\n", ""},
		{[]string{"tariff", "review", "--tariff", demand, "--price", "3.00", "--occupancy", "80", "--days", "27"}, 0, "3.00 EUR, as before\n", ""},
		{[]string{"tariff", "review", "--tariff", demand, "--price", "5.90", "--occupancy", "95", "--json"}, 0, `{"currency":"EUR","oldMinor":590,"newMinor":600}`, ""},
		{[]string{"tariff", "review", "--tariff", demand, "--price", "3.00", "--occupancy", "180"}, commandline.ExitUsage, "", "write 0 to 100"},
		{[]string{"tariff", "review", "--tariff", demand, "--price", "3.00", "--occupancy", "80", "--on", "March"}, commandline.ExitUsage, "", "--on"},
		{[]string{"tariff", "review", "--tariff", plain, "--price", "3.00", "--occupancy", "80"}, commandline.ExitWrong, "", "has no [demand]"},
		{[]string{"tariff", "check", bad}, commandline.ExitWrong, "", "repeats = false"},
		{[]string{"tariff", "reference"}, 0, "How to write a tariff", ""},
		{[]string{"tariff", "schema"}, 0, "json-schema.org", ""},
		{[]string{"tariff", "example"}, 0, "gatwick-short-stay", ""},
		{[]string{"tariff", "example", "gatwick-short-stay"}, 0, "roll-up", ""},
		{[]string{"tariff", "example", "nowhere"}, commandline.ExitUsage, "", "lotctl tariff example"},
	} {
		var out, errs strings.Builder
		exit := run(c.args, &out, &errs)
		if exit != c.exit || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.error) {
			t.Errorf("%q: exit %d\n%s%s", c.args, exit, out.String(), errs.String())
		}
	}
}
