package rig

import (
	"cmp"
	"slices"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// leave is what the log says about one vehicle that left: its exit was granted, or it passed without a ticket and the log
// says why the arm was up.
type leave struct {
	gate   fact.GateID
	ticket fact.TicketID // of one that followed another
	atMS   int64         // in the world's time
	billed bool          // paid, or owed with a reason
	free   bool          // by a pass, because of a fire, or through an arm that a fault or a person held up
	priced fact.SpotType
}

// unbilledExits counts the vehicles that the gateway let out and charged nothing though their stay costs something: by
// the world's own knowledge of who stayed for how long and who paid. Whoever follows another through, or goes where the
// arm stands open, was not let out; such passages are facts of their own, with their reason.
func (r *Rig) unbilledExits(truth *world.Truth) int {
	paid := map[int]bool{}
	for _, p := range truth.Payments {
		paid[p.Car] = true
	}
	leaves := slices.Clone(r.watch.leaves)
	unbilled := 0
	for _, p := range truth.Passages {
		if p.Direction != fact.Outward || p.How != world.Invited {
			continue
		}
		granted, found := takeLeave(&leaves, r.cfg.Lot.Gates[p.Gate].ID, p.AtMS)
		switch {
		case paid[p.Car] || found && (granted.billed || granted.free):
		case r.stayCosts(granted.priced, truth.Cars[p.Car].EnteredMS, cmp.Or(granted.atMS, p.AtMS)):
			unbilled++
		}
	}
	return unbilled
}

// takeLeave finds the last one at a gate up to a time, and takes it and what came before it there away: each is of one
// vehicle.
func takeLeave(leaves *[]leave, id fact.GateID, atMS int64) (last leave, found bool) {
	*leaves = slices.DeleteFunc(*leaves, func(l leave) bool {
		if l.gate != id || l.atMS > atMS {
			return false
		}
		last, found = l, true
		return true
	})
	return last, found
}

// stayCosts reports whether the tariff asks anything for a stay.
func (r *Rig) stayCosts(priced fact.SpotType, fromMS, untilMS int64) bool {
	startMS := r.cfg.Start.UnixMilli()
	stay := tariff.Stay{EntryMS: startMS + fromMS, ExitMS: startMS + untilMS, SpotType: priced}
	return tariff.Quote(r.cfg.Lot.Tariff, stay).TotalMinor > 0
}
