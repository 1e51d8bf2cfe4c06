package steer_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/steer"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

var signer = policy.Key(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))

// chain is a desk with gateways that keep what they get.
type chain struct {
	*testing.T
	documents *documentstest.Memory
	desk      *steer.Desk
	got       map[fact.LocationID][]policy.Document
	away      map[fact.LocationID]bool
	hearing   sync.Mutex
	hear      func(fact.LocationID, wire.Message)
}

func newChain(t *testing.T) *chain {
	c := &chain{
		T: t, documents: documentstest.NewMemory(), got: map[fact.LocationID][]policy.Document{}, away: map[fact.LocationID]bool{},
	}
	c.restart()
	return c
}

// restart is headquarters anew, from what it keeps.
func (c *chain) restart() {
	desk, err := steer.Open(c.Context(), steer.Options{Documents: c.documents, Signers: signer, Send: c.send, Now: time.Now})
	if err != nil {
		c.Fatal(err)
	}
	c.desk = desk
}

func (c *chain) send(_ context.Context, location fact.LocationID, m wire.Message) error {
	if c.away[location] {
		return errors.New("nobody there")
	}
	if _, err := wire.EncodeMessage(m); err != nil {
		c.Error(err)
	}
	if part, is := m.(*wire.Part); is {
		var a wire.Assembly
		d, done, err := a.Add(part)
		if err != nil || !done || d.Verify(policy.Keys{signer.Public()}) != nil {
			c.Errorf("a document can't be used: %v %v", done, err)
		}
		c.got[location] = append(c.got[location], d)
	}
	if c.hear != nil {
		c.hearing.Lock()
		defer c.hearing.Unlock()
		c.hear(location, m)
	}
	return nil
}

// answer has a gateway say what became of the newest document.
func (c *chain) answer(location fact.LocationID, code wire.ResultCode, note string) {
	c.Helper()
	if len(c.got[location]) == 0 {
		c.Fatalf("%s has got nothing", location)
	}
	d := c.got[location][len(c.got[location])-1]
	c.desk.Hear(c.Context(), location, &wire.Result{Location: location, Kind: d.Kind, Version: d.Version, Code: code, Note: note})
}

func (c *chain) tick(d time.Duration) {
	c.Helper()
	time.Sleep(d)
	synctest.Wait()
	if err := c.desk.Tick(c.Context()); err != nil {
		c.Fatal(err)
	}
}

func (c *chain) state(id string) string {
	r, _ := c.desk.Rollout(id)
	words := []string{string(r.State)}
	for _, p := range r.Places {
		words = append(words, fmt.Sprintf("%s:%s", p.Location, p.State))
	}
	return strings.Join(words, " ")
}

func (c *chain) want(id, state string) {
	c.Helper()
	if got := c.state(id); got != state {
		c.Errorf("%s, not %s", got, state)
	}
}

func wish(id string) steer.Wish {
	return steer.Wish{
		ID: id, Kind: policy.Tariff, Actor: "ann", Reason: "summer", Content: []byte("rate = 2"), Locations: []fact.LocationID{"a", "b", "c"},
		First: [][]fact.LocationID{{"b"}}, Wait: 10 * time.Minute,
	}
}

func TestSomeLocationsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		c.away["b"] = true
		if _, err := c.desk.Release(t.Context(), wish("r1")); err != nil {
			t.Fatal(err)
		}
		c.tick(time.Second)
		c.want("r1", "running b:sent a:waiting c:waiting")
		c.away["b"] = false
		c.desk.Hear(t.Context(), "b", &wire.Wanted{Location: "b"}) // it connects, and asks
		c.answer("b", wire.Done, "")
		c.tick(time.Second)
		c.restart()
		c.tick(9 * time.Minute)
		c.want("r1", "running b:in_effect a:waiting c:waiting")
		c.tick(2 * time.Minute)
		c.want("r1", "running b:in_effect a:sent c:sent")
		c.answer("a", wire.Held, "")
		c.answer("c", wire.Done, "")
		c.tick(time.Second)
		c.want("r1", "done b:in_effect a:held c:in_effect")
		if again, err := c.desk.Release(t.Context(), wish("r1")); err != nil || again.State != steer.Ended || len(c.got["a"]) != 1 {
			t.Errorf("the same release again: %+v %v", again, err)
		}
	})
}

func TestAFailureStopsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		if _, err := c.desk.Release(t.Context(), wish("r1")); err != nil {
			t.Fatal(err)
		}
		c.answer("b", wire.Done, "")
		c.answer("b", wire.Returned, "headquarters was out of reach for 10 min")
		c.tick(time.Hour)
		c.want("r1", "stopped b:returned a:waiting c:waiting")
		if err := c.desk.Resume(t.Context(), "r1"); err != nil {
			t.Fatal(err)
		}
		c.tick(time.Second)
		c.tick(11 * time.Minute)
		c.want("r1", "running b:replaced a:sent c:sent")
		if err := c.desk.Stop(t.Context(), "nobody", ""); !errors.Is(err, steer.ErrUnknown) {
			t.Error(err)
		}
	})
}

