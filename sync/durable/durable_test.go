package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"gatehouse/sync/durable"
)

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path+".new", []byte("what a power cut left, and longer"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"old", "", "new"} {
		if err := durable.Replace(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); string(got) != text || err != nil {
			t.Errorf("%q, want %q: %v", got, text, err)
		}
	}
	names, err := filepath.Glob(path + "*")
	if err != nil || len(names) != 1 {
		t.Errorf("left behind: %v %v", names, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestAFileThatCantBeReplacedStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := durable.Replace(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".new", 0o700); err != nil { // in the way of the draft
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("new"), 0o600); err == nil {
		t.Error("replaced without a draft")
	}
	if got, err := os.ReadFile(path); string(got) != "old" || err != nil {
		t.Errorf("%q: %v", got, err)
	}
	if durable.Replace(filepath.Join(path, "below", "a", "file"), nil, 0o600) == nil {
		t.Error("written into a folder that is not there")
	}
}
