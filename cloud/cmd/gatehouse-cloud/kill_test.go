package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
)

// TestMain is also the program itself, for the tests that kill it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a running gatehouse-cloud.
type process struct {
	command *exec.Cmd
	codes   map[string]string // by location
	https   string
	broker  string
	out     *bufio.Scanner
	wanted  int // lines until it serves
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := begin(t, args...)
	p.ready(t)
	return p
}

// begin starts it; ready waits until it serves.
func begin(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{command: exec.Command(os.Args[0], append([]string{"run"}, args...)...), codes: map[string]string{}}
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.command.Stderr, err = os.OpenFile(filepath.Join(t.TempDir(), "log"), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	p.out, p.wanted = bufio.NewScanner(out), 1+strings.Count(strings.Join(args, " "), "--enrol")
	return p
}

func (p *process) ready(t *testing.T) {
	t.Helper()
	for ; p.wanted > 0 && p.out.Scan(); p.wanted-- {
		if m := regexp.MustCompile(`https://(\S+), broker (\S+)`).FindStringSubmatch(p.out.Text()); m != nil {
			p.https, p.broker = m[1], m[2]
		}
		if m := regexp.MustCompile(`code of (\S+): (\S+)`).FindStringSubmatch(p.out.Text()); m != nil {
			p.codes[m[1]] = m[2]
		}
	}
	if p.wanted > 0 {
		log, _ := os.ReadFile(p.logName())
		t.Fatalf("it didn't start:\n%s", log)
	}
}

// logName is the file of its log.
func (p *process) logName() string { return p.command.Stderr.(*os.File).Name() }

func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

func TestKilledAgainAndAgainWhileFactsFlowItLosesAndDoublesNothing(t *testing.T) {
	kills, facts := 4, 6_000
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		kills, facts = 25, 40_000
	}
	dir := t.TempDir()
	args := []string{"--data", dir, "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t)}
	locations := []string{"lot-0", "lot-1", "lot-2"}
	first := args
	for _, location := range locations {
		first = append(first, "--enrol", location)
	}
	p := launch(t, first...)
	_, gateways, failures := send(t, p, locations, facts, 40)
	for range kills {
		time.Sleep(time.Duration(200+rand.N(400)) * time.Millisecond)
		p.kill()
		p = launch(t, args...)
	}
	for range locations {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
	p.kill()
	hold(t, dir, gateways)
}

// send has a gateway at each location send its facts as fast as it can, so many in a batch at most, until ctx ends. What became
// of each comes on failures.
func send(t *testing.T, p *process, locations []string, facts, batchMax int) (ctx context.Context, gateways []*apptest.Gateway, failures chan error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	failures = make(chan error, len(locations))
	for i, location := range locations {
		g, err := apptest.New(fact.LocationID(location), uint64(i+1), facts, batchMax)
		if err != nil {
			t.Fatal(err)
		}
		broker, err := g.Enrol(ctx, p.https, p.codes[location])
		if err != nil {
			t.Fatal(err)
		}
		gateways = append(gateways, g)
		go func() { failures <- g.Send(ctx, broker) }()
	}
	return ctx, gateways, failures
}

// hold compares what the store of a killed process holds with what the gateways made.
func hold(t *testing.T, dir string, gateways []*apptest.Gateway) {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "store"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, g := range gateways {
		want := ledger.NewBook(time.UTC)
		want.Fold(g.Records)
		got, err := s.Book(t.Context(), g.Location)
		if err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() {
			t.Errorf("%s: the rows are not what the facts come to", g.Location)
		}
		if err := s.Rebuild(t.Context(), g.Location); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Book(t.Context(), g.Location); err != nil || again.Digest() != want.Digest() {
			t.Errorf("%s: the rows made again from the batches are others: %v", g.Location, err)
		}
	}
	locations, err := s.Locations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range locations {
		if l.Facts != int64(len(gateways[0].Records)) {
			t.Errorf("%s: %d facts counted", l.ID, l.Facts)
		}
	}
}

func TestItEndsWithoutAFussWhenTold(t *testing.T) {
	p := launch(t, "--data", t.TempDir(), "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t))
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.command.Wait(); err != nil {
		t.Error(fmt.Errorf("it ended with %w", err))
	}
}

// It is told to end while facts come as fast as they can, so that rows are behind the batches. It ends soon, with all that it has
// acknowledged, and goes on from there.
func TestToldToEndInFullFlightItLosesNothing(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--data", dir, "--listen", mosquitto.FreeAddress(t), "--mqtt", mosquitto.FreeAddress(t)}
	p := launch(t, append(args, "--enrol", "lot-0", "--enrol", "lot-1")...)
	ctx, gateways, failures := send(t, p, []string{"lot-0", "lot-1"}, 30_000, 200)
	for gateways[0].Acknowledged() < 2_000 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hurry := time.AfterFunc(time.Minute, func() { _ = p.command.Process.Kill() })
	if err := p.command.Wait(); err != nil || !hurry.Stop() {
		t.Fatalf("told to end, it ended with %v", err)
	}
	acknowledged := []uint64{gateways[0].Acknowledged(), gateways[1].Acknowledged()}
	s, err := store.OpenSQLite(t.Context(), filepath.Join(dir, "store"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range gateways {
		state, _, err := s.State(t.Context(), g.Location)
		has := uint64(0)
		for _, life := range state.Lives {
			has += life.Applied
		}
		if err != nil || has < acknowledged[i] {
			t.Errorf("%s: %d facts acknowledged, and it has %d: %v", g.Location, acknowledged[i], has, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p = launch(t, args...)
	for range gateways {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
	p.kill()
	hold(t, dir, gateways)
}
