package main

import (
	"fmt"
	"time"
)

const (
	restartMS  = 1_000
	residentMB = 64
	megabyte   = 1e6
	// wholeRounds are fewer, because each waits until the sensors have reported for a while.
	wholeRounds = 2
	wholeRest   = 10 * time.Second
)

// restarts measures how long a gateway takes from the start of its process to the first vehicle that it lets in, with
// a million facts behind it and as many of them behind the last checkpoint as there can be: site file, check of the
// state file in a child of its own, log, state, tail, decision, commit. The files are in the machine's memory, as after
// the start of a program; after a power cut their pages come from the card first. Then the process rests until the
// archive is open, and tells what memory it has. The same is measured of a whole gateway: with a zone controller for each
// 64 spots, as a place of that size has, and with a sensor on a port of its own for each spot.
func (b *bench) restarts() ([]row, error) {
	h, err := b.history(b.scale(10_000, 500), b.scale(1_000_000, 20_000))
	if err != nil {
		return nil, err
	}
	if err := h.addTail(); err != nil {
		return nil, err
	}
	f := figures{}
	for range b.rounds {
		if err := b.awake(f, "restart", restartWord, h.dir); err != nil {
			return nil, err
		}
	}
	rest := wholeRest
	if b.quick {
		rest = time.Second
	}
	for range min(b.rounds, wholeRounds) {
		for _, site := range []string{siteName, singleName} {
			if err := b.awake(f, site, appWord, h.dir, site, rest.String()); err != nil {
				return nil, err
			}
		}
	}
	line := func(what, unit, figure string) row { return row{What: what, Unit: unit, Value: f.of(figure)} }
	return []row{
		line("lot and journal: start to first vehicle let in", "ms", "restart").atMost(restartMS),
		line("of which the site file", "ms", "restart parse"),
		line("of which check, log, state and tail", "ms", "restart open"),
		line("of which decision and commit", "ms", "restart decide"),
		line("its processor time", "ms", "restart cpu"),
		line("facts read behind the checkpoint", "", "restart replayed"),
		line("open tickets", "", "restart tickets"),
		line("memory at rest, archive open", "MB", "restart resident").atMost(residentMB),
		line("of which its own", "MB", "restart anonymous"),
		line("of which pages of files", "MB", "restart files"),
		line("memory at most", "MB", "restart peak"),
		line("whole gateway, zone controllers: start to first vehicle let in", "ms", siteName).atMost(restartMS),
		line("its processor time", "ms", siteName+" cpu"),
		line("memory at rest", "MB", siteName+" resident").atMost(residentMB),
		line("of which its own", "MB", siteName+" anonymous"),
		line("memory at most", "MB", siteName+" peak"),
		line("whole gateway, a device for each spot: start to first vehicle let in", "ms", singleName).atMost(restartMS),
		line("its processor time", "ms", singleName+" cpu"),
		line("memory at rest", "MB", singleName+" resident"),
		line("of which its own", "MB", singleName+" anonymous"),
		line("memory at most", "MB", singleName+" peak"),
	}, nil
}

// awake starts a gateway as a child, which dies once it has said everything.
func (b *bench) awake(f figures, figure string, args ...string) error {
	time.Sleep(b.rest)
	var last awakening
	decided := time.Duration(0)
	err := b.spawn(func(said awakening, after time.Duration) {
		if decided == 0 {
			decided = after
		}
		last = said
	}, args...)
	if err != nil {
		return err
	}
	if last.Rebuilt != "" {
		return fmt.Errorf("bench: the state was rebuilt (%s): remove %s, another program made it", last.Rebuilt, args[1])
	}
	for name, value := range map[string]float64{
		"": float64(decided.Microseconds()) / 1000, " parse": last.ParseMS, " open": last.OpenMS, " decide": last.DecideMS,
		" cpu": last.CPUMS, " replayed": float64(last.Replayed), " tickets": float64(last.Tickets),
		" resident": float64(last.Memory.Resident) / megabyte, " anonymous": float64(last.Memory.Anonymous) / megabyte,
		" files": float64(last.Memory.Files) / megabyte, " peak": float64(last.Memory.Peak) / megabyte,
	} {
		f.add(figure+name, value)
	}
	return nil
}
