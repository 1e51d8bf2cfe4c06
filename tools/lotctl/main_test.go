package main

import (
	"strings"
	"testing"
)

// TestRun is the program's own door: what it prints, and its exit code.
func TestRun(t *testing.T) {
	for _, test := range []struct {
		args       string
		exit       int
		out, error string // a part of what is printed
	}{
		{"driver ls", 0, "ultrasonic", ""},
		{"--help", 0, "lotctl", ""},
		{"driver", exitUsage, "", "lotctl --help"},
		{"no-such-command", exitUsage, "", "no-such-command"},
	} {
		var out, errs strings.Builder
		exit := run(strings.Fields(test.args), &out, &errs)
		if exit != test.exit || !strings.Contains(out.String(), test.out) || !strings.Contains(errs.String(), test.error) {
			t.Errorf("lotctl %s: exit %d\n%s%s", test.args, exit, out.String(), errs.String())
		}
	}
}
