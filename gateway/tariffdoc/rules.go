package tariffdoc

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"slices"

	"gatehouse/gateway/tariff"
)

const (
	saysCount = `"per 30 min" can be read in several ways: write count = "started" if each started unit is paid in full, "prorated" if time is paid exactly, ` +
		`or "completed" if only units that are over are paid`
	saysAnchor = `with several rules, units can be counted from several points: write anchor = "entry" if they count from entry and run on over the edges of rules ` +
		`(each costs what the rule says in which it starts), "band" if they start anew each time the rule comes into force, "day" if they start anew each day, ` +
		`"clock" if they lie on the clock (10:00 to 11:00), or "paid" if they count from entry but leave out hours that are free`
	saysBoundary = `a stay that touches several rules can be priced in several ways: write boundary = "split" if each stretch has its own price, ` +
		`"entry" if the rule at entry prices all of it, or "exit" if the rule at exit does`
)

func (r *reader) rules() {
	several := len(r.doc.Rules) > 1 && r.timed()
	r.tariff.Boundary = word(r, r.doc.Boundary, []string{"split", "entry", "exit"},
		[]tariff.Boundary{tariff.BoundarySplit, tariff.BoundaryEntry, tariff.BoundaryExit}, several, saysBoundary, "boundary")
	for i := range r.doc.Rules {
		d := &r.doc.Rules[i]
		path := []any{"rule", i}
		one := tariff.Rule{
			ID: d.Name, For: r.who(&d.who, path), When: r.when(&d.when, path), ResetMS: r.clock(d.DayStarts, under(path, "day_starts")...),
			RestartMS: r.duration(d.Restart, under(path, "restart")...), Taxes: r.taxSet(d.Taxes, under(path, "taxes")), NoSurge: d.NoSurge,
		}
		one.Steps = r.prices(&d.prices, path)
		free := d.prices.Free
		one.Anchor = word(r, d.Anchor, []string{"entry", "band", "day", "clock", "paid"},
			[]tariff.Anchor{tariff.AnchorEntry, tariff.AnchorBand, tariff.AnchorDay, tariff.AnchorClock, tariff.AnchorPaid},
			(several || len(one.When) > 0) && !free && !prorated(one.Steps), saysAnchor, under(path, "anchor")...)
		one.Roll = word(r, d.Roll, []string{"elapsed", "civil"}, []tariff.Roll{tariff.Elapsed, tariff.Civil}, false, "", under(path, "restart_counts")...)
		r.dayStarts(d, &one, path)
		r.paidUnits(&one, path)
		r.ends(d, &one, path)
		r.tariff.Rules = append(r.tariff.Rules, one)
	}
}

// timed reports whether the hour decides which rule applies. If only the driver does, no stay touches several rules.
func (r *reader) timed() bool {
	return slices.ContainsFunc(r.doc.Rules, func(d ruleTable) bool { return !reflect.ValueOf(d.when).IsZero() })
}

// dayStarts lets paid time count anew each day if the rule says when one begins.
func (r *reader) dayStarts(d *ruleTable, one *tariff.Rule, path []any) {
	switch {
	case d.DayStarts == "" || one.Anchor == tariff.AnchorDay:
	case one.Anchor == tariff.AnchorPaid:
		one.Anchor = tariff.AnchorPaidDay
	default:
		r.wrong("day_starts belongs to anchor day or paid", `write anchor = "day" if steps start anew each day at that time, or leave it out`, under(path, "day_starts")...)
	}
}

// paidUnits refuses what nothing says: whether a unit that a break of paid time cuts in two is over.
func (r *reader) paidUnits(one *tariff.Rule, path []any) {
	for _, other := range r.tariff.Rules {
		if min(one.Anchor, other.Anchor) >= tariff.AnchorPaid && (other.Anchor != one.Anchor || other.ResetMS != one.ResetMS) {
			r.wrong("rules that share what is paid can't begin their days at different times", "write the same day_starts in each, or none", path...)
			return
		}
	}
	for _, s := range one.Steps {
		if one.Anchor >= tariff.AnchorPaid && s.Count == tariff.Completed {
			r.wrong("units that count only when they are over can't go on after free hours", `write count = "started" or "prorated", or anchor = "band"`, path...)
			return
		}
	}
}

func prorated(steps []tariff.Step) bool {
	return len(steps) == 1 && steps[0].Count == tariff.Prorated
}

// ends checks that a table of prices says what comes after its last row.
func (r *reader) ends(d *ruleTable, one *tariff.Rule, path []any) {
	free := word(r, d.Beyond, []string{"free"}, []bool{true}, false, "", under(path, "beyond")...) && d.Beyond != ""
	if len(one.Steps) == 0 || free {
		return
	}
	last := one.Steps[len(one.Steps)-1].ToMS
	dayBound := one.Anchor == tariff.AnchorDay && last >= dayMS
	if last == 0 || dayBound || one.RestartMS > 0 && last >= one.RestartMS {
		return
	}
	r.wrong("nothing says what a longer stay than the last step costs",
		`let the last step go on (leave out up_to, and write total, or price and per), write restart = "24 h" if the steps start anew, or beyond = "free"`, path...)
}

