package chain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

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

// Chain is one run of some of its car parks.
type Chain struct {
	agenda
	options Options
	dice    *rand.Rand // of headquarters and the broker
	sites   []*site
	cloud   cloud
	broker  int // how often it has begun anew: what was on its way before is gone

	cloudKey  policy.Key
	cloudKeys policy.Keys
	lingerMS  int64
	busyMS    int64  // until when there is traffic
	calmMS    int64  // from when on the network does no harm
	quietMS   int64  // from when on nothing happens any more
	result    Result // of these car parks
}

// site is one car park, with all gateways that say they are its.
type site struct {
	location fact.LocationID
	number   int
	key      policy.Key
	dice     *rand.Rand // of its own, so that it fares the same alone
	up       bool
	skewMS   int64 // wall clock minus true time
	main     *box
	others   []*box // clones, old cards

	legit       map[fact.Incarnation]bool
	truth       []told // all facts of the lot's own boxes
	must        map[fact.Dot]bool
	parents     map[fact.Incarnation]fact.Dot // of all boxes
	adopted     fact.Dot                      // what the last new card went on from
	adoptedHash wire.Hash
	inherited   map[fact.Incarnation]uint64 // up to which seq some new card went on from what headquarters counted
}

// told is a fact that was durable.
type told struct {
	dot   fact.Dot
	bytes []byte
}

// run runs some lots of the chain to their end. What befalls headquarters and the broker is the same for any of them.
func run(o Options, lots []int) outcome {
	c := &Chain{options: o, dice: rand.New(rand.NewPCG(o.Seed, 0x636861696e)), lingerMS: 30 * minuteMS}
	c.nowMS = startMS
	c.busyMS, c.calmMS = startMS+int64(o.Days)*dayMS, startMS+(int64(o.Days)+mendedDays)*dayMS
	endMS := startMS + (int64(o.Days)+endDays)*dayMS
	c.quietMS = endMS - dayMS
	c.cloudKey = keyOf("headquarters")
	c.cloudKeys = policy.Keys{c.cloudKey.Public()}
	for _, i := range lots {
		c.sites = append(c.sites, c.newSite(i))
	}
	c.cloud.open(c, c.mintEpoch())
	c.plan()
	for _, s := range c.sites {
		c.at(startMS+s.dice.Int64N(hourMS), s.main.boot)
		c.drive(s.main)
	}
	c.run(endMS)
	c.result.SimulatedMS = endMS - startMS
	return c.audit()
}

// tell says what happens at a lot.
func (c *Chain) tell(s *site, format string, args ...any) {
	if c.options.Tell != nil {
		days, rest := (c.nowMS-startMS)/dayMS, time.UnixMilli(c.nowMS).UTC().Format("15:04:05.000")
		c.options.Tell(fmt.Sprintf("day %d %s %s: %s", days, rest, s.location, fmt.Sprintf(format, args...)))
	}
}

// keyOf is a key that follows from a name.
func keyOf(name string) policy.Key {
	seed := sha256.Sum256([]byte(name))
	return policy.Key(ed25519.NewKeyFromSeed(seed[:]))
}

func (c *Chain) mintEpoch() fact.Incarnation {
	return fact.NewIncarnation(c.nowMS, uint16(c.dice.Uint32()))
}

func locationOf(i int) fact.LocationID { return fact.LocationID(fmt.Sprintf("lot-%03d", i)) }

func (c *Chain) newSite(i int) *site {
	s := &site{location: locationOf(i), number: i, up: true, legit: map[fact.Incarnation]bool{}, must: map[fact.Dot]bool{}}
	s.parents, s.inherited = map[fact.Incarnation]fact.Dot{}, map[fact.Incarnation]uint64{}
	s.dice = rand.New(rand.NewPCG(c.options.Seed, uint64(i)))
	s.key = keyOf(string(s.location))
	lot := traffic.New(traffic.Options{
		Location: s.location, Seed: s.dice.Uint64(), Spots: max(10, c.options.Vehicles/3), PerDay: c.options.Vehicles, StartMS: startMS,
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
		nextMS = c.nowMS + dayMS + b.site.dice.Int64N(4*dayMS)
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

// destroy forgives the facts of a card that are neither on the one in its place, if there is one, nor stable at
// headquarters: nobody has them any more.
func (c *Chain) destroy(s *site, lost, kept *card) {
	safe := map[fact.Dot]bool{}
	if kept != nil {
		for i := range kept.log {
			safe[kept.log[i].dot] = kept.log[i].bytes != nil
		}
	}
	for i := range lost.log {
		if e := &lost.log[i]; !safe[e.dot] && s.must[e.dot] && !c.cloud.stable(s, e.dot) {
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
	c.tell(s, "a person decides about %v: accepted %v", incarnation, accept)
	c.cloud.step(s, outbox.Settled{Incarnation: incarnation, Accept: accept})
	l := c.cloud.holdings[s.location]
	l.suspects = slices.DeleteFunc(l.suspects, func(i fact.Incarnation) bool { return s.legit[i] && lifeOf(l.receiver, i).Standing == wire.Open })
	if !accept {
		for _, b := range s.others {
			if b.on && !b.legit && b.clone {
				b.off() // it was found
			}
		}
	}
}
