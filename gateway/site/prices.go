package site

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

const (
	minuteMS = 60_000
	hourMS   = 60 * minuteMS
	// graceExitMinutes to leave after paying are usual.
	graceExitMinutes = 15
)

func (b *builder) policy() {
	t := &b.file.Policy
	p := lot.DefaultPolicy()
	p.Twin = choose(b, t.PlateInside, []string{"suspect", "deny"}, []lot.Twin{lot.TwinSuspect, lot.TwinDeny}, p.Twin, "policy", "plate_inside")
	p.TerminalDownOwed = choose(b, t.TerminalDown, []string{"owed", "deny"}, []bool{true, false}, p.TerminalDownOwed, "policy", "terminal_down")
	b.set(&p.PlateWaitMS, t.PlateWaitMS, 0, 60_000, "policy", "plate_wait_ms")
	b.set(&p.PaymentGiveUpMS, t.PaymentGiveUpMS, 5_000, 600_000, "policy", "payment_give_up_ms")
	b.set(&p.DriftAlarm, t.DriftAlarm, 0, spotsMax, "policy", "drift_alarm")
	b.set(&p.ReservablePercent, t.ReservablePercent, 0, 100, "policy", "reservable_percent")
	confidence, release, stayHours := int64(p.PlateConfidence), int64(p.FullReleaseSpots), int64(0)
	b.set(&confidence, t.PlateConfidence, 0, 1_000, "policy", "plate_confidence")
	b.set(&release, t.FullReleaseSpots, 1, spotsMax, "policy", "full_release_spots")
	b.set(&stayHours, t.MaxStayHours, 1, 24*366, "policy", "max_stay_hours")
	p.PlateConfidence, p.FullReleaseSpots, p.MaxStayMS = uint16(confidence), int(release), stayHours*hourMS
	b.site.Lot.Policy = p
}

func (b *builder) reservations() {
	t := &b.file.Reservations
	rules := booking.DefaultRules()
	b.minutes(&rules.AssignAheadMS, t.AssignAheadMinutes, "reservations", "assign_ahead_minutes")
	b.minutes(&rules.NoShowAfterMS, t.NoShowAfterMinutes, "reservations", "no_show_after_minutes")
	b.minutes(&rules.EarlyMS, t.EarlyMinutes, "reservations", "early_minutes")
	if err := rules.Check(); err != nil && len(b.problems) == 0 {
		b.wrong(without(err, booking.ErrRules), "", "reservations")
	}
	b.site.Lot.Booking = rules
}

// minutes copies a number of minutes that the file gives, a day at most, in milliseconds.
func (b *builder) minutes(toMS *int64, from *int64, path ...any) {
	if from != nil && b.within(*from, 0, 24*60, path...) {
		*toMS = *from * minuteMS
	}
}

// upgrade reads which types may serve which: [upgrade] compact = ["regular", "large"].
func (b *builder) upgrade() {
	after := map[fact.SpotType][]fact.SpotType{}
	for _, word := range slices.Sorted(maps.Keys(b.file.Upgrade)) {
		kind := b.spotType(word, "upgrade", word)
		list := []fact.SpotType{}
		for i, other := range b.file.Upgrade[word] {
			list = append(list, b.spotType(other, "upgrade", word, i))
		}
		if kind.String() == word {
			after[kind] = list
		}
	}
	order, err := booking.NewUpgradeOrder(after)
	if err != nil {
		b.wrong(without(err, booking.ErrUpgrade), "", "upgrade")
	}
	b.site.Lot.Upgrade = order
}

