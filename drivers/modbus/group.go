package modbus

import "time"

const (
	missesMax        = 3  // so many misses, and a slave is in quarantine
	quarantineSweeps = 20 // and asked on every so many sweeps only
)

// group is the polls of one Run.
type group struct {
	polls       []scheduled
	quarantined int
	silent      chan struct{} // holds a token once all are in quarantine
}

// scheduled is a poll with its turn.
type scheduled struct {
	Poll
	due    time.Time
	misses int
}

func newGroup(polls []Poll, now time.Time) *group {
	g := &group{polls: make([]scheduled, len(polls)), silent: make(chan struct{}, 1)}
	for i, p := range polls {
		g.polls[i] = scheduled{Poll: p, due: now}
	}
	return g
}

// settle gives a poll its next turn. A sweep that was late does not make up for what it missed.
func (g *group) settle(p *scheduled, missed bool, now time.Time) {
	was := p.misses >= missesMax
	if missed {
		p.misses = min(p.misses+1, missesMax)
	} else {
		p.misses = 0
	}
	is := p.misses >= missesMax
	period := p.Period
	if is {
		period *= quarantineSweeps
	}
	if p.due = p.due.Add(period); p.due.Before(now) {
		p.due = now
	}
	switch {
	case is && !was:
		g.quarantined++
	case was && !is:
		g.quarantined--
	}
	if g.quarantined == len(g.polls) {
		select {
		case g.silent <- struct{}{}:
		default:
		}
	}
}
