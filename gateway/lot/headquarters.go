package lot

import (
	"fmt"
	"strings"

	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/policy"
)

// headquarters is what was said there. It is not remembered, and said again after each start.
type headquarters struct {
	blocked     map[fact.Plate]bool
	keys        policy.Keys
	validations map[string]Validation // by code, as headquarters bounds them
}

// inputDocument handles what headquarters' documents and commands come to.
func (l *Lot) inputDocument(ev Event) bool {
	switch e := ev.(type) {
	case PolicyChanged:
		l.emit(e.Fact)
	case CommandTaken:
		l.emit(e.Fact)
	case SetPasses:
		l.setPasses(e)
	case SetBlocked:
		l.setBlocked(e.Plates)
	default:
		return false
	}
	return true
}

// headquartersPass is what the ids of headquarters' passes begin with. Ids that a location makes itself are longer.
const headquartersPass = "HQ-"

// HeadquartersPass is the id of a version of a pass. A version that was revoked never holds again, so a new right, or new
// terms, have a new version.
func HeadquartersPass(name string, version uint64) fact.PassID {
	return fact.PassID(fmt.Sprintf("%s%s.%d", headquartersPass, name, version))
}

// setPasses issues what is new and revokes what is gone. Said again it changes nothing.
func (l *Lot) setPasses(e SetPasses) {
	wanted := map[fact.PassID]bool{}
	for _, p := range e.Passes {
		wanted[p.Pass] = true
		p.Plate, p.Actor = platetext.Normal(string(p.Plate)), clip(e.Actor)
		old, known := l.book.PassByID(p.Pass)
		same := known && old.Plate == p.Plate && old.Card == p.Card && old.SpotType == p.SpotType && old.FromMS == p.FromMS &&
			old.UntilMS == p.UntilMS && old.User == p.User
		if !same && !old.Revoked {
			l.emit(p)
		}
	}
	for _, old := range l.book.Passes() {
		if strings.HasPrefix(string(old.ID), headquartersPass) && !old.Revoked && !wanted[old.ID] {
			l.emit(fact.PassRevoked{Pass: old.ID, Actor: clip(e.Actor)})
		}
	}
}

// setBlocked replaces the block list.
func (l *Lot) setBlocked(plates []string) {
	l.headquarters.blocked = make(map[fact.Plate]bool, len(plates))
	for _, raw := range plates {
		if p := platetext.Normal(raw); p != "" {
			l.headquarters.blocked[p] = true
		}
	}
}
