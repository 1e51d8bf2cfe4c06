package modbus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers"
)

// line is a bus while its port is open. Its goroutine does everything that happens on the wire.
type line struct {
	bus     *Bus
	port    drivers.Port
	inbox   *inbox
	orders  chan *order
	lulls   chan *order   // that wait until nobody else needs the wire
	lull    time.Duration // for so long: what one takes without an answer
	changes chan change
	stop    chan struct{}
	once    sync.Once
	failed  chan error // by the pump, once
	ended   chan struct{}
	pumped  chan struct{}
	err     error // why it ended; to be read after ended

	groups   []*group
	echo     bool
	received []byte
	frame    []byte
	timer    *time.Timer
	quietAt  time.Time          // the wire is free for a request from then on
	owed     map[byte][]owed    // by slave: what it may still answer
	held     map[byte]time.Time // by slave: until then, what it owes is not asked again, so that others get their turn
}

// owed is a request that a slave may still answer.
type owed struct {
	request Request
	until   time.Time
}

// lateMax is how late a reply may be.
const lateMax = 500 * time.Millisecond

// order is one request of somebody who waits for it.
type order struct {
	ctx     context.Context
	request Request
	read    func(Reply)
	done    chan error
}

// change adds or removes a group of polls.
type change struct {
	group *group
	add   bool
	done  chan struct{}
}

var errStopped = errors.New("modbus: the bus is closed")

func newLine(bus *Bus, port drivers.Port) *line {
	l := &line{
		bus: bus, port: port, inbox: newInbox(), orders: make(chan *order), lulls: make(chan *order), changes: make(chan change),
		stop: make(chan struct{}), failed: make(chan error, 1), ended: make(chan struct{}), pumped: make(chan struct{}), echo: bus.options.Echo,
		timer: time.NewTimer(time.Hour), owed: map[byte][]owed{}, held: map[byte]time.Time{},
	}
	probe := Request{Function: FunctionReadCoils, Count: 1}
	l.lull = l.limit(len(probe.AppendTo(nil)), probe) + 2*l.gap()
	go l.pump()
	go l.run()
	return l
}

// end stops the goroutines, and waits for them.
func (l *line) end() {
	l.once.Do(func() { close(l.stop) })
	<-l.ended
	<-l.pumped
}

// wait waits until an order is done that the line's goroutine has taken.
func (l *line) wait(o *order) error {
	select {
	case err := <-o.done:
		return err
	case <-l.ended:
		return l.failure()
	}
}

// failure is why the line ended.
func (l *line) failure() error { return fmt.Errorf("modbus: bus %s: %w", l.bus.name, l.err) }

// pump brings what the port receives into the inbox.
func (l *line) pump() {
	defer close(l.pumped)
	var chunk [frameMax]byte
	for {
		n, err := l.port.Read(chunk[:])
		if n > 0 {
			l.inbox.put(chunk[:n])
		}
		if err != nil {
			l.failed <- err
			return
		}
		select {
		case <-l.stop:
			return
		default:
		}
	}
}

// change has the line's goroutine add or remove a group, and waits until it has.
func (l *line) change(g *group, add bool) bool {
	c := change{group: g, add: add, done: make(chan struct{})}
	select {
	case l.changes <- c:
		<-c.done
		return true
	case <-l.ended:
		return false
	}
}

// run is the line's goroutine.
func (l *line) run() {
	defer close(l.ended)
	defer l.timer.Stop()
	for l.err == nil {
		select { // who waits for an order goes first
		case o := <-l.orders:
			l.serve(o)
			continue
		default:
		}
		g, p := l.next()
		pause := time.Hour
		if p != nil {
			pause = time.Until(p.due)
		}
		if pause <= 0 {
			l.poll(g, p)
			l.lookUp()
			continue
		}
		l.timer.Reset(pause)
		lulls := l.lulls
		if pause < l.lull {
			lulls = nil
		}
		select {
		case o := <-l.orders:
			l.serve(o)
		case o := <-lulls:
			l.serve(o)
		case c := <-l.changes:
			l.apply(c)
		case <-l.inbox.ready:
			l.unasked()
		case l.err = <-l.failed:
		case <-l.stop:
			l.err = errStopped
		case <-l.timer.C:
		}
	}
}