func (b *builder) tariff() {
	t := &b.file.Tariff
	cfg := &tariff.Tariff{
		Version: t.Version, Currency: b.site.Lot.Currency, Zone: b.site.Lot.Zone, TaxIncluded: true, GraceExitMS: graceExitMinutes * minuteMS,
	}
	b.minutes(&cfg.GraceEntryMS, &t.GraceEntryMinutes, "tariff", "grace_entry_minutes")
	b.minutes(&cfg.GraceExitMS, t.GraceExitMinutes, "tariff", "grace_exit_minutes")
	b.minutes(&cfg.StartedUnitMS, &t.UnitMinutes, "tariff", "unit_minutes")
	if cfg.Version == "" {
		cfg.Version = "site-1"
	}
	if t.TaxIncluded != nil {
		cfg.TaxIncluded = *t.TaxIncluded
	}
	cfg.TaxPermille = b.percent(t.TaxPercent)
	cfg.LostMinor = b.money(t.LostTicket, "tariff", "lost_ticket")
	for i, text := range t.Holidays {
		cfg.Holidays = append(cfg.Holidays, b.date(text, "tariff", "holidays", i))
	}
	slices.Sort(cfg.Holidays)
	for i := range t.Rules {
		cfg.Rules = append(cfg.Rules, b.rule(i))
	}
	cfg.SuspectMaxMinor = b.money(t.SuspectMax, "tariff", "suspect_max")
	if t.SuspectMax == "" {
		cfg.SuspectMaxMinor = dearestDayMinor(cfg.Rules)
	}
	b.checkTariff(cfg)
	b.site.Lot.Tariff = cfg
}

// gapsToldMax gaps of a tariff are told of one by one: a forgotten evening is one for each type and kind of day.
const gapsToldMax = 3

func (b *builder) checkTariff(cfg *tariff.Tariff) {
	ofTariff := 0
	for _, problem := range tariff.Check(cfg) {
		at := slices.IndexFunc(cfg.Rules, func(r tariff.Rule) bool { return r.ID == problem.Rule })
		switch {
		case problem.Warning:
			b.site.Warnings = append(b.site.Warnings, problem.String())
		case at >= 0:
			b.wrong(problem.Text, "", "tariff", "rule", at)
		default:
			if ofTariff++; ofTariff <= gapsToldMax {
				b.wrong(problem.Text, "", "tariff")
			}
		}
	}
	if more := ofTariff - gapsToldMax; more > 0 {
		b.wrong(fmt.Sprintf("and %d more like this", more), "", "tariff")
	}
}

// dearestDayMinor bounds a doubtful stay: the price of one day by the dearest rule.
func dearestDayMinor(rules []tariff.Rule) int64 {
	most := int64(0)
	for _, r := range rules {
		day := 24 * r.RatePerHourMinor
		if r.MaxDailyMinor > 0 {
			day = min(day, r.MaxDailyMinor)
		}
		most = max(most, day)
	}
	return most
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

func (b *builder) rule(i int) tariff.Rule {
	t := &b.file.Tariff.Rules[i]
	rule := tariff.Rule{
		ID: t.ID, StartHour: int(t.StartHour), EndHour: 24, FirstHourFree: t.FirstHourFree, Priority: int(t.Priority),
		RatePerHourMinor: b.money(t.RatePerHour, "tariff", "rule", i, "rate_per_hour"),
		MaxDailyMinor:    b.money(t.MaxDailyRate, "tariff", "rule", i, "max_daily_rate"),
		ValidFrom:        b.date(t.ValidFrom, "tariff", "rule", i, "valid_from"),
		ValidUntil:       b.date(t.ValidUntil, "tariff", "rule", i, "valid_until"),
	}
	if rule.ID == "" {
		rule.ID = fmt.Sprintf("rule-%d", i+1)
	}
	if t.EndHour != nil {
		rule.EndHour = int(*t.EndHour)
	}
	if t.SpotType != "" && t.SpotType != fact.AnyType.String() {
		rule.SpotType = b.spotType(t.SpotType, "tariff", "rule", i, "spot_type")
	}
	rule.DayType = choose(b, t.DayType, []string{"any", "weekday", "weekend", "holiday"},
		[]tariff.DayType{tariff.AnyDay, tariff.Weekday, tariff.Weekend, tariff.Holiday}, tariff.AnyDay, "tariff", "rule", i, "day_type")
	return rule
}

func sorted(words []string) []string {
	slices.Sort(words)
	return words
}
