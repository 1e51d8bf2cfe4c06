package occupancy

import (
	"errors"
	"fmt"
)

// ErrConfig is wrapped by every error of Check.
var ErrConfig = errors.New("occupancy: wrong config")

// Config is what all spots that are equipped alike have in common. It is never changed by a Spot.
type Config struct {
	// Sensors is the number of sensors on the spot. Sensor 0 decides, sensor 1 confirms.
	Sensors uint8
	// PeriodMS is how often each sensor is heard at least; 0 for one that reports nothing but changes, whose
	// silence can't be noticed.
	PeriodMS [SensorsMax]int64
	// SilentPercent of the period without a sign of life make a sensor silent.
	SilentPercent int64

	DebounceMS      int64  // how long a belief of good confidence must hold to become the state
	DoubtDebounceMS int64  // the same below ConfirmBelow, where no second sensor can be asked
	ConfirmBelow    uint16 // confidence, per mille, below which the second sensor must agree
	DisagreeAfterMS int64  // how long two sensors may contradict each other before the spot is unknown

	SuspectAfterMS      int64 // how long interference or no echo leaves a free spot free
	SuspectFaultAfterMS int64 // after which it is a fault of the sensor

	NoiseFlips    int64 // so many changes of a sensor's opinion …
	NoiseWindowMS int64 // … within this time, and the sensor is noisy

	StuckOccupiedMS int64 // perfectly constant value and occupied for so long: stuck
	StuckFlatMS     int64 // perfectly constant value for so long, occupied or free: stuck
	StuckBinaryMS   int64 // a sensor that says only yes or no, on yes for so long: stuck

	// LearnReadings is how many values that agree make a baseline.
	LearnReadings uint8
	// EmptyMM is the distance to the floor as the installer measured it; 0: the first readings are taken for
	// it, and believed less until a car has come and gone.
	EmptyMM int32
	// BlindMM is the distance below which an ultrasonic sensor can't measure: dirt or a fault, not a car.
	BlindMM int32

	Distance Levels // millimetres nearer than a floor up to 2.5 m below; wider under a higher ceiling, where weather does more
	Field    Levels // nanotesla away from the empty spot's field vector, less where that is restless; wider by the doubt about it

	// BinaryConfidence, per mille, is how far a plain yes or no is believed.
	BinaryConfidence uint16
}

// Levels judge how far a value is from the baseline, in the unit of the value.
type Levels struct {
	OccupiedFrom int32 // so far and more: occupied
	FreeUpTo     int32 // so far and less: free; between the two the opinion stays what it was
	SureBy       int32 // so far past either level: full confidence
	TrackWithin  int32 // so near to the baseline, the value may move it
	TrackPerHour int32 // the fastest that the baseline of a distance moves
	DriftMax     int32 // so far from where it was learned the baseline goes, per axis; there it is an alarm
}

// levelMax bounds all Levels, so that no sum or product of them overflows.
const levelMax = 1_000_000

// Default is the config of a spot with one ultrasonic sensor that reports every 5 seconds.
func Default() Config {
	const second, minute, hour, day = 1000, 60_000, 3_600_000, 86_400_000
	return Config{
		Sensors:             1,
		PeriodMS:            [SensorsMax]int64{5 * second, 5 * second},
		SilentPercent:       250,
		DebounceMS:          3 * second,
		DoubtDebounceMS:     15 * second,
		ConfirmBelow:        850,
		DisagreeAfterMS:     60 * second,
		SuspectAfterMS:      10 * second,
		SuspectFaultAfterMS: 10 * minute,
		NoiseFlips:          6,
		NoiseWindowMS:       minute,
		StuckOccupiedMS:     2 * day,
		StuckFlatMS:         7 * day,
		StuckBinaryMS:       14 * day,
		LearnReadings:       3,
		BlindMM:             200,
		Distance: Levels{
			OccupiedFrom: 500, FreeUpTo: 350, SureBy: 250,
			TrackWithin: 200, TrackPerHour: 100, DriftMax: 300,
		},
		Field: Levels{
			OccupiedFrom: 2_000, FreeUpTo: 1_500, SureBy: 1_500, TrackWithin: 1_400, DriftMax: 25_000,
		},
		BinaryConfidence: 950,
	}
}

// SettleMS bounds how long readings must be truthful and steady until the state is the truth: the time in
// which past noise is forgotten, and the longest debounce. Readings that come less often than each DebounceMS
// add the time until three of them say the same.
func (c *Config) SettleMS() int64 {
	return 2*c.NoiseWindowMS + max(c.DebounceMS, c.DoubtDebounceMS)
}

// Check reports every value that makes no sense, each with what to write instead.
func (c *Config) Check() error {
	var found []error
	require := func(ok bool, what string) {
		if !ok {
			found = append(found, fmt.Errorf("%w: %s", ErrConfig, what))
		}
	}
	require(c.Sensors <= SensorsMax, "a spot has at most 2 sensors")
	require(c.PeriodMS[0] >= 0 && c.PeriodMS[1] >= 0, "a sensor's period is 0 or more milliseconds")
	require(c.SilentPercent > 100, "silence must be longer than one period (over 100 percent)")
	require(c.DebounceMS >= 0 && c.DoubtDebounceMS >= c.DebounceMS, "the debounce in doubt is the longer one")
	require(c.ConfirmBelow <= 1000 && c.BinaryConfidence <= 1000, "confidences are per mille, 0 to 1000")
	require(c.DisagreeAfterMS > 0 && c.SuspectAfterMS > 0 && c.SuspectFaultAfterMS > 0, "times must be above 0")
	require(c.NoiseFlips > 1 && c.NoiseWindowMS >= c.NoiseFlips, "noise is 2 flips or more in a window")
	require(c.StuckOccupiedMS > 0 && c.StuckFlatMS > 0 && c.StuckBinaryMS > 0, "times until stuck must be above 0")
	require(c.LearnReadings > 0, "a baseline takes at least one reading")
	require(c.EmptyMM >= 0 && c.BlindMM >= 0, "distances are 0 or more millimetres")
	require(c.EmptyMM == 0 || c.EmptyMM > c.BlindMM+c.Distance.OccupiedFrom, "the floor is too near for a car to fit between")
	require(c.Distance.ordered(), "distance levels: 0 < freeUpTo < occupiedFrom, the others above 0, none above 1,000,000")
	require(c.Field.ordered(), "field levels: 0 < freeUpTo < occupiedFrom, the others above 0, none above 1,000,000")
	return errors.Join(found...)
}

func (l *Levels) ordered() bool {
	return 0 < l.FreeUpTo && l.FreeUpTo < l.OccupiedFrom && l.OccupiedFrom <= levelMax &&
		min(l.SureBy, l.TrackWithin, l.DriftMax) > 0 && l.TrackPerHour >= 0 &&
		max(l.SureBy, l.TrackWithin, l.DriftMax, l.TrackPerHour) <= levelMax
}

// levels are those of a kind of reading; nil for a kind that needs no baseline.
func (c *Config) levels(kind Kind) *Levels {
	switch kind {
	case Distance:
		return &c.Distance
	case Field:
		return &c.Field
	}
	return nil
}
