package api

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Dashboard is the location at a glance (FR-8; source design: Dashboard).
type Dashboard struct {
	Realtime Realtime     `json:"realtime"`
	Revenue  rest.Revenue `json:"revenue"`
	Trends   Trends       `json:"trends"`
	Alerts   []Alert      `json:"alerts"`
}

// Realtime is what is so now.
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
	Inside        lot.Inside   `json:"inside" doc:"Vehicles inside, counted in three ways"`
}

func realtimeOf(l *lot.Lot) Realtime {
	a := availabilityOf(l)
	return Realtime{
		TotalSpots: a.Total, Available: a.Available, Occupied: a.Occupied, Reserved: a.Reserved, Held: a.Held, Unknown: a.Unknown,
		Maintenance: a.Maintenance, OccupancyRate: rest.Rate(int64(a.Occupied), int64(a.Total)), ByFloor: a.ByFloor, ByType: a.ByType,
		Inside: l.Inside(),
	}
}

// Alert is something that a person should know, with what to do about it.
type Alert struct {
	Code     string     `json:"code" example:"gate_stuck_open"`
	Severity string     `json:"severity" enum:"info,warning,fault"`
	Where    string     `json:"where,omitempty" doc:"The gate, spot or device"`
	Since    *time.Time `json:"since,omitempty"`
	What     string     `json:"what"`
	Do       string     `json:"do"`
}

// ticketNumber is the number of a ticket in a text: with it on paper, a gate opens.
var ticketNumber = regexp.MustCompile(`\bT[0-9A-Z]{13}-[0-9a-z]+\b`)

func alertsOf(ctx context.Context, l *lot.Lot) []Alert {
	alerts := []Alert{}
	for _, a := range l.Alerts() {
		if !rest.SeesPlates(ctx) {
			a.What = ticketNumber.ReplaceAllString(a.What, "…")
			a.Where = placeOnly(l, a)
		}
		alerts = append(alerts, Alert{a.Code, a.Severity.String(), a.Where, timeAt(a.SinceMS), a.What, a.Do})
	}
	return alerts
}

// placeOnly is where an alert is, if that is a place or a device: of some it is a plate.
func placeOnly(l *lot.Lot, a lot.Alert) string {
	_, isGate := l.Gate(fact.GateID(a.Where))
	_, isSpot := l.Spot(fact.SpotID(a.Where))
	if isGate || isSpot || a.Code == "device_offline" {
		return a.Where
	}
	return ""
}

// Analytics are totals by day and by hour.
type Analytics struct {
	Period string       `json:"period"`
	From   time.Time    `json:"from"`
	To     time.Time    `json:"to"`
	Total  Totals       `json:"total"`
	Days   []DayTotals  `json:"days"`
	Hours  []HourTotals `json:"hours" doc:"Hours in which something happened"`
}

// DayTotals are those of one civil day.
type DayTotals struct {
	Date string `json:"date" example:"2026-03-29"`
	Totals
}

// HourTotals are those of one civil hour.
type HourTotals struct {
	Start time.Time `json:"start"`
	Totals
}

// Alerts is the list of alerts.
type Alerts struct {
	Alerts []Alert `json:"alerts" doc:"The worst first"`
}

// Decisions is a list of decisions.
type Decisions struct {
	Decisions []Decision `json:"decisions" doc:"The newest first"`
}

func (s *server) dashboard(ctx context.Context, in *rest.Here) (*struct{ Body Dashboard }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	out := &struct{ Body Dashboard }{}
	return out, s.view(ctx, func(l *lot.Lot) {
		out.Body = Dashboard{realtimeOf(l), revenueOf(l), trendsOf(l), alertsOf(ctx, l)}
	})
}

func (s *server) analytics(ctx context.Context, in *struct {
	rest.Here
	Period string `query:"period" default:"7d" pattern:"^([1-9]|[12][0-9]|30)d$" doc:"1d to 30d, today included" example:"7d"`
}) (*struct{ Body Analytics }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	days, err := strconv.Atoi(strings.TrimSuffix(in.Period, "d"))
	if err != nil {
		return nil, rest.Invalid("query.period", "write 1d to 30d")
	}
	out := &struct{ Body Analytics }{}
	err = s.view(ctx, func(l *lot.Lot) { out.Body = analyticsOf(l, days) })
	out.Body.Period = in.Period
	return out, err
}

func analyticsOf(l *lot.Lot, days int) Analytics {
	cfg, now := l.Config(), civilNow(l)
	from := dayOf(now, 1-days)
	all := l.Hours(from.UnixMilli(), endOfTime)
	a := Analytics{From: from.UTC(), To: now.UTC(), Total: totalsOf(cfg, all), Days: make([]DayTotals, days), Hours: make([]HourTotals, len(all))}
	for i := range a.Days {
		begin := dayOf(now, 1-days+i)
		hours := l.Hours(begin.UnixMilli(), dayOf(begin, 1).UnixMilli())
		a.Days[i] = DayTotals{begin.Format(time.DateOnly), totalsOf(cfg, hours)}
	}
	for i := range all {
		a.Hours[i] = HourTotals{time.UnixMilli(all[i].StartMS).UTC(), totalsOf(cfg, all[i:i+1])}
	}
	return a
}

func (s *server) alerts(ctx context.Context, in *rest.Here) (*struct{ Body Alerts }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	out := &struct{ Body Alerts }{}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body.Alerts = alertsOf(ctx, l) })
}

func (s *server) decisions(ctx context.Context, in *rest.Here) (*struct{ Body Decisions }, error) {
	cfg, err := s.at(ctx, in.Location)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Decisions }{}
	return out, s.view(ctx, func(l *lot.Lot) {
		out.Body.Decisions = decisionsOf(ctx, l, max(decisionsShown, len(cfg.Gates)*decisionsShown))
	})
}

func (s *server) events(ctx context.Context, in *rest.Here) (*rest.Streaming, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	return rest.Stream(func(w http.ResponseWriter, r *http.Request) { s.Live.Stream(w, r, s.Live.Changed()) }), nil
}