// A gateway may answer before headquarters has noted that it sent anything.
func TestAnAnswerFromTheSameMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		answers := 0
		c.hear = func(location fact.LocationID, m wire.Message) {
			if part, is := m.(*wire.Part); is {
				answers++
				c.desk.Hear(t.Context(), location, &wire.Result{Location: location, Kind: part.Header.Kind, Version: part.Header.Version, Code: wire.Done})
			}
		}
		if _, err := c.desk.Release(t.Context(), wish("r1")); err != nil {
			t.Fatal(err)
		}
		c.tick(time.Second)
		c.tick(11 * time.Minute)
		c.tick(time.Second)
		c.want("r1", "done b:in_effect a:in_effect c:in_effect")
		if answers != 3 {
			t.Errorf("%d documents were sent", answers)
		}
	})
}

// A technician's edit is seen, and overruled only by a document that says so; versions only rise.
func TestALocalEditStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		edit := policy.LocalState{Kind: policy.Tariff, Override: policy.Override{Version: 3, Actor: "kim", Content: []byte("rate = 1")}}
		c.desk.Hear(t.Context(), "a", &wire.Wanted{Location: "a", Overrides: []policy.LocalState{edit}})
		w := wish("r1")
		w.Locations, w.First = []fact.LocationID{"a"}, nil
		if _, err := c.desk.Release(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		w.ID, w.Overrule, w.Content = "r2", true, []byte("rate = 4")
		if _, err := c.desk.Release(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		got := c.got["a"]
		if len(got) != 2 || got[0].Version != 1 || got[0].Supersedes != 0 || got[1].Version != 2 || got[1].Supersedes != 3 {
			t.Errorf("%+v", got)
		}
		c.tick(time.Second)
		c.want("r1", "done a:replaced")
		c.tick(2 * time.Minute)
		if len(c.got["a"]) < 3 {
			t.Error("what nobody answered is not sent again")
		}
	})
}

// Headquarters' store was restored: what the gateway has is newer than what is remembered, and the next document is newer
// than both.
func TestADocumentIsNewerThanWhatTheGatewayHas(t *testing.T) {
	c := newChain(t)
	c.desk.Hear(t.Context(), "p1", &wire.Wanted{Location: "p1", Have: []policy.Version{{Kind: policy.Blocklist, Version: 9}}})
	c.restart()
	h, err := c.desk.Publish(t.Context(), "p1", policy.Blocklist, "ann", []byte("B-GH 13"))
	if err != nil || h.Version != 10 {
		t.Errorf("version %d, %v", h.Version, err)
	}
}

func TestLentIsWhatBothSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		ask := func(n uint32) {
			content, err := wire.Marshal(policy.Allotment{Types: []policy.Allotted{{SpotType: fact.Regular, Count: n}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.desk.Publish(t.Context(), "a", policy.Lending, "ann", content); err != nil {
				t.Fatal(err)
			}
		}
		lent := func() uint32 {
			types := c.desk.Lent("a").Types
			if len(types) == 0 {
				return 0
			}
			return types[0].Count
		}
		steps := []uint32{lent()}
		ask(20)
		steps = append(steps, lent())
		c.answer("a", wire.Done, "")
		steps = append(steps, lent())
		ask(30) // not agreed yet
		steps = append(steps, lent())
		ask(5)
		steps = append(steps, lent())
		if want := []uint32{0, 0, 20, 20, 5}; !slices.Equal(steps, want) {
			t.Errorf("%v, not %v", steps, want)
		}
	})
}

func order() steer.Order {
	return steer.Order{ID: policy.Nonce{7}, Location: "a", Verb: policy.OpenOnce, Gate: "in", Actor: "ann", Reason: "delivery"}
}

func TestAnOrderIsGivenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		desk := policy.Desk{Location: "a", Incarnation: 5, Keys: policy.Keys{signer.Public()}}
		taken := 0
		c.hear = func(location fact.LocationID, m wire.Message) {
			switch m := m.(type) {
			case *wire.Challenge:
				nonce := desk.Challenge(m.ID, 0, policy.Nonce{1})
				go c.desk.Hear(t.Context(), "a", &wire.Challenge{Location: "a", ID: m.ID, Incarnation: 5, Challenge: nonce})
			case *wire.Command:
				if err := desk.Take(&m.Command, 1); err != nil {
					t.Error(err)
				}
				taken++
				go c.desk.Hear(t.Context(), "a", &wire.Result{Location: "a", ID: m.Command.ID, Code: wire.Done})
			}
		}
		for range 2 {
			if o, err := c.desk.Order(t.Context(), order()); err != nil || o.State != steer.OrderDone {
				t.Errorf("%+v %v", o, err)
			}
		}
		if taken != 1 {
			t.Errorf("%d commands", taken)
		}
		other := order()
		other.Gate = "out"
		if _, err := c.desk.Order(t.Context(), other); !errors.Is(err, steer.ErrOrder) {
			t.Error(err)
		}
	})
}

