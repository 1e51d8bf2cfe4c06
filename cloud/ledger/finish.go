package ledger

import (
	"cmp"
	"maps"
	"slices"

	"gatehouse/sync/fact"
)

// finish replays the rows that changed and sorts everything.
func (f *folder) finish() Change {
	c := &f.change
	for _, id := range slices.Sorted(maps.Keys(f.tickets)) {
		t := f.rows.Tickets[id]
		t.replay()
		f.account(t, f.tickets[id])
		c.Tickets = append(c.Tickets, t)
	}
	for _, id := range slices.Sorted(maps.Keys(f.reservations)) {
		f.rows.Reservations[id].replay()
		c.Reservations = append(c.Reservations, f.rows.Reservations[id])
	}
	for _, id := range slices.Sorted(maps.Keys(f.passes)) {
		c.Passes = append(c.Passes, f.rows.Passes[id])
	}
	for _, id := range slices.Sorted(maps.Keys(f.spots)) {
		c.Spots = append(c.Spots, f.spots[id])
	}
	for _, key := range slices.SortedFunc(maps.Keys(f.hours), HourKey.compare) {
		if sums := f.hours[key]; !sums.IsZero() {
			c.Hours = append(c.Hours, Hour{key, *sums})
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(f.refusals), compareRefusals) {
		count := f.refusals[key]
		key.Count = count
		c.Refusals = append(c.Refusals, key)
	}
	for _, key := range slices.SortedFunc(maps.Keys(f.alerts), compareAlertKeys) {
		c.Alerts = append(c.Alerts, f.alerts[key])
	}
	slices.SortFunc(c.Payments, func(a, b Payment) int { return compareDots(a.Dot, b.Dot) })
	slices.SortFunc(c.Steps, func(a, b ClockStep) int { return cmp.Or(cmp.Compare(a.Boot, b.Boot), cmp.Compare(a.HLC, b.HLC)) })
	return *c
}

// account takes out what a visit contributed and puts in what it does now.
func (f *folder) account(t *Ticket, before ticketBefore) {
	if before.open {
		f.change.Open[spotType(before.kind)]--
	}
	if t.Status.Open() {
		f.change.Open[spotType(t.Priced)]++
	}
	if !before.sums.IsZero() {
		sums := f.hours[before.key]
		if sums == nil {
			sums = &Sums{}
			f.hours[before.key] = sums
		}
		sums.Add(before.sums, -1)
	}
	if atMS, sums := t.contribution(); !sums.IsZero() {
		f.sumsOf(atMS, t.LeftBoot).Add(sums, 1)
	}
}

// spotType is a type that Open counts: those of newer software count as any.
func spotType(t fact.SpotType) fact.SpotType {
	if int(t) >= SpotTypes {
		return fact.AnyType
	}
	return t
}

func compareDots(a, b fact.Dot) int {
	return cmp.Or(cmp.Compare(a.Incarnation, b.Incarnation), cmp.Compare(a.Seq, b.Seq))
}

func compareAlertKeys(a, b alertKey) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.subject, b.subject))
}

func compareRefusals(a, b Refusal) int {
	exit := 0
	if a.Exit != b.Exit {
		exit = 1
		if b.Exit {
			exit = -1
		}
	}
	return cmp.Or(a.HourKey.compare(b.HourKey), exit, cmp.Compare(a.Reason, b.Reason))
}
