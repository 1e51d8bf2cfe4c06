package main

import (
	"slices"
	"time"
)

// sample are the durations of one thing, measured again and again.
type sample []time.Duration

// measure adds the duration of one run of do.
func (s *sample) measure(do func() error) error {
	start := time.Now()
	err := do()
	*s = append(*s, time.Since(start))
	return err
}

// us is the duration in microseconds below which that many per cent of the runs lie.
func (s sample) us(percent int) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return float64(sorted[(len(sorted)-1)*percent/100].Nanoseconds()) / 1000
}

// median is the middle one of the values, or the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// figures gathers one number of each round under a name.
type figures map[string][]float64

func (f figures) add(name string, value float64) { f[name] = append(f[name], value) }

// of is the median over the rounds; 0 if there was none.
func (f figures) of(name string) float64 { return median(f[name]) }

// ratio is the median of the rounds' own ratios: two numbers of one round met the same disk.
func (f figures) ratio(name, peer string) float64 {
	var ratios []float64
	for i := range min(len(f[name]), len(f[peer])) {
		if f[peer][i] != 0 {
			ratios = append(ratios, f[name][i]/f[peer][i])
		}
	}
	return median(ratios)
}
