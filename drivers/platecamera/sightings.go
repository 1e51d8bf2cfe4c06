package platecamera

import (
	"slices"
	"time"
)

// sightingsMax is how many cars are remembered to know what is told again.
const sightingsMax = 128

// together is how close to another event of the same camera a vehicle without a plate is taken for the same vehicle.
const together = 2 * time.Second

// keptMax is how old a vehicle may be that a camera kept while nobody took it: after it, another one stands there.
const keptMax = 30 * time.Second

// sighting is a car that was reported.
type sighting struct {
	camera, id, car, plate string
	at                     time.Time
}

// sightings tells news from what was said before. It is pure: time comes with the events.
type sightings struct {
	repeat time.Duration // within it, the same plate is the same car
	last   []sighting    // oldest first
}

// admits reports whether an event is news for the lane: not a repetition, not the summary of what was reported, not the
// end of a passage, not a picture without a car. now is the gateway's time, for cameras that say none.
func (s *sightings) admits(e Event, now time.Time) bool {
	if e.State == StateLost || e.Empty || !isVehicle(e) {
		return false
	}
	seen := sighting{camera: e.Camera, id: e.EventID, car: e.Car, at: e.Time}
	if e.Kind == Read {
		seen.plate = Plate(e.Raw)
	}
	if seen.at.IsZero() {
		seen.at = now
	}
	for i := range s.last {
		if old := &s.last[i]; old.camera == e.Camera && s.same(old, &seen, e.SumOf) {
			if old.plate != "" && seen.at.After(old.at) { // a car that stands before the camera stays one car
				old.at = seen.at
			}
			return false
		}
	}
	if len(s.last) == sightingsMax {
		s.last = slices.Delete(s.last, 0, 1)
	}
	s.last = append(s.last, seen)
	return true
}

func isVehicle(e Event) bool { return e.Kind == Read || e.Kind == Unread }

// isOfLongAgo reports whether a camera tells now of a vehicle that it kept, and, by its clock or for all that anybody knows,
// too late.
func isOfLongAgo(e Event, now time.Time) bool {
	return e.Late && isVehicle(e) && now.Sub(e.Time).Abs() > keptMax
}

// same reports whether an event tells of a car, and nothing new of it. A camera that corrects its reading of a car does.
func (s *sightings) same(old, seen *sighting, sumOf []string) bool {
	if old.id != "" && slices.Contains(sumOf, old.id) {
		return true
	}
	apart := seen.at.Sub(old.at).Abs()
	oneCar := seen.id != "" && seen.id == old.id || seen.car != "" && seen.car == old.car
	switch {
	case seen.plate == "":
		return oneCar || apart < together && (seen.id == "" || old.id == "")
	case seen.plate == old.plate:
		return oneCar || apart < s.repeat
	}
	return false
}
