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

// follow asks for the log again and again, and takes the lines that it has not seen.
func follow(ctx context.Context, connection *platecamera.Connection, take func([]platecamera.Event) error) error {
	ticker := time.NewTicker(askEvery)
	defer ticker.Stop()
	var known seen
	for first := true; ; {
		body, contentType, err := connection.Get(ctx, logPath)
		if err != nil {
			return err
		}
		events := connection.Parse(body, contentType)
		fresh := known.fresh(events)
		if !first {
			if err := take(fresh); err != nil {
				return err
			}
		}
		first = first && len(events) == 0
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// line is what tells a line of the log from others.
type line struct {
	id, plate string
	atUS      int64
}

// seen are the lines that were in the log. Their times don't tell which are new: a clock that ran ahead and was set right
// writes older ones.
type seen struct {
	lines map[line]struct{}
	order []line // oldest first
}

// linesMax is more than the thousand lines that a log holds, so that none in it is forgotten.
const linesMax = 4_096

// fresh are the events that were not there before, oldest first.
func (s *seen) fresh(events []platecamera.Event) []platecamera.Event {
	if s.lines == nil {
		s.lines = map[line]struct{}{}
	}
	events = slices.DeleteFunc(events, func(e platecamera.Event) bool {
		l := line{e.EventID, e.Raw, e.Time.UnixMicro()}
		if _, known := s.lines[l]; known || e.Kind == platecamera.Heartbeat {
			return true
		}
		s.lines[l] = struct{}{}
		s.order = append(s.order, l)
		return false
	})
	for len(s.order) > linesMax {
		delete(s.lines, s.order[0])
		s.order = s.order[1:]
	}
	slices.SortStableFunc(events, func(a, b platecamera.Event) int { return a.Time.Compare(b.Time) })
	return events
}
