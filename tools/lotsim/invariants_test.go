package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryInvariantHasItsMutant holds the table in rig/doc.go to the checks and to the mutants.
func TestEveryInvariantHasItsMutant(t *testing.T) {
	table := map[string][]string{}
	for _, row := range regexp.MustCompile(`(?m)^//\t([A-Z]\d[a-z]?) +[^\n]*: ([^\n:]+)$`).FindAllStringSubmatch(read(t, "rig/doc.go"), -1) {
		table[row[1]] = strings.Split(row[2], "; ")
	}
	planted := map[string][]string{}
	for _, b := range mutants {
		planted[b.rule] = append(planted[b.rule], b.name)
	}
	for rule := range planted {
		if !slices.Equal(table[rule], planted[rule]) {
			t.Errorf("%s: the table names %q, planted are %q", rule, table[rule], planted[rule])
		}
	}
	if rules := checked(t); !slices.Equal(slices.Sorted(maps.Keys(table)), rules) {
		t.Errorf("the table has %q, checked are %q", slices.Sorted(maps.Keys(table)), rules)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(table)), slices.Sorted(maps.Keys(planted))) {
		t.Errorf("the table has %q, mutants are planted for %q", slices.Sorted(maps.Keys(table)), slices.Sorted(maps.Keys(planted)))
	}
}

// checked are the rules that the watcher and gatecheck name when they are broken.
func checked(t *testing.T) []string {
	rules := map[string]bool{}
	for _, pattern := range []string{"rig/*.go", "../../gateway/gate/gatecheck/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			for _, rule := range regexp.MustCompile(`(?:broke\("([A-Z]\d[a-z]?)"|"([A-Z]\d[a-z]?): )`).FindAllStringSubmatch(read(t, file), -1) {
				rules[rule[1]+rule[2]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(rules))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
