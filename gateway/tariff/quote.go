package tariff

import (
	"math"

	"gatehouse/sync/fact"
)

// Stay is one visit as it is to be priced. Times are Unix milliseconds, and their difference is the elapsed
// time: the caller has corrected what a clock that was set in between did to it. An exit before the entry is a
// stay of no time.
type Stay struct {
	EntryMS, ExitMS int64
	SpotType        fact.SpotType // that is paid for; AnyType meets only rules for any type
	Bounded         bool          // suspect: the total is at most the tariff's SuspectMaxMinor
}

// Limits. They keep every product of an amount and a time within 64 bits, and a nonsensical stay cheap to price.
const (
	// StayMaxMS is the longest stay that is priced: ten years.
	StayMaxMS = 3660 * dayMS
	// RateMaxMinor is the highest price of an hour.
	RateMaxMinor = 1_000_000_000

	usualCharges   = 4
	amountMaxMinor = 1 << 50
	instantMaxMS   = 1 << 50
)

// Quote prices a stay by the tariff.
func Quote(t *Tariff, stay Stay) Fee { return QuoteInto(make([]Charge, 0, usualCharges), t, stay) }

// QuoteInto is Quote for who prices many stays: it writes the charges over what buffer holds, and allocates only
// if there are more of them than buffer has room for.
func QuoteInto(buffer []Charge, t *Tariff, stay Stay) Fee {
	p := pricer{tariff: t, spotType: stay.SpotType, unitMS: clamp(t.StartedUnitMS, 0, dayMS), clock: civil{zone: t.zone()}}
	p.entryMS = clamp(stay.EntryMS, -instantMaxMS, instantMaxMS)
	p.exitMS = clamp(stay.ExitMS, p.entryMS, instantMaxMS)
	if elapsedMS := p.exitMS - p.entryMS; elapsedMS > 0 && elapsedMS <= t.GraceEntryMS {
		charges := append(buffer[:0], Charge{FromMS: p.entryMS, ToMS: p.exitMS, Days: 1, Note: Grace})
		return t.sum(charges, p.exitMS, stay.Bounded)
	}
	return t.sum(p.days(buffer[:0]), p.exitMS, stay.Bounded)
}

// QuoteLost prices a ticket that nobody finds, at an instant in Unix ms.
func QuoteLost(t *Tariff, atMS int64) Fee {
	atMS = clamp(atMS, -instantMaxMS, instantMaxMS)
	amount := clamp(t.LostMinor, 0, amountMaxMinor)
	return t.sum([]Charge{{FromMS: atMS, ToMS: atMS, Days: 1, AmountMinor: amount, Note: Lost}}, atMS, false)
}

// pricer prices one stay.
type pricer struct {
	tariff          *Tariff
	spotType        fact.SpotType
	entryMS, exitMS int64
	unitMS          int64 // 0: exact
	clock           civil
}

// days prices each 24 hours from entry for themselves; days alike share their charges.
func (p *pricer) days(charges []Charge) []Charge {
	pricedMS := min(p.exitMS, p.entryMS+StayMaxMS)
	before := 0 // where the charges of the day before start
	for fromMS := p.entryMS; fromMS < pricedMS; fromMS += dayMS {
		today := len(charges)
		charges = p.day(charges, fromMS, min(fromMS+dayMS, pricedMS))
		if repeats(charges[before:today], charges[today:]) {
			charges = charges[:today]
		} else {
			before = today
		}
	}
	if pricedMS < p.exitMS {
		charges = append(charges, Charge{FromMS: pricedMS, ToMS: p.exitMS, Days: 1, Note: TooLong})
	}
	return charges
}

// day appends the priced charges of at most 24 hours, one for each run of time under one rule.
func (p *pricer) day(charges []Charge, fromMS, toMS int64) []Charge {
	today := len(charges)
	leftMinor := p.maximum(fromMS)
	for fromMS < toMS {
		next := p.charge(fromMS, toMS)
		fromMS = next.ToMS
		if last := len(charges) - 1; last >= today && charges[last].continues(next) {
			charges[last].ToMS = next.ToMS
		} else {
			charges = append(charges, next)
		}
	}
	for i := today; i < len(charges); i++ {
		charges[i].price()
		leftMinor = charges[i].spend(leftMinor)
	}
	return charges
}

// charge is the time from an instant on that surely is under one rule, not yet priced.
func (p *pricer) charge(fromMS, toMS int64) Charge {
	rule, untilMS := p.ruleAt(fromMS)
	c := Charge{FromMS: fromMS, Days: 1, UnitMS: p.unitMS, Note: NoRule}
	if rule != nil {
		c.Rule, c.RatePerHourMinor, c.Note = rule.ID, clamp(rule.RatePerHourMinor, 0, RateMaxMinor), NoNote
		if freeMS := p.entryMS + hourMS; rule.FirstHourFree && fromMS < freeMS {
			c.Note, untilMS = FirstHour, min(untilMS, freeMS)
		}
	}
	if p.unitMS > 0 { // a unit that has started runs on past the end of its rule
		untilMS = fromMS + (untilMS-fromMS+p.unitMS-1)/p.unitMS*p.unitMS
	}
	c.ToMS = min(untilMS, toMS)
	return c
}

// ruleAt is the rule that applies at an instant, or nil, and an instant until which it surely does.
func (p *pricer) ruleAt(instantMS int64) (rule *Rule, untilMS int64) {
	date, sinceMS := p.clock.at(instantMS)
	at, untilHour := p.tariff.ruleAt(p.spotType, date, p.tariff.dayType(date), int(sinceMS/hourMS))
	untilMS = min(instantMS+int64(untilHour)*hourMS-sinceMS, p.clock.untilMS)
	if at == noRule {
		return nil, untilMS
	}
	return &p.tariff.Rules[at], untilMS
}

// maximum is the most that the 24 hours from an instant may cost: that of the first rule within them that has
// one. All 24 hours are looked at, however early the stay ends, so that staying on never changes it.
func (p *pricer) maximum(fromMS int64) int64 {
	for atMS := fromMS; atMS < fromMS+dayMS; {
		rule, untilMS := p.ruleAt(atMS)
		if rule != nil && rule.MaxDailyMinor > 0 {
			return rule.MaxDailyMinor
		}
		atMS = untilMS
	}
	return math.MaxInt64
}
