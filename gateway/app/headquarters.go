package app

import (
	"context"
	"fmt"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/uplink"
	"gatehouse/sync/wire"
)

// Headquarters is how the sync is; nil if the location belongs to no chain.
func (a *App) Headquarters() *api.Headquarters {
	if !a.options.Site.Sync.Enabled {
		return nil
	}
	link, who, problem := a.sync.state()
	hq := &api.Headquarters{State: api.HeadquartersNotEnrolled, Problem: problem, Standing: wire.Open.String(), HoursLeft: a.hoursLeft()}
	if who != nil {
		expires := who.Expires().UTC()
		hq.Certificate = &expires
	}
	if link == nil {
		return hq
	}
	s := link.Status()
	if durable := uint64(a.journal.Load().Durable()); durable > s.Read {
		s.Waiting += durable - s.Read
		s.Unstable += durable - s.Read
	}
	hq.State, hq.Broker, hq.Problem = stateOf(s), s.Broker, s.Failure
	hq.Waiting, hq.Unstable, hq.OldestS, hq.Standing = s.Waiting, s.Unstable, s.OldestMS/1000, s.Standing.String()
	hq.DrainPerS, hq.DrainS = int64(s.DrainPerS), (s.DrainMS+999)/1000
	if !s.HeardAt.IsZero() {
		heard := a.options.Clock.at(s.HeardAt).UTC().Truncate(time.Second)
		hq.HeardAt = &heard
	}
	return hq
}

func stateOf(s uplink.Status) api.HeadquartersState {
	switch {
	case !s.Synced:
		return api.HeadquartersUnreachable
	case s.Standing != wire.Open:
		return api.HeadquartersFenced
	case s.Waiting > 0:
		return api.HeadquartersSending
	}
	return api.HeadquartersSynced
}

const (
	// hoursLeftMax is ten years: more is not worth a number.
	hoursLeftMax = 87_600
	// paceLeast is the least time that says how fast the log grows.
	paceLeast = 10 * time.Minute
)

// hoursLeft is for how long facts fit on the disk, at the pace of this run.
func (a *App) hoursLeft() int64 {
	h := a.journal.Load().Health()
	running := max(time.Since(a.info.Started), paceLeast)
	perHour := float64(h.Log.Bytes) / running.Hours()
	if perHour <= 0 {
		return hoursLeftMax
	}
	return min(hoursLeftMax, int64(float64(h.FreeBytes)/perHour))
}

// headquartersLateS is after how long without headquarters a person should know.
const headquartersLateS = 15 * 60

func headquartersCheck(hq *api.Headquarters) api.Check {
	value := fmt.Sprintf("%s, %d facts wait", hq.State, hq.Waiting)
	trouble := api.Check{ID: "headquarters", Severity: lot.Warning, Ready: true}
	switch hq.State {
	case api.HeadquartersNotEnrolled:
		trouble.Value, trouble.Do = hq.Problem, "Make a code at headquarters, and run lotctl enrol."
		return trouble
	case api.HeadquartersFenced:
		trouble.Value = "headquarters keeps this gateway's facts apart: " + hq.Standing
		trouble.Do = "Ask headquarters: there may be two gateways of one card."
		return trouble
	}
	trouble.Value, trouble.Do = value+": "+hq.Problem, "Check the network; facts wait in the log, and leave by themselves."
	return check(hq.OldestS <= headquartersLateS, value, trouble)
}

// liveState is the moment, for headquarters.
func (a *App) liveState(ctx context.Context) (wire.Live, error) {
	var m wire.Live
	err := a.View(ctx, func(l *lot.Lot) {
		cfg := l.Config()
		m.At, m.Site = l.Now(), a.options.Site.Digest
		for _, kind := range fact.SpotTypes() {
			if t := l.TallyOfType(kind); t.Total > 0 {
				m.Types = append(m.Types, liveType(kind, t))
			}
		}
		in := l.Inside()
		m.Inside, m.Tickets = in.Loops, uint64(max(0, in.Tickets))
		for i := range cfg.Gates[:min(len(cfg.Gates), wire.LiveGatesMax)] {
			m.Gates = append(m.Gates, liveGate(l.GateView(i)))
		}
		for _, alert := range l.Alerts() {
			if alert.Severity != lot.Info && len(m.Alerts) < liveAlertsMax {
				m.Alerts = append(m.Alerts, alert.Code)
			}
		}
		m.Revenue = takingsToday(l)
	})
	return m, err
}

// liveAlertsMax keeps a live message small.
const liveAlertsMax = 20

func liveType(kind fact.SpotType, t lot.Tally) wire.LiveType {
	return wire.LiveType{
		Type: kind, Total: uint32(t.Total), Available: uint32(t.Available), Occupied: uint32(t.Occupied), Reserved: uint32(t.Reserved),
		Held: uint32(t.Held), Maintenance: uint32(t.Maintenance), Unknown: uint32(t.Unknown),
	}
}

func liveGate(v lot.GateView) wire.LiveGate {
	g := wire.LiveGate{Gate: v.ID, Held: v.Held}
	if len(v.Faults) > 0 {
		_ = g.Fault.UnmarshalText([]byte(v.Faults[0])) // one that headquarters has no word for is left out
	}
	return g
}

// takingsToday is what was received since local midnight.
func takingsToday(l *lot.Lot) (minor int64) {
	now := time.UnixMilli(l.Now().WallMS).In(l.Config().Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()).UnixMilli()
	for _, h := range l.Hours(midnight, 1<<62) {
		minor += h.RevenueMinor
	}
	return minor
}
