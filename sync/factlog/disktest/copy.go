package disktest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// attempts is how often a file may vanish from under the copy.
const attempts = 100

// Copy is a folder with what dir holds now. A file that goes while it is copied, such as a spare segment that takes its
// name, starts the copy anew.
func Copy(t *testing.T, dir string) string {
	t.Helper()
	copies := t.TempDir()
	for attempt := range attempts {
		to := filepath.Join(copies, strconv.Itoa(attempt))
		err := os.CopyFS(to, os.DirFS(dir))
		if err == nil {
			return to
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Fatalf("%s: a file went during each of %d copies", dir, attempts)
	return ""
}
