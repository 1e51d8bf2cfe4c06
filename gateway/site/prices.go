package site

import (
	"maps"
	"slices"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/lot"
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
	b.minutes(&p.ChargeWithinMS, t.ChargeWithin, "policy", "charge_within_minutes")
	b.minutes(&p.WalkInStayMS, b.file.Reservations.WalkInStayMinutes, "reservations", "walk_in_stay_minutes")
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

func sorted(words []string) []string {
	slices.Sort(words)
	return words
}
