package site

import (
	"fmt"
	"math/big"
	"slices"

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
	minutes := func(to *int64, from *int64, key string) {
		if from != nil {
			value := int64(0)
			b.set(&value, from, 0, 24*60, "reservations", key)
			*to = value * minuteMS
		}
	}
	minutes(&rules.AssignAheadMS, t.AssignAheadMinutes, "assign_ahead_minutes")
	minutes(&rules.NoShowAfterMS, t.NoShowAfterMinutes, "no_show_after_minutes")
	minutes(&rules.EarlyMS, t.EarlyMinutes, "early_minutes")
	b.site.Lot.Booking = rules
}

// upgrade reads which types may serve which: [upgrade] compact = ["regular", "large"].
func (b *builder) upgrade() {
	after := map[fact.SpotType][]fact.SpotType{}
	for word, others := range b.file.Upgrade {
		kind := b.spotType(word, "upgrade", word)
		after[kind] = []fact.SpotType{}
		for i, other := range others {
			after[kind] = append(after[kind], b.spotType(other, "upgrade", word, i))
		}
	}
	order, err := booking.NewUpgradeOrder(after)
	if err != nil {
		b.wrong(err.Error(), "", "upgrade")
	}
	b.site.Lot.Upgrade = order
}

func (b *builder) tariff() {
	t := &b.file.Tariff
	cfg := &tariff.Tariff{
		Version: t.Version, Currency: b.site.Lot.Currency, Zone: b.site.Lot.Zone, TaxIncluded: true,
		GraceEntryMS: t.GraceEntryMinutes * minuteMS, GraceExitMS: graceExitMinutes * minuteMS, StartedUnitMS: t.UnitMinutes * minuteMS,
	}
	if cfg.Version == "" {
		cfg.Version = "site-1"
	}
	if t.TaxIncluded != nil {
		cfg.TaxIncluded = *t.TaxIncluded
	}
	if t.GraceExitMinutes != nil {
		cfg.GraceExitMS = *t.GraceExitMinutes * minuteMS
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
	for _, problem := range tariff.Check(cfg) {
		if problem.Warning {
			b.site.Warnings = append(b.site.Warnings, problem.String())
			continue
		}
		path := []any{"tariff"}
		for i := range cfg.Rules {
			if cfg.Rules[i].ID == problem.Rule {
				path = []any{"tariff", "rule", i}
			}
		}
		b.wrong(problem.Text, "", path...)
	}
	b.site.Lot.Tariff = cfg
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
	value, ok := new(big.Rat).SetString(text)
	if ok {
		value.Mul(value, big.NewRat(10, 1))
	}
	if !ok || !value.IsInt() || value.Sign() < 0 || value.Num().Int64() > 1_000 {
		b.wrong(fmt.Sprintf("%q is no tax rate", text), `write percents with at most one digit after the point, for example "19" or "7.5"`, "tariff", "tax_percent")
		return 0
	}
	return value.Num().Int64()
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
