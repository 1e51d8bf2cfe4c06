package rest

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Measure is a number, or a histogram, for /metrics.
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

// Gauge is a number that rises and falls. Labels are names and values in turn.
func Gauge(name, help string, value float64, labels ...string) Measure {
	m := Measure{Name: name, Help: help, Value: value, Labels: map[string]string{}}
	for i := 0; i+1 < len(labels); i += 2 {
		m.Labels[labels[i]] = labels[i+1]
	}
	return m
}

// Counter is a number that only rises.
func Counter(name, help string, value float64, labels ...string) Measure {
	m := Gauge(name, help, value, labels...)
	m.Grows = true
	return m
}

// OneIf is 1 for yes and 0 for no.
func OneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// collector reads the program when metrics are asked for.
type collector struct{ measures func() []Measure }

// Describe says nothing: what is collected depends on what there is.
func (c collector) Describe(chan<- *prometheus.Desc) {}

// Collect sends everything.
func (c collector) Collect(out chan<- prometheus.Metric) {
	all := c.measures()
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

// metrics serves all measures, and what the Go runtime and the kernel know of the process.
func metrics(measures func() []Measure) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{measures}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}
