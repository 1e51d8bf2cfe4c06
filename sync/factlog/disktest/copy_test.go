package disktest_test

import (
	"os"
	"path/filepath"
	"testing"

	"gatehouse/sync/factlog/disktest"
)

// A file comes and goes all the while; what stays is in each copy.
func TestACopyOutlivesFilesThatGo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stays"), []byte("fact"), 0o600); err != nil {
		t.Fatal(err)
	}
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for passing := filepath.Join(dir, "passing.tmp"); ; {
			select {
			case <-done:
				return
			default:
				_ = os.WriteFile(passing, nil, 0o600)
				_ = os.Remove(passing)
			}
		}
	}()
	defer func() { close(done); <-stopped }()
	for range 50 {
		if data, err := os.ReadFile(filepath.Join(disktest.Copy(t, dir), "stays")); err != nil || string(data) != "fact" {
			t.Fatalf("%q %v", data, err)
		}
	}
}
