// Command cloudbench measures sync and headquarters, for tools/bench, in processes of their own: broker, database and peers are
// large, and must not count into the memory of a gateway that tools/bench measures in its own process.
//
//	cloudbench [--dir DIR] [--rounds N] [--quick] [--profile FILE] sync|catchup|cloud|sessions      prints rows of tools/bench as JSON
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
)

// row is a line of the table of tools/bench.
type row struct {
	What      string  `json:"what"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Peer      string  `json:"peer,omitempty"`
	PeerValue float64 `json:"peerValue,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"`
	Target    string  `json:"target,omitempty"`
	Verdict   string  `json:"verdict,omitempty"`
	Note      string  `json:"note,omitempty"`
}

func (r row) judged(good bool, target string) row {
	r.Target, r.Verdict = target, "MISSED"
	if good {
		r.Verdict = "ok"
	}
	return r
}

// atMost and atLeast bound the value.
func (r row) atMost(limit float64) row {
	return r.judged(r.Value <= limit, fmt.Sprintf("≤ %g %s", limit, r.Unit))
}

func (r row) atLeast(limit float64) row {
	return r.judged(r.Value >= limit, fmt.Sprintf("≥ %g %s", limit, r.Unit))
}

// against names a peer, and bounds the ratio to it. Without a peer there is no verdict.
func (r row) against(peer string, value, limit float64, said string) row {
	if value == 0 {
		r.Note = peer + " was not measured (make bench installs and measures it)"
		return r
	}
	r.Peer, r.PeerValue, r.Ratio = peer, value, r.Value/value
	return r.judged(r.Ratio <= limit, "≤ "+said+" ×")
}

// options are the flags.
type options struct {
	folder string
	rounds int
	quick  bool
}

// scale is a size of a measurement: the full one, or the quick one.
func (o options) scale(full, quick int) int {
	if o.quick {
		return quick
	}
	return full
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cloudbench:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) (err error) {
	switch {
	case len(args) == 3 && args[0] == headquartersWord:
		return serveHeadquarters(args[1], args[2], in, out)
	case len(args) == 3 && args[0] == brokerWord:
		return serveBroker(args[1], args[2], in, out)
	}
	var o options
	flags := flag.NewFlagSet("cloudbench", flag.ContinueOnError)
	dir := flags.String("dir", "", "folder on the disk to measure (default a temporary one)")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds of which the median counts")
	flags.BoolVar(&o.quick, "quick", false, "small: shows that it works, says little")
	profile := flags.String("profile", "", "write a CPU profile to a file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	measure, known := map[string]func(options) ([]row, error){
		"sync": measureSync, "catchup": measureCatchUp, "cloud": measureCloud, "sessions": measureSessions,
	}[flags.Arg(0)]
	if !known || flags.NArg() != 1 || o.rounds < 1 {
		return errors.New("write sync, catchup (sync without the slow peers), cloud or sessions behind the flags, and --rounds of 1 or more")
	}
	if o.quick {
		o.rounds = 1
	}
	if *profile != "" {
		stop, err := startProfile(*profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	if o.folder, err = os.MkdirTemp(*dir, "cloudbench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.folder)) }()
	rows, err := measure(o)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(rows)
}

func startProfile(name string) (stop func(), err error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close() // a profile is for one who looks at it now
	}, nil
}
