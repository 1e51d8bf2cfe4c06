package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
)

func TestABackupUnderLoadIsRestoredAndGatewaysSendWhatItLacks(t *testing.T) {
	const facts = 4_000
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	args := []string{"--data", dir, "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t)}
	p := launch(t, append(args, "--enrol", "lot-0", "--enrol", "lot-1")...)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var gateways []*apptest.Gateway
	broker := ""
	for i, location := range []string{"lot-0", "lot-1"} {
		g, err := apptest.New(fact.LocationID(location), uint64(i+1), facts, 40)
		if err == nil {
			broker, err = g.Enrol(ctx, p.https, p.codes[location])
		}
		if err != nil {
			t.Fatal(err)
		}
		g.Pause(5 * time.Millisecond)
		gateways = append(gateways, g)
	}
	send := func(while func()) {
		t.Helper()
		var group sync.WaitGroup
		failures := make(chan error, len(gateways))
		for _, g := range gateways {
			group.Go(func() { failures <- g.Send(ctx, broker) })
		}
		while()
		group.Wait()
		for range gateways {
			if err := <-failures; err != nil {
				t.Fatal(err)
			}
		}
	}
	var said bytes.Buffer
	send(func() {
		if err := (backupCommand{Data: dir, To: to}).Run(&said); err != nil {
			t.Error(err)
		}
	})
	if !strings.Contains(said.String(), to) {
		t.Errorf("%q", said.String())
	}
	if err := (backupCommand{Data: dir, To: to}).Run(&said); err == nil {
		t.Error("a backup was written over another")
	}
	p.kill()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(to)); err != nil {
		t.Fatal(err)
	}
	p = launch(t, args...)
	send(func() {})
	p.kill()
	hold(t, dir, gateways)
}

func TestTheSigningKeyIsChangedFromTheCommandLineAndItsLossIsNoSecret(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--data", dir, "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t)}
	p := launch(t, args...)
	rotate := rotateCommand{runningFlags: runningFlags{Data: dir, URL: "https://" + p.https}, Reason: "the year is over", Overlap: time.Hour}
	var said bytes.Buffer
	if err := rotate.Run(&said); err != nil || !strings.Contains(said.String(), "next key") {
		t.Errorf("%v: %s", err, said.String())
	}
	if err := rotate.Run(&said); err == nil || !strings.Contains(err.Error(), "being changed already") {
		t.Errorf("a second change within the first: %v", err)
	}
	said.Reset()
	rotate.End = true
	if err := rotate.Run(&said); err != nil || strings.Contains(said.String(), "next key") {
		t.Errorf("%v: %s", err, said.String())
	}
	rotate.End, rotate.Lost = false, true
	if err := rotate.Run(&said); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("replaced while headquarters runs: %v", err)
	}
	p.kill()
	if err := rotate.Run(&said); err == nil || !strings.Contains(err.Error(), "not lost") {
		t.Errorf("replaced though it is there: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "authority", "signing.key")); err != nil {
		t.Fatal(err)
	}
	p = begin(t, args...)
	if err := p.command.Wait(); err == nil {
		t.Fatal("headquarters started with a key that no gateway believes")
	}
	if log, err := os.ReadFile(p.logName()); err != nil || !strings.Contains(string(log), "rotate-key --lost") {
		t.Errorf("it says %s %v", log, err)
	}
	said.Reset()
	if err := rotate.Run(&said); err != nil || !strings.Contains(said.String(), "enrol --again") {
		t.Errorf("%v: %s", err, said.String())
	}
	launch(t, args...)
}
