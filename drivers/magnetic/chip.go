package magnetic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// measurement is what a chip said.
type measurement struct {
	fieldNT     [3]int32
	centiC      int16
	thermometer bool
	overflow    bool // beyond the range: the field does not hold
}

// chip is one kind of magnetometer.
type chip struct {
	name      string
	addresses []uint16
	// ranges is how many ranges it has; 0 is where it starts, and each is wider than the one before.
	ranges   int
	identify func(*device) (bool, error)
	test     func(context.Context, *device) error // before start; nil: it has no test
	start    func(*device) error
	measure  func(context.Context, *device) (measurement, error)
}

// chips are all that are known, in the order in which they are looked for.
func chips() []chip {
	return []chip{qmc5883l(), hmc5883l(), lis3mdl(), rm3100(), mmc5983ma()}
}

// device is one chip at one address.
type device struct {
	tx       drivers.Transactor
	rangeNow int
	buffer   [16]byte
}

// write writes registers from the given one on.
func (d *device) write(register byte, values ...byte) error {
	d.buffer[0] = register
	n := copy(d.buffer[1:], values)
	return d.tx.Tx(d.buffer[:1+n], nil)
}

// set writes registers, one byte each, in that order.
func (d *device) set(registers ...[2]byte) error {
	for _, one := range registers {
		if err := d.write(one[0], one[1]); err != nil {
			return err
		}
	}
	return nil
}

// read reads n registers from the given one on. The result holds until the next call.
func (d *device) read(register byte, n int) ([]byte, error) {
	d.buffer[0] = register
	data := d.buffer[1 : 1+n]
	if err := d.tx.Tx(d.buffer[:1], data); err != nil {
		return nil, err
	}
	return data, nil
}

// is reports whether registers hold the given bytes.
func (d *device) is(register byte, want ...byte) (bool, error) {
	data, err := d.read(register, len(want))
	return err == nil && string(data) == string(want), err
}

// errNothing is a chip that answers and measures nothing.
var errNothing = errors.New("the chip answers and measures nothing: switch its power off and on")

const (
	readyEvery = 5 * time.Millisecond
	readyLimit = 300 * time.Millisecond // the slowest chip measures 9 times a second
)

// ready waits until a bit of a register is set.
func (d *device) ready(ctx context.Context, register, bit byte) error {
	for waited := time.Duration(0); waited < readyLimit; waited += readyEvery {
		data, err := d.read(register, 1)
		switch {
		case err != nil:
			return err
		case data[0]&bit != 0:
			return nil
		}
		if err := sleep(ctx, readyEvery); err != nil {
			return err
		}
	}
	return errNothing
}

// errNonsense is an answer that no chip gives: all zeros or all ones.
var errNonsense = errors.New("the answer is nothing but zeros or ones: check the wires of the bus and its pull-ups")

// sensible reports whether an answer is one.
func sensible(data []byte) error {
	for _, b := range data {
		if b != data[0] || b != 0 && b != 0xFF {
			return nil
		}
	}
	return errNonsense
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// ErrWrongChip is another chip than the site file says. It also wraps drivers.ErrOffline: the sensor that is wanted is
// not there.
var ErrWrongChip = errors.New("magnetic: another chip")

// wrongChip names what is there instead.
func wrongChip(want, found string, address uint16) error {
	hint := fmt.Sprintf("write chip = %q in the site file", found)
	if want == "hmc5883l" && found == "qmc5883l" {
		hint = "it is a QMC5883L that was sold as an HMC5883L; " + hint
	}
	return fmt.Errorf("%w: %s is wanted and a %s answers at 0x%02X: %s: %w", ErrWrongChip, want, found, address, hint, drivers.ErrOffline)
}

// word is a signed 16-bit number, low byte first.
func word(data []byte) int32 { return int32(int16(uint16(data[0]) | uint16(data[1])<<8)) }

// wordBig is a signed 16-bit number, high byte first.
func wordBig(data []byte) int32 { return int32(int16(uint16(data[1]) | uint16(data[0])<<8)) }

// nanotesla is counts of a chip with so many to a gauss.
func nanotesla(counts int32, perGauss int64) int32 {
	return int32(int64(counts) * 100_000 / perGauss)
}

// counts is the reverse, as the simulators need it: cut to a limit.
func counts(nt int32, perGauss, limit int64) int32 {
	return int32(min(max(int64(nt)*perGauss/100_000, -limit-1), limit))
}
