package lot

import (
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// What the sensors have learned moves with every reading of a free spot, and is worth little more than it was some hours
// ago. So it is stored seldom, and the spots take turns, so that no checkpoint has them all.
const (
	baselinesFirstMS = 10 * 60_000 // after the start: what a restart taught is learned by then
	baselinesTurnMS  = 60_000      // from one group of spots to the next
	baselinesEveryMS = 6 * hourMS  // from the last group to the first
	baselinesGroup   = 128         // spots
)

// baselines are what a spot's sensors have learned of the empty spot; Alive is the kind of one that has learned nothing.
type baselines [occupancy.SensorsMax]occupancy.Baseline

// baselinesTurn says which spots' baselines are stored next, and when.
type baselinesTurn struct {
	whenMS int64 // monotonic; never before the start
	spot   int   // the first of the group
}

// storeBaselines has the next group's baselines stored when it is due. Nothing wakes the lot for it: without readings
// nothing is learned.
func (l *Lot) storeBaselines() {
	turn := &l.sensing.turn
	if l.now.MonoMS < turn.whenMS {
		return
	}
	until := min(turn.spot+baselinesGroup, len(l.sensing.spots))
	for i := turn.spot; i < until; i++ {
		l.storeBaselinesOf(i)
	}
	turn.spot, turn.whenMS = until, l.now.MonoMS+baselinesTurnMS
	if until == len(l.sensing.spots) {
		turn.spot, turn.whenMS = 0, l.now.MonoMS+baselinesEveryMS
	}
}

func (l *Lot) storeBaselinesOf(i int) {
	if l.cfg.Spots[i].Sensor >= 0 {
		l.dirty.add(TableBaselines, string(l.cfg.Spots[i].ID))
	}
}

// learned is what a spot's sensors know of the empty spot; false if none knows anything.
func (l *Lot) learned(i int32) (b baselines, found bool) {
	for n := range b {
		if learned, known := l.sensing.spots[i].Baseline(uint8(n)); known {
			b[n], found = learned, true
		}
	}
	return b, found
}

// teach gives a spot's sensors what they had learned, as far as it is of the spot as the site file now has it.
func (l *Lot) teach(i int32, b baselines) {
	kind := l.cfg.Spots[i].Sensor
	if kind < 0 {
		return
	}
	cfg := &l.cfg.Sensors[kind]
	for n := range min(int(cfg.Sensors), len(b)) {
		if b[n].Fits(cfg) {
			l.sensing.spots[i].SetBaseline(uint8(n), b[n])
		}
	}
}

func (l *Lot) loadBaselines(id fact.SpotID, value []byte) error {
	var b baselines
	if err := wire.Unmarshal(value, &b); err != nil {
		return err
	}
	if i, found := l.spotIndex[id]; found {
		l.teach(i, b)
	}
	return nil
}
