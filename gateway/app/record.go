package app

import (
	"fmt"
	"path/filepath"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/recorder"
	"gatehouse/sync/rest"
)

// record has what the sensors of the lot say written down, where the site asks for it.
func (a *App) record(l *lot.Lot) {
	wanted := a.options.Site.Record
	if !wanted.Enabled {
		return
	}
	names := make([]string, len(a.options.Site.Lot.Spots))
	for _, i := range wanted.Spots {
		names[i] = a.options.Site.Lot.Spots[i].Number
	}
	a.recorder = recorder.New(recorder.Options{
		Dir: filepath.Join(a.options.DataDir, wanted.Dir), MaxBytes: wanted.MaxBytes, Spots: names, Log: a.options.Log,
	})
	l.OnSensing(func(h lot.Heard) {
		if h.Calibrated {
			a.recorder.Anew(h.Spot)
			return
		}
		a.recorder.Hear(recorder.Heard{
			Spot: h.Spot, WallMS: h.Now.WallMS, MonoMS: h.Now.MonoMS, Before: h.Before, Config: h.Config, Reading: h.Reading, Tick: h.Tick,
		})
	})
}

// recordChecks are the recorder's part in the gateway's health.
func (a *App) recordChecks() []api.Check {
	if a.recorder == nil {
		return nil
	}
	s := a.recorder.Status()
	value := fmt.Sprintf("%d readings recorded, %d dropped", s.Rows, s.Dropped)
	wrong := value
	if s.Err != nil {
		wrong += ": " + s.Err.Error()
	}
	return []api.Check{check(s.Err == nil && s.Dropped == 0, value, api.Check{
		ID: "record", Severity: lot.Warning, Value: wrong, Ready: true,
		Do: "Free disk space, or record fewer spots ([record] in the site file); gates and spots are not affected.",
	})}
}

func (a *App) recordMeasures() []rest.Measure {
	if a.recorder == nil {
		return nil
	}
	s := a.recorder.Status()
	return []rest.Measure{
		{Name: "lot_readings_recorded", Help: "Readings and ticks of spots that were recorded since the start.", Value: float64(s.Rows), Grows: true},
		{Name: "lot_readings_unrecorded", Help: "Readings and ticks that the recorder dropped since the start.", Value: float64(s.Dropped), Grows: true},
	}
}
