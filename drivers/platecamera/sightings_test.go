package platecamera

import (
	"testing"
	"time"
)

func TestWhatIsNews(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	type step struct {
		afterMS int // the start
		event   Event
		news    bool
	}
	read := func(plate, id string) Event { return Event{Kind: Read, Raw: plate, EventID: id, Camera: "c"} }
	for name, steps := range map[string][]step{
		"a post that is sent again": {{0, read("AB1", "1"), true}, {0, read("AB1", "1"), false}, {600_000, read("AB1", "1"), false}},
		"a car that stands there":   {{0, read("AB1", "1"), true}, {9_000, read("ab-1", "2"), false}, {18_000, read("AB1", "3"), false}, {27_000, read("AB1", "4"), false}},
		"the next visit":            {{0, read("AB1", "1"), true}, {10_000, read("AB1", "2"), true}},
		"an older post comes late":  {{0, read("AB1", "2"), true}, {-3_000, read("AB1", "1"), false}},
		"another lane of a device":  {{0, read("AB1", "1"), true}, {0, Event{Kind: Read, Raw: "AB1", EventID: "1", Camera: "d"}, true}},
		"a correction":              {{0, read("AB1", "1"), true}, {500, read("A81", "1"), true}, {900, read("AB1", "1"), false}, {950, read("A81", "1"), false}},
		"the end of a passage":      {{0, Event{Kind: Read, Raw: "AB1", State: StateLost}, false}},
		"a heartbeat, a bicycle":    {{0, Event{Kind: Heartbeat}, false}, {0, Event{Kind: Other}, false}},
		"a picture without a car":   {{0, Event{Kind: Unread, Empty: true}, false}},
		"no plate, then the plate":  {{0, Event{Kind: Unread, EventID: "1", Camera: "c"}, true}, {300, read("AB1", "1"), true}},
		"the plate, then no plate":  {{0, read("AB1", ""), true}, {300, Event{Kind: Unread, Camera: "c"}, false}, {2_500, Event{Kind: Unread, Camera: "c"}, true}},
		"two cars without plates":   {{0, Event{Kind: Unread, EventID: "1"}, true}, {300, Event{Kind: Unread, EventID: "2"}, true}, {300, Event{Kind: Unread, EventID: "2"}, false}},
		"a group of pictures":       {{0, read("AB1", "u1"), true}, {20_000, Event{Kind: Read, Raw: "XX9", Camera: "c", EventID: "u7", SumOf: []string{"u0", "u1"}}, false}},
	} {
		s := sightings{repeat: 10 * time.Second}
		for i, step := range steps {
			step.event.Time = start.Add(time.Duration(step.afterMS) * time.Millisecond)
			if got := s.admits(step.event, start); got != step.news {
				t.Errorf("%s, step %d: news is %v", name, i+1, got)
			}
		}
	}
}

func TestOnlyTheLastCarsAreRemembered(t *testing.T) {
	s := sightings{repeat: time.Second}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range 1000 {
		e := Event{Kind: Read, Raw: "AB1", EventID: string(rune('a' + i)), Time: at.Add(time.Duration(i) * time.Minute)}
		if !s.admits(e, at) || len(s.last) > sightingsMax {
			t.Fatalf("car %d of %d", i, len(s.last))
		}
	}
}

// A camera that says no time is counted by the gateway's.
func TestWithoutATime(t *testing.T) {
	s := sightings{repeat: 10 * time.Second}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := Event{Kind: Read, Raw: "AB1"}
	if !s.admits(e, now) || s.admits(e, now.Add(5*time.Second)) || !s.admits(e, now.Add(time.Minute)) {
		t.Error("the gateway's clock is not used")
	}
}
