package magnetic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// ErrSelfTest is a chip that measures, and does not feel what its own test does to it: the field that its coil makes, or
// the current that turns its bridge round. Such a chip says that a spot never changes. On its way out it wraps
// drivers.ErrOffline.
var ErrSelfTest = errors.New("magnetic: its self test failed")

const selfTestHint = "switch its power off and on, keep magnets away, then replace it; for a copy that can't do the test write untested = true"

func failedTest(format string, values ...any) error {
	return fmt.Errorf("%w: %s: %s: %w", ErrSelfTest, fmt.Sprintf(format, values...), selfTestHint, drivers.ErrOffline)
}

// axisName is how messages call an axis.
func axisName(axis int) string { return "XYZ"[axis : axis+1] }

// The self test of the HMC5883L: it measures with and without a field of its own and tells the difference, 1.16 gauss on X
// and Y and 1.08 on Z. Source: Honeywell HMC5883L rev. E, page 19, "Self test operation".
const (
	hmcTestIs    = 0x71 // as hmcRateIs, with the positive bias
	hmcTestGain  = 5    // the first to be tried, and then the others up to 7
	hmcTestLow   = 243  // counts at gain 5
	hmcTestHigh  = 575
	hmcTestWaits = 140 * time.Millisecond // two measurements: the first after a change of gain still has the old one
)

func testHMC(ctx context.Context, d *device) (err error) {
	if err = d.write(hmcRate, hmcTestIs); err != nil {
		return err
	}
	var failure error
	for gain := hmcTestGain; gain <= hmcRanges; gain++ {
		if failure, err = testHMCAt(ctx, d, gain); err != nil || failure == nil {
			break
		}
	}
	return errors.Join(err, d.write(hmcRate, hmcRateIs), failure)
}

// testHMCAt tests at one gain. At another the same chip may do better, as near a magnet.
func testHMCAt(ctx context.Context, d *device, gain int) (failure, err error) {
	if err := d.set([2]byte{hmcGain, byte(gain) << 5}, [2]byte{hmcMode, 0x00}); err != nil {
		return nil, err
	}
	if err := sleep(ctx, hmcTestWaits); err != nil {
		return nil, err
	}
	if err := d.ready(ctx, hmcStatus, hmcReady); err != nil {
		return nil, err
	}
	data, err := d.read(hmcData, 6)
	if err != nil {
		return nil, err
	}
	perGauss, normal := hmcGains()[gain-1], hmcGains()[hmcTestGain-1]
	low, high := hmcTestLow*perGauss/normal, hmcTestHigh*perGauss/normal
	for axis, at := range [3]int{0, 4, 2} {
		if counts := int64(wordBig(data[at:])); counts < low || counts > high {
			return failedTest("HMC5883L, axis %s: its coil moves it by %d counts, right are %d to %d", axisName(axis), counts, low, high), nil
		}
	}
	return nil, nil
}

// The self test of the LIS3MDL: how much its coil moves the mean of five measurements in the range of 12 gauss. Source: ST
// AN4602, "Self-test", and the limits of DocID024204, table "Magnetic characteristics".
const (
	lisTestRate  = 0x1C // low power, 80 Hz
	lisTestOn    = 0x01
	lisTestRange = 2 // 12 gauss
	lisSamples   = 5
	lisSettles   = 20 * time.Millisecond
	lisCoil      = 60 * time.Millisecond
)

// lisTestLimits are how many nanotesla the coil may move the axes.
func lisTestLimits() [3][2]int32 {
	return [3][2]int32{{100_000, 300_000}, {100_000, 300_000}, {10_000, 100_000}}
}

