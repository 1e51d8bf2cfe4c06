package rig

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// decideMS is how long a gate may stay undecided before its policy has to act (A5).
const decideMS = 3_000

// flushed checks that no flush is tried again in a handle in which one failed: it would find clean pages, and say that all
// is well (D3).
func (w *watcher) flushed(log *factlog.Log, err error) {
	if w.spoiled == log {
		w.fail(errors.New("D3: a flush is tried again in the handle in which one failed"))
	}
	if err != nil {
		w.spoiled = log
	}
}

// refused checks a FULL: no spot of a type that the vehicle may use is known to be free (B5).
func (w *watcher) refused(f fact.EntryDenied) error {
	if f.Reason != fact.ReasonFull {
		return nil
	}
	types := w.cfg.Upgrade.Types(cmp.Or(f.Vehicle, fact.Regular), false)
	for i := range w.cfg.Spots {
		s := &w.cfg.Spots[i]
		if w.sensed[s.ID] == fact.SpotAvailable && w.spots[s.ID] == "" && slices.Contains(types, s.Type) {
			return fmt.Errorf("B5: gate %s says FULL, and spot %s is free", f.Gate, s.ID)
		}
	}
	return nil
}

// stalled checks that a vehicle waits for a disk no longer than its gate's policy says, and is let through early only
// where the policy says so (A5).
func (w *watcher) stalled(r *Rig) {
	for _, c := range r.waiting {
		for _, effect := range c.effects {
			e, moves := effect.(lot.MoveBarrier)
			open := moves && w.cfg.Gates[e.Gate].Stall == lot.StallOpen
			if moves && e.Command == gate.CommandRaise && open && !c.lazy && !(c.early && e.Early) && r.nowMS > c.sinceMS+decideMS {
				w.fail(fmt.Errorf("A5: gate %s has kept a granted vehicle waiting for the disk for %d ms", w.cfg.Gates[e.Gate].ID, r.nowMS-c.sinceMS))
			}
		}
	}
}

// early checks a raise before its cause is durable: the disk stalled (D1), and the gate's policy is to open then (A5).
func (w *watcher) early(r *Rig, e lot.MoveBarrier) {
	if !r.stalled {
		w.fail(errors.New("D1: a vehicle was let through early and the disk had not stalled"))
	}
	if w.cfg.Gates[e.Gate].Stall != lot.StallOpen {
		w.fail(fmt.Errorf("A5: gate %s opened before its fact was durable, and it is to wait", w.cfg.Gates[e.Gate].ID))
	}
}

// count takes note of a vehicle that the log says went through a gate (P8).
func (w *watcher) count(id fact.GateID) {
	w.counted[id]++
}

// released wants every vehicle that came to an exit to be out, whatever else broke down (A5): an arm that is jammed, a loop
// that lies, a power cut or a person may keep one in.
func (w *watcher) released(r *Rig) error {
	truth := r.world.Truth()
	if r.result.Cuts+r.result.Orders > 0 || fired(truth, blinding()) || fired(truth, jamming()) {
		return nil
	}
	if stranded := truth.ByWhere[world.Stranded]; stranded > 0 {
		return fmt.Errorf("A5: no exit ever opened for %d vehicles", stranded)
	}
	return nil
}

// conserved compares the passages of each gate in the log with the truth (P8): where the loops work and the power never
// failed, for else nothing can tell. One who follows another bumper to bumper looks like its trailer; and if no camera saw
// it and it waits a while, like the other come back, whose grant is still its own.
func (w *watcher) conserved(r *Rig) error {
	truth := r.world.Truth()
	if r.result.Cuts > 0 || fired(truth, blinding()) {
		return nil
	}
	unseen, short := truth.Fired[world.PlateMissed], 0
	followed := make([]int, len(w.cfg.Gates))
	for _, p := range truth.Passages {
		if p.How == world.Followed {
			followed[p.Gate]++
		}
	}
	for g, both := range truth.Through {
		through, counted := both[0]+both[1], w.counted[w.cfg.Gates[g].ID]
		if short += max(0, through-followed[g]-counted); counted > through || short > unseen {
			return fmt.Errorf("P8: %d vehicles went through gate %s, and the log says %d", through, w.cfg.Gates[g].ID, counted)
		}
	}
	return nil
}

// blinding are the faults after which a gate can't count.
func blinding() []world.Fault {
	return []world.Fault{world.LoopStuckOn, world.LoopStuckOff, world.LoopDropout, world.LoopRetuned, world.LoopTouch}
}

// jamming are the faults of an arm that keep it from rising.
func jamming() []world.Fault {
	return []world.Fault{world.ArmJam, world.ArmBroken, world.ArmLimitLost, world.ArmByHand}
}

func fired(truth *world.Truth, faults []world.Fault) bool {
	return slices.ContainsFunc(faults, func(f world.Fault) bool { return truth.Fired[f] > 0 })
}
