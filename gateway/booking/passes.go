package booking

import (
	"cmp"
	"maps"
	"slices"

	"gatehouse/sync/fact"
)

// passes are all standing rights, revoked ones included: a revocation is remembered, so that an issue that
// arrives after it changes nothing.
type passes struct {
	passByID    map[fact.PassID]Pass
	passByPlate index[fact.Plate, fact.PassID]
	passByCard  index[string, fact.PassID]
}

func newPasses() passes {
	return passes{
		passByID:    map[fact.PassID]Pass{},
		passByPlate: index[fact.Plate, fact.PassID]{},
		passByCard:  index[string, fact.PassID]{},
	}
}

// PassIssued takes over a pass, or new terms of one. A revoked one stays revoked: a new right has a new id.
func (p *passes) PassIssued(f fact.PassIssued) {
	p.keep(Pass{
		ID: f.Pass, User: f.User, Plate: f.Plate, Card: f.Card, SpotType: f.SpotType,
		FromMS: f.FromMS, UntilMS: f.UntilMS, Revoked: p.passByID[f.Pass].Revoked,
	})
}

// PassRevoked ends a pass at once and for ever, also one that has not been heard of yet.
func (p *passes) PassRevoked(f fact.PassRevoked) {
	pass := p.passByID[f.Pass]
	pass.ID, pass.Revoked = f.Pass, true
	p.keep(pass)
}

func (p *passes) keep(pass Pass) {
	before := p.passByID[pass.ID]
	p.passByPlate.remove(before.Plate, before.ID)
	p.passByCard.remove(before.Card, before.ID)
	p.passByID[pass.ID] = pass
	p.passByPlate.add(pass.Plate, pass.ID)
	p.passByCard.add(pass.Card, pass.ID)
}

// PassByID finds a pass, revoked or not.
func (p *passes) PassByID(id fact.PassID) (Pass, bool) {
	pass, known := p.passByID[id]
	return pass, known
}

// PassForPlate finds a pass of the plate that is valid now; the first by id if there are more.
func (p *passes) PassForPlate(plate fact.Plate, nowMS int64) (Pass, bool) {
	return p.valid(p.passByPlate[plate], nowMS)
}

// PassForCard finds the pass of the card that is valid now; the first by id if there are more.
func (p *passes) PassForCard(card string, nowMS int64) (Pass, bool) {
	return p.valid(p.passByCard[card], nowMS)
}

// PassesOfCard are all that the card has been, valid or not, by id: a vehicle may be inside on one that has ended since.
func (p *passes) PassesOfCard(card string) []fact.PassID { return slices.Clone(p.passByCard[card]) }

func (p *passes) valid(ids []fact.PassID, nowMS int64) (Pass, bool) {
	for _, id := range ids {
		if pass := p.passByID[id]; pass.Valid(nowMS) {
			return pass, true
		}
	}
	return Pass{}, false
}

// Passes lists all, revoked ones included, by id: what a snapshot keeps.
func (p *passes) Passes() []Pass {
	return slices.SortedFunc(maps.Values(p.passByID), func(x, y Pass) int { return cmp.Compare(x.ID, y.ID) })
}
