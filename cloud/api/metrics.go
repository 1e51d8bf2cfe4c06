package api

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gatehouse/cloud/ledger"
)

// Measure is a number of the aggregator or of the chain.
type Measure struct {
	Name, Help string
	Labels     map[string]string
	Value      float64
	Grows      bool // a counter
}

// collector reads the counters when metrics are asked for.
type collector struct{ *Server }

// Describe says nothing: what is collected depends on the chain.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends everything.
func (c collector) Collect(out chan<- prometheus.Metric) {
	all := c.ofChain()
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

// ofChain is what the counters say, and of each location how its sync is.
func (c collector) ofChain() []Measure {
	nowMS := c.Now().UnixMilli()
	var all []Measure
	c.See(func(chain *ledger.Chain) {
		spots := chain.Spots()
		for _, s := range []struct {
			status string
			count  int64
		}{
			{"available", spots.Available}, {"occupied", spots.Occupied}, {"reserved", spots.Reserved}, {"held", spots.Held},
			{"maintenance", spots.Maintenance}, {"unknown", spots.Unknown},
		} {
			all = append(all, gauge("gatehouse_cloud_spots", "Spots of all locations, as they said last.", float64(s.count), "status", s.status))
		}
		all = append(all, gauge("gatehouse_cloud_locations", "Locations.", float64(chain.Len())))
		for _, s := range chain.Summaries(nowMS) {
			l := c.syncOf(&s, nowMS)
			id := string(s.ID)
			online := 0.0
			if l.Online {
				online = 1
			}
			all = append(all,
				gauge("gatehouse_cloud_location_online", "1 while the broker holds its connection.", online, "location", id),
				gauge("gatehouse_cloud_location_waiting_facts", "Facts that headquarters lacked when it spoke last.", float64(l.Waiting), "location", id),
				gauge("gatehouse_cloud_location_outbox_age_seconds", "Age of the oldest of them, by now.", float64(l.OldestMS)/1000, "location", id),
				gauge("gatehouse_cloud_location_alerts", "Alerts that hold now.", float64(s.Alerts), "location", id))
		}
	})
	return append(all, gauge("gatehouse_cloud_streams", "Live streams that are open.", float64(len(c.live.places))))
}

// metrics serves all of it, and what the Go runtime and the kernel know of the process.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}
