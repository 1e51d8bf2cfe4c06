package chain

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

// card is what a gateway keeps over a restart, and what is copied when somebody copies a card.
type card struct {
	log     []entry // by position, from first
	first   uint64  // position of log[0]
	before  wire.Hash
	sender  outbox.SenderState
	traffic *traffic.Lot
}

// entry is a fact in the log. bytes is nil once the disk has lost it.
type entry struct {
	dot   fact.Dot
	bytes []byte
	hash  wire.Hash // the chain after it
	atMS  int64     // true time
}

func (c *card) clone(reseed uint64) *card {
	copied := *c
	copied.log = slices.Clone(c.log)
	copied.traffic = c.traffic.Clone(reseed)
	return &copied
}

func (c *card) last() (position uint64, dot fact.Dot, hash wire.Hash) {
	if n := len(c.log); n > 0 {
		return c.first + uint64(n) - 1, c.log[n-1].dot, c.log[n-1].hash
	}
	return c.first - 1, fact.Dot{}, c.before
}

// append makes a fact durable.
func (c *card) append(dot fact.Dot, bytes []byte, atMS int64) (position uint64) {
	position, _, hash := c.last()
	c.log = append(c.log, entry{dot, bytes, hash.Next(bytes), atMS})
	return position + 1
}

func (c *card) at(position uint64) *entry { return &c.log[position-c.first] }

// runs is the readable log.
func (c *card) runs() (runs []outbox.Run) {
	for i := range c.log {
		e := &c.log[i]
		if e.bytes == nil {
			continue
		}
		position := c.first + uint64(i)
		if n := len(runs); n > 0 {
			last := &runs[n-1]
			if last.Incarnation == e.dot.Incarnation && last.Last+1 == e.dot.Seq && last.Position+last.Last-last.First+1 == position {
				last.Last++
				continue
			}
		}
		runs = append(runs, outbox.Run{Incarnation: e.dot.Incarnation, First: e.dot.Seq, Last: e.dot.Seq, Position: position})
	}
	return runs
}

// reusedMax is how often a box starts anew because its sequence was used before. Once is enough, if the next incarnation is
// a new one; a box that never gets out of it stays off, and the audit sees what that costs.
const reusedMax = 10

// box is one gateway with a card in it.
type box struct {
	chain  *Chain
	site   *site
	legit  bool // the lot's own, and no clone or old card
	clone  bool
	on     bool
	card   *card
	sender *outbox.Sender
	linked bool
	reused int   // how often it was told that its sequence was used before
	wakeMS int64 // of the appointment that is made; others are void
}

// boot starts a run of the gateway: always a new incarnation, whatever the card remembers.
func (b *box) boot() {
	position, parent, hash := b.card.last()
	wallMS := b.chain.nowMS + b.site.skewMS
	incarnation := b.mint(wallMS)
	started := b.card.traffic.Start(incarnation, b.chain.nowMS, parent, hash)
	if position == 0 && b.site.adopted.Incarnation != 0 {
		started.Fact = adopt(started.Fact.(fact.GatewayStarted), b.site.adopted, b.site.adoptedHash)
	}
	b.on, b.linked = true, false
	as := started.Fact.(fact.GatewayStarted)
	b.site.parents[incarnation] = fact.Dot{Incarnation: as.Parent, Seq: as.ParentSeq}
	b.chain.tell(b.site, "%v begins behind fact %d of %v, the lot's own %v, sender %+v", incarnation, parent.Seq, parent.Incarnation, b.legit, b.card.sender)
	b.site.legit[incarnation] = b.legit
	b.commit(started)
	config := outbox.SenderConfig{
		Location: b.site.location, Keys: b.chain.cloudKeys, LingerMS: b.chain.lingerMS, IdleMS: 12 * hourMS, LiveMS: 60_000, LiveIdleMS: dayMS,
	}
	b.sender = outbox.NewSender(config, b.card.runs(), b.card.sender, b.chain.nowMS)
	b.step(outbox.Woken{})
	if b.site.up {
		b.link(true)
	}
}

// mint makes the incarnation of this run.
func (b *box) mint(wallMS int64) fact.Incarnation {
	return fact.NewIncarnation(max(0, wallMS), uint16(b.site.dice.Uint32()))
}

// adopt makes the first fact of a new card name what headquarters had.
func adopt(f fact.GatewayStarted, parent fact.Dot, hash wire.Hash) fact.GatewayStarted {
	f.Parent, f.ParentSeq, f.ParentHash, f.Cause = parent.Incarnation, parent.Seq, hash, "adopted"
	return f
}

