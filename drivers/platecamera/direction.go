package platecamera

import (
	"fmt"
	"strings"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// opposites are the words with which cameras name the two ways through a lane. Which of them is inward depends on how
// the camera hangs: one that sees cars from behind calls every car that drives in "reverse" or "leave".
var opposites = [][2]string{
	{"forward", "reverse"}, {"approach", "leave"}, {"in", "out"}, {"obverse", "reverse"}, {"up", "down"}, {"left", "right"},
	{"entry", "exit"}, {"enter", "exit"}, {"enter", "leave"}, {"near", "far"},
}

// way maps a camera's words to the lane's ways. The zero way knows none.
type way struct {
	inward        string
	outward       []string
	inwardDegrees int64 // used if byDegrees
	byDegrees     bool
}

// wayOf reads the setting: a word of a pair, or the degrees of the picture in which cars drive in.
func wayOf(setting string) (way, error) {
	if setting == "" {
		return way{}, nil
	}
	if billionths, ok := Decimal(setting); ok && billionths >= 0 && billionths < 360*billion {
		return way{byDegrees: true, inwardDegrees: billionths / billion}, nil
	}
	w := way{inward: strings.ToLower(setting)}
	for _, pair := range opposites {
		switch w.inward {
		case pair[0]:
			w.outward = append(w.outward, pair[1])
		case pair[1]:
			w.outward = append(w.outward, pair[0])
		}
	}
	if w.outward == nil {
		return way{}, fmt.Errorf("%w: inward = %q: write the camera's word for a car that drives in (%s), or degrees from 0 to 359",
			drivers.ErrSettings, setting, wayWords())
	}
	return w, nil
}

func wayWords() string {
	var words []string
	for _, pair := range opposites {
		words = append(words, pair[0]+" or "+pair[1])
	}
	return strings.Join(words, ", ")
}

// direction is what a camera's word means in this lane. A word of no known pair means nothing.
func (w way) direction(word string) fact.Direction {
	if w.byDegrees {
		return w.ofDegrees(word)
	}
	if word != "" && word == w.inward {
		return fact.Inward
	}
	for _, outward := range w.outward {
		if word == outward {
			return fact.Outward
		}
	}
	return fact.DirectionUnknown
}

// ofDegrees is inward within a right angle.
func (w way) ofDegrees(word string) fact.Direction {
	billionths, ok := Decimal(word)
	if !ok || billionths < -360*billion || billionths > 360*billion {
		return fact.DirectionUnknown
	}
	apart := (billionths - w.inwardDegrees*billion) % (360 * billion)
	apart = max(apart, -apart)
	if min(apart, 360*billion-apart) <= 90*billion {
		return fact.Inward
	}
	return fact.Outward
}

// spotType is the size of spot that a vehicle of this type needs; a word that says nothing of it is AnyType.
func spotType(vehicle string) fact.SpotType {
	switch strings.ToLower(vehicle) {
	case "big truck", "truck", "bus", "van", "largebus", "mediumbus", "largetruck", "midtruck", "largevehicle", "heavy-duty":
		return fact.Large
	case "motorcycle", "pickup truck", "pickuptruck", "pickup", "sedan", "suv", "car", "suvmpv", "mpv", "saloon", "saloon car",
		"smallcar", "minicar", "hatchback":
		return fact.Regular
	}
	return fact.AnyType
}
