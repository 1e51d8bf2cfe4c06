package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog/disktest"
)

// filler fills the log with facts of a kilobyte.
type filler struct {
	p            *process
	mu           sync.Mutex
	next         int64
	acknowledged map[int64]bool
	enough       int    // so many are acknowledged when
	then         func() // is called, if it is not nil
}

// run corrects the count to ever higher numbers until the gateway is not ready for more. An answer that merely does not come in
// time is no reason to stop: the machine may be busy.
func (f *filler) run() {
	for f.correct() || f.p.get("/readyz").status == http.StatusOK {
	}
}

// correct corrects the count once, and reports whether that was acknowledged.
func (f *filler) correct() bool {
	f.mu.Lock()
	f.next++
	n := f.next
	f.mu.Unlock()
	body := map[string]any{"inside": n, "note": strings.Repeat("n", 250)}
	if f.p.ask("POST", "/api/v1/locations/small/count", "", body, time.Second).status != http.StatusOK {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.acknowledged[n] = true
	if len(f.acknowledged) == f.enough {
		f.then()
	}
	return true
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
	if err := os.MkdirAll(f.data, 0o700); err != nil {
		t.Fatal(err)
	}
	disktest.Mount(t, f.data, "12m")
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
	if output, err := exec.Command("mount", "-o", "remount,size=64m", filepath.Clean(f.data)).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, output)
	}
	for began := time.Now(); p.get("/readyz").status != 200; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("it does not recover:\n%s", p.remarks())
		}
	}
	filling.enough, filling.then = before+100, func() { p.cmd.Process.Signal(os.Interrupt) }
	filling.all(2)
	if len(filling.acknowledged) < filling.enough {
		t.Errorf("only %d were acknowledged once there was room:\n%s", len(filling.acknowledged)-before, p.remarks())
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
