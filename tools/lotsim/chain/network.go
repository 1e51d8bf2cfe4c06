package chain

import (
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// send puts a message of a box on the network.
func (c *Chain) send(b *box, m wire.Message) {
	data, err := wire.EncodeMessage(m)
	if err != nil {
		panic(err) // a bug of ours, found by any run
	}
	c.sendBytes(b, data)
}

func (c *Chain) sendBytes(b *box, data []byte) {
	s := b.site
	c.carry(s, func() { c.cloud.receive(s, data) })
}

// carry has something delivered: once, twice or never, soon or late, but not over the end of the broker.
func (c *Chain) carry(s *site, deliver func()) {
	copies := 1
	if c.nowMS < c.calmMS {
		switch n := s.dice.IntN(100); {
		case n < 3:
			c.result.Fired.Lost++
			copies = 0
		case n < 6:
			c.result.Fired.Duplicated++
			copies = 2
		}
	}
	for range copies {
		broker := c.broker
		c.in(c.delayMS(s), func() {
			if broker == c.broker {
				deliver()
			}
		})
	}
}

// delayMS is mostly short. One message in forty waits for minutes or days, and is overtaken.
func (c *Chain) delayMS(s *site) int64 {
	if c.nowMS < c.calmMS && s.dice.IntN(40) == 0 {
		c.result.Fired.Reordered++
		return minuteMS << s.dice.IntN(13) // up to 3 days
	}
	return 20 + s.dice.Int64N(400)
}

// reply sends an acknowledgement to all boxes that listen for the site.
func (c *Chain) reply(s *site, ack wire.Ack) {
	if err := ack.Sign(c.cloudKey); err != nil {
		panic(err)
	}
	data, err := wire.EncodeMessage(&ack)
	if err != nil {
		panic(err)
	}
	for _, b := range append([]*box{s.main}, s.others...) {
		c.carry(s, func() {
			if !b.on || !b.linked {
				return
			}
			m, err := wire.DecodeMessage(data)
			if err != nil {
				panic(err)
			}
			c.tell(s, "gateway, the lot's own %v, hears ack %+v", b.legit, *m.(*wire.Ack))
			b.step(outbox.Acked{Ack: *m.(*wire.Ack)})
		})
	}
}

// setLink changes a site's link to the broker.
func (c *Chain) setLink(s *site, up bool) {
	s.up = up
	s.main.link(up)
	for _, b := range s.others {
		b.link(up)
	}
}

// partition cuts a site off for a while.
func (c *Chain) partition(s *site, forMS int64) {
	if !s.up {
		return
	}
	c.result.Fired.Partitions++
	if forMS > 7*dayMS {
		c.result.Fired.LongPartitions++
	}
	c.result.Fired.LongestPartition = max(c.result.Fired.LongestPartition, int(forMS/hourMS))
	c.setLink(s, false)
	c.in(forMS, func() { c.setLink(s, true) })
}

// restartBroker loses what is on its way, and every link.
func (c *Chain) restartBroker() {
	c.result.Fired.BrokerRestarts++
	c.broker++
	for _, s := range c.sites {
		if s.up {
			c.setLink(s, false)
			c.in(1_000+s.dice.Int64N(minuteMS), func() { c.setLink(s, true) })
		}
	}
}
