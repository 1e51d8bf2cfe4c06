package uplink_test

import (
	"testing"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/mqtt/mosquitto"
	"gatehouse/sync/uplink"
)

func TestFactsArriveAndLiveStateWithThem(t *testing.T) {
	a := cloud(t, t.TempDir(), "127.0.0.1:0", "127.0.0.1:0")
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 1)
	incarnation := log.restart(t, 0, 1)
	log.produce(t, 3_000)
	l := start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "history", drained(l, log))
	log.produce(t, 10)
	l.Produced()
	until(t, "what happened since", drained(l, log))
	same(t, a, log, "p8")
	until(t, "the live state", func() (heard bool) {
		a.Chain(func(c *ledger.Chain) {
			for _, s := range c.Summaries(time.Now().UnixMilli()) {
				heard = heard || s.Live.Inside == 7
			}
		})
		return heard
	})
}

// An outage ends without anything new happening at the lot: what waits must leave all the same.
func TestAnOutageDrainsWithoutANewFact(t *testing.T) {
	dir, listen, broker := t.TempDir(), mosquitto.FreeAddress(t), mosquitto.FreeAddress(t)
	a := cloud(t, dir, listen, broker)
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 2)
	incarnation := log.restart(t, 0, 1)
	log.produce(t, 100)
	l := start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "the first facts", drained(l, log))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "the end of the link", func() bool { return !l.Status().Linked })
	log.produce(t, 20_000)
	l.Produced()
	until(t, "what waits is shown", func() bool { s := l.Status(); return s.Waiting == 20_000 && s.OldestMS > 0 && s.Failure != "" })
	a = cloud(t, dir, listen, broker)
	until(t, "the outage drains", drained(l, log))
	same(t, a, log, "p8")
	until(t, "the end of the complaint", func() bool { return l.Status().Failure == "" }) // a busy machine may lose the link once more
	if s := l.Status(); s.Waiting == 0 && s.OldestMS > 0 {
		t.Errorf("nothing waits, the oldest of it for %d ms", s.OldestMS)
	}
}

func TestARestartGoesOnWhereHeadquartersIs(t *testing.T) {
	a := cloud(t, t.TempDir(), "127.0.0.1:0", "127.0.0.1:0")
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 3)
	dir := t.TempDir()
	for run := range 3 {
		incarnation := log.restart(t, run*100, uint16(run+1))
		log.produce(t, 500)
		l := start(t, log, id, incarnation, dir, nil)
		until(t, "all facts", drained(l, log))
		if run == 1 {
			dir = t.TempDir() // what was saved is lost
		}
		l.stop()
	}
	same(t, a, log, "p8")
}

func TestWhatTheLogLostIsDeclared(t *testing.T) {
	a := cloud(t, t.TempDir(), "127.0.0.1:0", "127.0.0.1:0")
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 4)
	incarnation := log.restart(t, 0, 1)
	log.produce(t, 1_000)
	for at := uint64(300); at < 310; at++ {
		log.lost[at] = true
	}
	l := start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "the rest", drained(l, log))
	until(t, "the rows have the rest", func() (so bool) { // they follow what is acknowledged
		a.Chain(func(c *ledger.Chain) {
			got := c.Summaries(time.Now().UnixMilli())
			so = len(got) == 1 && got[0].Facts == 991
		})
		return so
	})
}

// While a failed disk's log is opened anew, nothing can be read: what headquarters asked for is read later.
func TestALogThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	a := cloud(t, t.TempDir(), "127.0.0.1:0", "127.0.0.1:0")
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 5)
	incarnation := log.restart(t, 0, 1)
	log.produce(t, 50)
	l := start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "the first facts", drained(l, log))
	log.set(func() { log.broken = true })
	log.produce(t, 50)
	l.Produced()
	until(t, "the log is asked", func() bool { return log.refusals() > 0 })
	log.set(func() { log.broken = false })
	until(t, "the rest", drained(l, log))
	same(t, a, log, "p8")
}

func TestARenewedCertificateTakesOverAndTheOldOneOpensNothing(t *testing.T) {
	a := cloud(t, t.TempDir(), "127.0.0.1:0", "127.0.0.1:0")
	id := enrol(t, a, t.TempDir(), "p8")
	log := newLog("p8", 6)
	incarnation := log.restart(t, 0, 1)
	log.produce(t, 50)
	l := start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "the first facts", drained(l, log))
	before := id.Public()
	if err := id.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if id.Public().Equal(before) {
		t.Fatal("the key is the old one")
	}
	log.produce(t, 50)
	l.Produced()
	until(t, "facts signed with the new key", drained(l, log))
	l.stop()
	l = start(t, log, id, incarnation, t.TempDir(), nil)
	until(t, "the new certificate is let in", drained(l, log))
	devices := a.Registry().Devices()
	states := map[string]int{}
	for _, d := range devices {
		states[string(d.State)]++
	}
	if states["active"] != 1 || states["superseded"] != 1 {
		t.Errorf("%v", states)
	}
}

func TestNamesThatNoTopicTakesAreRefused(t *testing.T) {
	if _, err := uplink.New(uplink.Options{Location: "p/8", Chain: "main"}); err == nil {
		t.Error("a slash in a location's name passed")
	}
}
