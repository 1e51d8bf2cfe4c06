package magnetic

import "context"

// Registers of the HMC5883L.
const (
	hmcRate   = 0x00
	hmcGain   = 0x01
	hmcMode   = 0x02
	hmcData   = 0x03 // X, Z, Y, high byte first
	hmcStatus = 0x09
	hmcID     = 0x0A // H43

	hmcReady    = 0x01
	hmcRateIs   = 0x70  // 8 samples each, 15 Hz
	hmcOverflow = -4096 // on an axis that is beyond the range
)

// hmcRanges are the ranges of gain 1 to 7.
const hmcRanges = 7

// hmcGains are counts per gauss of the ranges.
func hmcGains() [hmcRanges]int64 { return [hmcRanges]int64{1090, 820, 660, 440, 390, 330, 230} }

func hmc5883l() chip {
	return chip{
		name: "hmc5883l", addresses: []uint16{0x1E}, ranges: hmcRanges,
		identify: func(d *device) (bool, error) { return d.is(hmcID, 'H', '4', '3') },
		test:     testHMC,
		start: func(d *device) error {
			if err := d.write(hmcRate, hmcRateIs); err != nil {
				return err
			}
			if err := d.write(hmcGain, byte(d.rangeNow+1)<<5); err != nil {
				return err
			}
			return d.write(hmcMode, 0x00)
		},
		measure: func(ctx context.Context, d *device) (measurement, error) {
			if err := d.ready(ctx, hmcStatus, hmcReady); err != nil {
				return measurement{}, err
			}
			data, err := d.read(hmcData, 6)
			if err != nil {
				return measurement{}, err
			}
			return parseHMC(data, d.rangeNow)
		},
	}
}

// parseHMC reads the six data registers in one of the ranges.
func parseHMC(data []byte, rangeNow int) (measurement, error) {
	raw := [3]int32{wordBig(data), wordBig(data[4:]), wordBig(data[2:])}
	var m measurement
	for axis, value := range raw {
		m.overflow = m.overflow || value == hmcOverflow
		m.fieldNT[axis] = nanotesla(value, hmcGains()[rangeNow])
	}
	return m, sensible(data)
}
