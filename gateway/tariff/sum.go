package tariff

import (
	"slices"
	"time"
)

// zone is the tariff's zone, for tariffs that nobody checked.
func (t *Tariff) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

const ppm = 1_000_000

// sum rounds a receipt, bounds it, and works out its taxes.
func (p *pricer) sum(charges []Charge, out *receipt) Fee {
	t := p.tariff
	fee := Fee{Currency: t.Currency, PaidUntilMS: p.parkedMS + clamp(t.Grace.ExitMS, 0, StayMaxMS)}
	fee.Overstay = t.MaxStayMS > 0 && p.parkedMS-p.stay.EntryMS > t.MaxStayMS+clamp(t.Grace.OverstayMS, 0, StayMaxMS)
	p.round(out)
	p.taxes(&fee, out)
	if most := clamp(t.SuspectMaxMinor, 0, PriceMaxMinor); p.stay.Bounded && fee.TotalMinor > most {
		p.bound(&fee, out, most)
	}
	lines := out.lines()
	if cap(charges) < len(lines) {
		charges = make([]Charge, 0, len(lines))
	}
	for i := range lines {
		charges = append(charges, lines[i].Charge)
	}
	fee.Charges = charges
	return fee
}

// round makes each line whole, and adds the line that makes them sum to the rounded total if that is to be.
func (p *pricer) round(out *receipt) {
	r := &p.tariff.Rounding
	lineMode, lineStep := r.Mode, r.StepMinor
	if r.Of != OfLine {
		lineMode, lineStep = HalfUp, 1
	}
	sum := int64(0)
	lines := out.lines()
	for i := range lines {
		l := &lines[i]
		l.AmountMinor = l.amount.minor(lineMode, lineStep)
		if l.cut != 0 {
			l.CutMinor = (l.amount+l.cut).minor(lineMode, lineStep) - l.AmountMinor
		}
		sum += l.AmountMinor
	}
	if r.Of != OfLine {
		if rest := out.total.minor(r.Mode, r.StepMinor) - sum; rest != 0 {
			endMS := p.stay.ExitMS
			out.add(&line{Charge: Charge{Rule: "rounding", Kind: Rounded, FromMS: endMS, ToMS: endMS, Times: 1, AmountMinor: rest}, amount: exactly(rest)})
		}
	}
}

// bound takes off what a doubtful stay costs too much.
func (p *pricer) bound(fee *Fee, out *receipt, most int64) {
	p.bounded = true // a tax of each line would jump by as much as there are lines
	p.taxes(fee, out)
	charged := fee.TotalMinor - fee.AddedMinor
	off := line{Charge: Charge{Rule: "suspect", Kind: Suspect, FromMS: p.stay.EntryMS, ToMS: p.stay.ExitMS, Times: 1}}
	off.AmountMinor = mulDiv(charged, most, max(1, fee.TotalMinor)) - charged
	out.add(&off)
	last := &out.lines()[len(out.lines())-1]
	for p.taxes(fee, out); fee.TotalMinor > most; p.taxes(fee, out) {
		last.AmountMinor--
	}
	for fee.TotalMinor < most {
		last.AmountMinor++
		if p.taxes(fee, out); fee.TotalMinor > most {
			last.AmountMinor--
			p.taxes(fee, out)
			return
		}
	}
}

// taxGroups is how many sets of taxes the lines of a fee may have beside each other.
const taxGroups = 8

// taxes splits the sum of the lines into net and taxes. What is off has the taxes of what it is off from, in
// proportion.
func (p *pricer) taxes(fee *Fee, out *receipt) {
	var sets [taxGroups]TaxSet
	var bases [taxGroups]int64
	count, off, sum := 0, int64(0), int64(0)
	if p.tariff.Rounding.TaxOf == OfLine && !p.bounded {
		p.taxesByLine(fee, out)
		return
	}
	for i := range out.lines() {
		l := &out.lines()[i]
		if l.follows() {
			off += l.AmountMinor
			continue
		}
		sum += l.AmountMinor
		at := slices.Index(sets[:count], l.taxes)
		if at < 0 {
			if at = count; count < taxGroups {
				sets[count] = l.taxes
				count++
			} else {
				at = taxGroups - 1
			}
		}
		bases[at] += l.AmountMinor
	}
	if count == 0 && off != 0 { // the least that a session costs, and nothing that it is made of
		count = 1
	}
	var net, added exact
	rest := off
	for i := range count {
		share := rest
		if i < count-1 && sum != 0 {
			share = mulDiv(bases[i], abs(off), abs(sum))
			if off < 0 {
				share = -share
			}
		}
		rest -= share
		base := exactly(bases[i] + share)
		one, over := p.taxed(sets[i], base)
		net, added = net.plus(one), added.plus(over)
	}
	p.whole(fee, sum+off, net, added)
}

