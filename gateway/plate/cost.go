package plate

import (
	"gatehouse/sync/platetext"
)

// Policy weighs differences and draws the lines between Found, Ambiguous and None. Costs are likelihoods: 100 is
// ten times less likely. Confidences are per mille.
type Policy struct {
	// AcceptMax is the greatest cost of a match; beyond it the vehicle is taken for one without a ticket.
	AcceptMax int
	// MarginMin is how much more every other open ticket must cost than the one that is found.
	MarginMin int
	// LowConfidence: a reading below it must cost no more than LowAcceptMax.
	LowConfidence uint16
	LowAcceptMax  int
	// AssumedConfidence is taken for a character of which the camera said nothing.
	AssumedConfidence uint16

	// What one difference costs when the camera is in full doubt of the character. How sure it was comes on top,
	// except for twins, which no camera tells apart: 0 at 500 per mille and below, 95 at 900, 200 at 990 and above.
	TwinCost   int // the same shape in another script
	AlikeCost  int // O for 0, B for 8
	NearCost   int // 7 for 1
	OtherCost  int // any other character
	EndCost    int // a first or last character too many or too few
	InsideCost int // another character too many or too few

	// CandidateCost is added to every match by a candidate of the camera instead of its first opinion; the
	// camera's lower confidence in the candidate comes on top.
	CandidateCost int
}

// DefaultPolicy accepts one look-alike or one character lost at an end in a reading without confidences, one
// quite different character only where the camera itself doubted it, and asks unless the runner-up is about
// thirty times less likely.
//
// By the noise model of TestNoise (3 % of characters misread, 2,000 open plates, where an exact comparison finds
// 80 exits in 100) it finds 96 with confidences of each character, 99 with candidates, 92 with the text alone.
// The test allows no wrong merge in 150,000 exits; runs of millions have about three in a million, all between
// two open plates of which one was misread into the other. Of cars without any ticket, one in 1,500 is a
// look-alike of an open plate (TestStrangers).
func DefaultPolicy() Policy {
	return Policy{
		AcceptMax: 220, MarginMin: 150,
		LowConfidence: 600, LowAcceptMax: 185,
		AssumedConfidence: 950,
		TwinCost:          20, AlikeCost: 60, NearCost: 100, OtherCost: 180, EndCost: 90, InsideCost: 180,
		CandidateCost: 40,
	}
}

// reading is one opinion of the camera, ready to be compared.
type reading struct {
	text
	sureness [platetext.CharactersMax]int // of each character
	assumed  int                          // of a character that is not there
}

// read spells an opinion; confidences that do not fit the text one to one are not used.
func (p *Policy) read(text text, chars []uint16) reading {
	r := reading{text: text, assumed: sureness(p.AssumedConfidence)}
	for i := range r.length {
		r.sureness[i] = r.assumed
		if len(chars) == r.length {
			r.sureness[i] = sureness(chars[i])
		}
	}
	return r
}

// leastUnlike is the least that a plate of another skeleton than r's costs: one character of another class, too many or
// too few.
func (p *Policy) leastUnlike(r *reading) int {
	gap := min(p.EndCost, p.InsideCost)
	least := gap + r.assumed
	for i := range r.length {
		least = min(least, min(gap, p.NearCost, p.OtherCost)+r.sureness[i])
	}
	return least
}

// distance is the least cost by which r may be a reading of plate.
func (p *Policy) distance(r *reading, plate *text) int {
	var row, missed [platetext.CharactersMax + 1]int
	for j := range plate.length {
		missed[j] = p.missed(r, plate, j)
		row[j+1] = row[j] + missed[j]
	}
	for i := range r.length {
		diagonal, extra := row[0], p.extra(r, i)
		row[0] += extra
		for j := range plate.length {
			swapped := diagonal + p.swapped(r, i, &plate.glyphs[j])
			diagonal = row[j+1]
			row[j+1] = min(swapped, row[j+1]+extra, row[j]+missed[j])
		}
	}
	return row[plate.length]
}

// swapped is the cost of reading the plate's glyph g as the i-th of r.
func (p *Policy) swapped(r *reading, i int, g *glyph) int {
	seen := &r.glyphs[i]
	switch {
	case seen.char == g.char:
		return 0
	case seen.twin == g.twin:
		return p.TwinCost
	case seen.class == g.class:
		return p.AlikeCost + r.sureness[i]
	case near(seen.twin, g.twin):
		return p.NearCost + r.sureness[i]
	}
	return p.OtherCost + r.sureness[i]
}

// extra is the cost of the i-th character of r not being on the plate.
func (p *Policy) extra(r *reading, i int) int {
	return p.gap(i, r.length) + r.sureness[i]
}

// missed is the cost of the camera not seeing the j-th character of the plate.
func (p *Policy) missed(r *reading, plate *text, j int) int {
	return p.gap(j, plate.length) + r.assumed
}

func (p *Policy) gap(at, length int) int {
	if at == 0 || at == length-1 {
		return p.EndCost
	}
	return p.InsideCost
}

// sureness is the cost of contradicting a confidence: 100·log10(c/(1-c)). Doubt below even odds tells nothing
// more, and above 990 per mille cameras flatter themselves.
func sureness(confidence uint16) int {
	step := (int(min(confidence, 990)) - 500) / 10
	return surenessBy10[max(0, step)]
}

// surenessBy10 is for 500, 510 … 990 per mille.
var surenessBy10 = [50]int{
	0, 2, 3, 5, 7, 9, 10, 12, 14, 16,
	18, 19, 21, 23, 25, 27, 29, 31, 33, 35,
	37, 39, 41, 43, 45, 48, 50, 52, 55, 58,
	60, 63, 66, 69, 72, 75, 79, 83, 87, 91,
	95, 100, 106, 112, 119, 128, 138, 151, 169, 200,
}
