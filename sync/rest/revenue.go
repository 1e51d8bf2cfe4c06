package rest

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Revenue is money received (source design: revenue).
type Revenue struct {
	Currency       string   `json:"currency"`
	Today          Amount   `json:"today" doc:"Since midnight, in the location's civil time"`
	TodayMinor     int64    `json:"todayMinor"`
	ThisWeek       Amount   `json:"thisWeek" doc:"Since Monday"`
	ThisWeekMinor  int64    `json:"thisWeekMinor"`
	ThisMonth      Amount   `json:"thisMonth" doc:"Since the 1st"`
	ThisMonthMinor int64    `json:"thisMonthMinor"`
	AvgTicket      Amount   `json:"avgTicketValue" doc:"Per visit that ended, over seven days"`
	AvgTicketMinor int64    `json:"avgTicketValueMinor"`
	AvgDuration    Duration `json:"avgDuration" doc:"Per visit that ended, over seven days"`
}

// Visits are sums over the visits that ended in some days.
type Visits struct{ Ended, RevenueMinor, StayMS int64 }

// RevenueOf tells sums of minor units, and the means of recent visits, rounded half up.
func RevenueOf(currency fact.Currency, todayMinor, weekMinor, monthMinor int64, recent Visits) Revenue {
	r := Revenue{
		Currency: string(currency), TodayMinor: todayMinor, ThisWeekMinor: weekMinor, ThisMonthMinor: monthMinor,
		Today: AmountOf(todayMinor, currency), ThisWeek: AmountOf(weekMinor, currency), ThisMonth: AmountOf(monthMinor, currency),
	}
	if recent.Ended > 0 {
		r.AvgTicketMinor = (recent.RevenueMinor + recent.Ended/2) / recent.Ended
		r.AvgDuration = DurationOf(recent.StayMS / recent.Ended)
	}
	r.AvgTicket = AmountOf(r.AvgTicketMinor, currency)
	return r
}

// Duration is whole hours and the minutes after them.
type Duration struct {
	Hours   int64 `json:"hours" minimum:"0"`
	Minutes int64 `json:"minutes" minimum:"0" maximum:"59"`
}

// DurationOf drops what is less than a minute; a negative time is none.
func DurationOf(ms int64) Duration {
	ms = max(0, ms)
	return Duration{ms / 3_600_000, ms / 60_000 % 60}
}

// Rate is a share with one digit after the point: "62.4%". Of nothing it is "0.0%".
func Rate(part, whole int64) string {
	if whole <= 0 {
		return "0.0%"
	}
	perMille := (part*2000 + whole) / (2 * whole)
	return fmt.Sprintf("%d.%d%%", perMille/10, perMille%10)
}
