package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
	"gatehouse/sync/wire"
)

// siteText is a lot with an entry and an exit, twenty spots and one with a sensor.
const siteText = `
[location]
id = "L1"
name = "Lot"
timezone = "Europe/Berlin"
currency = "EUR"
board = "bench"
[tariff]
lost_ticket = "20.00"
[[tariff.rule]]
rule_id = "day"
rate_per_hour = "2.00"
[[floor]]
id = "F1"
number = 1
[[zone]]
id = "A"
floor = "F1"
[[sensor]]
name = "ceiling"
empty_mm = 2500
period_ms = 30000
[[spots]]
numbers = ["1..20"]
zone = "A"
type = "regular"
[[spots]]
numbers = ["21"]
zone = "A"
type = "regular"
sensor = "ceiling"
[[gate]]
id = "IN"
floor = "F1"
direction = "in"
[[gate]]
id = "OUT"
floor = "F1"
direction = "out"
`

// segmentBytes is small, so that logs roll over and disks fill up quickly.
const segmentBytes = 128 << 10

// bench is a gateway in a bubble, its disk and its devices. What it does not find left running ends the test: a
// bubble ends only when all its goroutines have.
type bench struct {
	t       *testing.T
	disk    *heldDisk
	dir     string
	site    string
	devices map[string]*device
	logged  *logLines
	noBoard func() error
	app     *app.App
	cancel  context.CancelFunc
	ended   chan error
}

// inBubble runs a story on a bench whose time costs nothing. In the end the log must hold every acknowledged fact
// once, and the stored state be what the log leads to.
func inBubble(t *testing.T, story func(b *bench)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, disk: newHeldDisk(1), dir: dir, site: siteText, devices: map[string]*device{}, logged: &logLines{}}
		for _, gate := range []string{"IN", "OUT"} {
			b.add(gate+"-arming", "arming_loop", "gate", gate)
			b.add(gate+"-closing", "closing_loop", "gate", gate)
			b.add(gate+"-barrier", "barrier", "gate", gate)
			b.add(gate+"-camera", "camera", "gate", gate)
			b.add(gate+"-column", "column", "gate", gate)
		}
		b.add("OUT-terminal", "terminal", "gate", "OUT")
		b.site += "[[device]]\nid = \"sensor\"\ndriver = \"fake\"\nrole = \"sensor\"\nspots = [\"21\"]\nsettings = { name = \"sensor\" }\n"
		b.devices["sensor"] = newDevice()
		story(b)
		if b.app != nil {
			b.stop()
		}
		b.checkLog()
		b.checkState()
	})
}

// add puts a device into the site.
func (b *bench) add(name, role, key, at string) *device {
	b.site += fmt.Sprintf("[[device]]\nid = %q\ndriver = \"fake\"\nrole = %q\n%s = %q\nsettings = { name = %q }\n", name, role, key, at, name)
	b.devices[name] = newDevice()
	return b.devices[name]
}

// load reads the bench's site.
func (b *bench) load() site.Loaded {
	b.t.Helper()
	parsed, err := site.Parse("site.toml", []byte(b.site), catalog(b.devices))
	if err != nil {
		b.t.Fatal(err)
	}
	return site.Loaded{Site: parsed}
}

