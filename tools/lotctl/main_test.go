package main

import (
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

// TestRun is the program's own door: what it prints, and its exit code.
func TestRun(t *testing.T) {
	for _, test := range []struct {
		args       string
		exit       int
		out, error string // a part of what is printed
	}{
		{"driver ls", 0, "ultrasonic", ""},
		{"board ls", 0, "waveshare-rs485-can-hat", ""},
		{"board ls --json", 0, `"name": "pi5"`, ""},
		{"board show pi4", 0, "dtparam=strict_gpiod", ""},
		{"board show pi5-bare+relay-hat-8", 0, "gpio=5,6,13,16,19,20,21,26=op,dh", ""},
		{"board show pi4 --json", 0, `"headerPin": 36`, ""},
		{"board show pi44", commandline.ExitWrong, "", "did you mean pi4?"},
		{"board show no-such.toml", commandline.ExitWrong, "", "no-such.toml"},
		{"board pinout pi5", 0, "GPIO16  ▸ lane1_raise", ""},
		{"board pinout revpi", commandline.ExitWrong, "", "no header to draw"},
		{"board pinout", commandline.ExitUsage, "", "lotctl board ls"},
		{"--help", 0, "lotctl", ""},
		{"driver", commandline.ExitUsage, "", "driver ls"},
		{"no-such-command", commandline.ExitUsage, "", "no-such-command"},
	} {
		var out, errs strings.Builder
		exit := run(strings.Fields(test.args), &out, &errs)
		if exit != test.exit || !strings.Contains(out.String(), test.out) || !strings.Contains(errs.String(), test.error) {
			t.Errorf("lotctl %s: exit %d\n%s%s", test.args, exit, out.String(), errs.String())
		}
	}
}
