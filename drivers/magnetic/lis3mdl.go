package magnetic

import (
	"context"
	"math"
)

// Registers of the LIS3MDL. Bit 7 of a register's number makes it count up.
const (
	lisID     = 0x0F
	lisRate   = 0x20
	lisRange  = 0x21
	lisMode   = 0x22
	lisAxisZ  = 0x23
	lisBlock  = 0x24
	lisStatus = 0x27
	lisData   = 0x28 | 0x80 // X, Y, Z and the temperature, low byte first

	lisIsID  = 0x3D
	lisReady = 0x08
	// thermometer on, X and Y with ultra-high performance, 10 Hz
	lisRateIs = 0x80 | 3<<5 | 4<<2
)

// lisRanges are the ranges of 4, 8, 12 and 16 gauss.
const lisRanges = 4

// lisGains are counts per gauss of the ranges.
func lisGains() [lisRanges]int64 { return [lisRanges]int64{6842, 3421, 2281, 1711} }

func lis3mdl() chip {
	return chip{
		name: "lis3mdl", addresses: []uint16{0x1C, 0x1E}, ranges: lisRanges,
		identify: func(d *device) (bool, error) { return d.is(lisID, lisIsID) },
		test:     testLIS,
		start: func(d *device) error {
			return d.set([2]byte{lisRate, lisRateIs}, [2]byte{lisRange, byte(d.rangeNow) << 5}, [2]byte{lisMode, 0x00},
				[2]byte{lisAxisZ, 3 << 2}, [2]byte{lisBlock, 0x40})
		},
		measure: func(ctx context.Context, d *device) (measurement, error) {
			return measureLIS(ctx, d, d.rangeNow)
		},
	}
}

// measureLIS takes the next measurement, in that range.
func measureLIS(ctx context.Context, d *device, rangeNow int) (measurement, error) {
	if err := d.ready(ctx, lisStatus, lisReady); err != nil {
		return measurement{}, err
	}
	data, err := d.read(lisData, 8)
	if err != nil {
		return measurement{}, err
	}
	return parseLIS(data, rangeNow)
}

// parseLIS reads the eight data registers in one of the ranges. The temperature is 8 counts a degree from 25 °C.
func parseLIS(data []byte, rangeNow int) (measurement, error) {
	m := measurement{thermometer: true}
	for axis := range m.fieldNT {
		raw := word(data[2*axis:])
		m.overflow = m.overflow || raw == math.MaxInt16 || raw == math.MinInt16
		m.fieldNT[axis] = nanotesla(raw, lisGains()[rangeNow])
	}
	m.centiC = int16(min(max(2500+word(data[6:])*100/8, math.MinInt16), math.MaxInt16))
	return m, sensible(data[:6])
}
