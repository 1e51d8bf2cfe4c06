package api

import (
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// Totals are what some time came to.
type Totals struct {
	Entries      int64         `json:"entries"`
	Exits        int64         `json:"exits"`
	Denied       int64         `json:"denied"`
	DeniedFull   int64         `json:"deniedFull" doc:"Of them, because the lot was full"`
	Revenue      rest.Amount   `json:"revenue"`
	RevenueMinor int64         `json:"revenueMinor"`
	OwedMinor    int64         `json:"owedMinor" doc:"Let out owing, in minor units"`
	Stays        int64         `json:"stays" doc:"Visits that ended"`
	AvgDuration  rest.Duration `json:"avgDuration" doc:"Of the visits that ended"`
	PeakOccupied int64         `json:"peakOccupied" doc:"Most spots occupied at once"`
	PeakRate     string        `json:"peakOccupancyRate" example:"62.4%"`
	PeakInside   int64         `json:"peakInside" doc:"Most vehicles inside at once, by the loops"`
}

// totalsOf sums hours up.
func totalsOf(cfg *lot.Config, hours []lot.Hour) Totals {
	sum := sumOf(hours)
	t := Totals{
		Entries: sum.Entries, Exits: sum.Exits, Denied: sum.Denied, DeniedFull: sum.DeniedFull,
		Revenue: rest.AmountOf(sum.RevenueMinor, cfg.Currency), RevenueMinor: sum.RevenueMinor, OwedMinor: sum.OwedMinor,
		Stays: sum.Stays, PeakOccupied: sum.PeakOccupied, PeakInside: sum.PeakInside, PeakRate: rest.Rate(sum.PeakOccupied, int64(len(cfg.Spots))),
	}
	if sum.Stays > 0 {
		t.AvgDuration = rest.DurationOf(sum.StaysMS / sum.Stays)
	}
	return t
}

func sumOf(hours []lot.Hour) lot.Hour {
	var sum lot.Hour
	for i := range hours {
		h := &hours[i]
		sum.Entries += h.Entries
		sum.Exits += h.Exits
		sum.Denied += h.Denied
		sum.DeniedFull += h.DeniedFull
		sum.RevenueMinor += h.RevenueMinor
		sum.OwedMinor += h.OwedMinor
		sum.Stays += h.Stays
		sum.StaysMS += h.StaysMS
		sum.PeakOccupied = max(sum.PeakOccupied, h.PeakOccupied)
		sum.PeakInside = max(sum.PeakInside, h.PeakInside)
	}
	return sum
}

func revenueOf(l *lot.Lot) rest.Revenue {
	now := civilNow(l)
	since := func(t time.Time) int64 { return sumOf(l.Hours(t.UnixMilli(), endOfTime)).RevenueMinor }
	weekday := (int(now.Weekday()) + 6) % 7
	recent := sumOf(l.Hours(now.AddDate(0, 0, -trendDays).UnixMilli(), endOfTime))
	return rest.RevenueOf(l.Config().Currency, since(dayOf(now, 0)), since(dayOf(now, -weekday)), since(dayOf(now, 1-now.Day())),
		rest.Visits{Ended: recent.Stays, RevenueMinor: recent.RevenueMinor, StayMS: recent.StaysMS})
}

const endOfTime = int64(1) << 62

// civilNow is the present in the location's civil time.
func civilNow(l *lot.Lot) time.Time { return time.UnixMilli(l.Now().WallMS).In(l.Config().Zone) }

// dayOf is the midnight that begins the day so many days away.
func dayOf(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
}

// Trends are what the last seven days were like.
type Trends struct {
	Hourly      []HourOfDay `json:"hourlyOccupancy" doc:"24 points, by civil hour"`
	PeakHour    *int        `json:"peakHour" doc:"The civil hour with the highest occupancy; null while nothing is known"`
	AvgTurnover float64     `json:"avgTurnover" doc:"Visits that ended per spot and day"`
}

// HourOfDay is one civil hour over the last seven days.
type HourOfDay struct {
	Hour int    `json:"hour" minimum:"0" maximum:"23"`
	Avg  string `json:"avgOccupancy" doc:"Mean over the time of this hour, and over the days" example:"62.4%"`
	Peak string `json:"peakOccupancy" example:"80.0%"`
	Days int    `json:"days" doc:"How many days are known"`
}

func trendsOf(l *lot.Lot) Trends {
	cfg := l.Config()
	hours := l.Hours(civilNow(l).AddDate(0, 0, -trendDays).UnixMilli(), endOfTime)
	var sums, known, peaks, days [24]int64 // sums of spot-seconds, known of seconds
	for i := range hours {
		at := time.UnixMilli(hours[i].StartMS).In(cfg.Zone).Hour()
		spotMS, knownMS := l.OccupiedMS(hours[i])
		sums[at] += spotMS / 1_000
		known[at] += knownMS / 1_000
		peaks[at] = max(peaks[at], hours[i].PeakOccupied)
		days[at]++
	}
	spots := int64(len(cfg.Spots))
	t := Trends{Hourly: make([]HourOfDay, 24)}
	for at := range t.Hourly {
		t.Hourly[at] = HourOfDay{at, rest.Rate(sums[at], spots*known[at]), rest.Rate(peaks[at], spots), int(days[at])}
		if p := t.PeakHour; days[at] > 0 && (p == nil || sums[at]*known[*p] > sums[*p]*known[at]) {
			t.PeakHour = new(at)
		}
	}
	if spots > 0 {
		t.AvgTurnover = float64(sumOf(hours).Stays*100/(spots*trendDays)) / 100
	}
	return t
}
