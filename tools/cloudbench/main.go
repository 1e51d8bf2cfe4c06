// Command cloudbench measures headquarters, for tools/bench, in a process of its own: the broker and the database are
// large, and must not count into the memory of a gateway that tools/bench measures in its own process.
//
//	cloudbench [--dir DIR] [--rounds N] [--quick] [--profile FILE]      prints rows of tools/bench as JSON
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "cloudbench:", err)
		os.Exit(1)
	}
}

func run() error {
	dir := flag.String("dir", "", "folder on the disk to measure (default a temporary one)")
	rounds := flag.Int("rounds", 3, "rounds of which the median counts")
	quick := flag.Bool("quick", false, "small: shows that it works, says little")
	profile := flag.String("profile", "", "write a CPU profile to a file")
	flag.Parse()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	folder, err := os.MkdirTemp(*dir, "cloudbench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	facts := 25_000
	if *quick {
		facts, *rounds = 3_000, 1
	}
	rows, err := wholePath(folder, facts, *rounds)
	if err != nil {
		return err
	}
	views, err := viewsOf(*quick)
	if err != nil {
		return err
	}
	size, err := bytesPerRow(filepath.Join(folder, "rows"), *quick)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(append(append(rows, views...), size...))
}
