package api

import (
	"context"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
)

// usual is what a location took in until this hour, today and on the days before.
type usual struct {
	todayMinor int64 // until the hour that runs now
	minor      int64 // the mean of the days before on which it was open, until the same hour
	days       int64
	hours      [24]ledger.Sums // today's
}

// usualDaysMin is how many days there must be before today can be less than usual.
const usualDaysMin = 3

// How often today is compared. It reads the hours of a week of all locations: a large chain's once in five minutes, a small
// one's as often as somebody could look.
const (
	usualRowMS               = 3 // the pause for each row read: 500 locations have 100,000
	usualLeastMS, usualMaxMS = 5_000, 5 * 60_000
)

// isLow reports whether today is well below the usual, by half, and that is not mere chance.
func (u usual) isLow() bool { return u.days >= usualDaysMin && u.minor > 0 && u.todayMinor*2 < u.minor }

// readUsual compares today with the seven days before, location by location.
func (s *Server) readUsual(ctx context.Context) error {
	now := s.Now()
	if now.UnixMilli() < s.usualDue.Load() {
		return nil
	}
	rows, err := s.Store.Hours(ctx, "", dayAt(now, -trendDays-1), dayAt(now, 1))
	if err != nil {
		return err
	}
	places := map[fact.LocationID]ledger.Summary{}
	s.See(func(c *ledger.Chain) {
		for _, l := range c.Summaries(now.UnixMilli()) {
			places[l.ID] = l
		}
	})
	all := map[fact.LocationID]usual{}
	var last ledger.Day
	for i := range rows {
		h := &rows[i]
		l, known := places[h.Location]
		if !known || h.Boot != 0 {
			continue
		}
		local := now.In(l.Zone)
		u := all[h.Location]
		switch {
		case h.Day == dayAt(local, 0):
			u.hours[h.HourKey.Hour] = h.Sums
			if int(h.HourKey.Hour) < local.Hour() {
				u.todayMinor += h.NetMinor()
			}
		case h.Day >= dayAt(local, -trendDays) && h.Day < dayAt(local, 0):
			if u.days == 0 || h.Day != last {
				u.days++
			}
			last = h.Day
			if int(h.HourKey.Hour) < local.Hour() {
				u.minor += h.NetMinor()
			}
		}
		all[h.Location] = u
	}
	// any order: each is for itself
	for id, u := range all {
		u.minor /= max(1, u.days)
		all[id] = u
	}
	s.usual.Store(&all)
	s.usualDue.Store(now.UnixMilli() + min(usualMaxMS, max(usualLeastMS, int64(len(rows))*usualRowMS)))
	return nil
}
