package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/boards"
	"gatehouse/sync/commandline"
)

// A terminal that nobody made wider has 80 columns.
func TestNoBoardNeedsMoreThan80Columns(t *testing.T) {
	root := t.TempDir()
	calls := [][]string{{"ls"}}
	for _, name := range append(boards.Names(), "pi5-bare+relay-hat-8") {
		calls = append(calls, []string{"show", name}, []string{"pinout", name}, []string{"boot", name, "--root", root})
	}
	for _, call := range calls {
		var out, errs strings.Builder
		if run(append([]string{"board"}, call...), &out, &errs) != 0 {
			if !strings.Contains(errs.String(), "no header to draw") {
				t.Errorf("%s: %s", call, errs.String())
			}
			continue
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if columns := len([]rune(line)); columns > lineMax && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: a line of %d columns: %s", call, columns, line)
			}
		}
	}
}

const siteOnPi = `
[location]
id = "yard"
name = "Yard"
timezone = "Europe/Berlin"
currency = "EUR"
board = "pi4"
[server]
listen = "127.0.0.1:0"
[tariff]
version = "1"
lost_ticket = "10.00"
[[tariff.rule]]
rule_id = "all"
rate_per_hour = "1.00"
[[floor]]
id = "F1"
number = 1
name = "Ground"
[[zone]]
id = "A"
floor = "F1"
[[spots]]
numbers = ["A01..A04"]
zone = "A"
type = "regular"
[[gate]]
id = "in"
name = "Entry"
floor = "F1"
direction = "in"
closing = "barrier"
[[device]]
id = "in-barrier"
driver = "relaybarrier"
role = "barrier"
gate = "in"
settings = { raise = "lane1_raise" }
`

func TestAPinoutShowsTheSitesDevices(t *testing.T) {
	file := filepath.Join(t.TempDir(), "site.toml")
	if err := os.WriteFile(file, []byte(siteOnPi), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if exit := run([]string{"board", "pinout", "--site", file}, &out, &errs); exit != 0 || !strings.Contains(out.String(), "pin 36  lane1_raise ◂ in-barrier") || !strings.Contains(out.String(), "◉ │  36 GPIO16") {
		t.Errorf("exit %d\n%s%s", exit, out.String(), errs.String())
	}
}

// What an installer can get wrong is told with the header's pin, before anything is wired.
func TestAWronglyWiredBoardFileNamesTheHeaderPin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.toml")
	text := "name = \"mine\"\nextends = \"pi4\"\n[lines]\nx = { gpio = 14 }\n[outputs]\nx = { line = \"x\", max_on_ms = 0 }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	exit := run([]string{"board", "show", file}, &out, &errs)
	if want := "GPIO14 (header pin 8) is used twice: by serial port serial0 and by output x"; exit != commandline.ExitWrong || !strings.Contains(errs.String(), want) {
		t.Errorf("exit %d\n%s", exit, errs.String())
	}
}

func TestABoardShowsItsPowerAndItsSupply(t *testing.T) {
	for _, c := range []struct{ verb, board, want string }{
		{"show", "pi4", "596 of 1200 mA taken, with all relays on"},
		{"pinout", "pi5-bare+relay-hat-8", "5 V (pins 2, 4): 596 of 2600 mA taken"},
		{"show", "x728-v2", "mains lost       input mains_lost, GPIO6, header pin 31"},
		{"show", "x728-v2", "0x36 MAX17040 fuel gauge"},
		{"show", "cm4", "596 mA taken of what is not known, with all relays on"},
		{"show", "cm4", "to find out      Nothing is documented of what the header of the IO board can"},
		{"pinout", "cm4", "5 V (pins 2, 4): 596 mA taken of what is not known, with all relays on"},
		{"show", "revpi", "Power at 24 V      what the supply gives is not known; the board takes 460 mA"},
		{"show", "revpi", "each output      500 mA at most"},
		{"show", "pi4-bare", "header           0 of 1200 mA taken\n"},
		{"show", "sim", "i2c1       plugged in by the simulator"},
	} {
		var out, errs strings.Builder
		if exit := run([]string{"board", c.verb, c.board}, &out, &errs); exit != 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s %s: exit %d\n%s%s", c.verb, c.board, exit, out.String(), errs.String())
		}
	}
	var out, errs strings.Builder
	if exit := run([]string{"board", "show", "--json", "x728-v2"}, &out, &errs); exit != 0 ||
		!strings.Contains(out.String(), `"mainsLost": "mains_lost"`) || !strings.Contains(out.String(), `"headerMA": 4200`) {
		t.Errorf("exit %d\n%s%s", exit, out.String(), errs.String())
	}
}

// What is not known is no number.
func TestAnUnknownSupplyInJSON(t *testing.T) {
	for board, want := range map[string]string{"cm4": `"known": false`, "revpi": `"outputMaxMA": 500`, "pi4": `"headerMA": 1200`} {
		var out, errs strings.Builder
		if exit := run([]string{"board", "show", "--json", board}, &out, &errs); exit != 0 || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "headerMA") != (board == "pi4") {
			t.Errorf("%s: exit %d\n%s%s", board, exit, out.String(), errs.String())
		}
	}
}

func TestAPinoutInJSON(t *testing.T) {
	var out, errs strings.Builder
	if exit := run([]string{"board", "pinout", "--json", "pi4"}, &out, &errs); exit != 0 {
		t.Fatalf("exit %d\n%s", exit, errs.String())
	}
	var pins []pinJSON
	if err := json.Unmarshal([]byte(out.String()), &pins); err != nil || len(pins) != 40 {
		t.Fatalf("%d pins, %v", len(pins), err)
	}
	if p := pins[35]; p.Pin != 36 || p.Name != "GPIO16" || p.GPIO == nil || *p.GPIO != 16 || p.Pull != "down" || p.Kind != "output" || p.User != "lane1_raise" {
		t.Errorf("pin 36 is %+v", p)
	}
	if p := pins[1]; p.Name != "5V" || p.GPIO != nil || p.Pull != "" {
		t.Errorf("pin 2 is %+v", p)
	}
}

// What has a name and no number is on no pin of a header that the board has beside it: GPIO0 is another.
func TestALineWithoutANumberIsOnNoHeaderPin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cabinet.toml")
	if err := os.WriteFile(file, []byte(`
name = "cabinet"
title = "A Revolution Pi whose header is led out"
backend = "picontrol"
header = { kind = "rpi40" }
[lines]
relay = { variable = "RelayOutput_1" }
[outputs]
raise = { line = "relay", max_on_ms = 1000 }
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, how := range [][]string{nil, {"--json"}} {
		var out, errs strings.Builder
		exit := run(append([]string{"board", "show", file}, how...), &out, &errs)
		if exit != 0 || !strings.Contains(out.String(), "RelayOutput_1") || strings.Contains(out.String(), "27") {
			t.Errorf("%v: exit %d\n%s%s", how, exit, out.String(), errs.String())
		}
	}
}
