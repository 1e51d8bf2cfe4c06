package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// cloud measures headquarters.
func (b *bench) cloud() ([]row, error) { return b.cloudbench("cloud") }

// sync measures the way there, against what is there to buy, and the gateway's memory while it is shut.
func (b *bench) sync() ([]row, error) {
	rows, err := b.cloudbench("sync")
	if err != nil {
		return nil, err
	}
	memory, err := b.waiting()
	return append(rows, memory), err
}

// cloudbench runs tools/cloudbench, because brokers and a database in this process would count into the memory of the gateways
// that it measures.
func (b *bench) cloudbench(what string) ([]row, error) {
	args := []string{"run", "gatehouse/tools/cloudbench", "--dir", b.folder, "--rounds", fmt.Sprint(min(b.rounds, 3))}
	if b.quick {
		args = append(args, "--quick")
	}
	command := exec.Command("go", append(args, what)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("cloudbench: %w", err)
	}
	var rows []row
	return rows, json.Unmarshal(out, &rows)
}

const (
	waitingSpots = 2_000
	waitingFacts = 100_000
	waitingMB    = 48
	waitingRest  = 5 * time.Second
	// nobodyThere is a broker that is never there.
	nobodyThere = "\n[sync]\nbroker = \"tcp://127.0.0.1:1\"\ntrust_broker = true\n"
)

// waiting measures the memory of a whole gateway in a process of its own, with a device for each spot, whose facts
// headquarters has never had.
func (b *bench) waiting() (row, error) {
	h, err := b.history(b.scale(waitingSpots, 100), b.scale(waitingFacts, 2_000))
	if err != nil {
		return row{}, err
	}
	text := append(siteFile(place(h.spots)), nobodyThere...)
	if err := os.WriteFile(filepath.Join(h.dir, siteName), text, 0o600); err != nil {
		return row{}, fmt.Errorf("bench: %w", err)
	}
	f := figures{}
	rest := waitingRest
	if b.quick {
		rest = time.Second
	}
	if err := b.awake(f, appWord, h.dir, rest.String()); err != nil {
		return row{}, err
	}
	return row{
		What: fmt.Sprintf("gateway with %d spots and %d facts that wait, memory", h.spots, h.facts), Value: f.of("app resident"), Unit: "MB",
		Note: fmt.Sprintf("its own %.1f, at most %.1f", f.of("app anonymous"), f.of("app peak")),
	}.atMost(waitingMB), nil
}
