package sim

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

// signDigits is how many digits the signs have.
const signDigits = 4

// Options are what a Bench is made of.
type Options struct {
	World *world.World
	Board boards.Board // virtual, with a lane for each gate, named as on the board `sim`
	Signs []string     // names of the serial ports of number signs
}

// Bench is a car park plugged into a board. Gateways come and go on it, by Host.
type Bench struct {
	plan      *world.Plan
	board     boards.Board
	chip      *line.Chip
	relays    map[string]relay // by line
	ports     map[string]*port
	columns   map[int]*columnPeer   // by gate
	terminals map[int]*terminalPeer // by gate
	cameras   []*camera             // by gate; nil: none
	signs     map[string]*sign.Simulator
	epochMS   int64 // of the world's 0, for the cameras' clocks
	devices   sync.WaitGroup
	dropped   atomic.Int64
	kick      chan struct{} // holds a token when the world has something to do that nobody waits for

	inputs []Inputs // by gate; of the goroutine that delivers

	mu       sync.Mutex
	world    *world.World
	pace     *Pace // nil: by speed
	speed    int   // 0: it stands
	anchor   time.Time
	anchorMS int64
}

// SetCameraClocks sets the clocks of all cameras, before Run: what they show at the world's 0. Until then they show the
// machine's time at New.
func (b *Bench) SetCameraClocks(start time.Time) { b.epochMS = start.UnixMilli() }

// New plugs a world's devices in. Nothing moves before Run; the inputs have their first levels.
func New(o Options) (*Bench, error) {
	b := &Bench{
		plan: o.World.Plan(), world: o.World, ports: map[string]*port{}, columns: map[int]*columnPeer{}, terminals: map[int]*terminalPeer{},
		signs: map[string]*sign.Simulator{}, epochMS: time.Now().UnixMilli(), kick: make(chan struct{}, 1),
		inputs: make([]Inputs, len(o.World.Plan().Gates)),
	}
	var err error
	if b.relays, err = relaysOf(o.Board, len(b.plan.Gates)); err != nil {
		return nil, err
	}
	for _, name := range portsOf(b.plan, o.Signs) {
		if b.ports[name], err = plug(); err != nil {
			delete(b.ports, name)
			b.Close()
			return nil, err
		}
	}
	b.board = plugged(o.Board, b.ports)
	b.chip = line.NewChip(b.board)
	b.chip.OnOutput(b.relayMoved)
	b.attach(o.Signs)
	for _, s := range b.world.Advance(b.world.NowMS(), nil) {
		b.deliver(s)
	}
	return b, nil
}

// attach starts the devices on the far sides of the ports. They end with the ports.
func (b *Bench) attach(signs []string) {
	for g := range b.plan.Gates {
		gate := &b.plan.Gates[g]
		var watched *camera
		if gate.Camera {
			watched = newCamera(&b.dropped)
		}
		b.cameras = append(b.cameras, watched)
		if p, plugged := b.ports[ColumnPort(gate.Name)]; plugged {
			peer := newColumnPeer(p, g)
			peer.show, peer.print = b.shown, b.printed
			b.columns[g] = peer
			b.devices.Go(func() { _ = peer.sim.Run() }) // it ends when its port is closed
		}
		if p, plugged := b.ports[TerminalPort(gate.Name)]; plugged {
			peer := newTerminalPeer(p, g)
			peer.pay, peer.status = b.pay, b.payStatus
			b.terminals[g] = peer
			b.devices.Go(peer.run)
		}
	}
	for _, name := range signs {
		shown := sign.NewSimulator(b.ports[name], signDigits)
		b.signs[name] = shown
		b.devices.Go(func() { _ = shown.Run() }) // the same
	}
}

// Board is the board with the bench's ports, for the gateway's site.
func (b *Bench) Board() boards.Board { return b.board }

// Host is the board as one run of a gateway opens it; close it before the next.
func (b *Bench) Host() *line.Host {
	open := func(name string, mode drivers.SerialMode) (drivers.Port, error) {
		p, plugged := b.ports[name]
		if !plugged {
			return nil, fmt.Errorf("sim: nothing is plugged into port %s: %w", name, drivers.ErrOffline)
		}
		p.forget()
		opened, err := line.OpenSerial(p.path, mode)
		if err != nil {
			return nil, err
		}
		return hastyPort{opened, b}, nil
	}
	return line.OpenVirtual(b.board, b.chip, open)
}

// hastyPort is a port at the bench's speed.
type hastyPort struct {
	drivers.Port
	bench *Bench
}

// Speed is how many times as fast as the machine's the bench's time runs.
func (p hastyPort) Speed() int {
	p.bench.mu.Lock()
	defer p.bench.mu.Unlock()
	if p.bench.pace != nil {
		return int(p.bench.pace.speed)
	}
	return max(1, p.bench.speed)
}

// PortPath is the device path of a serial port; "" if there is none of that name.
func (b *Bench) PortPath(name string) string {
	if p, plugged := b.ports[name]; plugged {
		return p.path
	}
	return ""
}

// SetCameraURL says where a gate's camera posts: http://…/devices/{deviceId}.
func (b *Bench) SetCameraURL(gate int, url string) {
	if c := b.cameras[gate]; c != nil {
		c.setURL(url)
	}
}

// Sign is what a number sign shows; "" if it is dark.
func (b *Bench) Sign(name string) (number string, colour drivers.Colour) {
	shown, plugged := b.signs[name]
	if !plugged {
		return "", drivers.ColourGreen
	}
	return shown.Shown()
}

// Dropped counts the camera events that no gateway took.
func (b *Bench) Dropped() int64 { return b.dropped.Load() }

