package hcsr04

import "gatehouse/drivers"

// The limits of the sensor (ElecFreaks' sheet): 2 cm to 4 m; without a target ECHO lasts 36 to 38 ms.
const (
	blindDefaultMM = 20
	distanceMaxMM  = 4000
	nothingUS      = 36_000
)

// soundMMPerS is the speed of sound in air.
func soundMMPerS(temperatureC int64) int64 { return 331_300 + 606*temperatureC }

// sampleOf is what an echo of that length says. A distance within the blind zone is no reading.
func sampleOf(echoUS, temperatureC, blindMM int64) drivers.Sample {
	distanceMM := echoUS * soundMMPerS(temperatureC) / 2_000_000
	switch {
	case echoUS >= nothingUS, distanceMM > distanceMaxMM:
		return drivers.Sample{Kind: drivers.SampleNoObject}
	case distanceMM < blindMM:
		return drivers.Sample{Kind: drivers.SampleInterference}
	}
	return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: int32(distanceMM)}
}

// echoUS is how long the echo of a sample is.
func echoUS(s drivers.Sample, temperatureC int64) int64 {
	if s.Kind == drivers.SampleNoObject {
		return nothingUS + 1000
	}
	return (2_000_000*int64(s.DistanceMM) + soundMMPerS(temperatureC) - 1) / soundMMPerS(temperatureC)
}
