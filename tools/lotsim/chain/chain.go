package chain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

const (
	minuteMS = int64(60_000)
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS

	startMS = int64(1_790_000_000_000) / dayMS * dayMS // some midnight of 2026

	// The aftermath, in days after the traffic: no backup succeeds until headquarters is restored from its last one; long
	// after the last fault it is restored once more.
	restoreDays  = 40
	mendedDays   = 62
	restoredDays = 86
	endDays      = 90
)

// Chain is one run.
type Chain struct {
	agenda
	options Options
	dice    *rand.Rand
	sites   []*site
	cloud   cloud
	broker  int // how often it has begun anew: what was on its way before is gone

	cloudKey  policy.Key
	cloudKeys policy.Keys
	lingerMS  int64
	busyMS    int64 // until when there is traffic
	calmMS    int64 // from when on the network does no harm
	quietMS   int64 // from when on nothing happens any more
	result    Result
}

// site is one car park, with all gateways that say they are its.
type site struct {
	location fact.LocationID
	key      policy.Key
	up       bool
	cloned   bool  // headquarters has seen a clone
	skewMS   int64 // wall clock minus true time
	main     *box
	others   []*box // clones, old cards

	legit       map[fact.Incarnation]bool
	truth       []told // all facts of the lot's own boxes
	must        map[fact.Dot]bool
	adopted     fact.Dot // what the last new card went on from
	adoptedHash wire.Hash
}

// told is a fact that was durable.
type told struct {
	dot   fact.Dot
	bytes []byte
}

// Run runs the chain to its end.
func Run(o Options) Result {
	c := &Chain{options: o, dice: rand.New(rand.NewPCG(o.Seed, 0x636861696e)), lingerMS: 10 * minuteMS}
	c.nowMS = startMS
	c.busyMS, c.calmMS = startMS+int64(o.Days)*dayMS, startMS+(int64(o.Days)+mendedDays)*dayMS
	endMS := startMS + (int64(o.Days)+endDays)*dayMS
	c.quietMS = endMS - dayMS
	c.result = Result{Lots: o.Lots, Days: o.Days, Seed: o.Seed, Vehicles: o.Vehicles}
	c.cloudKey = keyOf("headquarters")
	c.cloudKeys = policy.Keys{c.cloudKey.Public()}
	for i := range o.Lots {
		c.sites = append(c.sites, c.newSite(i))
	}
	c.cloud.open(c, c.mintEpoch())
	c.plan()
	for _, s := range c.sites {
		c.at(startMS+c.dice.Int64N(hourMS), s.main.boot)
		c.drive(s.main)
	}
	c.run(endMS)
	c.result.SimulatedMS = endMS - startMS
	c.audit()
	return c.result
}

// keyOf is a key that follows from a name.
func keyOf(name string) policy.Key {
	seed := sha256.Sum256([]byte(name))
	return policy.Key(ed25519.NewKeyFromSeed(seed[:]))
}

func (c *Chain) mintEpoch() fact.Incarnation {
	return fact.NewIncarnation(c.nowMS, uint16(c.dice.Uint32()))
}

func (c *Chain) newSite(i int) *site {
	s := &site{location: fact.LocationID(fmt.Sprintf("lot-%03d", i)), up: true, legit: map[fact.Incarnation]bool{}, must: map[fact.Dot]bool{}}
	s.key = keyOf(string(s.location))
	lot := traffic.New(traffic.Options{
		Location: s.location, Seed: c.dice.Uint64(), Spots: max(10, c.options.Vehicles/3), PerDay: c.options.Vehicles, StartMS: startMS,
	})
	s.main = &box{chain: c, site: s, legit: true, card: &card{first: 1, traffic: lot}}
	return s
}

// drive lets a box's traffic flow: as it comes while there is traffic, and a fact now and then afterwards.
func (c *Chain) drive(b *box) {
	nextMS := b.card.traffic.NextMS()
	if !b.on {
		nextMS = max(nextMS, c.nowMS+minuteMS) // the gate stands while its box is off
	}
	if nextMS > c.busyMS || c.nowMS > c.busyMS {
		nextMS = c.nowMS + dayMS + c.dice.Int64N(4*dayMS)
	}
	if nextMS > c.quietMS {
		return // what happens now could not be told before the end
	}
	c.at(nextMS, func() {
		if b.on {
			b.card.traffic.Pass(c.nowMS)
			b.commit(b.card.traffic.Next())
		}
		if b == b.site.main || b.on {
			c.drive(b)
		}
	})
}

// produced notes the truth.
func (c *Chain) produced(b *box, dot fact.Dot, bytes []byte) {
	c.result.Facts++
	if !b.legit {
		return
	}
	b.site.truth = append(b.site.truth, told{dot, bytes})
	b.site.must[dot] = true
}

// destroy forgives the facts of a card behind a position that are not stable at headquarters: nobody has them any more.
func (c *Chain) destroy(s *site, lost *card, behind uint64) {
	for i := range lost.log {
		if e := &lost.log[i]; lost.first+uint64(i) > behind && s.must[e.dot] && !c.cloud.stable(s, e.dot) {
			delete(s.must, e.dot)
			c.result.Destroyed++
		}
	}
}

// settle is a person who knows which box is the lot's, once a day.
func (c *Chain) settle() {
	for _, s := range c.sites {
		r := c.cloud.holdings[s.location].receiver
		for _, life := range r.State().Lives {
			if !s.legit[life.Incarnation] && (life.Parent.Incarnation == 0 || s.legit[life.Parent.Incarnation]) {
				c.decide(s, life.Incarnation, false)
			}
		}
		for _, life := range r.State().Lives {
			if now := lifeOf(r, life.Incarnation); s.legit[life.Incarnation] && now.Standing != wire.Open {
				c.decide(s, life.Incarnation, true)
			}
		}
	}
}

func lifeOf(r *outbox.Receiver, incarnation fact.Incarnation) outbox.Life {
	for _, life := range r.State().Lives {
		if life.Incarnation == incarnation {
			return life
		}
	}
	return outbox.Life{}
}

func (c *Chain) decide(s *site, incarnation fact.Incarnation, accept bool) {
	if life := lifeOf(c.cloud.holdings[s.location].receiver, incarnation); !accept && life.Standing == wire.Rejected {
		return
	}
	c.result.Fired.Settled++
	c.cloud.step(s, outbox.Settled{Incarnation: incarnation, Accept: accept})
	if !accept {
		for _, b := range s.others {
			if b.on && !b.legit && b.clone {
				b.off() // it was found
			}
		}
	}
}
