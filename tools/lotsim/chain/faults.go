package chain

import (
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// plan makes the appointments of all faults.
func (c *Chain) plan() {
	days := int64(c.options.Days)
	for day := range days {
		at := func() int64 { return startMS + day*dayMS + c.dice.Int64N(dayMS) }
		for range 4 {
			c.at(at(), c.restartBroker)
			c.at(at(), c.cloud.restart)
			c.at(startMS+day*dayMS+c.dice.Int64N(dayMS), c.cloud.backUp)
		}
		c.at(at(), c.cloud.restore)
		for _, s := range c.sites {
			c.planDay(s, day)
		}
	}
	for _, s := range c.sites {
		for range max(1, c.options.Trouble) {
			c.planOnce(s)
		}
	}
	day := func(after int64) int64 { return c.busyMS + after*dayMS }
	for after := range int64(endDays) {
		c.at(day(after)+hourMS, c.settle)
		if after > restoreDays {
			c.at(day(after)+2*hourMS, c.cloud.backUp)
		}
	}
	c.at(day(restoreDays), c.cloud.restore)
	c.at(day(mendedDays), c.mend)
	c.at(day(restoredDays), c.cloud.restore)
}

// planDay is what happens to each site each day.
func (c *Chain) planDay(s *site, day int64) {
	at := func() int64 { return startMS + day*dayMS + s.dice.Int64N(dayMS) }
	for range max(1, c.options.Trouble) {
		c.planTrouble(s, day, at)
	}
}

func (c *Chain) planTrouble(s *site, day int64, at func() int64) {
	if s.dice.IntN(2) == 0 {
		c.at(at(), func() { c.partition(s, minuteMS<<s.dice.IntN(10)) })
	}
	if s.dice.IntN(2) == 0 {
		c.at(at(), func() { c.restartGateway(s.main) })
	}
	if s.dice.IntN(5) == 0 {
		c.at(at(), func() { c.stepClock(s) })
	}
	if s.dice.IntN(20) == 0 || s.number == 0 && day == 0 {
		copyMS := at()
		c.at(copyMS, func() { c.copyCard(s) })
	}
	if s.dice.IntN(30) == 0 || s.number == 3 && day == 0 {
		c.at(at(), func() { c.damage(s.main) })
	}
}

// onceFaults is how many kinds of trouble planOnce knows.
const onceFaults = 4

// planOnce is what happens to few sites, once.
func (c *Chain) planOnce(s *site) {
	at := func() int64 { return startMS + s.dice.Int64N(c.busyMS-startMS) }
	which := s.dice.IntN(20)
	if s.number < onceFaults {
		which = s.number // so that each of these happens in the smallest chain too
	}
	switch which {
	case 0:
		c.at(at(), func() { c.cloneCard(s) })
	case 1:
		c.at(at(), func() { c.swap(s) })
	case 2:
		c.at(at(), func() { c.partition(s, 7*dayMS+s.dice.Int64N(53*dayMS)) })
	case 3:
		c.at(at(), func() { c.partition(s, 60*dayMS-s.dice.Int64N(hourMS)) })
	}
}

// restartGateway starts the gateway anew; now and then it has lost what the sender liked to keep.
func (c *Chain) restartGateway(b *box) {
	if !b.on {
		return
	}
	c.result.Fired.GatewayRestarts++
	b.off()
	if b.site.dice.IntN(5) == 0 {
		c.result.Fired.SendersRestored++
		b.card.sender.Applied, b.card.sender.Stable, b.card.sender.Heard = 0, 0, wire.Heard{}
	}
	c.in(1_000+b.site.dice.Int64N(10*minuteMS), func() {
		if !b.on {
			b.boot()
		}
	})
}

func (c *Chain) stepClock(s *site) {
	if !s.main.on {
		return
	}
	c.result.Fired.ClockSteps++
	step := (s.dice.Int64N(2*hourMS) - hourMS) << s.dice.IntN(20) // up to a century
	s.skewMS += step
	s.main.commit(s.main.card.traffic.Step(step))
}

// copyCard copies the card, and has it put in hours later in place of what it has become meanwhile.
func (c *Chain) copyCard(s *site) {
	old := s.main.card.clone(0)
	c.tell(s, "the card is copied")
	c.in(minuteMS+s.dice.Int64N(8*hourMS), func() {
		b := s.main
		if !b.on || len(old.log) == 0 {
			return
		}
		c.result.Fired.CardsRestored++
		b.off()
		c.tell(s, "an older copy of the card is put in")
		c.destroy(s, b.card, old)
		b.card = old
		b.boot()
	})
}

// cloneCard has a second box live by a copy of the card, until a person finds it.
func (c *Chain) cloneCard(s *site) {
	if !s.main.on {
		return
	}
	c.result.Fired.CardsCloned++
	c.tell(s, "the card is cloned")
	b := &box{chain: c, site: s, clone: true, card: s.main.card.clone(s.dice.Uint64() | 1)}
	s.others = append(s.others, b)
	c.in(minuteMS+s.dice.Int64N(hourMS), func() {
		b.boot()
		c.drive(b)
	})
}

// swap puts a new box with an empty card in the place of the old one. Every other time the old card comes back later, in
// a box on somebody's desk.
func (c *Chain) swap(s *site) {
	if !s.main.on {
		return
	}
	c.result.Fired.GatewaysSwapped++
	c.tell(s, "the box is swapped for one with an empty card")
	old := s.main
	old.off()
	s.adopted, s.adoptedHash = c.cloud.newest(s)
	s.inherit(s.adopted)
	fresh := &box{chain: c, site: s, legit: true, card: &card{first: 1, traffic: old.card.traffic.Clone(0)}}
	s.main = fresh
	c.in(hourMS, fresh.boot)
	c.drive(fresh)
	if s.dice.IntN(2) == 0 && s.number >= onceFaults {
		c.destroy(s, old.card, nil)
		return
	}
	old.legit = false
	s.others = append(s.others, old)
	c.in(2*hourMS+s.dice.Int64N(2*dayMS), func() {
		c.result.Fired.OldCardsBack++
		c.tell(s, "the old card is back")
		old.boot()
	})
}

// inherit notes that the lot goes on from a fact at headquarters, and from all before it, whoever told them.
func (s *site) inherit(from fact.Dot) {
	for from.Seq > s.inherited[from.Incarnation] {
		s.inherited[from.Incarnation] = from.Seq
		from = s.parents[from.Incarnation]
	}
}

// newest is the fact that a new card goes on from.
func (k *cloud) newest(s *site) (fact.Dot, wire.Hash) {
	state := k.holdings[s.location].receiver.State()
	for _, life := range state.Lives {
		if life.Incarnation == state.Head {
			return fact.Dot{Incarnation: life.Incarnation, Seq: life.Applied}, life.Hash
		}
	}
	return fact.Dot{}, wire.Hash{}
}

// damage has the disk lose some facts.
func (c *Chain) damage(b *box) {
	if !b.on || len(b.card.log) < 20 {
		if c.nowMS < c.busyMS {
			c.in(hourMS, func() { c.damage(b) })
		}
		return
	}
	c.result.Fired.LogDamages++
	c.tell(b.site, "the disk loses facts")
	at, length := b.site.dice.IntN(len(b.card.log)-10), 1+b.site.dice.IntN(8)
	for i := at; i < at+length; i++ {
		e := &b.card.log[i]
		if b.site.must[e.dot] && !c.cloud.stable(b.site, e.dot) {
			delete(b.site.must, e.dot)
			c.result.Destroyed++
		}
		e.bytes = nil
	}
}

// mend ends all faults.
func (c *Chain) mend() {
	for _, s := range c.sites {
		c.setLink(s, true)
		for _, b := range s.others {
			b.off()
		}
		if !s.main.on {
			s.main.boot()
		}
	}
}
