package site

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// pricing is a rule of the source design's pricing_rules table: prices by the hour for whole hours of some days.
type pricing struct {
	index       int // in the file
	rule        tariff.Rule
	dayType     string
	start, end  int64
	validFrom   tariff.Date
	validUntil  tariff.Date
	hourMinor   int64
	dayMaxMinor int64
	priority    int64
}

// tariff builds the tariff that the file's pricing rules stand for. Of the rules that apply to an instant the one
// for its own spot type counts, of those the one of the highest priority, of those the one for its own day type.
func (b *builder) tariff() *tariff.Tariff {
	t := &b.file.Tariff
	cfg := &tariff.Tariff{
		Name: b.site.Lot.Name, Version: t.Version, Currency: b.site.Lot.Currency, Zone: b.site.Lot.Zone, FirstWins: true,
		Grace: tariff.Grace{ExitMS: graceExitMinutes * minuteMS},
	}
	b.minutes(&cfg.Grace.EntryMS, &t.GraceEntryMinutes, "tariff", "grace_entry_minutes")
	b.minutes(&cfg.Grace.ExitMS, t.GraceExitMinutes, "tariff", "grace_exit_minutes")
	if cfg.Version == "" {
		cfg.Version = "site-1"
	}
	if ppm := b.percent(t.TaxPercent) * 1000; ppm > 0 {
		cfg.Taxes = []tariff.Tax{{ID: "tax", RatePPM: ppm, Included: t.TaxIncluded == nil || *t.TaxIncluded}}
	}
	cfg.Lost.Minor = b.money(t.LostTicket, "tariff", "lost_ticket")
	for i, text := range t.Holidays {
		cfg.Calendar.Holidays = append(cfg.Calendar.Holidays, b.date(text, "tariff", "holidays", i))
	}
	slices.Sort(cfg.Calendar.Holidays)
	b.pricing(cfg)
	b.checkTariff(cfg)
	return cfg
}

// pricing adds the rules and their daily maxima.
func (b *builder) pricing(cfg *tariff.Tariff) {
	t := &b.file.Tariff
	unitMS := int64(0)
	b.minutes(&unitMS, &t.UnitMinutes, "tariff", "unit_minutes")
	list := []pricing{}
	for i := range t.Rules {
		list = append(list, b.rule(i, unitMS))
	}
	b.clashes(list)
	slices.SortStableFunc(list, func(x, y pricing) int {
		return cmp.Or(-cmp.Compare(min(x.rule.For.Spots, 1), min(y.rule.For.Spots, 1)), -cmp.Compare(x.priority, y.priority),
			cmp.Compare(yes(x.dayType == "any"), yes(y.dayType == "any")))
	})
	daily := tariff.Cap{ID: "daily maximum", Window: tariff.PerPeriod, PeriodMS: 24 * hourMS, Decided: tariff.AtFirst}
	for _, p := range list {
		cfg.Rules = append(cfg.Rules, p.rule)
		dayMinor := 24 * p.hourMinor
		if p.dayMaxMinor > 0 {
			daily.Amounts = append(daily.Amounts, tariff.CapAmount{Rule: p.rule.ID, Minor: p.dayMaxMinor})
			dayMinor = min(dayMinor, p.dayMaxMinor)
		}
		cfg.SuspectMaxMinor = max(cfg.SuspectMaxMinor, dayMinor) // a doubtful stay costs no more than the dearest day
	}
	if len(daily.Amounts) > 0 {
		cfg.Caps = []tariff.Cap{daily}
	}
	if t.SuspectMax != "" {
		cfg.SuspectMaxMinor = b.money(t.SuspectMax, "tariff", "suspect_max")
	}
}

func yes(is bool) int {
	if is {
		return 1
	}
	return 0
}

// problemsToldMax problems of a tariff are told of one by one: a forgotten evening is one for each type of spot.
const problemsToldMax = 3

func (b *builder) checkTariff(cfg *tariff.Tariff) {
	ofTariff := 0
	for _, problem := range tariff.Check(cfg) {
		at := -1
		if problem.Part == "rule" {
			at = slices.IndexFunc(b.file.Tariff.Rules, func(t ruleTable) bool { return t.ID == problem.ID })
		}
		switch {
		case problem.Warning:
			b.site.Warnings = append(b.site.Warnings, problem.String())
		case at >= 0:
			b.wrong(problem.Text, problem.Do, "tariff", "rule", at)
		default:
			if ofTariff++; ofTariff <= problemsToldMax {
				b.wrong(problem.Text, problem.Do, "tariff")
			}
		}
	}
	if more := ofTariff - problemsToldMax; more > 0 {
		b.wrong(fmt.Sprintf("and %d more like this", more), "", "tariff")
	}
}

// clashes finds rules of which nothing says which one applies.
func (b *builder) clashes(list []pricing) {
	for i := range list {
		for j := range i {
			x, y := &list[j], &list[i]
			if x.rule.For.Spots == y.rule.For.Spots && x.dayType == y.dayType && x.priority == y.priority && x.meets(y) {
				b.wrong(fmt.Sprintf("hours of %s days are also in rule %q, at the same priority %d", y.dayType, x.rule.ID, x.priority),
					"give the one that shall apply a higher one", "tariff", "rule", y.index)
			}
		}
	}
}

