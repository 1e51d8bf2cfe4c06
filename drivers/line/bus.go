package line

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/pca9548"
)

// The faults of a bus, each with what to do. All wrap drivers.ErrOffline on their way out.
var (
	ErrBusStuck   = errors.New("the bus is stuck: something holds SDA or SCL low: switch the devices' power off and on, and look for a short circuit")
	ErrNoAnswer   = errors.New("no device acknowledges: check its power, its wires and its address")
	ErrBusNoise   = errors.New("a transfer was cut off: look for long wires, weak pull-ups and a device that stretches the clock, or lower the speed of the bus")
	ErrBusAbsent  = errors.New("the bus is not there: is it in the board's boot lines (lotctl board show), or unplugged?")
	ErrBusAccess  = errors.New("this user may not open the bus: add the user to the group i2c, or spi")
	ErrBusPartial = errors.New("the bus can't do plain transfers: it is for SMBus alone: use another adapter")
)

// transactLimit is how long a transaction may take. The kernel gives up after a second, and sometimes never.
const transactLimit = 800 * time.Millisecond

// transactMax bounds the bytes of a transaction each way, as spidev does.
const transactMax = 4096

// wire is a bus as it is opened.
type wire interface {
	tx(address uint16, write, read []byte) error
	io.Closer
}

// bus does transactions one after the other in a goroutine of its own, so that one that never ends holds up nobody but
// the bus. It opens itself when it is needed, and again after it was gone.
type bus struct {
	name string
	open func() (wire, error)
	jobs chan *transaction
	halt chan struct{}
	once sync.Once
	tree pca9548.Tree // for the goroutine alone

	mu           sync.Mutex
	multiplexers []uint16 // that are known to be on it; for tree

	// stuck is a transaction that lasts and that nobody waits for any more.
	stuck atomic.Pointer[transaction]
}

// transaction is one job of a bus. The buffers are its own: the caller may be gone when it ends.
type transaction struct {
	at          drivers.I2CPlace // of a chip on an I2C bus
	write, read []byte
	done        chan error
}

func newBus(name string, open func() (wire, error)) *bus {
	b := &bus{name: name, open: open, jobs: make(chan *transaction), halt: make(chan struct{})}
	b.tree.Absent = func(err error) bool { return errors.Is(err, ErrNoAnswer) }
	go b.run()
	return b
}

// expect notes a multiplexer on the bus. A transaction that never ends must not hold this up.
func (b *bus) expect(multiplexer uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.multiplexers = append(b.multiplexers, multiplexer)
}

// known gives the tree the multiplexers that came since.
func (b *bus) known() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, multiplexer := range b.multiplexers {
		b.tree.Add(multiplexer)
	}
	b.multiplexers = nil
}

func (b *bus) run() {
	var w wire
	defer func() {
		if w != nil {
			_ = b.tree.Rest(named(w)) // as far as it works: the next life disconnects all before it begins
			w.Close()
		}
	}()
	for {
		select {
		case <-b.halt:
			return
		case job := <-b.jobs:
			w = b.perform(w, job)
			b.stuck.CompareAndSwap(job, nil)
		}
	}
}

// perform does one transaction. A bus that failed otherwise than by an absent device is closed, to be opened anew.
func (b *bus) perform(w wire, job *transaction) wire {
	if w == nil {
		opened, err := b.open()
		if err != nil {
			job.done <- faultOf(err)
			return nil
		}
		w = opened
	}
	b.known()
	err := b.tree.Tx(named(w), job.at, job.write, job.read)
	job.done <- err
	if err != nil && !errors.Is(err, ErrNoAnswer) && !pca9548.Faulty(err) {
		w.Close()
		b.tree.Forget()
		return nil
	}
	return w
}

// named does transactions whose faults have names.
func named(w wire) pca9548.Transact {
	return func(address uint16, write, read []byte) error { return faultOf(w.tx(address, write, read)) }
}

// transact does a transaction, or says within transactLimit why it can't be done.
func (b *bus) transact(at drivers.I2CPlace, write, read []byte) error {
	if len(write) > transactMax || len(read) > transactMax {
		return fmt.Errorf("line: %s: %w: more than %d bytes in one transaction", b.name, drivers.ErrSettings, transactMax)
	}
	job := &transaction{at: at, write: slices.Clone(write), read: make([]byte, len(read)), done: make(chan error, 1)}
	if b.stuck.Load() != nil {
		return b.fail(ErrBusStuck)
	}
	timer := time.NewTimer(transactLimit)
	defer timer.Stop()
	jobs := b.jobs
	for {
		select {
		case jobs <- job:
			jobs = nil
		case err := <-job.done:
			copy(read, job.read)
			return b.fail(err)
		case <-b.halt:
			return b.fail(ErrClosed)
		case <-timer.C:
			if jobs == nil {
				b.giveUp(job)
			}
			return b.fail(ErrBusStuck)
		}
	}
}

// giveUp notes a transaction that lasts too long, unless it ends just then: nobody would take the note back.
func (b *bus) giveUp(job *transaction) {
	b.stuck.Store(job)
	if len(job.done) > 0 {
		b.stuck.CompareAndSwap(job, nil)
	}
}

func (b *bus) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line: %s: %w: %w", b.name, drivers.ErrOffline, err)
}

// Close ends the bus. A transaction that never ends is left behind.
func (b *bus) Close() error {
	b.once.Do(func() { close(b.halt) })
	return nil
}

// faults tells what the kernel's errors mean on a bus.
var faults = map[syscall.Errno]error{
	syscall.ENXIO: ErrNoAnswer, syscall.EREMOTEIO: ErrNoAnswer,
	syscall.ETIMEDOUT: ErrBusStuck, syscall.EAGAIN: ErrBusStuck, syscall.EBUSY: ErrBusStuck,
	syscall.EIO: ErrBusNoise, syscall.EPROTO: ErrBusNoise,
	syscall.ENOENT: ErrBusAbsent, syscall.ENODEV: ErrBusAbsent,
	syscall.EACCES: ErrBusAccess, syscall.EPERM: ErrBusAccess,
	syscall.EOPNOTSUPP: ErrBusPartial,
}

// faultOf names what a bus failed with. periph keeps of the kernel's errors only their texts.
func faultOf(err error) error {
	if err == nil {
		return nil
	}
	for errno, fault := range faults {
		if errors.Is(err, errno) || strings.HasSuffix(err.Error(), errno.Error()) {
			return fmt.Errorf("%w (%w)", fault, err)
		}
	}
	return err
}

// busDevice is a device on a bus as a driver has it.
type busDevice struct {
	name    string
	bus     *bus
	at      drivers.I2CPlace
	duplex  bool // both directions at once, so of one length
	closed  atomic.Bool
	release func()
}

// Tx does one transaction.
func (d *busDevice) Tx(write, read []byte) error {
	if d.closed.Load() {
		return fmt.Errorf("line: %s: %w: %w", d.name, drivers.ErrOffline, ErrClosed)
	}
	if d.duplex && len(write) > 0 && len(read) > 0 && len(write) != len(read) {
		return fmt.Errorf("line: %s: %w: %d bytes out and %d in: write as many as are read, or none", d.name, drivers.ErrSettings, len(write), len(read))
	}
	if err := d.bus.transact(d.at, write, read); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}

// Close gives the device back.
func (d *busDevice) Close() error {
	d.closed.Store(true)
	d.release()
	return nil
}
