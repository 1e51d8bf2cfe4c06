package outbox_test

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// card is a sender's log, in memory.
type card struct {
	first  uint64 // position of records[0]
	dots   []fact.Dot
	bytes  [][]byte // nil: can't be read any more
	hashes []wire.Hash
	before wire.Hash
	saved  outbox.SenderState
}

func (c *card) copy() *card {
	copied := *c
	copied.dots, copied.bytes, copied.hashes = slices.Clone(c.dots), slices.Clone(c.bytes), slices.Clone(c.hashes)
	return &copied
}

// add makes a fact durable and returns its position.
func (c *card) add(dot fact.Dot, f fact.Fact) uint64 {
	bytes, err := wire.EncodeRecord(nil, fact.Record{Dot: dot, Fact: f})
	if err != nil {
		panic(err)
	}
	hash := c.before
	if n := len(c.hashes); n > 0 {
		hash = c.hashes[n-1]
	}
	c.dots, c.bytes, c.hashes = append(c.dots, dot), append(c.bytes, bytes), append(c.hashes, hash.Next(bytes))
	return c.first + uint64(len(c.dots)) - 1
}

func (c *card) runs() (runs []outbox.Run) {
	for i, dot := range c.dots {
		if c.bytes[i] != nil {
			runs = append(runs, outbox.Run{Incarnation: dot.Incarnation, First: dot.Seq, Last: dot.Seq, Position: c.first + uint64(i)})
		}
	}
	return runs
}

// gateway is a sender with its shell: what it says to the network lies in out until a test takes it.
type gateway struct {
	card   *card
	sender *outbox.Sender
	dot    fact.Dot
	nowMS  int64
	cut    int // facts a batch at most
	out    []wire.Message
	said   []outbox.SenderNotice
	trims  []uint64
}

// boot begins an incarnation on a card.
func boot(c *card, incarnation fact.Incarnation) *gateway {
	g := &gateway{card: c, dot: fact.Dot{Incarnation: incarnation}, cut: 1_000, nowMS: 1_000}
	started := fact.GatewayStarted{Location: "lot"}
	if n := len(c.dots); n > 0 {
		started.Parent, started.ParentSeq, started.ParentHash = c.dots[n-1].Incarnation, c.dots[n-1].Seq, c.hashes[n-1]
	}
	g.dot.Seq++
	c.add(g.dot, started)
	g.sender = outbox.NewSender(outbox.SenderConfig{Location: "lot", LingerMS: 1}, c.runs(), c.saved, g.nowMS)
	return g
}

// happen produces facts.
func (g *gateway) happen(count int) {
	for range count {
		g.dot.Seq++
		position := g.card.add(g.dot, fact.CountCorrected{After: int64(g.dot.Seq), Actor: g.dot.Incarnation.String()})
		g.step(outbox.Produced{Dot: g.dot, Position: position})
	}
}

// pass lets time go by.
func (g *gateway) pass(ms int64) {
	g.nowMS += ms
	g.step(outbox.Woken{})
}

func (g *gateway) step(event outbox.SenderEvent) {
	queue := []outbox.SenderEvent{event}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, effect := range g.sender.Step(g.nowMS, next) {
			switch effect := effect.(type) {
			case outbox.SayHello:
				g.out = append(g.out, &effect.Hello)
			case outbox.SendBatch:
				queue = append(queue, g.pack(effect))
			case outbox.Trim:
				g.trims = append(g.trims, effect.Through)
			case outbox.SaveSender:
				g.card.saved = effect.State
			case outbox.SenderNotice:
				g.said = append(g.said, effect)
			}
		}
	}
}

func (g *gateway) pack(ask outbox.SendBatch) outbox.SenderEvent {
	at := int(ask.Position - g.card.first)
	batch := ask.Head
	for i := at; i < at+min(ask.Max, g.cut) && g.card.bytes[i] != nil; i++ {
		batch.Records = append(batch.Records, g.card.bytes[i])
	}
	if len(batch.Records) == 0 {
		return outbox.Unreadable{First: ask.Position, Last: ask.Position}
	}
	switch {
	case batch.Lost > 0:
		batch.Before = g.card.hashes[at]
	case at > 0:
		batch.Before = g.card.hashes[at-1]
	default:
		batch.Before = g.card.before
	}
	g.out = append(g.out, &batch)
	return outbox.Packed{Position: ask.Position, Count: len(batch.Records)}
}

