package magnetic

import "context"

// Registers of the RM3100.
const (
	rmContinuous = 0x01
	rmCycles     = 0x04 // three numbers of 16 bits, high byte first
	rmRate       = 0x0B
	rmData       = 0x24 // X, Y, Z of 24 bits, high byte first
	rmStatus     = 0x34
	rmID         = 0x36

	rmIsID      = 0x22
	rmReady     = 0x80
	rmAll       = 0x71 // all axes, for ever
	rmRateIs    = 0x98 // 0x92 is 600 Hz, and each one more halves it: 9 Hz
	rmCyclesIs  = 200
	rmPerGauss  = 7500 // at 200 cycles: 13.3 nT a count
	rmCountsMax = 1<<23 - 1
)

func rm3100() chip {
	return chip{
		name: "rm3100", addresses: []uint16{0x20, 0x21, 0x22, 0x23}, ranges: 1,
		identify: func(d *device) (bool, error) { return d.is(rmID, rmIsID) },
		test:     testRM,
		start: func(d *device) error {
			if err := d.write(rmCycles, 0, rmCyclesIs, 0, rmCyclesIs, 0, rmCyclesIs); err != nil {
				return err
			}
			if err := d.write(rmRate, rmRateIs); err != nil {
				return err
			}
			return d.write(rmContinuous, rmAll)
		},
		measure: func(ctx context.Context, d *device) (measurement, error) {
			if err := d.ready(ctx, rmStatus, rmReady); err != nil {
				return measurement{}, err
			}
			data, err := d.read(rmData, 9)
			if err != nil {
				return measurement{}, err
			}
			return parseRM(data)
		},
	}
}

// parseRM reads the nine data registers. The chip has no thermometer.
func parseRM(data []byte) (measurement, error) {
	var m measurement
	for axis := range m.fieldNT {
		high := data[3*axis:]
		raw := int32(uint32(high[0])<<24|uint32(high[1])<<16|uint32(high[2])<<8) >> 8
		m.overflow = m.overflow || raw == rmCountsMax || raw == -rmCountsMax-1
		m.fieldNT[axis] = nanotesla(raw, rmPerGauss)
	}
	return m, sensible(data)
}