// lookUp sees after each poll whether something else is to be done than polls.
func (l *line) lookUp() {
	select {
	case c := <-l.changes:
		l.apply(c)
	case l.err = <-l.failed:
	case <-l.stop:
		l.err = errStopped
	default:
	}
}

func (l *line) apply(c change) {
	if c.add {
		l.groups = append(l.groups, c.group)
	} else {
		for i, g := range l.groups {
			if g == c.group {
				l.groups = append(l.groups[:i], l.groups[i+1:]...)
				break
			}
		}
	}
	close(c.done)
}

// next is the poll that is due first.
func (l *line) next() (in *group, first *scheduled) {
	for _, g := range l.groups {
		for i := range g.polls {
			if p := &g.polls[i]; first == nil || p.due.Before(first.due) {
				in, first = g, p
			}
		}
	}
	return in, first
}

func (l *line) serve(o *order) {
	if err := o.ctx.Err(); err != nil {
		o.done <- err
		return
	}
	reply, err := l.transact(o.request)
	if err == nil && o.read != nil {
		o.read(reply)
	}
	o.done <- err
}

// poll does one poll, and its trigger.
func (l *line) poll(g *group, p *scheduled) {
	if until, late := l.owes(p.Request); late { // others need not wait for that
		p.due, l.held[p.Slave] = until, until
		return
	}
	if until := l.held[p.Slave]; time.Now().Before(until) && l.isOwed(p.Request) {
		p.due = until.Add(p.Period)
		return
	}
	reply, err := l.transact(p.Request)
	if l.err != nil {
		return
	}
	p.Deliver(reply, err)
	if err == nil && p.Trigger.Function != 0 {
		// One that was lost shows in the next reading; one that is refused leaves a reading that never changes.
		if _, refused := l.transact(p.Trigger); errors.Is(refused, drivers.ErrUnsupported) {
			err = refused
		}
		if l.err != nil {
			return
		}
	}
	g.settle(p, err, time.Now())
}

// unasked throws away what nobody asked for, and says what it was.
func (l *line) unasked() {
	var lost int
	l.received, lost = l.inbox.take(l.received[:0])
	if len(l.received) == 0 {
		return
	}
	l.quietAt = time.Now().Add(l.gap())
	if slave, whole := foreign(l.received); whole && lost == 0 && l.owesAny(slave) {
		l.bus.fault(FaultLateReply, slave, "")
		return
	}
	l.bus.fault(FaultBabble, 0, "")
}

func (l *line) gap() time.Duration {
	return silence(l.bus.options.Mode)
}

func (l *line) wire(bytes int) time.Duration {
	return wireTime(bytes, l.bus.options.Mode)
}

// transact sends a request and waits for its reply, which holds until the next one.
func (l *line) transact(request Request) (Reply, error) {
	l.rest(request)
	l.unasked()
	again := l.isOwed(request)
	l.frame = request.AppendTo(l.frame[:0])
	if _, err := l.port.Write(l.frame); err != nil {
		l.err = err
		return Reply{}, l.failure()
	}
	reply, exception, found := l.await(request, time.Now().Add(l.limit(len(l.frame), request)))
	now := time.Now()
	l.quietAt = now.Add(l.gap())
	switch {
	case l.err != nil:
		return Reply{}, l.failure()
	case !found:
		l.owe(request, now)
		return Reply{}, l.diagnose(request)
	case again: // it may be the reply to what was asked before, and another one comes
		l.owe(request, now)
	}
	if exception {
		kind, detail := refusal(request, reply[2])
		return Reply{}, l.bus.fault(kind, request.Slave, detail)
	}
	return request.reply(reply), nil
}

// limit is how long the reply to a request of so many bytes is waited for.
func (l *line) limit(bytes int, request Request) time.Duration {
	return l.wire(bytes+request.replyBytes()) + 2*l.gap() + l.bus.options.Timeout
}

