package lot

import "gatehouse/sync/fact"

// sign is what a floor's sign shows.
type sign struct {
	shown     bool
	available int
	unknown   bool
	full      bool // says FULL until enough spots are free again, so that it does not flicker
}

// refreshSigns shows what has changed: the lesser of the counts, and never what is not known.
func (l *Lot) refreshSigns() {
	if !l.signsMoved {
		return
	}
	l.signsMoved = false
	l.refreshFaces()
	spare := max(0, min(l.spareByLoops(), l.counts.all[fact.SpotAvailable]-l.keptOfAll()))
	for i := range l.signs {
		want := l.wantedSign(i, spare)
		if want == l.signs[i] {
			continue
		}
		l.signs[i] = want
		l.do(ShowSign{Floor: i, Available: want.available, Total: l.counts.floorTotal[i], Unknown: want.unknown})
	}
}

// spareByLoops is how many more vehicles fit, by those that went in and out.
func (l *Lot) spareByLoops() int {
	usable := len(l.spots) - l.counts.all[fact.SpotMaintenance]
	return max(0, usable-int(max(0, l.meta.LoopInside)))
}

func (l *Lot) wantedSign(floor, spare int) sign {
	count := &l.counts.floors[floor]
	available := min(count[fact.SpotAvailable], spare)
	usable := l.counts.floorTotal[floor] - count[fact.SpotMaintenance]
	unknown := usable > 0 && count[fact.SpotUnknown] == usable
	full := !unknown && (available == 0 || l.signs[floor].full && available < min(l.cfg.Policy.FullReleaseSpots, usable))
	if full {
		available = 0
	}
	return sign{shown: true, available: available, unknown: unknown, full: full}
}

// refreshFaces has the displays that nobody stands at say whether there is room.
func (l *Lot) refreshFaces() {
	for i := range l.lanes {
		if n := &l.lanes[i]; !n.present && !n.granted && n.waiting == waitNone {
			l.show(i, l.idleFace(i))
		}
	}
}

// show changes a gate's display, if it has one and the face is new.
func (l *Lot) show(i int, face Face) {
	if !l.cfg.Gates[i].Display || same(l.lanes[i].face, face) {
		return
	}
	l.lanes[i].face = face
	l.do(ShowFace{Gate: i, Face: face})
}

func same(a, b Face) bool {
	if a.Colour != b.Colour || len(a.Lines) != len(b.Lines) {
		return false
	}
	for i := range a.Lines {
		if a.Lines[i] != b.Lines[i] {
			return false
		}
	}
	return true
}

// idleFace is what a display shows when nobody is there.
func (l *Lot) idleFace(i int) Face {
	if l.cfg.Gates[i].Lane.Direction == fact.Outward {
		return Face{Lines: []string{l.cfg.Name, "Exit"}, Colour: Green}
	}
	if l.meta.Fire {
		return Face{Lines: refusalLines(fact.ReasonFire), Colour: Red}
	}
	if l.counts.all[fact.SpotAvailable] <= l.counts.types[fact.Handicapped][fact.SpotAvailable]+l.keptOfAll() {
		return Face{Lines: []string{l.cfg.Name, "FULL"}, Colour: Red}
	}
	return Face{Lines: []string{l.cfg.Name, "Welcome"}, Colour: Green}
}
