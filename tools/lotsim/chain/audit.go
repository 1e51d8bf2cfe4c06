package chain

import (
	"fmt"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// wrongMax is how many sentences about what is wrong a result has.
const wrongMax = 10

// wrong notes what must not happen, while it does; it counts as double.
func (c *Chain) wrong(s *site, count int, format string, args ...any) {
	c.result.Double += count
	c.blame(s, format, args...)
}

// blame says what is wrong with a lot.
func (c *Chain) blame(s *site, format string, args ...any) {
	if len(c.result.Wrong) == wrongMax {
		return
	}
	c.result.Wrong = append(c.result.Wrong, string(s.location)+": "+fmt.Sprintf(format, args...))
	if !slices.Contains(c.result.WrongLots, s.location) {
		c.result.WrongLots = append(c.result.WrongLots, s.location)
	}
}

// audit asks of every fact whether it is where it should be.
func (c *Chain) audit() {
	var ours, theirs []*fold
	for _, s := range c.sites {
		own, other := c.auditSite(s)
		ours, theirs = append(ours, own), append(theirs, other)
		counters := sum(c.cloud.holdings[s.location].was, c.cloud.holdings[s.location].receiver.Counters())
		c.result.DuplicatesDropped += counters.Duplicates
		c.result.Rewinds += counters.Rewinds
		c.result.Conflicts += counters.Conflicts
		c.result.Forged += counters.Forged
	}
	c.result.Digest = digest(theirs)
	c.result.Converged = c.result.Digest == digest(ours) && c.result.Lost == 0 && c.result.Double == 0
}

// auditSite is what the lot's own facts fold to, and what headquarters counts. Facts that nobody has any more are no
// difference, be they at headquarters or not.
func (c *Chain) auditSite(s *site) (ours, theirs *fold) {
	l := c.cloud.holdings[s.location]
	ours, theirs = newFold(), l.fold
	lost, double := 0, 0
	for _, t := range s.truth {
		k := l.facts[t.dot]
		switch {
		case k != nil && k.times > 1:
			double++
		case k != nil && !k.apart && string(k.bytes) == string(t.bytes): // as it should be
		case s.must[t.dot]:
			lost++
		default:
			continue
		}
		ours.add(t.bytes)
	}
	known := map[fact.Dot]bool{}
	for _, t := range s.truth {
		known[t.dot] = true
	}
	for dot, k := range l.facts {
		switch {
		case known[dot]:
		case k.apart:
			c.result.KeptApart++
		case dot.Seq <= s.inherited[dot.Incarnation]:
			ours.add(k.bytes) // of a clone, before it was seen, and a new card has adopted it
		default:
			double++ // of a clone or an old card, and counted
		}
	}
	for _, life := range l.receiver.State().Lives {
		if life.Standing == wire.Rejected || life.Standing == wire.Fenced {
			c.result.Fenced++
		}
	}
	if lost+double > 0 {
		c.blame(s, "%d lost, %d double, of %d; %+v", lost, double, len(s.truth), l.receiver.State().Lives)
	}
	c.result.Lost += lost
	c.result.Double += double
	return ours, theirs
}