// follows reports whether a line has no taxes of its own, but those of what it is taken off or added to.
func (l *line) follows() bool {
	return l.Kind == Off || l.Kind == Suspect || l.Kind == Rounded || l.Kind == Minimum
}

// taxesByLine rounds the taxes of each line. What is off has the taxes of the first line that has its own.
func (p *pricer) taxesByLine(fee *Fee, out *receipt) {
	var net, added exact
	sum := int64(0)
	lines := out.lines()
	first := TaxSet(0)
	if i := slices.IndexFunc(lines, func(l line) bool { return !l.follows() }); i >= 0 {
		first = lines[i].taxes
	}
	for i := range lines {
		l := &lines[i]
		set := l.taxes
		if l.follows() {
			set = first
		}
		one, over := p.taxed(set, exactly(l.AmountMinor))
		contained := exactly((exactly(l.AmountMinor) - one).minor(p.tariff.Rounding.TaxMode, 1))
		net, added = net.plus(exactly(l.AmountMinor)-contained), added.plus(over)
		sum += l.AmountMinor
	}
	p.whole(fee, sum, net, added)
}

func abs(a int64) int64 { return max(a, -a) }

// taxed is what an amount is without its taxes, and the taxes that come on top of it.
func (p *pricer) taxed(set TaxSet, base exact) (net, added exact) {
	included, over := p.tariff.rates(set)
	net = base
	if included != wholeRate {
		net = base.share(wholeRate, included)
	}
	if over == 0 {
		return net, 0
	}
	if p.tariff.Rounding.TaxOf != OfTotal {
		return net, p.addedOneByOne(set, net)
	}
	return net, net.share(over, wholeRate)
}

// wholeRate is a price without taxes, of which rates are parts.
const wholeRate = ppm * ppm

// rates are a price with the taxes that it contains, and those that come on top of it.
func (t *Tariff) rates(set TaxSet) (included, over int64) {
	included = wholeRate
	for i := range t.Taxes {
		tax := &t.Taxes[i]
		if set != 0 && set&(1<<i) == 0 {
			continue
		}
		rate := clamp(tax.RatePPM, 0, 10*ppm) * ppm
		if tax.OnTaxes {
			rate = mulDiv(min(included+over, amountMax), rate/ppm, ppm)
		}
		if tax.Included {
			included = min(included+rate, rateMax)
		} else {
			over = min(over+rate, rateMax)
		}
	}
	return included, over
}

// rateMax bounds what taxes on taxes of nonsense come to.
const rateMax = 1000 * wholeRate

// addedOneByOne rounds each tax for itself. One on taxes is on those that are rounded.
func (p *pricer) addedOneByOne(set TaxSet, net exact) exact {
	sum, before := exact(0), net
	for i := range p.tariff.Taxes {
		tax := &p.tariff.Taxes[i]
		if set != 0 && set&(1<<i) == 0 {
			continue
		}
		base := net
		if tax.OnTaxes {
			base = before
		}
		one := base.share(clamp(tax.RatePPM, 0, 10*ppm), ppm)
		if !tax.Included {
			one = exactly(one.minor(p.tariff.Rounding.TaxMode, 1))
			sum = sum.plus(one)
		}
		before = before.plus(one)
	}
	return sum
}

// whole fills a fee with whole amounts.
func (p *pricer) whole(fee *Fee, charged int64, net, added exact) {
	mode := p.tariff.Rounding.TaxMode
	contained := exactly(charged) - net
	containedMinor := contained.minor(mode, 1)
	fee.AddedMinor = added.minor(mode, 1)
	fee.SubtotalMinor = charged - containedMinor
	fee.TaxMinor = containedMinor + fee.AddedMinor
	fee.TotalMinor = charged + fee.AddedMinor
	fee.TaxMilli = roundDiv(int64(contained.plus(added)), scale/1000, HalfUp)
}
