package simdisk

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Two seeds of Cut have a meaning of their own.
const (
	CutKeepsNothing = 0 // nothing that is pending survives
	CutKeepsAll     = 1 // everything does
)

// Cut takes the power away and gives it back. What is pending survives as the seed decides; open handles are dead.
func (d *Disk) Cut(seed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := cutter{seed: seed, random: rand.New(rand.NewPCG(seed, 1)), fired: d.fired}
	d.fired.add(PowerCut)
	for _, m := range c.survivors(d.moves) {
		m.apply(d.saved)
	}
	d.moves = nil
	for _, file := range d.inodes() {
		c.cut(file)
	}
	d.names = maps.Clone(d.saved)
	d.epoch++
}

// inodes returns the files that have a durable name, in the order of their names.
func (d *Disk) inodes() (files []*inode) {
	for _, name := range slices.Sorted(maps.Keys(d.saved)) {
		if file := d.saved[name]; !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

// cutter decides what survives one cut.
type cutter struct {
	seed   uint64
	random *rand.Rand
	fired  *counters
}

// keeps decides about one pending thing.
func (c cutter) keeps() bool {
	switch c.seed {
	case CutKeepsNothing:
		return false
	case CutKeepsAll:
		return true
	}
	return c.random.IntN(2) == 0
}

// survivors chooses among directory operations: a prefix, as a journal leaves it, or any subset.
func (c cutter) survivors(moves []move) (kept []move) {
	asPrefix := c.keeps()
	for i, m := range moves {
		if c.keeps() {
			kept = append(kept, m)
			continue
		}
		c.fired.add(LostName)
		if asPrefix {
			c.fired.many(LostName, len(moves)-i-1)
			break
		}
	}
	return kept
}

// cut chooses among a file's pending writes and makes the outcome what a reader sees. A write that survives covers
// older ones of its sector, even those that survive; some sectors are chosen to show an older write instead.
func (c cutter) cut(file *inode) {
	for _, s := range c.order(file.pending) {
		if c.keeps() {
			file.keep(s)
		} else {
			c.fired.add(LostSector)
		}
	}
	file.pending = nil
	file.cache = slices.Clone(file.durable)
}

// order returns the pending writes as they reach the disk: as they were made, or in any order.
func (c cutter) order(pending []sector) []sector {
	if c.seed <= CutKeepsAll || c.keeps() {
		return pending
	}
	shuffled := slices.Clone(pending)
	c.random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	return shuffled
}