// commit makes a fact durable and tells the sender.
func (b *box) commit(record fact.Record) {
	bytes, err := wire.EncodeRecord(nil, record)
	if err != nil {
		panic(err) // a bug of ours, found by any run
	}
	if b.site.dice.IntN(2_000) == 0 && record.Dot.Seq > 1 {
		bytes = newerKind(bytes)
		b.chain.result.Fired.NewerFacts++
	}
	position := b.card.append(record.Dot, bytes, b.chain.nowMS)
	b.chain.produced(b, record.Dot, bytes)
	if b.sender != nil {
		b.step(outbox.Produced{Dot: record.Dot, Position: position})
	}
}

// newerKind is a fact as newer software writes it, with a kind that nobody here knows.
func newerKind(record []byte) []byte {
	out := slices.Clone(record[:2]) // the array's head and the version
	out = append(out, 0x18, 250)
	if record[2] == 0x18 {
		return append(out, record[4:]...)
	}
	return append(out, record[3:]...)
}

func (b *box) off() {
	b.on, b.linked, b.sender = false, false, nil
	b.wakeMS = 0
}

func (b *box) link(up bool) {
	if !b.on || b.linked == up {
		return
	}
	b.linked = up
	b.chain.tell(b.site, "linked: %v, the lot's own %v", up, b.legit)
	if up {
		b.step(outbox.LinkUp{})
	} else {
		b.step(outbox.LinkDown{})
	}
}

// step runs the sender and does what it says.
func (b *box) step(event outbox.SenderEvent) {
	for _, effect := range b.sender.Step(b.chain.nowMS, event) {
		b.do(effect)
		if !b.on {
			return
		}
	}
	b.wake()
}

func (b *box) wake() {
	wakeMS := b.sender.WakeMS()
	if wakeMS == b.wakeMS || b.wakeMS > b.chain.nowMS && b.wakeMS < wakeMS {
		return // an earlier appointment will make the next
	}
	b.wakeMS = wakeMS
	b.chain.at(wakeMS, func() {
		if b.on && b.wakeMS == wakeMS {
			b.wakeMS = 0
			b.step(outbox.Woken{})
		}
	})
}

func (b *box) do(effect outbox.SenderEffect) {
	switch effect := effect.(type) {
	case outbox.SayHello:
		b.chain.send(b, &effect.Hello)
	case outbox.SendBatch:
		b.pack(effect)
	case outbox.Trim:
		b.trim(effect.Through)
	case outbox.SaveSender:
		b.card.sender = effect.State
	case outbox.SenderNotice:
		b.chain.tell(b.site, "gateway: notice %+v", effect)
		if effect.Notice == outbox.SequenceReused {
			b.off()
			b.reused++
			b.chain.in(60_000, func() {
				if !b.on && b.reused < reusedMax {
					b.boot()
				}
			})
		}
	}
}

// pack reads facts and sends them.
func (b *box) pack(ask outbox.SendBatch) {
	batch := ask.Head
	for i := range uint64(ask.Max) {
		e := b.card.at(ask.Position + i)
		if e.bytes == nil {
			break
		}
		batch.Records = append(batch.Records, e.bytes)
	}
	if len(batch.Records) == 0 {
		b.later(outbox.Unreadable{First: ask.Position, Last: ask.Position})
		return
	}
	switch {
	case batch.Lost > 0:
		batch.Before = b.card.at(ask.Position).hash
	case ask.Position == b.card.first:
		batch.Before = b.card.before
	default:
		batch.Before = b.card.at(ask.Position - 1).hash
	}
	if b.site.dice.IntN(8) == 0 { // any cut of a batch is as good
		batch.Records = batch.Records[:1+b.site.dice.IntN(len(batch.Records))]
	}
	data, err := wire.PackBatch(&batch, b.site.key)
	if err != nil {
		panic(err)
	}
	b.chain.result.Batches++
	b.chain.result.WireBytes += int64(len(data))
	b.chain.sendBytes(b, data)
	b.later(outbox.Packed{Position: ask.Position, Count: len(batch.Records)})
}

// later answers the sender after the step that asked.
func (b *box) later(event outbox.SenderEvent) {
	sender := b.sender
	b.chain.in(0, func() {
		if b.on && b.sender == sender {
			b.step(event)
		}
	})
}

// trim drops the log's beginning.
func (b *box) trim(through uint64) {
	last, _, _ := b.card.last()
	if through >= last || through < b.card.first {
		return // a log keeps its newest fact: the next incarnation names it
	}
	if ageMS := b.chain.nowMS - b.card.at(through).atMS; ageMS < 30*dayMS {
		b.chain.wrong(b.site, 1, "trimmed what is %d hours old", ageMS/hourMS)
	}
	b.card.before = b.card.at(through).hash
	b.card.log = slices.Clone(b.card.log[through+1-b.card.first:])
	b.card.first = through + 1
	b.chain.result.Fired.Trims++
	b.later(outbox.Trimmed{From: b.card.first})
}
