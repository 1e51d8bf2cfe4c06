package plate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gatehouse/sync/fact"
)

// Read is what a camera made of one plate, in normal form.
type Read struct {
	Plate      fact.Plate
	Confidence uint16      // of the whole, per mille; 0: the camera does not say
	Chars      []uint16    // of each character of Plate, per mille; another length than Plate's is not used
	Candidates []Candidate // second opinions; the first CandidatesMax count
}

// Candidate is a second opinion of a camera.
type Candidate struct {
	Plate      fact.Plate
	Confidence uint16 // per mille; 0: the camera does not say
}

// CandidatesMax bounds the work of one Match; cameras list ten at most.
const CandidatesMax = 10

// Outcome says what a Match may be used for.
type Outcome uint8

// None: no open plate is likely. Found: one is, and no other. Ambiguous: ask the driver.
const (
	None Outcome = iota
	Found
	Ambiguous
)

var outcomeText = [...]string{"none", "found", "ambiguous"}

// String is the code of the outcome.
func (o Outcome) String() string {
	if int(o) < len(outcomeText) {
		return outcomeText[o]
	}
	return fmt.Sprintf("unknown_%d", o)
}

// NothingNear is the Cost where no open plate is even similar.
const NothingNear = -1

// Match is the answer to a Read.
type Match[ID ~string] struct {
	Outcome Outcome
	ID      ID   // if Found
	Cost    int  // of the likeliest open plate: 0 is an exact reading; NothingNear if there is none
	Others  []ID // if Ambiguous: all that it may be, the likeliest first, equally likely ones by id
}

// Match finds the open id whose plate the camera most likely saw.
func (x *Index[ID]) Match(read Read) Match[ID] {
	limit := x.policy.AcceptMax
	if read.Confidence > 0 && read.Confidence < x.policy.LowConfidence {
		limit = x.policy.LowAcceptMax
	}
	var onStack [32]hit[ID]
	hits := x.search(onStack[:0], read.Plate, read.Chars, 0, 0, limit)
	for i, c := range read.Candidates[:min(len(read.Candidates), CandidatesMax)] {
		if doubt := x.policy.doubt(read, c); c.Plate != read.Plate && doubt < x.matters(hits, limit) {
			hits = x.search(hits, c.Plate, nil, doubt, i+1, limit)
		}
	}
	return x.decide(hits, limit)
}

// matters is the cost from which on an open plate changes nothing any more: it is neither found, nor a rival.
func (x *Index[ID]) matters(hits []hit[ID], limit int) int {
	best := math.MaxInt
	for i := range hits {
		best = min(best, hits[i].cost)
	}
	if best > limit {
		return math.MaxInt
	}
	return best + x.policy.MarginMin
}

// doubt is what a match by a candidate costs before any difference.
func (p *Policy) doubt(read Read, c Candidate) int {
	return p.CandidateCost + max(0, sureness(read.Confidence)-sureness(c.Confidence))
}

// hit is an open plate that was compared.
type hit[ID ~string] struct {
	entry   *entry[ID]
	cost    int
	opinion int // the last opinion of the camera it was compared with
}

// search compares one opinion of the camera with all open plates near it that may matter: most often, those of the
// same skeleton are enough.
func (x *Index[ID]) search(hits []hit[ID], plate fact.Plate, chars []uint16, doubt, opinion, limit int) []hit[ID] {
	if plate == "" {
		return hits
	}
	r := x.policy.read(spell(plate), chars)
	hits = x.compareAll(hits, r.key(-1), &r, doubt, opinion)
	if doubt+x.policy.leastUnlike(&r) >= x.matters(hits, limit) {
		return hits
	}
	for skip := range r.length {
		if !r.repeats(skip) {
			hits = x.compareAll(hits, r.key(skip), &r, doubt, opinion)
		}
	}
	return hits
}

func (x *Index[ID]) compareAll(hits []hit[ID], key uint64, r *reading, doubt, opinion int) []hit[ID] {
	for l := x.near.first(key); l != nil; l = l.next {
		if l.key == key {
			hits = x.compare(hits, l.entry, r, doubt, opinion)
		}
	}
	return hits
}

// compare notes what an open plate costs, once for each opinion: it is met in several buckets.
func (x *Index[ID]) compare(hits []hit[ID], e *entry[ID], r *reading, doubt, opinion int) []hit[ID] {
	at := len(hits) - 1
	for at >= 0 && hits[at].entry != e {
		at--
	}
	if at >= 0 && hits[at].opinion == opinion {
		return hits
	}
	cost := doubt + x.policy.distance(r, &e.text)
	if at < 0 {
		return append(hits, hit[ID]{entry: e, cost: cost, opinion: opinion})
	}
	hits[at].cost = min(hits[at].cost, cost)
	hits[at].opinion = opinion
	return hits
}

// decide draws the lines. A plate beyond the limit is never found, but it still makes a rival of one within.
func (x *Index[ID]) decide(hits []hit[ID], limit int) Match[ID] {
	if len(hits) == 0 {
		return Match[ID]{Cost: NothingNear}
	}
	best := slices.MinFunc(hits, byCost)
	if best.cost > limit {
		return Match[ID]{Cost: best.cost}
	}
	id, alone := best.entry.ids[0], true
	for _, h := range hits {
		if h.cost < best.cost+x.policy.MarginMin {
			alone = alone && len(h.entry.ids) == 1 && h.entry.ids[0] == id
		}
	}
	if alone {
		return Match[ID]{Outcome: Found, ID: id, Cost: best.cost}
	}
	return Match[ID]{Outcome: Ambiguous, Cost: best.cost, Others: rivals(hits, best.cost+x.policy.MarginMin)}
}

func byCost[ID ~string](a, b hit[ID]) int { return cmp.Compare(a.cost, b.cost) }

// rivals lists the ids that cost less than limit, the likeliest first, each once.
func rivals[ID ~string](hits []hit[ID], limit int) []ID {
	type rival struct {
		cost int
		id   ID
	}
	var found []rival
	for _, h := range hits {
		for _, id := range h.entry.ids {
			if h.cost < limit {
				found = append(found, rival{h.cost, id})
			}
		}
	}
	slices.SortFunc(found, func(a, b rival) int { return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.id, b.id)) })
	var ids []ID
	for _, r := range found {
		if !slices.Contains(ids, r.id) {
			ids = append(ids, r.id)
		}
	}
	return ids
}
