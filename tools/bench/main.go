// Command bench measures the gateway against what no gateway can beat and against what a gateway without a log of
// its own would be: each figure beside its floor or peer, in one run on one disk.
//
//	bench [--dir DIR] [--rounds N] [--rest DURATION] [--quick] [--json] [--only NAMES]
//
// A disk and two shared cores are noisy, so every number is the median of several rounds, a round measures both sides
// in turns, ratios are made within a round, and the disk rests between cases. A missed target is printed, and is no
// error: slow machines are no bugs. A case that can't be measured says why, and is an error once the others have run. Each
// case says what it measures in the doc of its function.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the gateway's own copy is part of its memory
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// run is the program: a measurement, or the work of a child of one.
func run(args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == childWord {
		return child(args[1:], out)
	}
	o, err := parseFlags(args)
	if err != nil {
		return err
	}
	return o.measure(out)
}

// options are the flags.
type options struct {
	dir     string
	rest    time.Duration
	rounds  int
	quick   bool
	json    bool
	only    string
	profile string
}

func parseFlags(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", "", "folder on the disk to measure; what takes long to build stays there for the next run (default a temporary one)")
	flags.DurationVar(&o.rest, "rest", 200*time.Millisecond, "how long the disk rests between cases")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds of which the median counts")
	flags.BoolVar(&o.quick, "quick", false, "small lots and few rounds: shows that it works, says little")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	flags.StringVar(&o.only, "only", "", "cases to measure, with commas between: "+strings.Join(caseNames(), ", "))
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile of this process to a file")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.rounds = min(o.rounds, 2)
	}
	if o.rounds < 1 || flags.NArg() > 0 {
		return o, fmt.Errorf("bench: --rounds is 1 or more, and there are no arguments besides flags: %q", flags.Args())
	}
	for name := range strings.SplitSeq(o.only, ",") {
		if name != "" && !slices.Contains(caseNames(), name) {
			return o, fmt.Errorf("bench: --only %q: write some of %s", name, strings.Join(caseNames(), ","))
		}
	}
	return o, nil
}

// benchCase is one group of figures.
type benchCase struct {
	name, what string
	measure    func(*bench) ([]row, error)
}

// cases are all, in the order in which they are measured.
func cases() []benchCase {
	return []benchCase{
		{"decision", "one decision in memory", (*bench).decisions},
		{"commit", "a decision with its durable commit, one gate", (*bench).commits},
		{"gates", "commits while many gates wait", (*bench).waitingGates},
		{"vehicle", "what the disk writes for one vehicle: entry, payment, exit, two changes of its spot", (*bench).vehicles},
		{"sensors", "readings of spot sensors", (*bench).sensors},
		{"wires", "readings through real ports and codecs", (*bench).wires},
		{"cameras", "events of plate cameras", (*bench).cameras},
		{"gatedevices", "what readers and payment terminals say", (*bench).gateDevices},
		{"edge", "the whole gateway, from an edge at the gate to its barrier's relay, on a good disk", (*bench).edges},
		{"restart", "a restart, and the memory after it", (*bench).restarts},
		{"tariff", "the price of one stay, by published tariffs", (*bench).tariffs},
		{"sync", "a gateway's uplink beside a Mosquitto bridge and a JetStream mirror, on the same facts", (*bench).sync},
		{"cloud", "headquarters: facts to the acknowledgement, 500 gateways, views over a million spots, bytes a visit", (*bench).cloud},
		{"catchup", "facts on the wire after an outage, with framing, chain and signature", (*bench).catchUps},
		{"card", "a worn SD card: flushes of 25 ms, one in a hundred of 400 ms, one of 5 s", (*bench).wornCard},
	}
}

func caseNames() []string {
	var names []string
	for _, c := range cases() {
		names = append(names, c.name)
	}
	return names
}

// bench is one run of the program.
type bench struct {
	options
	folder string // for everything that is thrown away
	self   string // the own program, for children
}

// measure runs the cases and prints their rows.
func (o options) measure(out io.Writer) (err error) {
	b := &bench{options: o}
	if b.self, err = os.Executable(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if o.dir != "" {
		if err := os.MkdirAll(o.dir, 0o700); err != nil {
			return fmt.Errorf("bench: --dir: %w", err)
		}
	}
	if b.folder, err = os.MkdirTemp(o.dir, "bench-"); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.folder)) }()
	stop, err := o.startProfile()
	if err != nil {
		return err
	}
	defer stop()
	return b.measureAll(cases(), out)
}

// measureAll runs one case after the other. One that can't be measured says why, and does not keep the others from it.
func (b *bench) measureAll(all []benchCase, out io.Writer) error {
	var failures []error
	p := &printer{out: out, json: b.json}
	about := describe(b.folder)
	p.heading("bench", about.String())
	for _, c := range all {
		if b.only != "" && !slices.Contains(strings.Split(b.only, ","), c.name) {
			continue
		}
		time.Sleep(b.rest)
		p.heading(c.name, c.what)
		rows, err := c.measure(b)
		if err != nil {
			err = fmt.Errorf("bench: case %s could not be measured: %w", c.name, err)
			failures = append(failures, err)
			p.failed(c.name, err)
			continue
		}
		for i := range rows {
			rows[i].Case = c.name
		}
		if err := p.print(rows); err != nil {
			return err
		}
	}
	return errors.Join(append(failures, p.end(about))...)
}

func (o options) startProfile() (stop func(), err error) {
	if o.profile == "" {
		return func() {}, nil
	}
	file, err := os.Create(o.profile)
	if err != nil {
		return nil, fmt.Errorf("bench: --profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, fmt.Errorf("bench: --profile: %w", err)
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}, nil
}

// scale is a size of a measurement: the full one, or the quick one.
func (b *bench) scale(full, quick int) int {
	if b.quick {
		return quick
	}
	return full
}

// newDir makes a folder for something that is thrown away.
func (b *bench) newDir(name string) (string, error) {
	dir, err := os.MkdirTemp(b.folder, name+"-")
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return dir, nil
}

// machine is where the figures come from.
type machine struct {
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Disk string `json:"disk"`
}

func describe(folder string) machine {
	m := machine{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0), Disk: "not known"}
	if device, err := deviceOf(folder); err == nil {
		m.Disk = device.name
	}
	return m
}

// String is one line for people.
func (m machine) String() string {
	return fmt.Sprintf("%s, %s/%s, %d CPUs, disk %s", m.Go, m.OS, m.Arch, m.CPUs, filepath.Base(m.Disk))
}
