package occupancy

import "gatehouse/sync/fact"

// Change is what a call found out: a new state of the spot, something about one of its sensors, or both.
type Change struct {
	Before, After fact.SpotStatus // available, occupied or unknown; equal if the state is what it was
	Confidence    uint16          // of After, per mille
	Reason        fact.Reason     // why, where there is more to say than that a sensor said so
	Cause         Cause           // what the deciding sensor saw
	SinceMS       int64           // how long ago the change began
	Raw           Reading         // the deciding sensor's last value, without its temperature
	Sensor        SensorChange
}

// Moved reports whether the state of the spot changed.
func (c *Change) Moved() bool { return c.Before != c.After }

// SensorChange says that a sensor can't be believed, or that it can again.
type SensorChange struct {
	Kind   SensorChangeKind
	Sensor uint8 // index among the spot's sensors
	Reason fact.Reason
}

// SensorChangeKind says what happened to a sensor.
type SensorChangeKind uint8

// What can happen to a sensor. A fault may follow a fault: the second replaces the first.
const (
	SensorSame SensorChangeKind = iota
	SensorFaulted
	SensorRecovered
)
