package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"gatehouse/drivers/all"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// The program is its own child: with childWord as its first argument it does the work that the second one names.
const (
	childWord    = "child"
	restartWord  = "restart"
	checkWord    = "check"
	appWord      = "app"
	wireWord     = "wire"
	readyTimeout = 2 * time.Minute
)

var errChild = errors.New("bench: this is what a measurement starts by itself")

func child(args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == checkWord:
		return journal.CheckFile(args[1])
	case len(args) == 2 && args[0] == restartWord:
		return restart(args[1], out)
	case len(args) == 2 && args[0] == wireWord:
		return farSides(args[1], os.Stdin, out)
	case len(args) == 4 && args[0] == appWord:
		rest, err := time.ParseDuration(args[3])
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		return startApp(args[1], args[2], rest, out)
	}
	return errChild
}

// awakening is what a restarted gateway says once it has made its first decision, and again when it has come to rest.
type awakening struct {
	ParseMS, OpenMS, DecideMS float64
	CPUMS                     float64 // processor time of all that, without the child that checks
	Replayed                  int
	Rebuilt                   string // why, if it was
	Tickets                   int
	Memory                    memory // once it has come to rest
}

// restart starts a gateway in a folder, has it let one vehicle in, and says how long each step took. Then it waits
// until the archive is open, says what memory it has, and ends as if the power went.
func restart(dir string, out io.Writer) error {
	var said awakening
	lap := stopwatch()
	text, err := os.ReadFile(filepath.Join(dir, siteName))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	parsed, err := parse(text, all.Catalog())
	if err != nil {
		return err
	}
	said.ParseMS = lap()
	g, report, err := openAgain(dir, parsed.Lot)
	if err != nil {
		return err
	}
	said.OpenMS = lap()
	said.Replayed, said.Rebuilt = report.Replayed, report.Why
	if err := g.firstDecision(); err != nil {
		return err
	}
	said.DecideMS, said.CPUMS = lap(), float64(processCPU().Microseconds())/1000
	said.Tickets = len(g.park.lot.OpenTickets())
	if err := json.NewEncoder(out).Encode(said); err != nil {
		return err
	}
	for until := time.Now().Add(readyTimeout); !g.journal.Health().ArchiveReady && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	said.Memory = restingMemory()
	return errors.Join(g.journal.Health().ArchiveErr, json.NewEncoder(out).Encode(said))
}

// stopwatch returns what tells the milliseconds since it was called last.
func stopwatch() (lap func() float64) {
	last := time.Now()
	return func() float64 {
		now := time.Now()
		defer func() { last = now }()
		return float64(now.Sub(last).Microseconds()) / 1000
	}
}

// openAgain opens a journal as the gateway does, with a child that looks the state file over.
func openAgain(dir string, cfg *lot.Config) (*journaled, journal.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, journal.Report{}, fmt.Errorf("bench: %w", err)
	}
	o := journalOptions(filepath.Join(dir, journalName))
	o.Checker = journal.ExecChecker(self, childWord, checkWord)
	return openJournal(o, cfg)
}

// firstDecision starts the run and lets one vehicle in; it returns when that is durable.
func (g *journaled) firstDecision() error {
	decided := false
	g.park.handle = func(kind decision, now fact.Stamp, event lot.Event) lot.Out {
		out := g.park.lot.Step(now, event)
		if len(out.Facts) > 0 {
			g.append(out.Facts, kind != entryByPlate) // only the vehicle waits, and its flush takes all before it along
			decided = decided || kind == entryByPlate
		}
		return out
	}
	g.park.start(false)
	g.park.come(0)
	for !decided && g.err == nil {
		g.park.run(g.park.agenda.next())
	}
	return errors.Join(g.err, g.park.check())
}

// memory is what the kernel says a process holds, in bytes: the most ever, all of it, its own, and pages of files.
type memory struct{ Peak, Resident, Anonymous, Files int64 }

// restingMemory is what this process holds after it has given back what it does not need. The runtime does that by
// itself, in minutes. Zero where the kernel does not say.
func restingMemory() memory {
	debug.FreeOSMemory()
	var m memory
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return m
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			continue
		}
		switch name {
		case "VmHWM":
			m.Peak = kib << 10
		case "VmRSS":
			m.Resident = kib << 10
		case "RssAnon":
			m.Anonymous = kib << 10
		case "RssFile":
			m.Files = kib << 10
		}
	}
	return m
}

// spawn runs a child and calls said with each awakening that it tells, with the time since the child was started.
func (b *bench) spawn(said func(awakening, time.Duration), args ...string) error {
	command := exec.Command(b.self, append([]string{childWord}, args...)...)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	lines := json.NewDecoder(output)
	for {
		var one awakening
		if err := lines.Decode(&one); err != nil {
			break // its end, of which Wait knows whether it was a good one
		}
		said(one, time.Since(began))
	}
	if err := command.Wait(); err != nil {
		return fmt.Errorf("bench: child %q: %w", args, err)
	}
	return nil
}
