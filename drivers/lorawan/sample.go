package lorawan

import (
	"slices"

	"gatehouse/drivers"
	"gatehouse/drivers/lorawan/payload"
)

// The messages that say what their spot is now, of those that say what they are. All others with a state repeat an old one.
var (
	sayingKinds  = []string{"", "status", "startup", "user_registration"}
	sayingFrames = []string{"", "info"}
)

// probeInvalidMM is the greatest distance with which a probe says that it got no echo.
const probeInvalidMM = 20

// sampleOf is what a message says of the spot under one of the sensor's probes.
func sampleOf(m *payload.Message, probe int) drivers.Sample {
	if occupied, found := m.Bool("occupied"); found {
		if slices.Contains(sayingKinds, m.Text("kind")) && slices.Contains(sayingFrames, m.Text("frame")) {
			return drivers.Sample{Kind: drivers.SampleOccupied, Occupied: occupied}
		}
		return drivers.Sample{Kind: drivers.SampleAlive}
	}
	if number, decimals, found := m.Number("distance_mm"); found {
		return distance(number, 1, decimals)
	}
	if list, decimals := m.List("distances_mm"); probe < len(list) {
		return probed(list[probe], 1, decimals)
	}
	if list, decimals := m.List("distances_cm"); probe < len(list) {
		return probed(list[probe], 10, decimals)
	}
	switch m.Text("distance_error") {
	case "no_target":
		return drivers.Sample{Kind: drivers.SampleNoObject}
	case "invalid", "sensor_error":
		return drivers.Sample{Kind: drivers.SampleInterference}
	}
	return drivers.Sample{Kind: drivers.SampleAlive}
}

func probed(number, unitMM int64, decimals int) drivers.Sample {
	sample := distance(number, unitMM, decimals)
	if sample.DistanceMM <= probeInvalidMM {
		return drivers.Sample{Kind: drivers.SampleInterference}
	}
	return sample
}

func distance(number, unitMM int64, decimals int) drivers.Sample {
	number *= unitMM
	for range decimals {
		number /= 10
	}
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: int32(min(max(number, 0), 100_000))}
}
