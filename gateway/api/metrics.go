package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// measures are the lot's and the gateway's, read when metrics are asked for.
func (s *server) measures() []rest.Measure {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	all := s.ofGateway()
	answers := s.Backend.View(ctx, func(l *lot.Lot) { all = append(all, ofLot(l)...) }) == nil
	all = append(all, rest.Gauge("lot_answers", "1 if the lot answers.", rest.OneIf(answers)))
	if s.Measures != nil {
		all = append(all, s.Measures()...)
	}
	return all
}

// ofGateway is what is known without the lot.
func (s *server) ofGateway() []rest.Measure {
	info, checks := s.Backend.Info(), s.Backend.Health().Checks
	all := []rest.Measure{
		rest.Gauge("lot_build_info", "What runs here.", 1, "version", info.Version, "board", info.Board),
		rest.Gauge("lot_safe_mode", "1 while the gateway runs on its last good site file.", rest.OneIf(info.SafeMode != "")),
		rest.Gauge("lot_streams", "Live streams that are open.", float64(s.Live.Open())),
	}
	all = append(all, headquartersMeasures(s.Backend.Headquarters())...)
	ready := true
	for _, check := range checks {
		ready = ready && check.Ready
		all = append(all, rest.Gauge("lot_check_severity", "Of each check: 0 well, 1 warning, 2 fault.", float64(check.Severity), "check", check.ID))
	}
	return append(all, rest.Gauge("lot_ready", "1 if gates can decide.", rest.OneIf(ready)))
}

// ofLot is what the lot knows.
func ofLot(l *lot.Lot) []rest.Measure {
	cfg, meta, inside := l.Config(), l.Meta(), l.Inside()
	last, _ := l.Last()
	all := []rest.Measure{
		rest.Gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Tickets), "by", "tickets"),
		rest.Gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Loops), "by", "loops"),
		rest.Gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Spots), "by", "spots"),
		rest.Gauge("lot_inside_drift_vehicles", "By how many vehicles the three counts differ unexplained.", float64(inside.Drift)),
		rest.Gauge("lot_revenue_today_minor", "Money received since midnight, in minor units.", float64(revenueOf(l).TodayMinor), "currency", string(cfg.Currency)),
		rest.Counter("lot_facts_total", "Facts made since the start.", float64(last.Seq)),
		rest.Counter("lot_facts_late_total", "Facts whose effects left before they were durable.", float64(meta.LateCommits)),
		rest.Counter("lot_facts_lost_total", "Facts that the log can't read any more.", float64(meta.LostFacts)),
		rest.Gauge("lot_clock_trust_info", "How far the clock can be trusted.", 1, "trust", l.Now().Trust.String()),
	}
	all = append(all, tallyMeasures("lot_spots", "Spots by status.", l.Tally())...)
	for i, f := range cfg.Floors {
		all = append(all, tallyMeasures("lot_floor_spots", "Spots of each floor by status.", l.TallyOfFloor(i), "floor", string(f.ID))...)
	}
	for i := range cfg.Gates {
		all = append(all, ofGate(l.GateView(i))...)
	}
	return append(all, alertMeasures(l.Alerts())...)
}

func tallyMeasures(name, help string, t lot.Tally, labels ...string) []rest.Measure {
	of := func(status string, n int) rest.Measure {
		return rest.Gauge(name, help, float64(n), append([]string{"status", status}, labels...)...)
	}
	return []rest.Measure{
		of("available", t.Available), of("occupied", t.Occupied), of("reserved", t.Reserved), of("held", t.Held),
		of("unknown", t.Unknown), of("maintenance", t.Maintenance),
	}
}

func ofGate(v lot.GateView) []rest.Measure {
	id := string(v.ID)
	return []rest.Measure{
		rest.Gauge("lot_gate_state_info", "What each gate does.", 1, "gate", id, "state", v.State),
		rest.Gauge("lot_gate_faults", "Faults of each gate.", float64(len(v.Faults)), "gate", id),
		rest.Gauge("lot_gate_held_open", "1 while a gate is held open.", rest.OneIf(v.Held), "gate", id),
		rest.Gauge("lot_gate_devices_missing", "Devices of each gate that don't answer.", float64(len(v.Without)), "gate", id),
		rest.Counter("lot_gate_passed_total", "Vehicles that went through, ever.", float64(v.Passed), "gate", id),
		rest.Counter("lot_gate_tailgated_total", "Vehicles that went through on another's grant, ever.", float64(v.Tailgated), "gate", id),
	}
}

func alertMeasures(alerts []lot.Alert) []rest.Measure {
	all := []rest.Measure{}
	for _, severity := range []lot.Severity{lot.Info, lot.Warning, lot.Fault} {
		n := 0
		for i := range alerts {
			if alerts[i].Severity == severity {
				n++
			}
		}
		all = append(all, rest.Gauge("lot_alerts", "Alerts that hold now.", float64(n), "severity", severity.String()))
	}
	return all
}
