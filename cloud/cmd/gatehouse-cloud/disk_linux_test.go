package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gatehouse/sync/factlog/disktest"
	"gatehouse/sync/mqtt/mosquitto"
)

// A write to the segments fails while facts flow. The program starts anew by itself, and nothing is lost or counted twice.
func TestAfterAFailedWriteItStartsAnewByItself(t *testing.T) {
	dir := t.TempDir()
	segments := filepath.Join(dir, "store", "segments")
	if err := os.MkdirAll(segments, 0o700); err != nil {
		t.Fatal(err)
	}
	disktest.Mount(t, segments, "96m")
	p := launch(t, "--data", dir, "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t), "--enrol", "lot-0")
	ctx, gateways, failures := send(t, p, []string{"lot-0"}, 8_000, 200)
	gateways[0].Limit(4_000) // so that there are facts left for the disk that fails
	wait := func(what string, met func() bool) {
		t.Helper()
		for !met() {
			if ctx.Err() != nil {
				log, _ := os.ReadFile(p.logName())
				t.Fatalf("%s is missing:\n%s", what, log)
			}
			time.Sleep(time.Millisecond)
		}
	}
	wait("an acknowledgement", func() bool { return gateways[0].Acknowledged() > 1_000 })
	p.stop(t)
	names, err := filepath.Glob(filepath.Join(segments, "*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	disktest.Unback(t, names)
	ballast := filepath.Join(segments, "ballast")
	disktest.Fill(t, ballast)
	if err := p.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	gateways[0].Limit(0)
	wait("the failure", func() bool {
		log, err := os.ReadFile(p.logName())
		return err == nil && bytes.Contains(log, []byte("starting anew"))
	})
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := <-failures; err != nil {
		t.Fatal(err)
	}
	p.kill()
	hold(t, dir, gateways)
}

// stop holds all its threads still, until it is told to go on.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(p.command.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it did not stop: %v %v", status, err)
	}
}
