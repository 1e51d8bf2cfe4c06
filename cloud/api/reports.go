package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Totals are what some time came to.
type Totals struct {
	Entries      int64         `json:"entries"`
	Exits        int64         `json:"exits"`
	Denied       int64         `json:"denied"`
	Revenue      rest.Amount   `json:"revenue" doc:"Received, less what was given back"`
	RevenueMinor int64         `json:"revenueMinor"`
	OwedMinor    int64         `json:"owedMinor" doc:"Let out owing, in minor units"`
	Stays        int64         `json:"stays" doc:"Visits that ended"`
	AvgDuration  rest.Duration `json:"avgDuration" doc:"Of the visits that ended"`
	Violations   int64         `json:"violations"`
	ByHand       int64         `json:"openedByHand"`
}

func totalsOf(sums ledger.Sums, currency fact.Currency) Totals {
	t := Totals{
		Entries: sums.Entries, Exits: sums.Exits, Denied: sums.Denied, Revenue: rest.AmountOf(sums.NetMinor(), currency), RevenueMinor: sums.NetMinor(),
		OwedMinor: sums.OwedMinor, Stays: sums.Sessions, Violations: sums.Violations, ByHand: sums.Raised,
	}
	if sums.Sessions > 0 {
		t.AvgDuration = rest.DurationOf(sums.StayMS / sums.Sessions)
	}
	return t
}

// hoursOf are the sums of a location since a civil day, those of clocks that were set later in their places.
func (s *Server) hoursOf(ctx context.Context, l *ledger.Summary, from ledger.Day) ([]ledger.Hour, error) {
	const endOfTime = 99991231
	rows, err := s.Store.Hours(ctx, l.ID, from, endOfTime)
	if err != nil {
		return nil, s.problemOf(err)
	}
	steps, err := s.Store.Steps(ctx, l.ID)
	if err != nil {
		return nil, s.problemOf(err)
	}
	hours := make([]ledger.Hour, len(rows))
	for i := range rows {
		hours[i] = rows[i].Hour
	}
	hours = ledger.Redate(hours, steps, l.Zone)
	return slices.DeleteFunc(hours, func(h ledger.Hour) bool { return h.Boot != 0 || h.Day < from }), nil
}

func sumOf(hours []ledger.Hour, in func(ledger.HourKey) bool) (sum ledger.Sums) {
	for i := range hours {
		if in(hours[i].HourKey) {
			sum.Add(hours[i].Sums, 1)
		}
	}
	return sum
}

// dayAt is the civil day so many days away from a moment.
func dayAt(now time.Time, days int) ledger.Day {
	at := now.AddDate(0, 0, days)
	return ledger.Day(at.Year()*10_000 + int(at.Month())*100 + at.Day())
}

func dayText(d ledger.Day) string { return fmt.Sprintf("%04d-%02d-%02d", d/10_000, d/100%100, d%100) }

// Dashboard is one location at a glance (source design: Dashboard).
type Dashboard struct {
	Realtime Realtime     `json:"realtime"`
	Revenue  rest.Revenue `json:"revenue"`
	Trends   Trends       `json:"trends"`
	Alerts   []Need       `json:"alerts" doc:"What needs a person"`
}

// Realtime is what is so now, by the location's last live message.
type Realtime struct {
	TotalSpots    int          `json:"totalSpots"`
	Available     int          `json:"available"`
	Occupied      int          `json:"occupied"`
	Reserved      int          `json:"reserved"`
	Held          int          `json:"held"`
	Unknown       int          `json:"unknown"`
	Maintenance   int          `json:"maintenance"`
	OccupancyRate string       `json:"occupancyRate" example:"62.4%"`
	ByFloor       []FloorTally `json:"byFloor"`
	ByType        []TypeTally  `json:"byType"`
	AsOf          *time.Time   `json:"asOf"`
	Stale         bool         `json:"stale"`
}

