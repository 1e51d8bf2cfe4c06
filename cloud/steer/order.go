package steer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// ErrOrder says that an order can't be given.
var ErrOrder = errors.New("steer: order can't be given")

// OrderState is what became of an order.
type OrderState string

// The states. Unreachable: the gateway gave no challenge, so nothing was ordered. Unanswered: it was ordered, and what
// became of it is not known.
const (
	OrderAsked       OrderState = "asked"
	OrderDone        OrderState = "done"
	OrderRefused     OrderState = "refused"
	OrderFailed      OrderState = "failed"
	OrderUnreachable OrderState = "unreachable"
	OrderUnanswered  OrderState = "unanswered"
)

// Order is a remote command with what became of it.
type Order struct {
	ID            policy.Nonce
	Location      fact.LocationID
	Verb          policy.Verb
	Gate          fact.GateID
	Ticket        fact.TicketID
	Actor, Reason string
	State         OrderState
	Note          string
	AskedMS       int64
	Dot           fact.Dot // the gateway's fact that records it
}

// waiting is an order that is under way, or was.
type waiting struct {
	order   Order
	sent    bool           // or about to be
	command policy.Command // once it is sent
	over    chan struct{}  // closed when State is final
}

// ordersMax is how many orders are remembered, so that a repetition finds what became of the first.
const ordersMax = 1_000

// againEvery is how often a gateway that has not answered is asked again, while somebody waits for it.
const againEvery = 2 * time.Second

// Order gives a command and waits until ctx ends for what becomes of it. The same ID again waits for the first. Words that are
// lost meanwhile, by either side, are said again, and the gateway obeys once.
func (d *Desk) Order(ctx context.Context, o Order) (Order, error) {
	if o.ID == (policy.Nonce{}) || o.Location == "" || o.Actor == "" || o.Reason == "" {
		return o, fmt.Errorf("%w: it needs an ID, a location, an actor and a reason", ErrOrder)
	}
	w := d.begin(o)
	if w.order.Location != o.Location || w.order.Verb != o.Verb || w.order.Gate != o.Gate || w.order.Ticket != o.Ticket {
		return o, fmt.Errorf("%w: its ID is that of another order", ErrOrder)
	}
	again := time.NewTicker(againEvery)
	defer again.Stop()
	for {
		if now := d.look(w); now.State != OrderAsked {
			return now, nil
		}
		// What isn't sent shows as unreachable.
		_ = d.options.Send(ctx, o.Location, &wire.Challenge{Location: o.Location, ID: o.ID})
		select {
		case <-w.over:
		case <-again.C:
		case <-ctx.Done():
			return d.giveUp(w), nil
		}
	}
}

// look is an order as it stands.
func (d *Desk) look(w *waiting) Order {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return w.order
}

func (d *Desk) begin(o Order) *waiting {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w := d.orders[o.ID]; w != nil {
		return w
	}
	if len(d.asked) >= ordersMax {
		delete(d.orders, d.asked[0])
		d.asked = d.asked[1:]
	}
	o.State, o.AskedMS = OrderAsked, d.options.Now().UnixMilli()
	w := &waiting{order: o, over: make(chan struct{})}
	d.orders[o.ID] = w
	d.asked = append(d.asked, o.ID)
	return w
}

// giveUp is an order for whoever waits no longer. One that was not sent never will be: its patience is over.
func (d *Desk) giveUp(w *waiting) Order {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := w.order
	if o.State != OrderAsked {
		return o
	}
	if w.sent {
		o.State, o.Note = OrderUnanswered, "the gateway took the order and has not said what became of it; look at the gate before you order again"
		return o
	}
	w.order.State = OrderUnreachable
	w.order.Note = "the gateway gives no answer, so nothing was ordered; is it connected?"
	close(w.over)
	return w.order
}

// challenged answers a gateway's challenge with the command. A challenge for a command that was sent shows that the gateway has
// not heard it, or that its answer was lost: it gets the same command again, unless it has begun a new run since, which would
// refuse it whatever the one before did.
func (d *Desk) challenged(ctx context.Context, m *wire.Challenge) error {
	w, command := d.commandFor(m)
	if w == nil {
		return nil
	}
	if command.Signature == (policy.Signature{}) {
		err := command.Sign(d.options.Signers.SignerOf(m.Location))
		d.mu.Lock()
		if w.sent = err == nil; w.sent {
			w.command = command
		}
		d.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return d.options.Send(ctx, m.Location, &wire.Command{Command: command})
}

// commandFor is the command that a challenge is for, not yet signed if it was never sent; nil: there is none.
func (d *Desk) commandFor(m *wire.Challenge) (*waiting, policy.Command) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.orders[m.ID]
	switch {
	case w == nil || w.order.State != OrderAsked || w.order.Location != m.Location || m.Challenge == (policy.Nonce{}):
	case !w.sent:
		w.sent = true
		o := w.order
		return w, policy.Command{
			ID: o.ID, Location: o.Location, Incarnation: m.Incarnation, Challenge: m.Challenge, Verb: o.Verb, Gate: o.Gate, Ticket: o.Ticket,
			Actor: o.Actor, Reason: o.Reason,
		}
	case w.command.Incarnation == m.Incarnation && w.command.Signature != (policy.Signature{}):
		return w, w.command
	}
	return nil, policy.Command{}
}

// finished notes what became of an order.
func (d *Desk) finished(m *wire.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.orders[m.ID]
	if w == nil || w.order.State != OrderAsked || w.order.Location != m.Location {
		return
	}
	w.order.Note, w.order.Dot = clip(m.Note), m.Dot
	switch m.Code {
	case wire.Done:
		w.order.State = OrderDone
	case wire.Refused:
		w.order.State = OrderRefused
	default:
		w.order.State = OrderFailed
	}
	close(w.over)
}

// Patience is how long it makes sense to wait for an order: a challenge is good for as long.
const Patience = policy.ChallengeMS * time.Millisecond