// meets reports whether two rules share an hour of a day on which both are valid.
func (p *pricing) meets(other *pricing) bool {
	if p.validUntil != 0 && other.validFrom > p.validUntil || other.validUntil != 0 && p.validFrom > other.validUntil {
		return false
	}
	for hour := range int64(24) {
		if p.covers(hour) && other.covers(hour) {
			return true
		}
	}
	return false
}

func (p *pricing) covers(hour int64) bool {
	if p.start <= p.end {
		return p.start <= hour && hour < p.end
	}
	return p.start <= hour || hour < p.end
}

// percent reads a tax rate of at most one digit after the point, in per mille.
func (b *builder) percent(text string) int64 {
	if text == "" {
		return 0
	}
	whole, tenths, pointed := strings.Cut(text, ".")
	if !pointed {
		tenths = "0"
	}
	permille, err := strconv.ParseUint(whole+tenths, 10, 16)
	if err != nil || len(tenths) != 1 || whole == "" || permille > 1_000 {
		b.wrong(fmt.Sprintf("%q is no tax rate", text), `write percents with at most one digit after the point, for example "19" or "7.5"`, "tariff", "tax_percent")
		return 0
	}
	return int64(permille)
}

func (b *builder) date(text string, path ...any) tariff.Date {
	if text == "" {
		return 0
	}
	date, err := tariff.ParseDate(text)
	if err != nil {
		b.wrong(fmt.Sprintf("%q is no day", text), `write for example "2026-12-25"`, path...)
	}
	return date
}

func (b *builder) rule(i int, unitMS int64) pricing {
	t := &b.file.Tariff.Rules[i]
	p := pricing{
		index: i, start: t.StartHour, end: 24, priority: t.Priority,
		hourMinor:   b.money(t.RatePerHour, "tariff", "rule", i, "rate_per_hour"),
		dayMaxMinor: b.money(t.MaxDailyRate, "tariff", "rule", i, "max_daily_rate"),
		validFrom:   b.date(t.ValidFrom, "tariff", "rule", i, "valid_from"),
		validUntil:  b.date(t.ValidUntil, "tariff", "rule", i, "valid_until"),
	}
	if t.EndHour != nil {
		p.end = *t.EndHour
	}
	if t.ID == "" {
		t.ID = fmt.Sprintf("rule-%d", i+1)
	}
	p.rule.ID = t.ID
	if t.SpotType != "" && t.SpotType != fact.AnyType.String() {
		p.rule.For.Spots = tariff.SpotsOf(b.spotType(t.SpotType, "tariff", "rule", i, "spot_type"))
	}
	p.dayType = choose(b, t.DayType, dayTypes, dayTypes, "any", "tariff", "rule", i, "day_type")
	p.rule.Steps = b.steps(i, p.hourMinor, unitMS)
	p.rule.When = b.hours(&p)
	return p
}

var dayTypes = []string{"any", "weekday", "weekend", "holiday"}

// steps prices time by the hour, or each started unit.
func (b *builder) steps(i int, hourMinor, unitMS int64) []tariff.Step {
	step := tariff.Step{PriceMinor: hourMinor, UnitMS: hourMS, Count: tariff.Prorated}
	if unitMS > 0 {
		if hourMinor*unitMS%hourMS != 0 {
			b.wrong(fmt.Sprintf("a unit of %d minutes has no whole price at this rate", unitMS/minuteMS),
				"write a rate or a unit that has one", "tariff", "rule", i, "rate_per_hour")
		}
		step = tariff.Step{PriceMinor: hourMinor * unitMS / hourMS, UnitMS: unitMS}
	}
	if !b.file.Tariff.Rules[i].FirstHourFree {
		return []tariff.Step{step}
	}
	if unitMS > 0 && hourMS%unitMS != 0 {
		b.wrong(fmt.Sprintf("the first hour is free, but units of %d minutes don't end with it", unitMS/minuteMS),
			"write a unit that divides an hour", "tariff", "rule", i)
	}
	free := step
	free.PriceMinor, free.ToMS, step.FromMS = 0, hourMS, hourMS
	return []tariff.Step{free, step}
}

// hours is when a rule applies. Hours over midnight are of each day for itself: 22 to 6 on weekdays ends on
// Friday at 24, and begins on Monday at 0.
func (b *builder) hours(p *pricing) []tariff.When {
	if p.start < 0 || p.start > 23 || p.end < 0 || p.end > 24 || p.start == p.end {
		b.wrong(fmt.Sprintf("hours %d to %d are none", p.start, p.end), "write a start of 0 to 23 and an end of 0 to 24; 0 and 24 are the whole day",
			"tariff", "rule", p.index)
		return nil
	}
	if p.validUntil != 0 && p.validUntil < p.validFrom {
		b.wrong(fmt.Sprintf("valid until %v, but only from %v", p.validUntil, p.validFrom), "write the earlier day first", "tariff", "rule", p.index)
	}
	days := map[string]tariff.DaySet{"weekday": tariff.Weekdays, "weekend": tariff.Weekend, "holiday": tariff.Holiday}[p.dayType]
	when := tariff.When{Days: days, FirstDate: p.validFrom, LastDate: p.validUntil, FromMS: p.start * hourMS, ToMS: p.end * hourMS}
	if p.start < p.end {
		return []tariff.When{when}
	}
	morning := when
	morning.FromMS, when.ToMS = 0, 24*hourMS
	if p.end == 0 {
		return []tariff.When{when}
	}
	return []tariff.When{morning, when}
}
