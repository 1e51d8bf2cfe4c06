package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/sync/fact"
)

// lanes are the devices of a car park's entries, for a whole gateway to drive: a column whose button is pressed, an
// arm that is raised, and the vehicle that then goes through. They speak the drivers' contracts and no bytes, so
// that nothing is measured but the gateway.
type lanes struct {
	place layout.Layout
	speed int // of the gateway's clock
	list  []*lane
	by    map[string]*lane
}

// lane is one entry.
type lane struct {
	speed   int
	inputs  map[string]*contact // arming, closing, arm_up, arm_down
	presses chan drivers.Shown
	took    chan struct{} // answers presses: the gateway has the event
	raised  chan time.Time

	mu      sync.Mutex
	pressed []time.Time // of those whose tickets are not printed yet
	raises  sample      // from the button to the arm's order
	prints  sample      // from the button to the ticket
	tickets []fact.TicketID
}

func newLanes(place layout.Layout, speed int) *lanes {
	n := &lanes{place: place, speed: speed, by: map[string]*lane{}}
	for i := range place.Gates() {
		l := &lane{
			speed: speed, presses: make(chan drivers.Shown), took: make(chan struct{}),
			raised: make(chan time.Time, 1), inputs: map[string]*contact{},
		}
		for _, name := range []string{"arming", "closing", "arm_up", "arm_down"} {
			l.inputs[name] = &contact{levels: make(chan drivers.Level), took: make(chan struct{}), first: drivers.LevelInactive}
		}
		l.inputs["arm_down"].first = drivers.LevelActive
		n.by[fmt.Sprintf("lane%d", i+1)], n.by[place.GateID(i)] = l, l
		if i < place.Entries {
			n.list = append(n.list, l)
		}
	}
	return n
}

// catalog is the project's, with these devices in the place of what the drivers would open.
func (n *lanes) catalog() drivers.Catalog {
	catalog := drivers.Catalog(all.Catalog())
	for i := range catalog {
		name := catalog[i].Name
		catalog[i].Make = func(_ drivers.Host, settings drivers.Settings) (any, error) { return n.make(name, settings) }
	}
	return catalog
}

func (n *lanes) make(driver string, settings drivers.Settings) (any, error) {
	text := func(key string) string {
		value, _ := settings.Text(key, "")
		return value
	}
	switch driver {
	case "contact":
		lane, name, _ := strings.Cut(text("input"), "_")
		return n.by[lane].inputs[name], nil
	case "relaybarrier":
		lane, _, _ := strings.Cut(text("raise"), "_")
		return barrier{n.by[lane]}, nil
	case "column":
		return laneColumn{n.by[strings.TrimSuffix(text("port"), "-column")]}, nil
	case "ultrasonic":
		return sensors(1), nil
	case "zonecontroller":
		spots, err := settings.Int("spots_each", 1)
		return sensors(spots), err
	}
	return silent{}, nil
}

// contact is a loop or an arm's switch.
type contact struct {
	first  drivers.Level
	levels chan drivers.Level
	took   chan struct{}
}

// Watch reports what set says.
func (c *contact) Watch(ctx context.Context, report func(drivers.Level)) error {
	report(c.first)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case level := <-c.levels:
			report(level)
			c.took <- struct{}{}
		}
	}
}

// set changes the level, and returns when the gateway has it.
func (c *contact) set(ctx context.Context, level drivers.Level) {
	select {
	case <-ctx.Done():
	case c.levels <- level:
		<-c.took
	}
}

type barrier struct{ *lane }

// Do notes when the arm is to rise.
func (b barrier) Do(_ context.Context, command drivers.BarrierCommand) error {
	if command == drivers.BarrierRaise {
		select {
		case b.raised <- time.Now():
		default: // a second raise for the same vehicle
		}
	}
	return nil
}

type laneColumn struct{ *lane }

// Read reports the button.
func (c laneColumn) Read(ctx context.Context, report func(drivers.Shown)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case press := <-c.presses:
			report(press)
			c.took <- struct{}{}
		}
	}
}

// Show shows nothing.
func (c laneColumn) Show(context.Context, drivers.Face) error { return nil }

