package factlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gatehouse/sync/factlog"
)

// A log on the real file system survives its process and rolls over, in files of one size that only their owner reads.
func TestOnRealDisk(t *testing.T) {
	dir := t.TempDir()
	o := factlog.Options{SegmentBytes: smallSegment}
	for run := range 5 {
		l, found, err := factlog.Open(factlog.OSDisk{}, dir, o)
		must(t, err)
		if found.Last != factlog.Index(30*run) || len(found.Damage) > 0 || found.TornBytes > 0 {
			t.Fatalf("run %d found %+v", run, found)
		}
		for i := range 30 {
			prepareAll(t, l)
			_, err := l.Append(fmt.Appendf(nil, "%0200d", int(found.Last)+i+1))
			must(t, err)
			must(t, l.Flush())
		}
		must(t, l.Read(1, func(i factlog.Index, payload []byte) error {
			if !bytes.Equal(payload, fmt.Appendf(nil, "%0200d", i)) {
				return fmt.Errorf("index %d is %s", i, payload)
			}
			return nil
		}))
		must(t, l.Trim(found.Last/2))
		o.From, o.Trimmed = l.Durable(), found.Last/2
		must(t, l.Close())
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, entry := range entries {
		info, err := entry.Info()
		must(t, err)
		if info.Size() != smallSegment || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, mode %v", entry.Name(), info.Size(), info.Mode())
		}
	}
}

func TestNoFolder(t *testing.T) {
	_, _, err := factlog.Open(factlog.OSDisk{}, filepath.Join(t.TempDir(), "none"), factlog.Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open: %v", err)
	}
	if _, err := (factlog.OSDisk{}).Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("open a file: %v", err)
	}
	if err := (factlog.OSDisk{}).SyncDir(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("sync: %v", err)
	}
}

// A commit allocates nothing once the buffers have grown.
func TestCommitDoesNotAllocate(t *testing.T) {
	l, _, err := factlog.Open(factlog.OSDisk{}, t.TempDir(), factlog.Options{SegmentBytes: 1 << 20})
	must(t, err)
	payload := make([]byte, 200)
	allocations := testing.AllocsPerRun(50, func() {
		_, err := l.Append(payload)
		must(t, err)
		must(t, l.Flush())
	})
	if allocations != 0 {
		t.Errorf("%v allocations per commit", allocations)
	}
	must(t, l.Close())
}