// View runs look on the world while it stands still. look must not use the Bench.
func (b *Bench) View(look func(*world.World)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	look(b.world)
}

// PowerCut takes the gateway's power: all its relays drop. End it as well.
func (b *Bench) PowerCut() {
	b.mu.Lock()
	b.world.PowerCut(b.nowMS())
	b.mu.Unlock()
	b.chip.Release()
}

// PowerBack gives the power back; then start a gateway on a new Host.
func (b *Bench) PowerBack() {
	b.act(func(ms int64) { b.world.PowerBack(ms) })
}

// Close unplugs everything. Run must have ended.
func (b *Bench) Close() error {
	for _, p := range b.ports {
		p.close()
	}
	b.devices.Wait()
	return nil
}

// Run moves the world, so many times as fast as time, until ctx ends.
func (b *Bench) Run(ctx context.Context, speed int) error {
	if speed < 1 {
		return fmt.Errorf("sim: speed %d: write 1 or more", speed)
	}
	ctx, stop := context.WithCancel(ctx)
	var cameras sync.WaitGroup
	defer cameras.Wait()
	defer stop()
	for _, c := range b.cameras {
		if c != nil {
			cameras.Go(func() { c.run(ctx) })
		}
	}
	b.start(speed)
	defer b.start(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	var signals []world.Signal
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.kick:
		case <-timer.C:
		}
		var wait time.Duration
		signals, wait = b.advance(signals[:0])
		for _, s := range signals {
			b.deliver(s)
		}
		timer.Reset(wait)
	}
}

// start sets the speed from now on.
func (b *Bench) start(speed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.anchorMS = b.nowMS()
	b.speed, b.anchor = speed, time.Now()
}

// nowMS is the world's time that belongs to the clock's. The caller holds mu.
func (b *Bench) nowMS() int64 {
	if b.pace != nil {
		return max(b.world.NowMS(), b.pace.NowMS())
	}
	if b.speed == 0 {
		return b.world.NowMS()
	}
	return max(b.world.NowMS(), b.anchorMS+time.Since(b.anchor).Milliseconds()*int64(b.speed))
}

// advance moves the world to now, and says how long nothing will happen by itself.
func (b *Bench) advance(signals []world.Signal) ([]world.Signal, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	signals = b.world.Advance(b.nowMS(), signals)
	next, ok := b.world.Next()
	if !ok {
		return signals, time.Second
	}
	waitMS := (next-b.anchorMS)/int64(b.speed) + 1
	return signals, max(0, min(time.Second, time.Until(b.anchor.Add(time.Duration(waitMS)*time.Millisecond))))
}

// act does something to the world from outside.
func (b *Bench) act(do func(ms int64)) {
	b.mu.Lock()
	do(b.nowMS())
	if b.pace != nil {
		b.allowNext() // what it led to may happen before anything else
	}
	b.mu.Unlock()
	select {
	case b.kick <- struct{}{}:
	default:
	}
}

// deliver gives a signal to the device whose it is.
func (b *Bench) deliver(s world.Signal) {
	b.note(s)
	switch s := s.(type) {
	case world.LoopEdge:
		what := armingInput
		if s.Closing {
			what = closingInput
		}
		b.drive(laneLine(s.Gate, what), s.Active)
	case world.ArmEdge:
		b.drive(laneLine(s.Gate, armUpInput), s.Up)
		b.drive(laneLine(s.Gate, armDownInput), s.Down)
	case world.Fire:
		b.drive(fireInput, s.Active)
	case world.Distance:
		_, _ = b.ports[SpotPort(b.plan.Spots[s.Spot].Number)].Write(Encode(b.plan, s)) // a closed port is the bench's end
	case world.Button:
		b.atColumn(s.Gate, s)
	case world.Scan:
		b.atColumn(s.Gate, s)
	case world.Plate:
		s.Read.CameraMS += b.epochMS
		b.cameras[s.Gate].send(Encode(b.plan, s))
	case world.PaymentAnswer:
		if t, plugged := b.terminals[s.Gate]; plugged {
			t.answer(s)
		}
	}
}

func (b *Bench) atColumn(gate int, s world.Signal) {
	if c, plugged := b.columns[gate]; plugged {
		_, _ = c.port.Write(Encode(b.plan, s)) // a closed port is the bench's end
	}
}

// drive moves a contact, if the board has it.
func (b *Bench) drive(name string, active bool) {
	if input, found := b.board.Inputs[name]; found {
		b.chip.Drive(input.Line, input.High(active))
	}
}

// relayMoved passes an edge of a relay on to the world's barriers.
func (b *Bench) relayMoved(name string, high bool, _ time.Time) {
	r, found := b.relays[name]
	if !found {
		return
	}
	if r.output.Active(high) {
		b.act(func(ms int64) { b.world.Barrier(ms, r.gate, r.on) })
	} else if r.isHold {
		b.act(func(ms int64) { b.world.Barrier(ms, r.gate, r.off) })
	}
}

func (b *Bench) shown(gate int, lines []string, colour drivers.Colour) {
	b.act(func(ms int64) { b.world.Face(ms, gate, lines, colour) })
}

func (b *Bench) printed(gate int, code string) {
	b.act(func(ms int64) { b.world.Printed(ms, gate, code) })
}

func (b *Bench) pay(gate int, payment fact.PaymentID, amount fact.Money) (heard bool) {
	b.act(func(ms int64) { heard = b.world.PayOrder(ms, gate, payment, amount) })
	return heard
}

func (b *Bench) payStatus(gate int, payment fact.PaymentID) {
	b.act(func(ms int64) { b.world.PayStatus(ms, gate, payment) })
}
