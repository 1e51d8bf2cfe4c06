package lilin

import (
	"context"
	"slices"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

const (
	logPath  = "/get_search_info?list=log"
	askEvery = 500 * time.Millisecond
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return maker().Driver("plate camera: LILIN, which is asked at its address, or posts to /devices/{deviceId}")
}

func maker() platecamera.Make {
	return platecamera.Make{Format: Format(), Default: "log", Sources: map[string]platecamera.Source{"log": follow}}
}

// follow asks for the log again and again, and takes what is newer than what it has seen.
func follow(ctx context.Context, connection *platecamera.Connection, take func([]platecamera.Event) error) error {
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	var newest time.Time
	for first := true; ; first = false {
		body, contentType, err := connection.Get(ctx, logPath)
		if err != nil {
			return err
		}
		var fresh []platecamera.Event
		fresh, newest = newer(connection.Parse(body, contentType), newest)
		if !first {
			if err := take(fresh); err != nil {
				return err
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// newer are the events after a time, oldest first, and the time of the last of them.
func newer(events []platecamera.Event, than time.Time) ([]platecamera.Event, time.Time) {
	fresh := slices.DeleteFunc(events, func(e platecamera.Event) bool { return !e.Time.After(than) })
	slices.SortStableFunc(fresh, func(a, b platecamera.Event) int { return a.Time.Compare(b.Time) })
	if len(fresh) > 0 {
		than = fresh[len(fresh)-1].Time
	}
	return fresh, than
}
