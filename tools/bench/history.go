package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// history is a folder that a gateway left behind when its power went: a site file, and a journal with its facts.
type history struct {
	dir   string
	spots int
	facts int // at least
}

// The names in the folder.
const (
	siteName    = "site.toml"
	journalName = "journal"
	builtName   = "built" // its last file
)

// tailFacts are behind the last checkpoint: as many as there can be before the next one is due.
const tailFacts = checkpointFacts

// history makes one, or takes the one that a run before has left in --dir.
func (b *bench) history(spots, facts int) (history, error) {
	h := history{dir: filepath.Join(b.folder, "history"), spots: spots, facts: facts}
	if b.dir != "" {
		h.dir = filepath.Join(b.dir, fmt.Sprintf("history-%d-%d", spots, facts))
	}
	if _, err := os.Stat(filepath.Join(h.dir, builtName)); err == nil {
		return h, nil
	}
	if err := os.RemoveAll(h.dir); err != nil {
		return h, fmt.Errorf("bench: %w", err)
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return h, fmt.Errorf("bench: %w", err)
	}
	if err := h.build(); err != nil {
		return h, err
	}
	return h, os.WriteFile(filepath.Join(h.dir, builtName), nil, 0o600)
}

// build has vehicles come and go for as many facts, and takes the power away.
func (h history) build() error {
	if err := os.WriteFile(filepath.Join(h.dir, siteName), siteFile(place(h.spots)), 0o600); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	cfg, err := quietConfig(h.spots)
	if err != nil {
		return err
	}
	o := journalOptions(filepath.Join(h.dir, journalName))
	o.CheckpointFacts = 20 * bulkFacts
	g, err := openJournaled(o, cfg, h.spots/2)
	if err != nil {
		return err
	}
	const chunk = 1_000
	for int(g.journal.Health().Appended) < h.facts && g.err == nil {
		g.park.handle = g.bulkHandle
		g.park.pace(chunk)
	}
	if err := g.endBulk(); err != nil {
		return err
	}
	g.park.pace(tailFacts / factsOfVehicle) // no checkpoint is due before there are 20 times as many
	g.sync()
	return g.cut()
}

// factsOfVehicle is about how many there are.
const factsOfVehicle = 9
