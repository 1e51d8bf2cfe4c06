package main

import (
	"errors"
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
	singleName  = "single.toml" // the same place with a device for each spot's sensor
	journalName = "journal"
	builtName   = "built" // its last file
)

// history makes one, or takes the one that a run before has left in --dir.
func (b *bench) history(spots, facts int) (history, error) {
	h := history{dir: filepath.Join(b.folder, "history"), spots: spots, facts: facts}
	if b.dir != "" {
		h.dir = filepath.Join(b.dir, fmt.Sprintf("history-%d-%d", spots, facts))
	}
	if _, err := os.Stat(filepath.Join(h.dir, builtName)); err == nil {
		return h, h.writeSites()
	}
	if err := os.RemoveAll(h.dir); err != nil {
		return h, fmt.Errorf("bench: %w", err)
	}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return h, fmt.Errorf("bench: %w", err)
	}
	if err := errors.Join(h.writeSites(), h.build()); err != nil {
		return h, err
	}
	return h, os.WriteFile(filepath.Join(h.dir, builtName), nil, 0o600)
}

// writeSites writes what an installer would have.
func (h history) writeSites() error {
	zoned := place(h.spots)
	single := zoned
	single.Zoned = 0
	return errors.Join(
		os.WriteFile(filepath.Join(h.dir, siteName), siteFile(zoned), 0o600), os.WriteFile(filepath.Join(h.dir, singleName), siteFile(single), 0o600),
	)
}

// build has vehicles come and go for as many facts.
func (h history) build() error {
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
	return errors.Join(g.endBulk(), g.close())
}

// addTail has some more vehicles come and go, and takes the power away when the next checkpoint is nearly due.
func (h history) addTail() error {
	cfg, err := quietConfig(h.spots)
	if err != nil {
		return err
	}
	o := journalOptions(filepath.Join(h.dir, journalName))
	o.CheckpointFacts, o.CheckpointEvery = notDueFacts, notDueBefore
	g, _, err := openJournal(o, cfg)
	if err != nil {
		return err
	}
	g.park.start(false)
	for i := range checkpointFacts / entryFacts {
		g.park.agenda.add(g.park.nowMS+int64(i)*serviceMS, func() { g.park.come(0) })
	}
	g.park.runOut()
	g.sync()
	return g.cut()
}

// entryFacts are what a vehicle leaves in the log when it comes: granted, passed, spot occupied, parked.
const entryFacts = 4
