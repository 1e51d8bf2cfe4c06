package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sync/fact"
)

// smallDisk mounts a disk of some megabytes at a folder.
func smallDisk(t *testing.T, at string, megabytes int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("mount", "-t", "tmpfs", "-o", sizeOf(megabytes), "tmpfs", at).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here: %v: %s", err, output)
	}
	t.Cleanup(func() {
		if output, err := exec.Command("umount", at).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, output)
		}
	})
}

func sizeOf(megabytes int) string { return fmt.Sprintf("size=%dm", megabytes) }

// filler fills the log with facts of a kilobyte.
type filler struct {
	p            *process
	mu           sync.Mutex
	next         int64
	acknowledged map[int64]bool
}

// run corrects the count to ever higher numbers until an answer does not come in time.
func (f *filler) run() {
	note := strings.Repeat("n", 250)
	for {
		f.mu.Lock()
		f.next++
		n := f.next
		f.mu.Unlock()
		a := f.p.ask("POST", "/api/v1/locations/small/count", "", map[string]any{"inside": n, "note": note}, time.Second)
		if a.status != 200 {
			return
		}
		f.mu.Lock()
		f.acknowledged[n] = true
		f.mu.Unlock()
	}
}

func (f *filler) all(lanes int) {
	var filling sync.WaitGroup
	for range lanes {
		filling.Go(f.run)
	}
	filling.Wait()
}

// TestAFullDisk fills a small disk until the log takes no more. The process lives on, says so, and goes on when there is
// room; nothing that it acknowledged is lost.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	const token = "0123456789abcdefghijklmnopqrstuv"
	sum := sha256.Sum256([]byte(token))
	f := newFolder(t, fmt.Sprintf("%s[[server.token]]\nname = %q\nrole = \"configure\"\nsha256 = %q\n", place(), strings.Repeat("a", 900), hex.EncodeToString(sum[:])))
	f.token = token
	smallDisk(t, f.data, 12)
	p := f.start()
	filling := &filler{p: p, acknowledged: map[int64]bool{}}
	filling.all(8)
	before := len(filling.acknowledged)
	if before < 1_000 {
		t.Fatalf("only %d facts were acknowledged:\n%s", before, p.remarks())
	}
	for _, path := range []string{"/livez", "/healthz"} {
		if a := p.get(path); a.status != 200 {
			t.Errorf("%s on a full disk: %+v", path, a)
		}
	}
	if output, err := exec.Command("mount", "-o", "remount,"+sizeOf(64), filepath.Clean(f.data)).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, output)
	}
	for began := time.Now(); p.get("/readyz").status != 200; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("it does not recover:\n%s", p.remarks())
		}
	}
	go func() { // a while
		time.Sleep(300 * time.Millisecond)
		p.cmd.Process.Signal(os.Interrupt)
	}()
	filling.all(2)
	if len(filling.acknowledged) <= before {
		t.Errorf("nothing was acknowledged once there was room:\n%s", p.remarks())
	}
	if code := p.code(patience); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.remarks())
	}
	counted := map[int64]int{}
	for _, r := range f.facts() {
		if c, is := r.Fact.(fact.CountCorrected); is {
			counted[c.After]++
		}
	}
	for n := range filling.acknowledged {
		if counted[n] != 1 {
			t.Errorf("the count %d was acknowledged and is there %d times", n, counted[n])
		}
	}
}
