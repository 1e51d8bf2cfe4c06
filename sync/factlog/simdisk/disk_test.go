package simdisk_test

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// sectors is a write of n sectors, each filled with its number from first on.
func sectors(first byte, n int) []byte {
	data := make([]byte, n*simdisk.SectorBytes)
	for i := range data {
		data[i] = first + byte(i/simdisk.SectorBytes)
	}
	return data
}

// newFile makes a disk with one durable file of three zero sectors.
func newFile(t *testing.T, seed uint64) (*simdisk.Disk, factlog.File) {
	t.Helper()
	d := simdisk.New(seed)
	file, err := d.Create("dir/file")
	must(t, err)
	write(t, file, make([]byte, 3*simdisk.SectorBytes))
	must(t, file.Datasync())
	must(t, d.SyncDir("dir"))
	return d, file
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file factlog.File, data []byte) {
	t.Helper()
	_, err := file.WriteAt(data, 0)
	must(t, err)
}

// outcomes cuts copies of the disk in many ways and counts what the file then holds, by the first byte of each sector.
func outcomes(d *simdisk.Disk, name string) map[string]int {
	seen := map[string]int{}
	for seed := range uint64(400) {
		c := d.Clone()
		c.Cut(seed)
		state := []byte{}
		for at, b := range c.Bytes(name) {
			if at%simdisk.SectorBytes == 0 {
				state = append(state, '0'+b)
			}
		}
		seen[string(state)]++
	}
	return seen
}

func TestCutKeepsWhatWasFlushed(t *testing.T) {
	d, file := newFile(t, 1)
	write(t, file, sectors(1, 3))
	must(t, file.Datasync())
	if seen := outcomes(d, "dir/file"); seen["123"] != 400 {
		t.Errorf("after a flush: %v", seen)
	}
}

// Sectors that weren't flushed are old or new in every combination, and nothing else.
func TestCutTearsWhatWasNot(t *testing.T) {
	d, file := newFile(t, 1)
	write(t, file, sectors(1, 3))
	seen := outcomes(d, "dir/file")
	for _, state := range []string{"000", "100", "020", "003", "120", "103", "023", "123"} {
		if seen[state] == 0 {
			t.Errorf("%s never seen in %v", state, seen)
		}
	}
	if len(seen) != 8 || d.Fired(simdisk.LostSector) == 0 {
		t.Errorf("seen %v", seen)
	}
	for seed, want := range map[uint64]byte{simdisk.CutKeepsNothing: 0, simdisk.CutKeepsAll: 1} {
		c := d.Clone()
		if c.Cut(seed); c.Bytes("dir/file")[0] != want {
			t.Errorf("cut %d keeps %d", seed, c.Bytes("dir/file")[0])
		}
	}
}

// Of two writes to one sector either may be the one that is found.
func TestCutReorders(t *testing.T) {
	d, file := newFile(t, 1)
	write(t, file, sectors(1, 1))
	write(t, file, sectors(2, 1))
	if seen := outcomes(d, "dir/file"); seen["000"] == 0 || seen["100"] == 0 || seen["200"] == 0 || len(seen) != 3 {
		t.Errorf("seen %v", seen)
	}
}

// Names are pending until the directory is flushed: all, none and some of them survive.
func TestCutOfNames(t *testing.T) {
	d, _ := newFile(t, 1)
	_, err := d.Create("dir/new")
	must(t, err)
	must(t, d.Rename("dir/new", "dir/renamed"))
	must(t, d.Remove("dir/file"))
	seen := map[string]int{}
	for seed := range uint64(400) {
		c := d.Clone()
		c.Cut(seed)
		names, err := c.List("dir")
		must(t, err)
		seen[string(bytes.Join(asBytes(names), []byte(" ")))]++
	}
	for _, state := range []string{"file", "file new", "file renamed", "renamed", "", "new"} {
		if seen[state] == 0 {
			t.Errorf("%q never seen in %v", state, seen)
		}
	}
	must(t, d.SyncDir("dir"))
	d.Cut(simdisk.CutKeepsNothing)
	if names, _ := d.List("dir"); !slices.Equal(names, []string{"renamed"}) {
		t.Errorf("after a flush of the directory: %v", names)
	}
}

func asBytes(names []string) (list [][]byte) {
	for _, name := range names {
		list = append(list, []byte(name))
	}
	return list
}

func TestSameSeedSameOutcome(t *testing.T) {
	for seed := range uint64(50) {
		d, file := newFile(t, seed)
		write(t, file, sectors(1, 3))
		c := d.Clone()
		d.Cut(seed)
		c.Cut(seed)
		if !bytes.Equal(d.Bytes("dir/file"), c.Bytes("dir/file")) {
			t.Fatalf("seed %d has two outcomes", seed)
		}
	}
}

// A clone goes its own way.
func TestClone(t *testing.T) {
	d, file := newFile(t, 1)
	c := d.Clone()
	write(t, file, sectors(5, 1))
	if c.Bytes("dir/file")[0] != 0 || d.Bytes("dir/file")[0] != 5 {
		t.Error("a write to the disk shows in its clone")
	}
	must(t, c.Remove("dir/file"))
	if d.Bytes("dir/file") == nil {
		t.Error("a removal from the clone shows on the disk")
	}
}

func TestHandlesDieWithThePower(t *testing.T) {
	d, file := newFile(t, 1)
	d.Cut(1)
	_, readErr := file.ReadAt(make([]byte, 1), 0)
	_, writeErr := file.WriteAt(make([]byte, 1), 0)
	_, sizeErr := file.Size()
	for _, err := range []error{readErr, writeErr, sizeErr, file.Datasync()} {
		if !errors.Is(err, simdisk.ErrCut) {
			t.Errorf("a handle from before the cut: %v", err)
		}
	}
}

