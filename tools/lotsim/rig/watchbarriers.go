package rig

import (
	"errors"
	"fmt"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// grant is the last cause for a ticket's raise at a gate.
type grant struct {
	dot  fact.Dot
	last factlog.Index // position of its fact
}

// barrier checks the cause of a raise: it is durable, unless the disk stalled (A1, D1), and it raises once (A2).
func (w *watcher) barrier(r *Rig, e lot.MoveBarrier, committed bool) {
	switch e.Command {
	case gate.CommandHold:
		w.held[e.Gate] = true
	case gate.CommandRelease:
		w.held[e.Gate] = false
	case gate.CommandStop:
		w.held[e.Gate] = false
	}
	if e.Command != gate.CommandRaise || e.Cause != gate.CauseVend || e.Ticket == "" {
		return
	}
	cause, known := w.granted[string(w.cfg.Gates[e.Gate].ID)+string(e.Ticket)]
	switch {
	case !known:
		w.fail(fmt.Errorf("A1: gate %s rises for ticket %s, which was granted nothing", w.cfg.Gates[e.Gate].ID, e.Ticket))
	case committed && cause.last > w.acked:
		w.fail(fmt.Errorf("D1: gate %s rises for ticket %s before its grant is durable", w.cfg.Gates[e.Gate].ID, e.Ticket))
	case !committed:
		w.early(r, e)
	}
	if e.Retry > 0 {
		r.result.Retries++
		return
	}
	w.raised[cause.dot]++
	if w.raised[cause.dot] > 1 {
		w.fail(fmt.Errorf("A2: gate %s rises twice for fact %s-%d", w.cfg.Gates[e.Gate].ID, cause.dot.Incarnation, cause.dot.Seq))
	}
}

// mustBeDurable checks that what leaves the gateway rests on durable facts (D1).
func (w *watcher) mustBeDurable(r *Rig, what string, committed bool) {
	if !committed {
		w.fail(errors.New("D1: " + what + " left before its facts were durable"))
	}
}

// truth compares with the world: no arm comes down on a car (P1t).
func (w *watcher) truth(r *Rig) {
	const patienceMS = 100
	truth := r.world.Truth()
	for _, close := range truth.Closes {
		if close.ForMS > patienceMS && close.FaultyLoops <= 1 {
			w.fail(fmt.Errorf("P1t: gate %s came down on car %d for %d ms", w.cfg.Gates[close.Gate].ID, close.Car, close.ForMS))
		}
	}
}
