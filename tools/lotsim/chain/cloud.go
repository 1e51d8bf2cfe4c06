package chain

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// cloud is headquarters: what it holds of each location, and a backup of all.
type cloud struct {
	chain    *Chain
	epoch    fact.Incarnation
	holdings map[fact.LocationID]*holding
	backups  map[fact.LocationID]backup
	away     bool // restarting
}

// holding is what headquarters has of one location. What is durable is operations and saved; the rest is made of them.
type holding struct {
	operations []operation
	saved      outbox.ReceiverState
	suspects   []fact.Incarnation // that were seen to be a clone, and that nobody has found to be the lot's own since
	receiver   *outbox.Receiver
	was        outbox.ReceiverCounters // of receivers before this one
}

// operation is a change of what is kept: a fact, or a range of facts that is counted from now on, or not.
type operation struct {
	fact        told
	apart       bool
	incarnation fact.Incarnation // of a range
	first, last uint64
}

// kept is a fact at headquarters.
type kept struct {
	bytes []byte
	apart bool
	times int
}

// backup is a holding as it once was.
type backup struct {
	operations int
	state      outbox.ReceiverState
	suspects   []fact.Incarnation
}

func (k *cloud) open(c *Chain, epoch fact.Incarnation) {
	k.chain, k.epoch, k.holdings, k.backups = c, epoch, map[fact.LocationID]*holding{}, map[fact.LocationID]backup{}
	for _, s := range c.sites {
		l := &holding{saved: outbox.ReceiverState{Epoch: epoch}}
		k.holdings[s.location] = l
		k.revive(s)
		k.backups[s.location] = backup{state: l.saved}
	}
}

// revive makes a receiver from what is durable.
func (k *cloud) revive(s *site) {
	l := k.holdings[s.location]
	if l.receiver != nil {
		l.was = sum(l.was, l.receiver.Counters())
	}
	l.receiver = outbox.NewReceiver(outbox.ReceiverConfig{Location: s.location, Keys: policy.Keys{s.key.Public()}}, l.saved)
}

func sum(a, b outbox.ReceiverCounters) outbox.ReceiverCounters {
	return outbox.ReceiverCounters{
		Facts: a.Facts + b.Facts, Duplicates: a.Duplicates + b.Duplicates, Rewinds: a.Rewinds + b.Rewinds, Forks: a.Forks + b.Forks,
		Clones: a.Clones + b.Clones, Conflicts: a.Conflicts + b.Conflicts, Unreadable: a.Unreadable + b.Unreadable, Lost: a.Lost + b.Lost,
		Forged: a.Forged + b.Forged,
	}
}

// receive takes a message off the network.
func (k *cloud) receive(s *site, data []byte) {
	if k.away {
		return
	}
	m, err := wire.DecodeMessage(data)
	if err != nil {
		panic(err)
	}
	switch m := m.(type) {
	case *wire.Hello:
		k.chain.tell(s, "headquarters hears hello %+v", *m)
		k.step(s, outbox.Greeted{Hello: *m})
	case *wire.Batch:
		k.chain.tell(s, "headquarters hears facts %d to %d of %v", m.First, m.Last(), m.Incarnation)
		k.step(s, outbox.Arrived{Batch: m})
	}
}

// step runs a receiver and commits what it says, before any reply.
func (k *cloud) step(s *site, event outbox.ReceiverEvent) {
	l := k.holdings[s.location]
	effects := l.receiver.Step(event)
	if k.chain.nowMS < k.chain.calmMS && s.dice.IntN(2_000) == 0 {
		k.chain.result.Fired.CommitFailures++
		k.chain.tell(s, "headquarters: a commit fails")
		k.revive(s)
		return
	}
	var replies []wire.Ack
	for _, effect := range effects {
		switch effect := effect.(type) {
		case outbox.Store:
			k.chain.tell(s, "headquarters: %d facts of %v, apart %v, from %d on, heard %+v", len(effect.Facts), effect.Batch.Incarnation, effect.Apart, effect.Batch.Last()+1-uint64(len(effect.Facts)), effect.Batch.Heard)
			if !effect.Apart && slices.Contains(l.suspects, effect.Batch.Incarnation) {
				k.chain.wrong(s, len(effect.Facts), "%d facts of %v counted, which was seen to be a clone", len(effect.Facts), effect.Batch.Incarnation)
			}
			for _, arrival := range effect.Facts {
				l.operations = append(l.operations, operation{fact: told{arrival.Dot, arrival.Bytes}, apart: effect.Apart})
			}
		case outbox.Release:
			l.operations = append(l.operations, operation{incarnation: effect.Incarnation, first: effect.First, last: effect.Last})
		case outbox.Retract:
			l.operations = append(l.operations, operation{incarnation: effect.Incarnation, first: effect.First, last: effect.Last, apart: true})
		case outbox.SaveLife:
			l.save(effect)
		case outbox.Notice:
			k.chain.tell(s, "headquarters: notice %+v", effect)
			if effect.Notice == outbox.Cloned {
				l.suspects = append(l.suspects, effect.Incarnation, effect.Other)
			}
		case outbox.Reply:
			replies = append(replies, effect.Ack)
		}
	}
	for _, ack := range replies {
		k.chain.reply(s, ack)
	}
}

