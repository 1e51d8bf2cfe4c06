package line_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
	"gatehouse/drivers/pca9548"
)

// simulated makes buses whose devices are those of a fake board.
func simulated(far *drivertest.Host) []line.Option {
	return []line.Option{
		line.WithI2C(func(bus string) (line.Transact, error) {
			return func(address uint16, write, read []byte) error {
				if far.FakeI2C(bus).Transact(address, write, read) != nil {
					return syscall.ENXIO
				}
				return nil
			}, nil
		}),
		line.WithSPI(func(name string, mode drivers.SPIMode) (line.Transact, error) {
			return func(_ uint16, write, read []byte) error {
				device, err := far.SPI(name, mode)
				if err != nil {
					return err
				}
				defer device.Close()
				return device.Tx(write, read)
			}, nil
		}),
	}
}

// busOf opens one device on a bus that does what transact does, and counts how often the bus is opened.
func busOf(t *testing.T, transact line.Transact, opened *int) (drivers.Transactor, *line.Host) {
	t.Helper()
	board := bench(t)
	host := line.OpenVirtual(board, line.NewChip(board), nil, line.WithI2C(func(string) (line.Transact, error) {
		*opened++
		return transact, nil
	}))
	device, err := host.I2C("bus", 0x0D)
	if err != nil {
		t.Fatal(err)
	}
	return device, host
}

// periph keeps of the kernel's errors only their texts: each must be told from the others all the same.
func TestAFaultOfABusHasANameAndAHint(t *testing.T) {
	for errno, want := range map[error]error{
		syscall.ENXIO: line.ErrNoAnswer, syscall.EREMOTEIO: line.ErrNoAnswer, syscall.ETIMEDOUT: line.ErrBusStuck,
		syscall.EAGAIN: line.ErrBusStuck, syscall.ENOENT: line.ErrBusAbsent, syscall.EOPNOTSUPP: line.ErrBusPartial,
		syscall.EACCES: line.ErrBusAccess, syscall.EIO: line.ErrBusNoise,
	} {
		opened := 0
		device, host := busOf(t, func(uint16, []byte, []byte) error { return fmt.Errorf("sysfs-i2c: %v", errno) }, &opened)
		err := device.Tx([]byte{0}, nil)
		if !errors.Is(err, want) || !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "I2C bus bus address 0x0D") {
			t.Errorf("%v: %v", errno, err)
		}
		_ = device.Tx([]byte{0}, nil)
		if wanted := map[bool]int{true: 1, false: 2}[want == line.ErrNoAnswer]; opened != wanted {
			t.Errorf("%v: the bus was opened %d times, want %d: an absent device is no reason, all else is", errno, opened, wanted)
		}
		host.Close()
	}
}

// A device holds the bus low and the kernel never comes back: no call hangs, the next ones fail at once, other buses work,
// and the bus heals when the device lets go.
func TestABusThatIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		low, opened := make(chan struct{}), 0
		device, host := busOf(t, func(_ uint16, _, read []byte) error {
			<-low
			for i := range read {
				read[i] = 0xFF
			}
			return nil
		}, &opened)
		defer host.Close()
		got := make([]byte, 2)
		for i, limit := range []time.Duration{time.Second, 0} {
			start := time.Now()
			if err := device.Tx([]byte{0}, got); !errors.Is(err, line.ErrBusStuck) {
				t.Errorf("error %v", err)
			}
			if took := time.Since(start); took > limit {
				t.Errorf("call %d took %v", i, took)
			}
		}
		close(low)
		synctest.Wait()
		if got[0] != 0 {
			t.Error("a transaction that was given up wrote to its caller's buffer")
		}
		if err := device.Tx([]byte{0}, got); err != nil || got[1] != 0xFF {
			t.Errorf("it let go: % X, %v", got, err)
		}
	})
}

// A transaction ends in the moment in which its caller gives it up: whichever is first, the bus works on.
func TestABusHealsAlthoughATransactionEndsAsItIsGivenUp(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			lasts, opened := 800*time.Millisecond, 0
			device, host := busOf(t, func(uint16, []byte, []byte) error {
				time.Sleep(lasts)
				return nil
			}, &opened)
			defer host.Close()
			if err := device.Tx([]byte{0}, nil); err != nil && !errors.Is(err, line.ErrBusStuck) {
				t.Errorf("error %v", err)
			}
			synctest.Wait()
			lasts = 0
			if err := device.Tx([]byte{0}, nil); err != nil {
				t.Fatalf("the wires are free: %v", err)
			}
		})
	}
}