// Whichever of the four words of an order is lost, it is said again, and the gateway obeys once.
func TestAnOrderOutlivesALostWord(t *testing.T) {
	for lost := range 4 {
		synctest.Test(t, func(t *testing.T) {
			c := newChain(t)
			desk := policy.Desk{Location: "a", Incarnation: 5, Keys: policy.Keys{signer.Public()}}
			obeyed, said := 0, 0
			arrives := func() bool {
				said++
				return said-1 != lost
			}
			answer := func(m wire.Message) {
				if arrives() {
					go c.desk.Hear(t.Context(), "a", m)
				}
			}
			c.hear = func(_ fact.LocationID, m wire.Message) {
				if !arrives() {
					return
				}
				switch m := m.(type) {
				case *wire.Challenge:
					answer(&wire.Challenge{Location: "a", ID: m.ID, Incarnation: 5, Challenge: desk.Challenge(m.ID, 0, policy.Nonce{1, byte(said)})})
				case *wire.Command:
					if err := desk.Take(&m.Command, 1); err == nil {
						obeyed++
					}
					answer(&wire.Result{Location: "a", ID: m.Command.ID, Code: wire.Done})
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
			defer cancel()
			if o, err := c.desk.Order(ctx, order()); err != nil || o.State != steer.OrderDone || obeyed != 1 {
				t.Errorf("word %d lost: %+v %v, obeyed %d times", lost, o, err, obeyed)
			}
		})
	}
}

// faultySigner is signer, but it fails while so many failures are left.
type faultySigner struct {
	policy.Key
	failures *int
}

func (s faultySigner) SignerOf(fact.LocationID) policy.Signer { return s }

func (s faultySigner) Sign(message []byte) ([]byte, error) {
	if *s.failures > 0 {
		*s.failures--
		return nil, errors.New("the key is not there")
	}
	return s.Key.Sign(message)
}

// An order that could not be signed was not given: it is given when it can be.
func TestAnOrderOutlivesAFailureToSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		failures := 2
		opened, err := steer.Open(t.Context(), steer.Options{Documents: c.documents, Signers: faultySigner{signer, &failures}, Send: c.send, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		c.hear = func(_ fact.LocationID, m wire.Message) {
			switch m := m.(type) {
			case *wire.Challenge:
				go opened.Hear(t.Context(), "a", &wire.Challenge{Location: "a", ID: m.ID, Incarnation: 5, Challenge: policy.Nonce{1}})
			case *wire.Command:
				go opened.Hear(t.Context(), "a", &wire.Result{Location: "a", ID: m.Command.ID, Code: wire.Done})
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		if o, err := opened.Order(ctx, order()); err != nil || o.State != steer.OrderDone || failures != 0 {
			t.Errorf("%+v %v, %d failures left", o, err, failures)
		}
	})
}

// A gateway that has begun a new run would refuse the order whatever the run before did: what became of it stays unknown.
func TestAnOrderToAnEarlierRunIsNotSaidAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		commands, run := 0, fact.Incarnation(5)
		c.hear = func(_ fact.LocationID, m wire.Message) {
			switch m := m.(type) {
			case *wire.Challenge:
				go c.desk.Hear(t.Context(), "a", &wire.Challenge{Location: "a", ID: m.ID, Incarnation: run, Challenge: policy.Nonce{byte(run)}})
			case *wire.Command:
				commands++
				run++
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		o, err := c.desk.Order(ctx, order())
		synctest.Wait()
		c.hearing.Lock()
		defer c.hearing.Unlock()
		if err != nil || o.State != steer.OrderUnanswered || commands != 1 {
			t.Errorf("%+v %v, %d commands", o, err, commands)
		}
	})
}

// Nobody answers: nothing was ordered, and a late challenge gets no command any more.
func TestAnOrderToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain(t)
		commands := 0
		c.hear = func(_ fact.LocationID, m wire.Message) {
			if _, is := m.(*wire.Command); is {
				commands++
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		o, err := c.desk.Order(ctx, order())
		if err != nil || o.State != steer.OrderUnreachable {
			t.Errorf("%+v %v", o, err)
		}
		c.desk.Hear(t.Context(), "a", &wire.Challenge{Location: "a", ID: policy.Nonce{7}, Incarnation: 5, Challenge: policy.Nonce{1}})
		if commands != 0 {
			t.Error("an order that was given up was sent")
		}
	})
}
