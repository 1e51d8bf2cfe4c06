package magnetic

import (
	"context"
	"time"
)

// Registers of the QMC5883L.
const (
	qmcData    = 0x00 // X, Y, Z, low byte first
	qmcStatus  = 0x06 // bit 0 ready, bit 1 overflow
	qmcWarmth  = 0x07 // low byte first
	qmcControl = 0x09
	qmcReset   = 0x0A
	qmcPeriod  = 0x0B
	qmcID      = 0x0D

	qmcReady    = 0x01
	qmcOverflow = 0x02
	qmcIsID     = 0xFF
	// continuous, 10 Hz, 8 G, 512 samples each: mode 01 | rate 00<<2 | range 01<<4 | samples 00<<6
	qmcMode     = 0x11
	qmcPerGauss = 3000
)

func qmc5883l() chip {
	return chip{
		name: "qmc5883l", addresses: []uint16{0x0D}, ranges: 1,
		identify: func(d *device) (bool, error) { return d.is(qmcID, qmcIsID) },
		start: func(d *device) error {
			if err := d.write(qmcReset, 0x80); err != nil {
				return err
			}
			time.Sleep(10 * time.Millisecond)
			if err := d.write(qmcPeriod, 0x01); err != nil {
				return err
			}
			return d.write(qmcControl, qmcMode)
		},
		measure: func(ctx context.Context, d *device) (measurement, error) {
			if err := d.ready(ctx, qmcStatus, qmcReady); err != nil {
				return measurement{}, err
			}
			status := d.buffer[1]
			warmth, err := d.read(qmcWarmth, 2)
			if err != nil {
				return measurement{}, err
			}
			centiC := word(warmth)
			data, err := d.read(qmcData, 6)
			if err != nil {
				return measurement{}, err
			}
			m, err := parseQMC(data, status)
			m.centiC, m.thermometer = int16(centiC), true
			return m, err
		},
	}
}

// parseQMC reads the six data registers and the status. The chip's temperature is relative: 100 counts a degree, from
// a point of its own.
func parseQMC(data []byte, status byte) (measurement, error) {
	m := measurement{overflow: status&qmcOverflow != 0}
	for axis := range m.fieldNT {
		m.fieldNT[axis] = nanotesla(word(data[2*axis:]), qmcPerGauss)
	}
	return m, sensible(data)
}