// rest waits until the wire is free, and while a late reply of the slave could pass for the reply to another request.
func (l *line) rest(request Request) {
	until := l.quietAt
	if late, isLate := l.owes(request); isLate && late.After(until) {
		until = late
	}
	if pause := time.Until(until); pause > 0 {
		time.Sleep(pause)
	}
}

// owe notes that a reply to the request may still come.
func (l *line) owe(request Request, now time.Time) {
	all := slices.DeleteFunc(l.owed[request.Slave], func(o owed) bool { return o.request == request || !now.Before(o.until) })
	l.owed[request.Slave] = append(all, owed{request, now.Add(lateMax)})
}

// owes is until when a late reply of the slave could pass for the reply to the request.
func (l *line) owes(request Request) (until time.Time, late bool) {
	now := time.Now()
	for _, o := range l.owed[request.Slave] {
		if now.Before(o.until) && o.request.passesFor(request) && o.until.After(until) {
			until, late = o.until, true
		}
	}
	return until, late
}

// isOwed reports whether a reply to an earlier request like this one may still come.
func (l *line) isOwed(request Request) bool {
	now := time.Now()
	return slices.ContainsFunc(l.owed[request.Slave], func(o owed) bool { return o.request == request && now.Before(o.until) })
}

// owesAny reports whether any reply of the slave may still come.
func (l *line) owesAny(slave byte) bool {
	now := time.Now()
	return slices.ContainsFunc(l.owed[slave], func(o owed) bool { return now.Before(o.until) })
}

// await collects bytes until they hold the reply, or the deadline is over.
func (l *line) await(request Request, deadline time.Time) (reply []byte, exception, found bool) {
	l.received = l.received[:0]
	echoed := !l.echo
	for {
		l.timer.Reset(time.Until(deadline))
		select {
		case <-l.inbox.ready:
		case <-l.timer.C:
			return nil, false, false
		case l.err = <-l.failed:
			return nil, false, false
		case <-l.stop:
			l.err = errStopped
			return nil, false, false
		}
		l.received, _ = l.inbox.take(l.received)
		if !echoed && len(l.received) >= len(l.frame) {
			echoed = string(l.received[:len(l.frame)]) == string(l.frame)
			if echoed {
				l.received = append(l.received[:0], l.received[len(l.frame):]...)
			}
		}
		if at, exception := request.find(l.received); at >= 0 && echoed {
			length := request.replyBytes()
			if exception {
				length = overhead
			}
			l.beside(l.received[:at], len(l.received)-at-length)
			return l.received[at : at+length], exception, true
		}
		if len(l.received) > 2*frameMax { // the deadline ends it; the last bytes could still be the reply
			l.received = append(l.received[:0], l.received[len(l.received)-frameMax:]...)
			l.bus.fault(FaultBabble, 0, "")
		}
	}
}

// beside counts what came before a reply, and so many bytes after it.
func (l *line) beside(before []byte, after int) {
	if slave, whole := foreign(before); whole && l.owesAny(slave) {
		l.bus.fault(FaultLateReply, slave, "")
		before = nil
	}
	l.bus.noise.Add(uint64(len(before) + after))
}

// diagnose says what came in place of a reply.
func (l *line) diagnose(request Request) error {
	if len(l.received) == 0 {
		return l.bus.fault(FaultNoAnswer, request.Slave, "")
	}
	detail := fmt.Sprintf("received %X", l.received[:min(len(l.received), 16)])
	slave, whole := foreign(l.received)
	switch {
	case len(l.received) >= frameMax:
		return l.bus.fault(FaultBabble, request.Slave, fmt.Sprintf("%d bytes", len(l.received)))
	case whole && slave != request.Slave && l.owesAny(slave):
		l.bus.fault(FaultLateReply, slave, "")
		return l.bus.fault(FaultNoAnswer, request.Slave, fmt.Sprintf("slave %d answered late in between", slave))
	case whole && slave != request.Slave:
		return l.bus.fault(FaultWrongSlave, request.Slave, fmt.Sprintf("slave %d answered", slave))
	case !whole && request.beginsIn(l.received) && len(l.received) < request.replyBytes():
		return l.bus.fault(FaultHalfFrame, request.Slave, detail)
	}
	return l.bus.fault(FaultGarbage, request.Slave, detail)
}