// save merges what changed into what is durable.
func (l *holding) save(effect outbox.SaveLife) {
	l.saved.Epoch, l.saved.Round, l.saved.Head = effect.Epoch, effect.Round, effect.Head
	lives := append([]outbox.Life(nil), l.saved.Lives...) // a backup may hold the old ones
	for _, changed := range effect.Lives {
		found := false
		for i := range lives {
			if lives[i].Incarnation == changed.Incarnation {
				lives[i], found = changed, true
			}
		}
		if !found {
			lives = append(lives, changed)
		}
	}
	l.saved.Lives = lives
}

// held is what the operations come to.
type held struct {
	facts map[fact.Dot]*kept
	fold  *fold // of those that are counted, in the order of their arrival
}

// count carries out all operations.
func (l *holding) count() held {
	h := held{map[fact.Dot]*kept{}, newFold()}
	for i, o := range l.operations {
		if o.incarnation == 0 {
			h.take(o)
		} else if h.mark(o); o.apart {
			h.refold(l.operations[:i])
		}
	}
	return h
}

// take adds a fact.
func (h *held) take(o operation) {
	k := h.facts[o.fact.dot]
	if k == nil {
		k = &kept{bytes: o.fact.bytes, apart: o.apart}
		h.facts[o.fact.dot] = k
	}
	k.times++
	if !o.apart {
		h.fold.add(o.fact.bytes)
	}
}

// mark changes whether a range is counted.
func (h *held) mark(o operation) {
	for seq := o.first; seq <= o.last; seq++ {
		k := h.facts[fact.Dot{Incarnation: o.incarnation, Seq: seq}]
		if k == nil {
			continue
		}
		if k.apart && !o.apart {
			h.fold.add(k.bytes)
		}
		k.apart = o.apart
	}
}

// refold makes the fold anew: it can't forget what was taken out.
func (h *held) refold(operations []operation) {
	h.fold = newFold()
	for _, o := range operations {
		if k := h.facts[o.fact.dot]; o.incarnation == 0 && k != nil && !k.apart {
			h.fold.add(k.bytes)
		}
	}
}

// restart loses what isn't durable.
func (k *cloud) restart() {
	k.chain.result.Fired.CloudRestarts++
	k.away = true
	k.chain.in(5_000+k.chain.dice.Int64N(10*minuteMS), func() {
		for _, s := range k.chain.sites {
			k.revive(s)
		}
		k.away = false
	})
}

// backUp copies everything to where nothing gets lost, and says so.
func (k *cloud) backUp() {
	for _, s := range k.chain.sites {
		l := k.holdings[s.location]
		k.chain.tell(s, "headquarters is backed up")
		k.backups[s.location] = backup{len(l.operations), l.receiver.State(), slices.Clone(l.suspects)}
		var marks []wire.Mark
		for _, life := range l.receiver.State().Lives {
			if life.Applied > life.Stable {
				marks = append(marks, wire.Mark{Incarnation: life.Incarnation, Stable: life.Applied})
			}
		}
		if len(marks) > 0 {
			k.step(s, outbox.Stabilised{Marks: marks})
		}
	}
}

// stable reports whether the backup has a fact.
func (k *cloud) stable(s *site, dot fact.Dot) bool {
	for _, life := range k.backups[s.location].state.Lives {
		if life.Incarnation == dot.Incarnation {
			return dot.Seq <= life.Applied
		}
	}
	return false
}

// restore puts the backup in the place of everything. Every other time nobody says so.
func (k *cloud) restore() {
	k.chain.result.Fired.CloudRestores++
	if k.chain.result.Fired.CloudRestores%2 == 0 {
		k.chain.result.Fired.SilentRestores++
	} else {
		k.epoch = k.chain.mintEpoch()
	}
	for _, s := range k.chain.sites {
		l, b := k.holdings[s.location], k.backups[s.location]
		l.operations = l.operations[:b.operations]
		l.saved, l.suspects = b.state, slices.Clone(b.suspects)
		l.saved.Epoch = k.epoch
		k.chain.tell(s, "headquarters is restored, now in epoch %v, round %d", k.epoch, l.saved.Round)
		k.revive(s)
	}
}
