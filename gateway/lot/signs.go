package lot

import "gatehouse/sync/fact"

// sign is what a floor's sign shows.
type sign struct {
	shown     bool
	available int
	unknown   bool
	full      bool // says FULL until enough spots are free again, so that it does not flicker
}

// signs are those of the floors.
type signs struct {
	shown []sign
	moved bool // they may have to show something else
}

// refreshSigns shows what has changed: the lesser of the counts, and never what is not known.
func (l *Lot) refreshSigns() {
	if !l.signs.moved {
		return
	}
	l.signs.moved = false
	l.refreshFaces()
	spare := max(0, min(l.spareByLoops(), l.counts.all[fact.SpotAvailable]-l.keptOfAll()))
	for i := range l.signs.shown {
		want := l.wantedSign(i, spare)
		if want == l.signs.shown[i] {
			continue
		}
		l.signs.shown[i] = want
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
	full := !unknown && (available == 0 || l.signs.shown[floor].full && available < min(l.cfg.Policy.FullReleaseSpots, usable))
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

// idleFaces are what displays show when nobody is there.
type idleFaces struct{ exit, fire, full, welcome Face }

func newIdleFaces(name string) idleFaces {
	return idleFaces{
		exit: Face{Lines: []string{name, "Exit"}, Colour: Green}, fire: Face{Lines: refusalLines(fact.ReasonFire), Colour: Red},
		full: Face{Lines: []string{name, "FULL"}, Colour: Red}, welcome: Face{Lines: []string{name, "Welcome"}, Colour: Green},
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
	switch {
	case l.cfg.Gates[i].Lane.Direction == fact.Outward:
		return l.idle.exit
	case l.meta.Fire:
		return l.idle.fire
	case l.counts.all[fact.SpotAvailable] <= l.counts.types[fact.Handicapped][fact.SpotAvailable]+l.keptOfAll():
		return l.idle.full
	}
	return l.idle.welcome
}
