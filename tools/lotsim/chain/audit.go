package chain

import (
	"fmt"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
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

// outcome is what some lots came to, and what they and headquarters fold to, lot by lot.
type outcome struct {
	result       Result
	ours, theirs [][32]byte
}

// audit asks of every fact whether it is where it should be.
func (c *Chain) audit() outcome {
	o := outcome{}
	for _, s := range c.sites {
		own, other := c.auditSite(s)
		o.ours, o.theirs = append(o.ours, own.digest()), append(o.theirs, other.digest())
		counters := sum(c.cloud.holdings[s.location].was, c.cloud.holdings[s.location].receiver.Counters())
		c.result.DuplicatesDropped += counters.Duplicates
		c.result.Rewinds += counters.Rewinds
		c.result.Conflicts += counters.Conflicts
		c.result.Forged += counters.Forged
	}
	o.result = c.result
	return o
}

// auditSite is what the lot's own facts fold to, and what headquarters counts. Facts that nobody has any more are no
// difference, be they at headquarters or not.
func (c *Chain) auditSite(s *site) (ours, theirs *fold) {
	l := c.cloud.holdings[s.location]
	held := l.count()
	ours, theirs = newFold(), held.fold
	lost, double := 0, 0
	for _, t := range s.truth {
		k := held.facts[t.dot]
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
	for dot, k := range held.facts {
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
	c.compareHistories(s, l.receiver.State())
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

// compareHistories compares the digest of the gateway's own log with headquarters', over the incarnations that the log
// still holds and of which headquarters has not more than the card: a restored card lacks what was told before.
func (c *Chain) compareHistories(s *site, state outbox.ReceiverState) {
	log := s.main.card.log
	var own, theirs []outbox.Tip
	for _, tip := range state.Tips() {
		i := len(log) - 1
		for i >= 0 && log[i].dot.Incarnation != tip.Incarnation {
			i--
		}
		if i < 0 || tip.Seq > log[i].dot.Seq || log[i].bytes == nil {
			continue
		}
		own = append(own, outbox.Tip{Incarnation: tip.Incarnation, Seq: log[i].dot.Seq, Hash: log[i].hash})
		theirs = append(theirs, tip)
	}
	ownDigest, err := outbox.HistoryDigest(own)
	theirDigest, other := outbox.HistoryDigest(theirs)
	if err != nil || other != nil || ownDigest != theirDigest || len(own) == 0 {
		c.wrong(s, 1, "the gateway's history %x is not headquarters' %x: %+v, %+v", ownDigest[:8], theirDigest[:8], own, theirs)
	}
}