func testLIS(ctx context.Context, d *device) error {
	if err := d.set([2]byte{lisBlock, 0x40}, [2]byte{lisRange, lisTestRange << 5}, [2]byte{lisRate, lisTestRate}, [2]byte{lisMode, 0x00}); err != nil {
		return err
	}
	off, beyond, err := meanLIS(ctx, d, lisSettles)
	if err != nil {
		return err
	}
	if err := d.write(lisRate, lisTestRate|lisTestOn); err != nil {
		return err
	}
	on, beyondToo, err := meanLIS(ctx, d, lisCoil)
	if err = errors.Join(err, d.write(lisRate, lisTestRate)); err != nil || beyond || beyondToo {
		return err // so near to a magnet nothing can be said
	}
	for axis, limits := range lisTestLimits() {
		if moved := max(on[axis]-off[axis], off[axis]-on[axis]); moved < limits[0] || moved > limits[1] {
			return failedTest("LIS3MDL, axis %s: its coil moves it by %d nT, right are %d to %d", axisName(axis), moved, limits[0], limits[1])
		}
	}
	return nil
}

// meanLIS waits, throws one measurement away and returns the mean of those that follow.
func meanLIS(ctx context.Context, d *device, wait time.Duration) (mean [3]int32, beyond bool, err error) {
	if err := sleep(ctx, wait); err != nil {
		return mean, false, err
	}
	for sample := range lisSamples + 1 {
		m, err := measureLIS(ctx, d, lisTestRange)
		if err != nil {
			return mean, false, err
		}
		for axis, nt := range m.fieldNT {
			if sample > 0 {
				mean[axis] += nt / lisSamples
			}
		}
		beyond = beyond || m.overflow
	}
	return mean, beyond, nil
}

// The built-in self test of the RM3100: the chip looks whether the coil of each axis swings. Source: PNI RM3100 user manual,
// "BIST Register (0x33)".
const (
	rmPoll     = 0x00
	rmPollAll  = 0x70
	rmTest     = 0x33
	rmTestIs   = 0x8F // test with the next measurement, the longest time limit, four swings
	rmTestWell = 0x10 // X; the next bits are Y and Z
	rmTestTime = 20 * time.Millisecond
)

func testRM(ctx context.Context, d *device) error {
	if err := d.set([2]byte{rmContinuous, 0x00}, [2]byte{rmTest, rmTestIs}, [2]byte{rmPoll, rmPollAll}); err != nil {
		return err
	}
	if err := sleep(ctx, rmTestTime); err != nil {
		return err
	}
	data, err := d.read(rmTest, 1)
	if err != nil {
		return err
	}
	said := data[0]
	if err := d.write(rmTest, 0x00); err != nil {
		return err
	}
	for axis := range 3 {
		if said&(rmTestWell<<axis) == 0 {
			return failedTest("RM3100, axis %s: its coil does not swing (it says 0x%02X)", axisName(axis), said)
		}
	}
	return nil
}

// The MMC5983MA has no test with limits in its sheet, but SET and RESET: they magnetise it one way and the other, which turns
// the sign of all that it measures and leaves the offset of its bridge. No place on Earth has less than 20 microtesla.
const (
	mmcFlipsMin  = 2 * mmcPerGauss / 10 // 10 microtesla, both ways
	mmcOffsetMax = 2 * mmcPerGauss      // a quarter of the range
)

func testMMC(ctx context.Context, d *device) error {
	raw, overflow, err := bothWays(ctx, d)
	if err != nil || overflow {
		return err
	}
	flips := int32(0)
	for axis := range 3 {
		flips += max(raw[0][axis]-raw[1][axis], raw[1][axis]-raw[0][axis])
		if offset := (raw[0][axis] + raw[1][axis]) / 2; offset > mmcOffsetMax || offset < -mmcOffsetMax {
			return failedTest("MMC5983MA, axis %s: the offset of its bridge is %d counts, and up to %d are right", axisName(axis), offset, mmcOffsetMax)
		}
	}
	if flips < mmcFlipsMin {
		return failedTest("MMC5983MA: SET and RESET change what it measures by %d counts, and %d or more are right", flips, mmcFlipsMin)
	}
	return nil
}
