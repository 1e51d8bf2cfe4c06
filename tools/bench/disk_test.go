package main

import (
	"errors"
	"path/filepath"
	"testing"

	"gatehouse/sync/factlog"
)

func TestDeviceNumbersComeApart(t *testing.T) {
	for dev, want := range map[uint64][2]uint64{
		0xfe00:              {254, 0},
		0x0801:              {8, 1},
		0x10300:             {259, 0x00}, /* as nvme has it: see below */
		259<<8 | 5:          {259, 5},
		8<<8 | 0xff | 1<<20: {8, 0x1ff},
	} {
		if got := [2]uint64{major(dev), minor(dev)}; got != want {
			t.Errorf("%#x: %v, not %v", dev, got, want)
		}
	}
}

// What this process writes is among what the device counts, where it counts.
func TestDeviceCountsWhatIsWritten(t *testing.T) {
	dir := t.TempDir()
	device, err := deviceOf(dir)
	if errors.Is(err, errNoDevice) {
		t.Skip("the disk of this folder has no counters")
	}
	if err != nil {
		t.Fatal(err)
	}
	before, err := device.writtenBytes()
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFloor(filepath.Join(dir, "floor"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.file.Close()
	after, err := device.writtenBytes()
	if err != nil || after-before < factlog.SegmentBytesDefault {
		t.Errorf("%s counted %d bytes, of %d at least; %v", device.name, after-before, factlog.SegmentBytesDefault, err)
	}
	if _, err := deviceOf(filepath.Join(dir, "nothing")); err == nil || errors.Is(err, errNoDevice) {
		t.Errorf("of a folder that is not there: %v", err)
	}
}

func TestPagesAreCountedWhole(t *testing.T) {
	disk := &pageCounter{}
	file, err := disk.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		bytes int
		at    int64
		pages int64
	}{{1, 0, 1}, {pageBytes, 0, 1}, {2, pageBytes - 1, 2}, {0, 5, 0}, {3 * pageBytes, pageBytes, 3}} {
		before := disk.bytes.Load()
		if _, err := file.WriteAt(make([]byte, c.bytes), c.at); err != nil {
			t.Fatal(err)
		}
		if got := (disk.bytes.Load() - before) / pageBytes; got != c.pages {
			t.Errorf("%d bytes at %d: %d pages, not %d", c.bytes, c.at, got, c.pages)
		}
	}
}

// A cut takes what no flush has reported, and nothing else; then nothing works any more.
func TestSlowDiskLosesWhatWasNotFlushed(t *testing.T) {
	disk := newSlowDisk(card{})
	file, err := disk.Create("dir/file")
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string, at int64) {
		if _, err := file.WriteAt([]byte(text), at); err != nil {
			t.Fatal(err)
		}
	}
	write("kept", 0)
	if err := errors.Join(file.Datasync(), disk.SyncDir("dir")); err != nil {
		t.Fatal(err)
	}
	write("lost", 512)
	disk.cut()
	if err := file.Datasync(); !errors.Is(err, errNoPower) {
		t.Errorf("a flush after the cut: %v", err)
	}
	if _, err := disk.Open("dir/file"); !errors.Is(err, errNoPower) {
		t.Errorf("open after the cut: %v", err)
	}
	left, err := disk.inner.Open("dir/file")
	if err != nil {
		t.Fatal(err)
	}
	if size, err := left.Size(); err != nil || size != 4 {
		t.Errorf("%d bytes are left, %v", size, err)
	}
}
