package ups

import "gatehouse/drivers"

// Readings is what the bytes of a gauge's registers say.
func Readings(first, second [2]byte, shuntMilliohm int64) [][]drivers.Condition {
	return [][]drivers.Condition{maxReading(first, second), inaReading(first, second, shuntMilliohm)}
}