// The n-th operation of a kind fails, once or from then on.
func TestInject(t *testing.T) {
	d, file := newFile(t, 1)
	d.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 2, Err: syscall.EIO})
	d.Inject(simdisk.Fault{Op: simdisk.OpSize, Nth: 2, Err: syscall.EROFS, Forever: true})
	var flushes, sizes []bool
	for range 4 {
		_, err := file.Size()
		sizes = append(sizes, errors.Is(err, syscall.EROFS))
		flushes = append(flushes, errors.Is(file.Datasync(), syscall.EIO))
	}
	if !slices.Equal(flushes, []bool{false, true, false, false}) || !slices.Equal(sizes, []bool{false, true, true, true}) {
		t.Errorf("flushes %v, sizes %v", flushes, sizes)
	}
	d.Heal()
	if _, err := file.Size(); err != nil || d.Fired(simdisk.Failure) != 4 {
		t.Errorf("healed: %v, %d failures", err, d.Fired(simdisk.Failure))
	}
}

// After a failed flush the reader sees bytes that the next flush, which succeeds, doesn't write.
func TestFailedFlushLeavesGhosts(t *testing.T) {
	ghosts := 0
	for seed := range uint64(20) {
		d, file := newFile(t, seed)
		write(t, file, sectors(1, 1))
		d.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
		if file.Datasync() == nil || d.Bytes("dir/file")[0] != 1 {
			t.Fatal("the flush didn't fail, or took the bytes back")
		}
		must(t, file.Datasync())
		if d.Cut(simdisk.CutKeepsAll); d.Bytes("dir/file")[0] == 0 {
			ghosts++
		}
	}
	if ghosts == 0 || ghosts == 20 {
		t.Errorf("%d ghosts of 20", ghosts)
	}
}

func TestLies(t *testing.T) {
	for lie, states := range map[simdisk.Lie]int{simdisk.Honest: 1, simdisk.KeepsNone: 1, simdisk.KeepsSome: 8} {
		seen := map[string]bool{}
		for seed := range uint64(200) {
			d, file := newFile(t, seed)
			d.SetLies(lie, simdisk.Honest)
			write(t, file, sectors(1, 3))
			must(t, file.Datasync())
			d.Cut(simdisk.CutKeepsNothing)
			seen[string(d.Bytes("dir/file"))] = true
			if lied := d.Fired(simdisk.FalseFlush) > 0; lied && lie == simdisk.Honest {
				t.Error("an honest flush counts as a lie")
			}
		}
		if len(seen) != states {
			t.Errorf("lie %d has %d outcomes, want %d", lie, len(seen), states)
		}
	}
	d, _ := newFile(t, 1)
	d.SetLies(simdisk.Honest, simdisk.KeepsNone)
	must(t, d.Remove("dir/file"))
	must(t, d.SyncDir("dir"))
	if d.Cut(simdisk.CutKeepsNothing); d.Bytes("dir/file") == nil {
		t.Error("a lying flush of the directory kept the removal")
	}
}

func TestCapacity(t *testing.T) {
	d, file := newFile(t, 1)
	d.SetCapacity(4 * simdisk.SectorBytes)
	write(t, file, sectors(1, 3)) // in place: needs no room
	n, err := file.WriteAt(sectors(4, 2), 3*simdisk.SectorBytes)
	if n != simdisk.SectorBytes || !errors.Is(err, syscall.ENOSPC) || d.Fired(simdisk.NoSpace) != 1 {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
	must(t, d.Remove("dir/file"))
	other, err := d.Create("dir/other")
	must(t, err)
	write(t, other, sectors(1, 4))
}

// Latency is counted, shown to the hook, and slept by nobody.
func TestLatency(t *testing.T) {
	d, file := newFile(t, 1)
	d.SetLatency(simdisk.SDCard(1))
	var shown int64
	d.OnOperation(func(op simdisk.Operation) { shown += op.LatencyMS })
	for range 10_000 {
		must(t, file.Datasync())
	}
	if d.ElapsedMS() < 10_000*25 || shown != d.ElapsedMS() {
		t.Errorf("elapsed %d ms, shown %d", d.ElapsedMS(), shown)
	}
	if stalls := d.Fired(simdisk.Stall); stalls < 50 || stalls > 200 {
		t.Errorf("%d stalls of 10,000", stalls)
	}
}

func TestFlip(t *testing.T) {
	d, _ := newFile(t, 1)
	d.Flip("dir/file", 8*700+3)
	d.Cut(simdisk.CutKeepsNothing)
	if b := d.Bytes("dir/file"); b[700] != 8 || d.Fired(simdisk.Rot) != 1 {
		t.Errorf("byte is %d", b[700])
	}
}

func TestNames(t *testing.T) {
	d, _ := newFile(t, 1)
	_, openErr := d.Open("dir/none")
	for _, err := range []error{openErr, d.Remove("dir/none"), d.Rename("dir/none", "dir/x")} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing file: %v", err)
		}
	}
	if err := d.Rename("dir/file", "elsewhere/file"); !errors.Is(err, syscall.EXDEV) {
		t.Errorf("a rename out of the folder: %v", err)
	}
	d.Put("dir/put", []byte("content"))
	d.Put("other/put", nil)
	if names, err := d.List("dir/"); err != nil || !slices.Equal(names, []string{"file", "put"}) {
		t.Errorf("list: %v, %v", names, err)
	}
	if d.Cut(simdisk.CutKeepsNothing); string(d.Bytes("dir/put")) != "content" {
		t.Error("what was put isn't durable")
	}
}