// Print notes a ticket: the gateway's word that it is durable. Tickets come in the order of the vehicles.
func (c laneColumn) Print(_ context.Context, slip drivers.Slip) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prints = append(c.prints, time.Since(c.pressed[0]))
	c.pressed = c.pressed[1:]
	c.tickets = append(c.tickets, fact.TicketID(slip.QR))
	return nil
}

// sensors are as many sensors on one device: always the same, every sensorPeriodMS.
type sensors int

// Sense reports empty spots again and again.
func (s sensors) Sense(ctx context.Context, report func(drivers.Sample)) error {
	ticker := time.NewTicker(sensorPeriodMS * time.Millisecond)
	defer ticker.Stop()
	for {
		for channel := range int(s) {
			report(drivers.Sample{Channel: channel, Kind: drivers.SampleDistance, DistanceMM: emptyMM})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// silent is a device that is there and says nothing.
type silent struct{}

// See sees nothing.
func (silent) See(ctx context.Context, _ func(drivers.PlateRead)) error {
	<-ctx.Done()
	return ctx.Err()
}

// Show shows nothing.
func (silent) Show(context.Context, drivers.Face) error { return nil }

// Pay approves.
func (silent) Pay(context.Context, drivers.PaymentOrder) (drivers.PaymentAnswer, error) {
	return drivers.PaymentAnswer{Outcome: drivers.PaymentApproved}, nil
}

// Status approves.
func (silent) Status(context.Context, fact.PaymentID) (drivers.PaymentAnswer, error) {
	return drivers.PaymentAnswer{Outcome: drivers.PaymentApproved}, nil
}

// enter has one vehicle come and go through. ok is false if ctx ended before its arm rose.
func (l *lane) enter(ctx context.Context) (ok bool) {
	if ok = l.ask(ctx); ok {
		l.goThrough(ctx)
	}
	return ok
}

// ask has one vehicle come and press the button, and waits until its arm rises.
func (l *lane) ask(ctx context.Context) (ok bool) {
	l.inputs["arming"].set(ctx, drivers.LevelActive)
	l.pass(ctx, 500)
	pressed := time.Now()
	l.mu.Lock()
	l.pressed = append(l.pressed, pressed)
	l.mu.Unlock()
	select {
	case <-ctx.Done():
		return false
	case l.presses <- drivers.Shown{Button: drivers.ButtonTicket}:
		<-l.took
	}
	raised, ok := l.awaitRaise(ctx, pressed)
	if !ok {
		return false
	}
	l.mu.Lock()
	l.raises = append(l.raises, raised.Sub(pressed))
	l.mu.Unlock()
	return true
}

// awaitRaise waits for an order to raise the arm. One from before was a repetition for the vehicle before.
func (l *lane) awaitRaise(ctx context.Context, since time.Time) (at time.Time, ok bool) {
	for {
		select {
		case <-ctx.Done():
			return at, false
		case at = <-l.raised:
			if !at.Before(since) {
				return at, true
			}
		}
	}
}

// passageMove is a movement of a vehicle's passage, and how long after the one before it comes.
type passageMove struct {
	afterMS int
	input   string
	active  bool
}

// passage is what a lane sees of a vehicle that is let in, once its arm has its order.
func passage() []passageMove {
	return []passageMove{
		{200, "arm_down", false}, {1_000, "arm_up", true},
		{400, "closing", true}, {500, "arming", false}, {500, "closing", false},
		{600, "arm_up", false}, {1_000, "arm_down", true},
	}
}

func levelOf(active bool) drivers.Level {
	if active {
		return drivers.LevelActive
	}
	return drivers.LevelInactive
}

// goThrough moves the arm, and the vehicle over both loops.
func (l *lane) goThrough(ctx context.Context) {
	for _, move := range passage() {
		l.pass(ctx, move.afterMS)
		l.inputs[move.input].set(ctx, levelOf(move.active))
	}
	l.pass(ctx, 1_000)
}

// pass lets time of the gateway's clock go by.
func (l *lane) pass(ctx context.Context, ms int) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(ms) * time.Millisecond / time.Duration(l.speed)):
	}
}
