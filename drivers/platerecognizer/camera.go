package platerecognizer

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"gatehouse/drivers"
)

// rememberedMax is how many events are remembered to know those that are posted again.
const rememberedMax = 128

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "platerecognizer",
		Summary: "plate camera: Plate Recognizer Stream, which posts to /devices/{deviceId}",
		Settings: map[string]string{
			"inward_degrees": "the direction that the camera reports for a vehicle driving in, 0 to 359 (default: not known)",
		},
		Make: func(_ drivers.Host, settings drivers.Settings) (any, error) { return newCamera(settings) },
	}
}

// Camera is a drivers.Camera and the http.Handler that it is fed by.
type Camera struct {
	inwardDegrees int
	skipped       atomic.Uint64
	reads         chan drivers.PlateRead // from the handler to See
	turn          chan struct{}          // holds a token while See runs
	remembered    []string               // event ids, newest last; See's own
}

func newCamera(settings drivers.Settings) (*Camera, error) {
	degrees, err := settings.Int("inward_degrees", -1)
	if _, written := settings["inward_degrees"]; err == nil && written && (degrees < 0 || degrees > 359) {
		err = fmt.Errorf("%w: inward_degrees = %d: write 0 to 359", drivers.ErrSettings, degrees)
	}
	if err != nil {
		return nil, err
	}
	return &Camera{inwardDegrees: degrees, reads: make(chan drivers.PlateRead), turn: make(chan struct{}, 1)}, nil
}

// Skipped counts the bodies that made no sense.
func (c *Camera) Skipped() uint64 { return c.skipped.Load() }

// See reports every event once until ctx ends. The camera's silence is no error: it may just see no car.
func (c *Camera) See(ctx context.Context, report func(drivers.PlateRead)) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		select {
		case read := <-c.reads:
			if c.isNew(read.EventID) {
				report(read)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *Camera) isNew(eventID string) bool {
	if slices.Contains(c.remembered, eventID) {
		return false
	}
	if len(c.remembered) == rememberedMax {
		c.remembered = slices.Delete(c.remembered, 0, 1)
	}
	c.remembered = append(c.remembered, eventID)
	return true
}
