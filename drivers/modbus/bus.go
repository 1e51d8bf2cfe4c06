package modbus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
)

// Buses finds the bus of a port, so that devices share it.
type Buses struct {
	// Dial reaches an address in the network; NewBuses sets it.
	Dial  func(ctx context.Context, host drivers.Host, address string) (drivers.Port, error)
	mu    sync.Mutex
	known map[busKey]*Bus
}

type busKey struct {
	host drivers.Host
	port string
}

// NewBuses makes a place for buses. One catalog has one.
func NewBuses() *Buses { return &Buses{Dial: dial, known: map[busKey]*Bus{}} }

// Options are how a bus is spoken to.
type Options struct {
	Mode    drivers.SerialMode
	Timeout time.Duration // of a slave, beside the time on the wire
	Echo    bool          // the adapter hears itself
}

// The limits and the default of a timeout.
const (
	TimeoutMin     = 5 * time.Millisecond
	TimeoutMax     = 300 * time.Millisecond
	TimeoutDefault = 60 * time.Millisecond
)

// Bus returns the bus on a serial port of the board, or at an address in the network ("tcp://192.168.1.50:502"). It opens nothing. All devices on a port must speak alike.
func (b *Buses) Bus(host drivers.Host, port string, options Options) (*Bus, error) {
	if port == "" {
		return nil, fmt.Errorf("%w: port is missing: write the name of one of the board's serial ports", drivers.ErrSettings)
	}
	options.Mode.Parity, options.Mode.StopBits = cmp.Or(options.Mode.Parity, 'N'), cmp.Or(options.Mode.StopBits, 1)
	if options.Timeout == 0 {
		options.Timeout = TimeoutDefault
	}
	if inNetwork(port) {
		if _, err := checkAddress(port); err != nil {
			return nil, err
		}
		options.Mode = drivers.SerialMode{Baud: networkBaud, Parity: 'N', StopBits: 1}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	key := busKey{host, port}
	if !reflect.ValueOf(host).Comparable() { // one that only says why there is no board
		key.host = nil
	}
	bus := b.known[key]
	if bus == nil {
		bus = &Bus{host: host, name: port, options: options, dial: b.Dial, turn: make(chan struct{}, 1)}
		b.known[key] = bus
	}
	if bus.options.Mode != options.Mode {
		return nil, fmt.Errorf("%w: port = %s: another device on it has %v: write the same baud, parity and stop_bits for all",
			drivers.ErrSettings, port, bus.options.Mode)
	}
	bus.options.Timeout = max(bus.options.Timeout, options.Timeout)
	bus.options.Echo = bus.options.Echo || options.Echo
	return bus, nil
}

// Bus is one RS-485 bus. All its methods may be called by many at once.
type Bus struct {
	host    drivers.Host
	name    string
	options Options
	dial    func(context.Context, drivers.Host, string) (drivers.Port, error)

	turn     chan struct{} // holds a token while somebody opens the port
	failures atomic.Uint64 // to open it
	failed   error         // the last of them; of whose turn it is

	mu     sync.Mutex
	line   *line // open now, or nil
	users  int   // of line
	counts [faultKinds]atomic.Uint64
	noise  atomic.Uint64
	last   atomic.Pointer[Fault] // that counts for Skipped
}

// Count says how often a fault happened since the start.
func (b *Bus) Count(kind FaultKind) uint64 { return b.counts[kind].Load() }

// Skipped counts what made no sense: replies that were none, and the bytes beside good ones.
func (b *Bus) Skipped() uint64 {
	total := b.noise.Load()
	for _, kind := range []FaultKind{FaultGarbage, FaultHalfFrame, FaultWrongSlave, FaultLateReply, FaultBabble} {
		total += b.Count(kind)
	}
	return total
}

// Fault is the last thing that made no sense, or nil.
func (b *Bus) Fault() error {
	if last := b.last.Load(); last != nil {
		return last
	}
	return nil
}

func (b *Bus) fault(kind FaultKind, slave byte, detail string) *Fault {
	b.counts[kind].Add(1)
	fault := &Fault{Kind: kind, Bus: b.name, Slave: slave, Detail: detail}
	switch kind {
	case FaultGarbage, FaultHalfFrame, FaultWrongSlave, FaultLateReply, FaultBabble:
		b.last.Store(fault)
	}
	return fault
}

// join opens the port, unless it is open. Whoever waited while another one failed to open it takes that for the answer: a device
// in the network that is away costs all who share it one attempt.
func (b *Bus) join(ctx context.Context) (*line, error) {
	failures := b.failures.Load()
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return nil, b.unopened(ctx)
	}
	if l, err := b.joinOpen(); l != nil || err != nil {
		return l, err
	}
	if b.failures.Load() != failures {
		return nil, b.failed
	}
	port, err := b.open(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, b.unopened(ctx)
	case err != nil:
		b.failed = fmt.Errorf("modbus: open port %s: %w", b.name, err)
		b.failures.Add(1)
		return nil, b.failed
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line, b.users = newLine(b, port), 1
	return b.line, nil
}

// unopened is the error for whoever could not wait until the port was open.
func (b *Bus) unopened(ctx context.Context) error {
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("modbus: open port %s: %w: %w: check its power, its address and the network", b.name, drivers.ErrOffline, ctx.Err())
}

// joinOpen is the port if it is open, and nil if it is not.
func (b *Bus) joinOpen() (*line, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.line == nil {
		return nil, nil
	}
	select {
	case <-b.line.ended: // its last users are about to leave
		return nil, b.line.failure()
	default:
	}
	b.users++
	return b.line, nil
}

func (b *Bus) open(ctx context.Context) (drivers.Port, error) {
	if inNetwork(b.name) {
		return b.openNetwork(ctx)
	}
	return b.host.Serial(b.name, b.options.Mode)
}

// leave closes the port when its last user is gone.
func (b *Bus) leave(l *line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users--; b.users > 0 {
		return
	}
	_ = l.port.Close() // ends a read as well; nothing is lost by it
	l.end()
	b.line = nil
}

// ReadRegisters reads registers into out with FunctionReadHoldings or FunctionReadInputs.
func (b *Bus) ReadRegisters(ctx context.Context, slave, function byte, start uint16, out []uint16) error {
	if function != FunctionReadHoldings && function != FunctionReadInputs || len(out) == 0 || len(out) > RegistersMax {
		return fmt.Errorf("modbus: read %d registers with function %d: %w", len(out), function, drivers.ErrUnsupported)
	}
	return b.order(ctx, Request{Slave: slave, Function: function, Start: start, Count: uint16(len(out))}, func(r Reply) {
		for i := range out {
			out[i] = r.Register(i)
		}
	})
}

// ReadBits reads bits into out with FunctionReadCoils or FunctionReadDiscretes.
func (b *Bus) ReadBits(ctx context.Context, slave, function byte, start uint16, out []bool) error {
	if function != FunctionReadCoils && function != FunctionReadDiscretes || len(out) == 0 || len(out) > BitsMax {
		return fmt.Errorf("modbus: read %d bits with function %d: %w", len(out), function, drivers.ErrUnsupported)
	}
	return b.order(ctx, Request{Slave: slave, Function: function, Start: start, Count: uint16(len(out))}, func(r Reply) {
		for i := range out {
			out[i] = r.Bit(i)
		}
	})
}

// lullMax is how long a Probe waits for a lull.
const lullMax = time.Second

// Probe has the bus read one bit that nobody needs, to see whether a slave answers: when no order waits and no poll is due before
// it would be over. A bus that is polled without any lull is asked between two polls.
func (b *Bus) Probe(ctx context.Context, slave, function byte, start uint16) error {
	lull := time.NewTimer(lullMax)
	defer lull.Stop()
	return b.ask(ctx, Request{Slave: slave, Function: function, Start: start, Count: 1}, nil, lull.C)
}

// Write does a writing. It has happened if the error is nil; it may have happened if the answer was lost.
func (b *Bus) Write(ctx context.Context, request Request) error { return b.order(ctx, request, nil) }

// order has the bus do one request before its next poll. read gets the reply.
func (b *Bus) order(ctx context.Context, request Request, read func(Reply)) error {
	return b.ask(ctx, request, read, nil)
}

// ask has the bus do one request: before its next poll, or only in a lull until a time comes that is given.
func (b *Bus) ask(ctx context.Context, request Request, read func(Reply), lullUntil <-chan time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if least, most := Addresses(b.name); int(request.Slave) < least || int(request.Slave) > most {
		return fmt.Errorf("modbus: slave %d: its address is from %d to %d: %w", request.Slave, least, most, drivers.ErrSettings)
	}
	l, err := b.join(ctx)
	if err != nil {
		return err
	}
	defer b.leave(l)
	o := &order{ctx: ctx, request: request, read: read, done: make(chan error, 1)}
	turn := l.orders
	if lullUntil != nil {
		turn = l.lulls
	}
	for {
		select {
		case turn <- o:
			return l.wait(o)
		case <-lullUntil:
			turn, lullUntil = l.orders, nil
		case <-ctx.Done():
			return ctx.Err()
		case <-l.ended:
			return l.failure()
		}
	}
}

// Poll is a reading that a bus repeats.
type Poll struct {
	Request
	Period time.Duration
	// Trigger, if its Function is not 0, is written after each reading: it starts the next measurement.
	Trigger Request
	// Deliver gets each reply, which holds until it returns, or the fault of a slave that missed.
	Deliver func(Reply, error)
}

// Run does the polls until ctx ends, the port is lost, or none of their slaves answers any more. Deliver is never called
// after it returned. Without polls it keeps the port open, for orders that must not wait for that.
func (b *Bus) Run(ctx context.Context, polls []Poll) error {
	l, err := b.join(ctx)
	if err != nil {
		return err
	}
	defer b.leave(l)
	g := newGroup(polls, time.Now())
	if !l.change(g, true) {
		return l.failure()
	}
	defer l.change(g, false)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case said := <-g.silent:
		if said != nil {
			return said
		}
		return b.fault(FaultBusSilent, 0, fmt.Sprintf("%d slaves were asked", len(polls)))
	case <-l.ended:
		return l.failure()
	}
}
