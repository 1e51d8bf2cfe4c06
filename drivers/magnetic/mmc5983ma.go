package magnetic

import (
	"context"
	"time"
)

// Registers of the MMC5983MA.
const (
	mmcData    = 0x00 // X, Y, Z of 16 bits, high byte first, and two more bits of each
	mmcWarmth  = 0x07
	mmcStatus  = 0x08
	mmcControl = 0x09
	mmcReset   = 0x0A
	mmcID      = 0x2F

	mmcIsID         = 0x30
	mmcReady        = 0x01
	mmcWarmthReady  = 0x02
	mmcTakeField    = 0x01
	mmcTakeWarmth   = 0x02
	mmcMagnetSet    = 0x08
	mmcMagnetReset  = 0x10
	mmcZero         = 1 << 17
	mmcCountsMax    = 1<<18 - 1
	mmcPerGauss     = 16384
	mmcMagnetise    = time.Millisecond
	mmcAfterPowerUp = 10 * time.Millisecond
)

func mmc5983ma() chip {
	return chip{
		name: "mmc5983ma", addresses: []uint16{0x30}, ranges: 1,
		identify: func(d *device) (bool, error) { return d.is(mmcID, mmcIsID) },
		test:     testMMC,
		start: func(d *device) error {
			if err := d.write(mmcReset, 0x80); err != nil {
				return err
			}
			time.Sleep(mmcAfterPowerUp)
			return nil
		},
		measure: measureMMC,
	}
}

// measureMMC measures twice, magnetised one way and the other, so that the drift of the bridge's offset cancels.
func measureMMC(ctx context.Context, d *device) (measurement, error) {
	raw, overflow, err := bothWays(ctx, d)
	if err != nil {
		return measurement{}, err
	}
	m := measurement{thermometer: true, overflow: overflow}
	for axis := range m.fieldNT {
		m.fieldNT[axis] = nanotesla(raw[0][axis]-raw[1][axis], 2*mmcPerGauss)
	}
	warmth, err := d.take(ctx, mmcTakeWarmth, mmcWarmthReady, mmcWarmth, 1)
	if err != nil {
		return m, err
	}
	m.centiC = -7500 + 80*int16(warmth[0]) // 0.8 °C a count from -75 °C
	return m, nil
}

// bothWays is what it says when it is magnetised one way, and the other.
func bothWays(ctx context.Context, d *device) (raw [2][3]int32, overflow bool, err error) {
	for i, way := range [2]byte{mmcMagnetSet, mmcMagnetReset} {
		if err := d.write(mmcControl, way); err != nil {
			return raw, false, err
		}
		if err := sleep(ctx, mmcMagnetise); err != nil {
			return raw, false, err
		}
		data, err := d.take(ctx, mmcTakeField, mmcReady, mmcData, 7)
		if err != nil {
			return raw, false, err
		}
		var beyond bool
		if raw[i], beyond, err = parseMMC(data); err != nil {
			return raw, false, err
		}
		overflow = overflow || beyond
	}
	return raw, overflow, nil
}

// take orders a measurement, waits for it and reads it.
func (d *device) take(ctx context.Context, order, ready, register byte, n int) ([]byte, error) {
	if err := d.write(mmcControl, order); err != nil {
		return nil, err
	}
	if err := d.ready(ctx, mmcStatus, ready); err != nil {
		return nil, err
	}
	return d.read(register, n)
}

// parseMMC reads the seven data registers as counts from the middle.
func parseMMC(data []byte) (raw [3]int32, overflow bool, err error) {
	for axis := range raw {
		value := int32(data[2*axis])<<10 | int32(data[2*axis+1])<<2 | int32(data[6])>>(6-2*axis)&3
		overflow = overflow || value == 0 || value == mmcCountsMax
		raw[axis] = value - mmcZero
	}
	return raw, overflow, sensible(data)
}
