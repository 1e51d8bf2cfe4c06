package tidy

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// here is this project's own tree, loaded once.
var here = sync.OnceValues(func() (*tree, error) { return load(os.DirFS("../..")) })

// holds checks that a rule holds for this tree.
func holds(t *testing.T, rule func(*tree) []finding) {
	t.Helper()
	tree, err := here()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range sorted(rule(tree)) {
		t.Error(f)
	}
}

// finds checks that a rule has exactly these findings in a small tree, each given by its beginning; none means
// that the rule holds there.
func finds(t *testing.T, rule func(*tree) []finding, files map[string]string, want ...string) {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	got := sorted(rule(tree))
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("found nothing where it must find %q", want[i])
		case i >= len(want):
			t.Errorf("found %q where nothing is wrong", got[i])
		case !strings.HasPrefix(got[i].String(), want[i]):
			t.Errorf("found %q, want %q", got[i], want[i])
		}
	}
}

func sorted(findings []finding) []finding {
	return slices.SortedFunc(slices.Values(findings), func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line), cmp.Compare(a.what, b.what))
	})
}