// start starts the gateway and waits until it has.
func (b *bench) start() {
	b.t.Helper()
	var err error
	b.app, err = app.New(app.Options{
		Site: b.load(), DataDir: b.dir, Catalog: catalog(b.devices), Clock: app.NewDemoClock(time.Now(), 1),
		Log: slog.New(slog.NewTextHandler(b.logged, nil)), Disk: b.disk, SegmentBytes: segmentBytes,
		NoBoard: b.noBoard,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	b.cancel, b.ended = cancel, make(chan error, 1)
	go func() { b.ended <- b.app.Run(ctx) }()
	b.wait(time.Second)
}

// end ends the gateway and returns what it ended with.
func (b *bench) end() error {
	b.cancel()
	err := <-b.ended
	b.app = nil
	return err
}

// stop ends a gateway that must end well.
func (b *bench) stop() {
	b.t.Helper()
	if err := b.end(); err != nil {
		b.t.Errorf("the end: %v", err)
	}
}

// wait lets time pass.
func (b *bench) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// submit has the lot carry out a command, which must succeed.
func (b *bench) submit(command lot.Event) lot.Result {
	b.t.Helper()
	result, err := b.app.Submit(b.t.Context(), command)
	if err != nil || result.Problem != nil {
		b.t.Errorf("%T: %+v, %v", command, result, err)
	}
	return result
}

// submitted is a command under way.
type submitted struct {
	done   atomic.Bool
	result lot.Result
	err    error
}

// granted and failed tell how it ended; neither is true before.
func (s *submitted) granted() bool { return s.done.Load() && s.err == nil && s.result.Problem == nil }

func (s *submitted) failed(with error) bool { return s.done.Load() && errors.Is(s.err, with) }

// later submits a command and does not wait for it.
func (b *bench) later(command lot.Event) *submitted {
	s := &submitted{}
	go func() {
		s.result, s.err = b.app.Submit(b.t.Context(), command)
		s.done.Store(true)
	}()
	synctest.Wait()
	return s
}

// view reads the lot.
func (b *bench) view(read func(*lot.Lot)) {
	b.t.Helper()
	if err := b.app.View(b.t.Context(), read); err != nil {
		b.t.Errorf("view: %v", err)
	}
}

func (b *bench) alerts() string {
	var codes []string
	b.view(func(l *lot.Lot) {
		for _, alert := range l.Alerts() {
			codes = append(codes, alert.Code+" "+alert.Where)
		}
	})
	return strings.Join(codes, ", ")
}

// arrive has a vehicle stand at a gate whose plate is read.
func (b *bench) arrive(gate, plate string) {
	b.devices[gate+"-arming"].set(active)
	b.devices[gate+"-camera"].see(plate)
	synctest.Wait()
}

// passes drives the vehicle at a gate through.
func (b *bench) passes(gate string) {
	for _, edge := range []struct {
		loop  string
		level level
	}{{"closing", active}, {"arming", inactive}, {"closing", inactive}} {
		b.wait(500 * time.Millisecond)
		b.devices[gate+"-"+edge.loop].set(edge.level)
	}
	b.wait(5 * time.Second)
}

// raises counts how often a gate was told to rise.
func (b *bench) raises(gate string) int { return b.devices[gate+"-barrier"].count("raise") }

// expect compares.
func expect[T comparable](b *bench, what string, got, want T) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (b *bench) logDir() string { return filepath.Join(b.dir, "journal", "log") }

// facts are what the log holds now, durable or not, read without disturbing it.
func (b *bench) facts() []fact.Record {
	b.t.Helper()
	var records []fact.Record
	log, recovery, err := factlog.Open(b.disk.Clone(), b.logDir(), factlog.Options{SegmentBytes: segmentBytes})
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	if len(recovery.Damage) > 0 {
		b.t.Errorf("the log is damaged: %v", recovery.Damage)
	}
	err = log.Read(1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		records = append(records, record)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return records
}

// factsOf are those facts in the log that are of one kind.
func factsOf[F fact.Fact](b *bench) []F {
	b.t.Helper()
	var found []F
	for _, record := range b.facts() {
		if f, is := record.Fact.(F); is {
			found = append(found, f)
		}
	}
	return found
}

// checkLog checks that no fact is missing within the log and none is there twice.
func (b *bench) checkLog() {
	b.t.Helper()
	last := fact.Dot{}
	for _, record := range b.facts() {
		switch _, started := record.Fact.(fact.GatewayStarted); {
		case started && record.Dot.Seq == 1:
		case record.Dot.Incarnation != last.Incarnation || record.Dot.Seq != last.Seq+1:
			b.t.Errorf("fact %v (%T) follows %v", record.Dot, record.Fact, last)
		}
		last = record.Dot
	}
}

// checkState checks that the stored state is what the log leads to.
func (b *bench) checkState() {
	b.t.Helper()
	stored := b.state()
	for _, name := range []string{"state.db", "archive.db"} {
		if err := os.Remove(filepath.Join(b.dir, "journal", name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			b.t.Fatal(err)
		}
	}
	rebuilt := b.state()
	for _, key := range slices.Sorted(maps.Keys(rebuilt)) {
		if !bytes.Equal(stored[key], rebuilt[key]) {
			b.t.Errorf("state record %q is stored as %x, and rebuilt from the log as %x", key, stored[key], rebuilt[key])
		}
		delete(stored, key)
	}
	for _, key := range slices.Sorted(maps.Keys(stored)) {
		b.t.Errorf("state record %q is stored, and the log knows nothing of it", key)
	}
}

// state are the state records that a start would find: stored, or made of facts.
func (b *bench) state() map[string][]byte {
	b.t.Helper()
	cfg := b.load().Lot
	opened, state, _, err := journal.Open(
		journal.Options{Dir: filepath.Join(b.dir, "journal"), Location: cfg.Location, Disk: b.disk.Clone(), SegmentBytes: segmentBytes},
		func() journal.State {
			made, err := lot.New(cfg)
			if err != nil {
				b.t.Fatal(err)
			}
			return made
		})
	if err != nil {
		b.t.Fatal(err)
	}
	defer opened.Close(nil)
	records := map[string][]byte{}
	restored := state.(*lot.Lot)
	restored.DirtyAll()
	restored.Dirty(func(table uint8, key string, value any) {
		// Which tickets closed last, and what sensors have learned, is memory and not state.
		if value == nil || table >= journal.ArchiveTable || table == lot.TableBaselines {
			return
		}
		if records[fmt.Sprintf("%d/%s", table, key)], err = wire.Marshal(value); err != nil {
			b.t.Fatal(err)
		}
	})
	return records
}

// heldDisk is a disk whose flushes can be held up.
type heldDisk struct {
	*simdisk.Disk
	hold *gatekeeper
}

func newHeldDisk(seed uint64) *heldDisk {
	d := &heldDisk{Disk: simdisk.New(seed), hold: &gatekeeper{}}
	d.OnOperation(func(op simdisk.Operation) {
		if op.Op == simdisk.OpDatasync {
			d.hold.pass()
		}
	})
	return d
}
