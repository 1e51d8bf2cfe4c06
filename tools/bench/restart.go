package main

import (
	"fmt"
	"time"
)

const (
	restartMS  = 1_000
	residentMB = 64
	megabyte   = 1e6
	// wholeRounds are fewer, because each waits until all sensors have reported.
	wholeRounds = 2
)

// restarts measures how long a gateway takes from the start of its process to the first vehicle that it lets in, with
// a million facts behind it and as many of them behind the last checkpoint as there can be: site file, check of the
// state file in a child of its own, log, state, tail, decision, commit. The files are in the machine's memory, as after
// the start of a program; after a power cut their pages come from the card first. Then the process rests until the
// archive is open, and tells what memory it has. The same is measured of a whole gateway with a device for each spot.
func (b *bench) restarts() ([]row, error) {
	spots, facts := b.scale(10_000, 500), b.scale(1_000_000, 20_000)
	h, err := b.history(spots, facts)
	if err != nil {
		return nil, err
	}
	f := figures{}
	var last awakening
	for range b.rounds {
		time.Sleep(b.rest)
		decided := false
		err := b.spawn(restartWord, h.dir, func(said awakening, after time.Duration) {
			if !decided {
				f.add("all", float64(after.Microseconds())/1000)
			}
			decided, last = true, said
		})
		if err != nil {
			return nil, err
		}
		if last.Rebuilt != "" {
			return nil, fmt.Errorf("bench: the state was rebuilt (%s): remove %s, another program made it", last.Rebuilt, h.dir)
		}
		f.add("parse", last.ParseMS)
		f.add("open", last.OpenMS)
		f.add("decide", last.DecideMS)
		f.add("resident", float64(last.Memory.Resident)/megabyte)
		f.add("anonymous", float64(last.Memory.Anonymous)/megabyte)
		f.add("files", float64(last.Memory.Files)/megabyte)
	}
	for range min(b.rounds, wholeRounds) {
		time.Sleep(b.rest)
		decided := false
		err := b.spawn(appWord, h.dir, func(said awakening, after time.Duration) {
			if !decided {
				f.add("whole", float64(after.Microseconds())/1000)
			}
			decided, last = true, said
		})
		if err != nil {
			return nil, err
		}
		f.add("whole resident", float64(last.Memory.Resident)/megabyte)
		f.add("whole anonymous", float64(last.Memory.Anonymous)/megabyte)
		f.add("whole files", float64(last.Memory.Files)/megabyte)
	}
	line := func(what, unit, figure string) row { return row{What: what, Unit: unit, Value: f.of(figure)} }
	return []row{
		line("from its start to the first vehicle let in", "ms", "all").atMost(restartMS),
		line("of which the site file", "ms", "parse"),
		line("of which check, log, state and tail", "ms", "open"),
		line("of which decision and commit", "ms", "decide"),
		{What: "facts read behind the checkpoint", Value: float64(last.Replayed)},
		{What: "open tickets", Value: float64(last.Tickets)},
		line("resident memory, archive open", "MB", "resident").atMost(residentMB),
		line("of which its own", "MB", "anonymous"),
		line("of which pages of files", "MB", "files"),
		line("whole gateway, to the first vehicle let in", "ms", "whole").atMost(restartMS),
		line("whole gateway, resident memory", "MB", "whole resident"),
		line("of which its own", "MB", "whole anonymous"),
		line("of which pages of files", "MB", "whole files"),
	}, nil
}