// headquarters is a receiver with its shell.
type headquarters struct {
	receiver *outbox.Receiver
	facts    map[fact.Dot]stored
	saved    outbox.ReceiverState
	out      []wire.Ack
	said     []outbox.Notice
	twice    int
}

type stored struct {
	bytes string
	apart bool
}

func newHeadquarters() *headquarters {
	h := &headquarters{facts: map[fact.Dot]stored{}, saved: outbox.ReceiverState{Epoch: 77}}
	h.restart()
	return h
}

func (h *headquarters) restart() {
	h.receiver = outbox.NewReceiver(outbox.ReceiverConfig{Location: "lot"}, h.saved)
}

// copy is a backup.
func (h *headquarters) copy() *headquarters {
	copied := &headquarters{facts: map[fact.Dot]stored{}, saved: h.receiver.State()}
	for dot, s := range h.facts {
		copied.facts[dot] = s
	}
	copied.restart()
	return copied
}

func (h *headquarters) hear(m wire.Message) {
	switch m := m.(type) {
	case *wire.Hello:
		h.step(outbox.Greeted{Hello: *m})
	case *wire.Batch:
		h.step(outbox.Arrived{Batch: m})
	}
}

func (h *headquarters) step(event outbox.ReceiverEvent) {
	for _, effect := range h.receiver.Step(event) {
		switch effect := effect.(type) {
		case outbox.Store:
			for _, arrival := range effect.Facts {
				if _, is := h.facts[arrival.Dot]; is {
					h.twice++
				}
				h.facts[arrival.Dot] = stored{string(arrival.Bytes), effect.Apart}
			}
		case outbox.Release:
			h.mark(effect.Incarnation, effect.First, effect.Last, false)
		case outbox.Retract:
			h.mark(effect.Incarnation, effect.First, effect.Last, true)
		case outbox.SaveLife:
			h.saved = h.receiver.State()
		case outbox.Reply:
			h.out = append(h.out, effect.Ack)
		case outbox.Notice:
			h.said = append(h.said, effect)
		}
	}
}

func (h *headquarters) mark(incarnation fact.Incarnation, first, last uint64, apart bool) {
	for seq := first; seq <= last; seq++ {
		dot := fact.Dot{Incarnation: incarnation, Seq: seq}
		s := h.facts[dot]
		s.apart = apart
		h.facts[dot] = s
	}
}

// talk carries everything between them until nothing is left to be said, without loss.
func talk(h *headquarters, gateways ...*gateway) {
	for quiet, rounds := 0, 0; quiet < 4; rounds++ {
		if rounds > 300 {
			panic("they come to no end")
		}
		moved := false
		for _, g := range gateways {
			moved = deliver(h, g) || moved
		}
		quiet++
		if moved {
			quiet = 0
		}
		for _, g := range gateways {
			g.pass(5_000)
		}
	}
}

// deliver carries what lies ready in both directions.
func deliver(h *headquarters, g *gateway) (moved bool) {
	for _, m := range take(&g.out) {
		h.hear(m)
		moved = moved || isBatch(m)
	}
	for _, ack := range take(&h.out) {
		g.step(outbox.Acked{Ack: ack})
	}
	return moved
}

func isBatch(m wire.Message) bool {
	_, is := m.(*wire.Batch)
	return is
}

func take[T any](list *[]T) []T {
	taken := *list
	*list = nil
	return taken
}

// saidOf is the notices of a sort.
func (h *headquarters) saidOf(kind outbox.NoticeKind) (found []outbox.Notice) {
	for _, notice := range h.said {
		if notice.Notice == kind {
			found = append(found, notice)
		}
	}
	return found
}

// counted is how many of an incarnation's facts are counted, and how many are apart.
func (h *headquarters) counted(incarnation fact.Incarnation) (counted, apart int) {
	for dot, s := range h.facts {
		switch {
		case dot.Incarnation != incarnation:
		case s.apart:
			apart++
		default:
			counted++
		}
	}
	return counted, apart
}
