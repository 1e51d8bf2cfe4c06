package lot

import (
	"fmt"
	"time"

	"gatehouse/sync/fact"
)

// rejoins is the visit that a vehicle goes on with that comes back soon enough, by the tariff of that visit. A visit that
// is in doubt, or that something else than the tariff paid for, ends for good.
func (l *Lot) rejoins(v *visit) fact.TicketID {
	if v.plate == "" || v.pass.ID != "" || v.reservation.ID != "" || v.twin != nil {
		return ""
	}
	last := l.tickets.closed.lastOf(v.plate)
	if last == nil || last.Pass != "" || last.Reservation != "" || last.Lost || last.Suspect != fact.ReasonNone {
		return ""
	}
	rule, awayMS := l.tariffOf(last).Reentry, l.now.WallMS-last.Exit.WallMS
	if awayMS >= 0 && awayMS <= rule.WithinMS || rule.SameDay && l.sameDay(last.Exit.WallMS, l.now.WallMS) {
		return last.ID
	}
	return ""
}

func (l *Lot) sameDay(aMS, bMS int64) bool {
	const day = time.DateOnly
	return time.UnixMilli(aMS).In(l.cfg.Zone).Format(day) == time.UnixMilli(bMS).In(l.cfg.Zone).Format(day)
}

// rejoin has a visit go on with one before: at its prices, with its validations, and with what it cost as settled.
func (t *Ticket) rejoin(before *Ticket) {
	t.Tariff, t.TariffDigest, t.Occupancy, t.Priced = before.Tariff, before.TariffDigest, before.Occupancy, before.Priced
	t.Earlier = append(t.Earlier, before.Earlier...)
	t.Earlier = append(t.Earlier, VisitBefore{Ticket: before.ID, EntryMS: before.Entry.WallMS, ExitMS: before.Exit.WallMS})
	if beyond := len(t.Earlier) - earlierMax; beyond > 0 {
		t.Earlier = t.Earlier[beyond:]
	}
	t.Validations = append(t.Validations, before.Validations...)
	t.CarriedMinor = before.FeeMinor
}

// occupancyPermille is how full the location is, before the vehicle at the entry takes a spot.
func (l *Lot) occupancyPermille() int64 {
	n := &l.counts.all
	inService := int64(len(l.spots) - n[fact.SpotMaintenance])
	if inService <= 0 {
		return 0
	}
	return int64(n[fact.SpotOccupied]+n[fact.SpotHeld]+n[fact.SpotReserved]) * 1_000 / inService
}

// promised is the version of the tariff that entries promise, as the log has it.
func (l *Lot) promised() string {
	if p := l.tariffs.promises[l.meta.Tariff]; p != nil {
		return p.Version
	}
	return ""
}

// appendSurge tells a driver that prices are higher now, before the barrier is up.
func (l *Lot) appendSurge(lines []string, occupancy int64) []string {
	permille := int64(1_000)
	for _, step := range l.tariffs.current.Tariff.Surge.Steps {
		if occupancy >= step.FromPermille {
			permille = step.Permille
		}
	}
	if permille == 1_000 {
		return lines
	}
	return append(lines, fmt.Sprintf("Prices now x %d.%02d", permille/1_000, permille%1_000/10))
}
