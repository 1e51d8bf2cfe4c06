package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

// A tariff goes out as APDS and comes back, through the program's own door.
func TestTariffsTravelAsAPDS(t *testing.T) {
	plain := strings.Replace(tariffText[:strings.Index(tariffText, "[[offer]]")], "[grace]\nexit = \"15 min\"\n", "", 1)
	dir := write(t, map[string]string{"plain.toml": plain, "graced.toml": tariffText})
	in := func(name string) string { return filepath.Join(dir, name) }
	call := func(exit int, args ...string) (string, string) {
		t.Helper()
		var out, errs strings.Builder
		if got := run(append([]string{"tariff"}, args...), &out, &errs); got != exit {
			t.Fatalf("%q: exit %d: %s%s", args, got, out.String(), errs.String())
		}
		return out.String(), errs.String()
	}
	table, _ := call(0, "export", "--apds", in("plain.toml"))
	graced, _ := call(0, "export", "--apds", in("graced.toml"))
	foreign := table[:strings.Index(table, `"gatehouse"`)] + `"other": 1}`
	for name, text := range map[string]string{"plain.json": table, "graced.json": graced, "foreign.json": foreign} {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	document, _ := call(0, "import", "--apds", in("plain.json"))
	if !strings.Contains(document, `price = "2.00", per = "1 h", count = "started"`) || !strings.Contains(document, `amount = "10.00"`) {
		t.Error(document)
	}
	if _, errs := call(commandline.ExitWrong, "import", "--apds", in("graced.json")); !strings.Contains(errs, "time to leave after paying") {
		t.Error(errs)
	}
	if _, errs := call(commandline.ExitWrong, "import", "--apds", in("foreign.json"), "--limit", "inclusive"); !strings.Contains(errs, "--timezone") || strings.Contains(errs, "--limit") {
		t.Error(errs)
	}
	answered, _ := call(0, "import", "--apds", in("foreign.json"), "--limit", "inclusive", "--timezone", "Europe/Berlin", "--seconds", "exact", "--count", "started",
		"--resets", "maximum", "--counts", "elapsed", "--version", "2026-1")
	if answered != document {
		t.Errorf("answered by flags it is\n%s\nand not\n%s", answered, document)
	}
	if _, errs := call(commandline.ExitUsage, "export", in("plain.toml")); !strings.Contains(errs, "--apds") {
		t.Error(errs)
	}
}
