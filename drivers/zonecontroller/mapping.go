package zonecontroller

import (
	"slices"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
)

// raw is the bit or the register of a spot.
func (p Profile) raw(reply modbus.Reply, spot int) int {
	switch {
	case p.Mapping != mappingBit:
		return int(reply.Register(spot))
	case p.Function < modbus.FunctionReadHoldings:
		if reply.Bit(spot) {
			return 1
		}
		return 0
	}
	return int(reply.Register(spot/16) >> p.shift(spot) & 1)
}

func (p Profile) shift(spot int) int {
	if p.HighBit {
		return 15 - spot%16
	}
	return spot % 16
}

// sample is what a raw value says. What is no reading of a sound sensor is a sign of life at most.
func (p Profile) sample(raw int) (sample drivers.Sample, sound bool) {
	switch {
	case p.Mapping == mappingBit:
		return drivers.Sample{Kind: drivers.SampleOccupied, Occupied: (raw != 0) != p.Invert}, true
	case slices.Contains(p.Codes.Fault, raw):
		return drivers.Sample{}, false
	case slices.Contains(p.Codes.NoObject, raw):
		return drivers.Sample{Kind: drivers.SampleNoObject}, true
	case slices.Contains(p.Codes.Interference, raw):
		return drivers.Sample{Kind: drivers.SampleInterference}, true
	case p.Mapping == mappingDistance:
		return drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: int32(raw * p.UnitUM / 1000)}, true
	}
	occupied := raw != 0
	if len(p.Occupied) > 0 {
		occupied = slices.Contains(p.Occupied, raw)
	}
	return drivers.Sample{Kind: drivers.SampleOccupied, Occupied: occupied != p.Invert}, true
}

// Show sets a spot of a simulated slave, so that it is read as the sample.
func (p Profile) Show(slave *modbus.Slave, spot int, sample drivers.Sample) {
	address := uint16(p.Start)
	active := sample.Occupied != p.Invert
	switch {
	case p.Mapping == mappingBit && p.Function < modbus.FunctionReadHoldings:
		slave.SetBit(address+uint16(spot), active)
		return
	case p.Mapping == mappingBit:
		address += uint16(spot / 16)
		mask := uint16(1) << p.shift(spot)
		value := slave.Register(address) &^ mask
		if active {
			value |= mask
		}
		slave.SetRegister(address, value)
		return
	}
	slave.SetRegister(address+uint16(spot), uint16(p.value(sample, active)))
}

// value is the register that is read as the sample.
func (p Profile) value(sample drivers.Sample, active bool) int {
	switch {
	case sample.Kind == drivers.SampleNoObject && len(p.Codes.NoObject) > 0:
		return p.Codes.NoObject[0]
	case sample.Kind == drivers.SampleInterference && len(p.Codes.Interference) > 0:
		return p.Codes.Interference[0]
	case p.Mapping == mappingDistance:
		return int(sample.DistanceMM) * 1000 / p.UnitUM
	case active && len(p.Occupied) > 0:
		return p.Occupied[0]
	case active:
		return 1
	}
	return 0
}