func revenueOf(l *ledger.Summary, hours []ledger.Hour, now time.Time) rest.Revenue {
	today, weekday := dayAt(now, 0), (int(now.Weekday())+6)%7
	since := func(day ledger.Day) int64 {
		sum := sumOf(hours, func(k ledger.HourKey) bool { return k.Day >= day && k.Day <= today })
		return sum.NetMinor()
	}
	recent := sumOf(hours, func(k ledger.HourKey) bool { return k.Day > dayAt(now, -trendDays) && k.Day <= today })
	return rest.RevenueOf(l.Currency, since(today), since(dayAt(now, -weekday)), since(dayAt(now, 1-now.Day())),
		rest.Visits{Ended: recent.Sessions, RevenueMinor: recent.NetMinor(), StayMS: recent.StayMS})
}

// Trends are what the last seven days were like.
type Trends struct {
	Hourly      []HourOfDay `json:"hourlyOccupancy" doc:"24 points, by civil hour"`
	PeakHour    *int        `json:"peakHour" doc:"The civil hour with the most vehicles inside; null while nothing is known"`
	AvgTurnover float64     `json:"avgTurnover" doc:"Visits that ended per spot and day"`
}

// HourOfDay is one civil hour over the last seven days.
type HourOfDay struct {
	Hour int    `json:"hour" minimum:"0" maximum:"23"`
	Avg  string `json:"avgOccupancy" doc:"Vehicles inside at its end, per spot, by the loops" example:"62.4%"`
	Days int    `json:"days" doc:"How many days are known"`
}

// trendsOf goes back from how many vehicles are inside now by who came and went in each hour.
func trendsOf(l *ledger.Summary, hours []ledger.Hour, now time.Time) Trends {
	a := int64(0)
	for _, t := range l.Live.Types {
		a += int64(t.Total)
	}
	inside, sums, days := l.Live.Inside, [24]int64{}, [24]int64{}
	ended := int64(0)
	for i := len(hours) - 1; i >= 0; i-- {
		h := &hours[i]
		if h.Day <= dayAt(now, -trendDays) || h.Day > dayAt(now, 0) {
			continue
		}
		sums[h.Hour] += max(0, inside)
		days[h.Hour]++
		inside -= h.Entries - h.Exits
		ended += h.Sessions
	}
	t := Trends{Hourly: make([]HourOfDay, 24)}
	for at := range t.Hourly {
		t.Hourly[at] = HourOfDay{at, rest.Rate(sums[at], a*days[at]), int(days[at])}
		if p := t.PeakHour; days[at] > 0 && (p == nil || sums[at]*days[*p] > sums[*p]*days[at]) {
			t.PeakHour = new(at)
		}
	}
	if a > 0 {
		t.AvgTurnover = float64(ended*100/(a*trendDays)) / 100
	}
	return t
}

func (s *Server) dashboard(ctx context.Context, in *rest.Here) (*struct{ Body Dashboard }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	now := s.Now().In(l.Zone)
	hours, err := s.hoursOf(ctx, &l, min(dayAt(now, -trendDays), dayAt(now, 1-now.Day())))
	if err != nil {
		return nil, err
	}
	a := s.availabilityOf(&l)
	if a.ByFloor, err = s.floorsOf(ctx, in.Location); err != nil {
		return nil, err
	}
	return &struct{ Body Dashboard }{Dashboard{
		Realtime{
			a.Total, a.Available, a.Occupied, a.Reserved, a.Held, a.Unknown, a.Maintenance, rest.Rate(int64(a.Occupied), int64(a.Total)), a.ByFloor, a.ByType, a.AsOf, a.Stale,
		},
		revenueOf(&l, hours, now), trendsOf(&l, hours, now), s.needsAt(ctx, l.ID),
	}}, nil
}

// Analytics are totals by day and by hour.
type Analytics struct {
	Period   string       `json:"period"`
	Currency string       `json:"currency"`
	Total    Totals       `json:"total"`
	Days     []DayTotals  `json:"days"`
	Hours    []HourTotals `json:"hours" doc:"Hours in which something happened"`
	Restated []Restated   `json:"restated" doc:"Closed days that facts which came late have changed"`
}

// DayTotals are those of one civil day.
type DayTotals struct {
	Date string `json:"date" example:"2026-03-29"`
	Totals
}