// While a transaction holds the bus up, one that waited for its turn in vain does not make the next ones wait as well.
func TestNobodyWaitsForABusThatIsKnownToBeStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		low, opened, waiting := make(chan struct{}), 0, make(chan error, 1)
		device, host := busOf(t, func(uint16, []byte, []byte) error {
			<-low
			return nil
		}, &opened)
		defer host.Close()
		defer close(low)
		time.AfterFunc(100*time.Millisecond, func() { waiting <- device.Tx([]byte{0}, nil) })
		first := device.Tx([]byte{0}, nil)
		if second := <-waiting; !errors.Is(first, line.ErrBusStuck) || !errors.Is(second, line.ErrBusStuck) {
			t.Errorf("errors %v and %v", first, second)
		}
		start := time.Now()
		if err := device.Tx([]byte{0}, nil); !errors.Is(err, line.ErrBusStuck) || time.Since(start) > 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestWrongBusesAndModesSayWhatToWrite(t *testing.T) {
	l := newLot(t)
	defer l.host.Close()
	_, bus := l.host.I2C("buss", 0x0D)
	_, address := l.host.I2C("bus", 0x80)
	_, device := l.host.SPI("shft", drivers.SPIMode{SpeedHz: 1})
	_, speed := l.host.SPI("shift", drivers.SPIMode{})
	for _, c := range []struct {
		err  error
		want string
	}{
		{bus, `no I2C bus "buss": write one of [bus]`}, {address, "write 0x08 to 0x77"},
		{device, `no SPI device "shft": write one of [shift]`}, {speed, "write a speed above 0"},
	} {
		if !errors.Is(c.err, drivers.ErrSettings) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v\nwant  %s", c.err, c.want)
		}
	}
}

func TestBrokersComeFromTheSite(t *testing.T) {
	board, asked := bench(t), ""
	host := line.OpenVirtual(board, line.NewChip(board), nil, line.WithBrokers(func(name string) (drivers.Broker, error) {
		asked = name
		return nil, drivers.ErrOffline
	}))
	defer host.Close()
	if _, err := host.Broker("lora"); !errors.Is(err, drivers.ErrOffline) || asked != "lora" {
		t.Errorf("asked for %q, error %v", asked, err)
	}
	without := newLot(t).host
	defer without.Close()
	if _, err := without.Broker("lora"); !errors.Is(err, drivers.ErrSettings) {
		t.Errorf("error %v", err)
	}
}

// A Host that closes leaves no channel of a multiplexer connected, and a bus that a chip behind one holds low says behind which.
func TestMultiplexersOfABus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far, mux, held := drivertest.NewHost().FakeI2C("bus"), &pca9548.Simulator{}, false
		far.Attach(0x70, mux)
		mux.Attach(5, 0x0D, &pca9548.Simulator{}) // any chip that answers
		opened := 0
		alone, host := busOf(t, func(address uint16, write, read []byte) error {
			switch {
			case held && address == 0x0D:
				return syscall.ETIMEDOUT
			case far.Transact(address, write, read) != nil:
				return syscall.ENXIO
			}
			return nil
		}, &opened)
		alone.Close()
		chip, err := host.Multiplexer("bus", 0x70).I2C(5, 0x0D)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := host.Multiplexer("buss", 0x70).I2C(5, 0x0D); !errors.Is(err, drivers.ErrSettings) {
			t.Errorf("a bus that there is not: %v", err)
		}
		if err := chip.Tx([]byte{0}, nil); err != nil || mux.Connected() != 1<<5 {
			t.Errorf("0x%02X is connected, %v", mux.Connected(), err)
		}
		held = true
		if err := chip.Tx([]byte{0}, nil); !errors.Is(err, line.ErrBusStuck) || !strings.Contains(err.Error(), "with channel 5 of multiplexer 0x70 connected") {
			t.Errorf("error %v", err)
		}
		held = false
		if err := chip.Tx([]byte{0}, nil); err != nil || opened != 2 {
			t.Errorf("it let go: %v; the bus was opened %d times", err, opened)
		}
		host.Close()
		synctest.Wait()
		if mux.Connected() != 0 {
			t.Errorf("after the end 0x%02X is connected", mux.Connected())
		}
	})
}
