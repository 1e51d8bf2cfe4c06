package api

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gatehouse/gateway/lot"
)

// Measure is a number, or a histogram, that only the shell can measure, such as lot_gate_decision_seconds.
type Measure struct {
	Name   string
	Help   string
	Labels map[string]string
	Value  float64
	Grows  bool // a counter
	// Buckets makes it a histogram: how many values were at most so much, by that bound; Value is their sum.
	Buckets map[float64]uint64
	Count   uint64 // of all values of the histogram
}

// collector reads the lot and the gateway when metrics are asked for.
type collector struct{ *server }

// Describe says nothing: what is collected depends on the location.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends everything.
func (c collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	all := c.ofGateway()
	answers := 1.0
	if c.Backend.View(ctx, func(l *lot.Lot) { all = append(all, ofLot(l)...) }) != nil {
		answers = 0
	}
	all = append(all, gauge("lot_answers", "1 if the lot answers.", answers))
	if c.Measures != nil {
		all = append(all, c.Measures()...)
	}
	for i := range all {
		out <- all[i].metric()
	}
}

// metric is the measure in prometheus's form.
func (m *Measure) metric() prometheus.Metric {
	desc := prometheus.NewDesc(m.Name, m.Help, nil, m.Labels)
	kind := prometheus.GaugeValue
	if m.Grows {
		kind = prometheus.CounterValue
	}
	made, err := prometheus.NewConstMetric(desc, kind, m.Value)
	if m.Buckets != nil {
		made, err = prometheus.NewConstHistogram(desc, m.Count, m.Value, m.Buckets)
	}
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return made
}

func gauge(name, help string, value float64, labels ...string) Measure {
	m := Measure{Name: name, Help: help, Value: value, Labels: map[string]string{}}
	for i := 0; i+1 < len(labels); i += 2 {
		m.Labels[labels[i]] = labels[i+1]
	}
	return m
}

func counter(name, help string, value float64, labels ...string) Measure {
	m := gauge(name, help, value, labels...)
	m.Grows = true
	return m
}

// ofGateway is what is known without the lot.
func (c collector) ofGateway() []Measure {
	info, checks := c.Backend.Info(), c.Backend.Health().Checks
	all := []Measure{
		gauge("lot_build_info", "What runs here.", 1, "version", info.Version, "board", info.Board),
		gauge("lot_safe_mode", "1 while the gateway runs on its last good site file.", oneIf(info.SafeMode != "")),
		gauge("lot_streams", "Live streams that are open.", float64(len(c.Live.places))),
	}
	all = append(all, headquartersMeasures(c.Backend.Headquarters())...)
	ready := true
	for _, check := range checks {
		ready = ready && check.Ready
		all = append(all, gauge("lot_check_severity", "Of each check: 0 well, 1 warning, 2 fault.", float64(check.Severity), "check", check.ID))
	}
	return append(all, gauge("lot_ready", "1 if gates can decide.", oneIf(ready)))
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// ofLot is what the lot knows.
func ofLot(l *lot.Lot) []Measure {
	cfg, meta, inside := l.Config(), l.Meta(), l.Inside()
	last, _ := l.Last()
	all := []Measure{
		gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Tickets), "by", "tickets"),
		gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Loops), "by", "loops"),
		gauge("lot_inside_vehicles", "Vehicles inside, counted in three ways.", float64(inside.Spots), "by", "spots"),
		gauge("lot_inside_drift_vehicles", "By how many vehicles the three counts differ unexplained.", float64(inside.Drift)),
		gauge("lot_revenue_today_minor", "Money received since midnight, in minor units.", float64(revenueOf(l).TodayMinor), "currency", string(cfg.Currency)),
		counter("lot_facts_total", "Facts made since the start.", float64(last.Seq)),
		counter("lot_facts_late_total", "Facts whose effects left before they were durable.", float64(meta.LateCommits)),
		counter("lot_facts_lost_total", "Facts that the log can't read any more.", float64(meta.LostFacts)),
		gauge("lot_clock_trust_info", "How far the clock can be trusted.", 1, "trust", l.Now().Trust.String()),
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

func tallyMeasures(name, help string, t lot.Tally, labels ...string) []Measure {
	of := func(status string, n int) Measure {
		return gauge(name, help, float64(n), append([]string{"status", status}, labels...)...)
	}
	return []Measure{
		of("available", t.Available), of("occupied", t.Occupied), of("reserved", t.Reserved), of("held", t.Held),
		of("unknown", t.Unknown), of("maintenance", t.Maintenance),
	}
}

func ofGate(v lot.GateView) []Measure {
	id := string(v.ID)
	return []Measure{
		gauge("lot_gate_state_info", "What each gate does.", 1, "gate", id, "state", v.State),
		gauge("lot_gate_faults", "Faults of each gate.", float64(len(v.Faults)), "gate", id),
		gauge("lot_gate_held_open", "1 while a gate is held open.", oneIf(v.Held), "gate", id),
		gauge("lot_gate_devices_missing", "Devices of each gate that don't answer.", float64(len(v.Without)), "gate", id),
		counter("lot_gate_passed_total", "Vehicles that went through, ever.", float64(v.Passed), "gate", id),
		counter("lot_gate_tailgated_total", "Vehicles that went through on another's grant, ever.", float64(v.Tailgated), "gate", id),
	}
}

func alertMeasures(alerts []lot.Alert) []Measure {
	all := []Measure{}
	for _, severity := range []lot.Severity{lot.Info, lot.Warning, lot.Fault} {
		n := 0
		for i := range alerts {
			if alerts[i].Severity == severity {
				n++
			}
		}
		all = append(all, gauge("lot_alerts", "Alerts that hold now.", float64(n), "severity", severity.String()))
	}
	return all
}

// metrics serves all of it, and what the Go runtime and the kernel know of the process.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}