// HourTotals are those of one civil hour.
type HourTotals struct {
	Date string `json:"date"`
	Hour int    `json:"hour"`
	Totals
}

// Restated is what late facts changed in a closed day.
type Restated struct {
	Date string `json:"date"`
	On   string `json:"on" doc:"When headquarters heard of it"`
	Totals
}

// daysOfPeriod reads 31d.
func daysOfPeriod(period string) (int, error) {
	days, err := strconv.Atoi(strings.TrimSuffix(period, "d"))
	if err != nil {
		return 0, rest.Invalid("query.period", "write 1d to 366d")
	}
	return days, nil
}

// dayTotals are the last so many civil days until now, also those on which nothing happened.
func dayTotals(hours []ledger.Hour, now time.Time, days int, currency fact.Currency) []DayTotals {
	sums := map[ledger.Day]*ledger.Sums{}
	totals := make([]DayTotals, days)
	for i := range days {
		sums[dayAt(now, 1-days+i)] = &ledger.Sums{}
	}
	for i := range hours {
		if sum := sums[hours[i].Day]; sum != nil {
			sum.Add(hours[i].Sums, 1)
		}
	}
	for i := range totals {
		day := dayAt(now, 1-days+i)
		totals[i] = DayTotals{dayText(day), totalsOf(*sums[day], currency)}
	}
	return totals
}

func (s *Server) analytics(ctx context.Context, in *struct {
	rest.Here
	Period string `query:"period" default:"7d" pattern:"^([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])d$" doc:"1d to 366d, today included" example:"7d"`
}) (*struct{ Body Analytics }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	days, err := daysOfPeriod(in.Period)
	if err != nil {
		return nil, err
	}
	now := s.Now().In(l.Zone)
	from, today := dayAt(now, 1-days), dayAt(now, 0)
	hours, err := s.hoursOf(ctx, &l, from)
	if err != nil {
		return nil, err
	}
	a := Analytics{Period: in.Period, Currency: string(l.Currency), Hours: []HourTotals{}, Restated: []Restated{}}
	for i := range hours {
		if h := &hours[i]; h.Day <= today {
			a.Hours = append(a.Hours, HourTotals{dayText(h.Day), int(h.Hour), totalsOf(h.Sums, l.Currency)})
		}
	}
	a.Days = dayTotals(hours, now, days, l.Currency)
	a.Total = totalsOf(sumOf(hours, func(k ledger.HourKey) bool { return k.Day <= today }), l.Currency)
	restated, err := s.Store.Restatements(ctx, from, today)
	if err != nil {
		return nil, s.problemOf(err)
	}
	for i := range restated {
		if r := &restated[i]; r.Location == l.ID {
			a.Restated = append(a.Restated, Restated{dayText(r.Day), dayText(r.On), totalsOf(r.Sums, l.Currency)})
		}
	}
	return &struct{ Body Analytics }{a}, nil
}

// Ticket is a visit that goes on, as far as headquarters knows.
type Ticket struct {
	ID        string     `json:"ticketId"`
	Plate     string     `json:"vehiclePlate,omitempty"`
	EntryTime *time.Time `json:"entryTime"`
	EntryGate string     `json:"entryGateId"`
	Spot      string     `json:"spotId,omitempty"`
	Status    string     `json:"status" enum:"admitted,active,leaving"`
	PaidMinor int64      `json:"paidMinor"`
}

// Tickets is a list of visits.
type Tickets struct {
	Tickets []Ticket `json:"tickets"`
}

func (s *Server) openTickets(ctx context.Context, in *rest.Here) (*struct{ Body Tickets }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.OpenTickets(ctx, l.ID)
	if err != nil {
		return nil, s.problemOf(err)
	}
	out := &struct{ Body Tickets }{Tickets{[]Ticket{}}}
	for i := range found {
		t := &found[i]
		out.Body.Tickets = append(out.Body.Tickets, Ticket{
			string(t.ID), string(t.Plate), timeAt(t.EnteredMS), string(t.EntryGate), string(t.Spot), t.Status.String(), t.PaidMinor,
		})
	}
	return out, nil
}
