package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/boards"
	"gatehouse/sync/commandline"
)

// A terminal that nobody made wider has 80 columns.
func TestNoBoardNeedsMoreThan80Columns(t *testing.T) {
	for _, name := range append(boards.Names(), "pi5-bare+relay-hat-8") {
		for _, verb := range []string{"show", "pinout"} {
			var out, errs strings.Builder
			if run([]string{"board", verb, name}, &out, &errs) != 0 {
				if !strings.Contains(errs.String(), "no header to draw") {
					t.Errorf("%s %s: %s", verb, name, errs.String())
				}
				continue
			}
			for _, line := range strings.Split(out.String(), "\n") {
				if columns := len([]rune(line)); columns > 80 {
					t.Errorf("%s %s: a line of %d columns: %s", verb, name, columns, line)
				}
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
	} {
		var out, errs strings.Builder
		if exit := run([]string{"board", c.verb, c.board}, &out, &errs); exit != 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s %s: exit %d\n%s%s", c.verb, c.board, exit, out.String(), errs.String())
		}
	}
	var out, errs strings.Builder
	if exit := run([]string{"board", "show", "--json", "x728-v2"}, &out, &errs); exit != 0 ||
		!strings.Contains(out.String(), `"mainsLost": "mains_lost"`) || !strings.Contains(out.String(), `"headerMA": 1200`) {
		t.Errorf("exit %d\n%s%s", exit, out.String(), errs.String())
	}
}
