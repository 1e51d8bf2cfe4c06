package modbus

import (
	"errors"
	"time"
)

const (
	missesMax        = 3  // so many misses, and a slave is in quarantine
	quarantineSweeps = 20 // and asked on every so many sweeps only
)

// group is the polls of one Run.
type group struct {
	polls       []scheduled
	quarantined int
	silent      chan error // holds one once all are in quarantine: what a slave of them answered with, or nil
}

// scheduled is a poll with its turn.
type scheduled struct {
	Poll
	due    time.Time
	misses int
	said   error // the fault by which it answered last; nil: it did not
}

func newGroup(polls []Poll, now time.Time) *group {
	g := &group{polls: make([]scheduled, len(polls)), silent: make(chan error, 1)}
	for i, p := range polls {
		g.polls[i] = scheduled{Poll: p, due: now}
	}
	return g
}

// settle gives a poll its next turn. A sweep that was late does not make up for what it missed. Who refuses has missed as well:
// nothing is known of it.
func (g *group) settle(p *scheduled, fault error, now time.Time) {
	was := p.misses >= missesMax
	p.misses, p.said = min(p.misses+1, missesMax), answered(fault)
	if fault == nil {
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
		case g.silent <- g.said():
		default:
		}
	}
}

// said is what one of the slaves answered with; nil if none did.
func (g *group) said() error {
	for i := range g.polls {
		if said := g.polls[i].said; said != nil {
			return said
		}
	}
	return nil
}

// answered is the fault if it is an answer all the same.
func answered(fault error) error {
	var f *Fault
	if errors.As(fault, &f) && (f.Kind == FaultException || f.Kind == FaultFunction || f.Kind == FaultDevice) {
		return fault
	}
	return nil
}