// prices reads what time costs.
func (r *reader) prices(p *prices, path []any) []tariff.Step {
	ways := 0
	for _, used := range []bool{p.Free, p.Flat != "", p.Price != "", len(p.Steps) > 0} {
		if used {
			ways++
		}
	}
	if ways != 1 {
		r.wrong(fmt.Sprintf("%d prices", ways), `write exactly one of free = true, flat = "5.00", price = "1.20" with per = "30 min", or step = [...]`, path...)
		return nil
	}
	if len(p.Steps) > 0 {
		return r.steps(p.Steps, under(path, "step"))
	}
	single := stepTable{Flat: p.Flat, Free: p.Free, Price: p.Price, Per: p.Per, Count: p.Count, Limit: p.Limit}
	step, _ := r.step(&single, path, 0, 0)
	return []tariff.Step{step}
}

// steps reads steps one after the other.
func (r *reader) steps(list []stepTable, path []any) []tariff.Step {
	steps := []tariff.Step{}
	fromMS, sumMilli := int64(0), int64(0)
	for i := range list {
		step, fullMilli := r.step(&list[i], under(path, i), fromMS, sumMilli)
		if step.ToMS == 0 && i < len(list)-1 {
			r.wrong("only the last step may go on for ever", `write up_to = "1 h"`, under(path, i)...)
			return nil
		}
		if step.ToMS != 0 && step.ToMS <= fromMS {
			r.wrong("the step ends before it begins", "write the steps in order", under(path, i, "up_to")...)
			return nil
		}
		steps = append(steps, step)
		fromMS, sumMilli = step.ToMS, sumMilli+fullMilli
	}
	return steps
}

// step reads one step, and what it adds, in thousandths of a minor unit, if it is stayed in to its end.
func (r *reader) step(d *stepTable, path []any, fromMS, sumMilli int64) (tariff.Step, int64) {
	s := tariff.Step{FromMS: fromMS, ToMS: r.duration(d.UpTo, under(path, "up_to")...)}
	s.Sharp = r.exclusive(d.Limit, false, under(path, "limit")...)
	if d.UpTo != "" && s.ToMS == 0 {
		r.wrong("the step ends where it begins", `write for example up_to = "1 h"`, under(path, "up_to")...)
	}
	addsMilli := int64(0)
	switch {
	case d.Free:
	case d.Total != "":
		addsMilli = r.positive(d.Total, under(path, "total")...)*1000 - sumMilli
	case d.Flat != "":
		addsMilli = r.positive(d.Flat, under(path, "flat")...) * 1000
	case d.Price != "":
		return s, r.perUnit(&s, d, path)
	default:
		r.wrong("the step has no price", `write total = "3.00" (in all), flat = "3.00" (added), price = "1.20" with per = "30 min", or free = true`, path...)
	}
	if d.Per != "" || d.Count != "" {
		r.wrong("per and count belong to price", "leave them out", path...)
	}
	s.PriceMinor, s.PriceMilli = thousandths(addsMilli)
	return s, addsMilli
}

// thousandths splits an amount into minor units and thousandths of one, 0 to 999, beside them.
func thousandths(milli int64) (minor, beside int64) {
	beside = (milli%1000 + 1000) % 1000
	return (milli - beside) / 1000, beside
}

// perUnit reads the price of units, and what they come to over the whole step.
func (r *reader) perUnit(s *tariff.Step, d *stepTable, path []any) int64 {
	priceMilli := r.milli(d.Price, under(path, "price"))
	s.PriceMinor, s.PriceMilli = thousandths(priceMilli)
	if d.Per == "day" {
		r.wrong("a day can be read in two ways", `write per = "24 h" for each 24 hours, or for each calendar day flat and anchor = "day" in the rule`, under(path, "per")...)
		return 0
	}
	s.UnitMS = r.duration(d.Per, under(path, "per")...)
	if s.UnitMS == 0 {
		if d.Per != "" {
			return 0
		}
		r.wrong("nothing says what the price is for", `write for example per = "30 min"`, path...)
		return 0
	}
	s.Count = word(r, d.Count, []string{"started", "prorated", "completed"}, []tariff.Count{tariff.Started, tariff.Prorated, tariff.Completed},
		true, saysCount, under(path, "count")...)
	if s.ToMS == 0 {
		return 0
	}
	lengthMS := s.ToMS - s.FromMS
	if s.Count == tariff.Prorated {
		return mulDiv(priceMilli, lengthMS, s.UnitMS)
	}
	return mulDiv(priceMilli, (lengthMS+s.UnitMS-1)/s.UnitMS, 1)
}

// mulDiv is a*b/c without overflow, for amounts and times that are not negative; what is too great is as much as there can be.
func mulDiv(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high >= uint64(c) {
		return math.MaxInt64 / 4
	}
	quotient, _ := bits.Div64(high, low, uint64(c))
	return int64(min(quotient, math.MaxInt64/4))
}
