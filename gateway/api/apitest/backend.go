package apitest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// Start is when a Backend's clock starts: a Monday, 14:00 in Berlin.
const Start = int64(1_781_524_800_000) // 2026-06-15T12:00:00Z

// Backend is an api.Backend round a real lot.
type Backend struct {
	mu           sync.Mutex
	lot          *lot.Lot
	stamps       fact.Clock
	wallMS       int64
	monoMS       int64
	trust        fact.Trust
	archived     map[fact.TicketID]lot.Ticket
	ended        map[fact.ReservationID]lot.Reservation
	listeners    map[chan struct{}]struct{}
	fails        error
	checks       []api.Check
	headquarters *api.Headquarters
	shelf        policy.Shelf
	info         api.Info
	last         lot.Event
}

var _ api.Backend = (*Backend)(nil)

// New makes a Backend of a location, begins its first run, and reports its arms down and its loops clear and
// proven.
func New(cfg *lot.Config) *Backend {
	made, err := lot.New(cfg)
	if err != nil {
		panic(err) // a test's own configuration
	}
	b := &Backend{
		lot: made, wallMS: Start, trust: fact.ClockSynced, archived: map[fact.TicketID]lot.Ticket{},
		ended: map[fact.ReservationID]lot.Reservation{}, listeners: map[chan struct{}]struct{}{},
		info: api.Info{Version: "1.0.0", Board: "rpi4", Started: time.UnixMilli(Start)},
	}
	b.info.Incarnation = fact.NewIncarnation(Start, 7)
	b.stamps.Boot = uint64(b.info.Incarnation)
	b.Do(lot.Started{Incarnation: b.info.Incarnation, Fact: fact.GatewayStarted{Location: cfg.Location, Cause: "test"}})
	for i := range cfg.Gates {
		b.Do(lot.ArmChanged{Gate: i, Down: true}, lot.LoopChanged{Gate: i, Loop: gate.ArmingLoop, Level: gate.Clear},
			lot.LoopChanged{Gate: i, Loop: gate.ClosingLoop, Level: gate.Clear}, lot.ConfirmGate{Gate: i})
	}
	return b
}

// Do has the lot decide on events, one after the other, with no time in between. Arms follow their orders.
func (b *Backend) Do(events ...lot.Event) lot.Result {
	b.mu.Lock()
	defer b.mu.Unlock()
	var result lot.Result
	for _, event := range events {
		result = b.given(event)
	}
	b.tell()
	return result
}

func (b *Backend) given(event lot.Event) lot.Result {
	b.last = event
	return b.step(event)
}

func (b *Backend) step(event lot.Event) lot.Result {
	out := b.lot.Step(b.stamps.At(b.wallMS, b.monoMS, b.trust), event)
	for _, effect := range append(out.Urgent, out.Effects...) {
		if move, is := effect.(lot.MoveBarrier); is {
			up := move.Command == gate.CommandRaise || move.Command == gate.CommandHold
			b.step(lot.ArmChanged{Gate: move.Gate, Up: up, Down: !up})
		}
	}
	return out.Result
}

// Pass lets time pass, and the lot do what is due at the end of it.
func (b *Backend) Pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wallMS += d.Milliseconds()
	b.monoMS += d.Milliseconds()
	b.step(lot.Tick{})
	b.tell()
}

// Last is the last event that the lot was given by a request or the test.
func (b *Backend) Last() lot.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// Fail has Submit and View fail with err from now on; nil ends that.
func (b *Backend) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = err
}

// SetChecks sets what Health says.
func (b *Backend) SetChecks(checks ...api.Check) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checks = checks
	b.tell()
}

// SetInfo sets what Info says.
func (b *Backend) SetInfo(change func(*api.Info)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.info)
	b.tell()
}

// Archive puts a ticket and a reservation where only the disk has them.
func (b *Backend) Archive(t lot.Ticket, r lot.Reservation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.archived[t.ID], b.ended[r.ID] = t, r
}

// Listeners is how many streams wait for changes.
func (b *Backend) Listeners() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.listeners)
}

// tell tells listeners of a change. b.mu is held.
func (b *Backend) tell() {
	for listener := range b.listeners {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
}

// Submit is api.Backend's.
func (b *Backend) Submit(_ context.Context, command lot.Event) (lot.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return lot.Result{}, b.fails
	}
	result := b.given(command)
	b.tell()
	return result, nil
}

// View is api.Backend's.
func (b *Backend) View(_ context.Context, read func(*lot.Lot)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails == nil {
		read(b.lot)
	}
	return b.fails
}

// ClosedTicket is api.Backend's.
func (b *Backend) ClosedTicket(id fact.TicketID) (lot.Ticket, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, found := b.archived[id]
	return t, found, b.fails
}

// EndedReservation is api.Backend's.
func (b *Backend) EndedReservation(id fact.ReservationID) (lot.Reservation, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, found := b.ended[id]
	return r, found, b.fails
}

// Changes is api.Backend's.
func (b *Backend) Changes(ctx context.Context) <-chan struct{} {
	listener := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners[listener] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.listeners, listener)
	})
	return listener
}

// Health is api.Backend's.
func (b *Backend) Health() api.Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return api.Health{Checks: b.checks}
}

// Info is api.Backend's.
func (b *Backend) Info() api.Info {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.info
}

// Headquarters is api.Backend's.
func (b *Backend) Headquarters() *api.Headquarters {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.headquarters
}

// Shelf is api.Backend's.
func (b *Backend) Shelf() policy.Shelf {
	b.mu.Lock()
	defer b.mu.Unlock()
	return policy.Shelf{Kinds: slices.Clone(b.shelf.Kinds)}
}

// ErrEdit is what editing the text "bad" fails with.
var ErrEdit = errors.New("apitest: line 1: this can't be used")

// EditPolicy is api.Backend's.
func (b *Backend) EditPolicy(_ context.Context, kind policy.Kind, actor, reason string, content []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if string(content) == "bad" {
		return ErrEdit
	}
	b.shelf.Edit(kind, actor, reason, content)
	return nil
}

// SetHeadquarters says how the sync is.
func (b *Backend) SetHeadquarters(hq *api.Headquarters) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.headquarters = hq
}

// Drive has a vehicle drive through a gate: over the arming loop, under the arm, away.
func (b *Backend) Drive(i int) {
	for _, edge := range []lot.LoopChanged{
		{Gate: i, Loop: gate.ArmingLoop, Level: gate.Occupied}, {Gate: i, Loop: gate.ClosingLoop, Level: gate.Occupied},
		{Gate: i, Loop: gate.ArmingLoop, Level: gate.Clear}, {Gate: i, Loop: gate.ClosingLoop, Level: gate.Clear},
	} {
		b.Do(edge)
		b.Pass(time.Second)
	}
	b.Do(lot.ArmChanged{Gate: i, Down: true}) // the barrier closes by itself
	b.Pass(5 * time.Second)
}
