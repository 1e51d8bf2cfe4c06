package occupancy_test

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/gateway/occupancy"
)

func TestTheDefaultMakesSense(t *testing.T) {
	cfg := occupancy.Default()
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
	cfg.EmptyMM = floorMM
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
}

func TestCheckNamesEveryMistake(t *testing.T) {
	for name, spoil := range map[string]func(*occupancy.Config){
		"at most 2 sensors":   func(c *occupancy.Config) { c.Sensors = 3 },
		"period":              func(c *occupancy.Config) { c.PeriodMS[1] = -1 },
		"silence":             func(c *occupancy.Config) { c.SilentPercent = 100 },
		"debounce":            func(c *occupancy.Config) { c.DoubtDebounceMS = c.DebounceMS - 1 },
		"per mille":           func(c *occupancy.Config) { c.BinaryConfidence = 1001 },
		"times must be above": func(c *occupancy.Config) { c.SuspectAfterMS = 0 },
		"noise":               func(c *occupancy.Config) { c.NoiseFlips = 0 },
		"until stuck":         func(c *occupancy.Config) { c.StuckFlatMS = 0 },
		"at least one":        func(c *occupancy.Config) { c.LearnReadings = 0 },
		"0 or more":           func(c *occupancy.Config) { c.BlindMM = -1 },
		"too near":            func(c *occupancy.Config) { c.EmptyMM = 300 },
		"distance levels":     func(c *occupancy.Config) { c.Distance.FreeUpTo = c.Distance.OccupiedFrom },
		"field levels":        func(c *occupancy.Config) { c.Field.SureBy = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := occupancy.Default()
			spoil(&cfg)
			if err := cfg.Check(); !errors.Is(err, occupancy.ErrConfig) || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want an error about %q", err, name)
			}
		})
	}
}
