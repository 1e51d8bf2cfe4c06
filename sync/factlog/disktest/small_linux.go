package disktest

import (
	"crypto/rand"
	"errors"
	"os"
	"syscall"
	"testing"
)

// Small is a folder with so little room ("96m"), on a disk of its own. Only root may have one: others skip the test.
func Small(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	Mount(t, dir, size)
	return dir
}

// Mount makes an empty folder a disk of its own with so little room, as Small does.
func Mount(t *testing.T, dir, size string) {
	t.Helper()
	if err := syscall.Mount("gatehouse", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("GATEHOUSE_INTEGRATION") != "" && os.Getuid() == 0 {
			t.Fatal(err)
		}
		t.Skipf("no disk of its own for this test: %v", err)
	}
	t.Cleanup(func() { // lazily: what a process started may still be looking at it
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// Fill takes all the room that is left on a disk, with a file of this name. Call it again while a store runs on: it gives room
// back that it has no use for, a segment's draft, say.
func Fill(t *testing.T, name string) {
	t.Helper()
	ballast, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer ballast.Close()
	block := make([]byte, 1<<20)
	_, _ = rand.Read(block) // it never fails
	for len(block) > 0 {
		if _, err = ballast.Write(block); err != nil {
			block = block[:len(block)/2] // what fits yet
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// Unback takes away the room that files were prepared with and that nothing was written to yet: on a full disk a write there
// fails, as on a disk that breaks. Nobody may write meanwhile.
func Unback(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		if err := unback(name); err != nil {
			t.Fatal(err)
		}
	}
}

func unback(name string) error {
	const pageBytes, keepSize, punchHole = 4 << 10, 1, 2
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	written := len(data)
	for written > 0 && data[written-1] == 0 {
		written--
	}
	from := int64((written + pageBytes - 1) / pageBytes * pageBytes)
	if from >= int64(len(data)) {
		return nil
	}
	return syscall.Fallocate(int(file.Fd()), keepSize|punchHole, from, int64(len(data))-from)
}
