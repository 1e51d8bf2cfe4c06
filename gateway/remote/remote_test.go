package remote_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/remote"
	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// bench is a gateway and headquarters' key.
type bench struct {
	*testing.T
	lot     *apitest.Backend
	key     policy.Key
	said    chan wire.Message
	remote  *remote.Remote
	end     func()
	dir     string
	synced  bool
	forward int64 // ms by which the clock is ahead of the lot's
	site    *site
	mu      sync.Mutex
}

// site takes any text but "bad", and can't put "broken" into effect.
type site struct{ applied []string }

func (s *site) Check(_ policy.Kind, text []byte) (notBeforeMS int64, err error) {
	if string(text) == "bad" {
		return 0, errors.New("no such thing")
	}
	return 0, nil
}

func (s *site) Apply(_ context.Context, kind policy.Kind, text []byte) error {
	if string(text) == "broken" {
		return errors.New("it broke")
	}
	s.applied = append(s.applied, kind.String()+" "+string(text))
	return nil
}

const run = fact.Incarnation(77)

func newBench(t *testing.T) *bench {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, lot: apitest.New(apitest.Small()), key: policy.Key(key), dir: t.TempDir(), synced: true, site: &site{}}
	b.start()
	return b
}

func (b *bench) start() {
	b.said = make(chan wire.Message, 64)
	b.remote = remote.New(remote.Options{
		Location: "altstadt", Dir: b.dir, Lot: b.lot, Site: b.site,
		Now: func() (now fact.Stamp) {
			_ = b.lot.View(context.Background(), func(l *lot.Lot) { now = l.Now() })
			b.mu.Lock()
			defer b.mu.Unlock()
			now.WallMS += b.forward
			now.HLC += uint64(b.forward) << 16
			return now
		},
	})
	b.remote.Began(run)
	b.remote.Connect(policy.Keys{b.key.Public()}, func(_ context.Context, m wire.Message) error { b.said <- m; return nil })
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.remote.Run(ctx, func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.synced }) })
	b.end = func() { cancel(); running.Wait() }
	b.Cleanup(b.end)
}

func (b *bench) hear() wire.Message {
	b.Helper()
	select {
	case m := <-b.said:
		return m
	case <-time.After(time.Minute):
		b.Fatal("the gateway says nothing")
		return nil
	}
}

// ask goes the whole way of a command.
func (b *bench) ask(c policy.Command, change func(*policy.Command)) *wire.Result {
	b.Helper()
	b.remote.Hear(&wire.Challenge{Location: "altstadt", ID: policy.Nonce{1}})
	given := b.hear().(*wire.Challenge)
	c.ID, c.Location, c.Incarnation, c.Challenge = policy.Nonce{1}, "altstadt", given.Incarnation, given.Challenge
	if err := c.Sign(b.key); err != nil {
		b.Fatal(err)
	}
	if change != nil {
		change(&c)
	}
	b.remote.Hear(&wire.Command{Command: c})
	return b.hear().(*wire.Result)
}

func (b *bench) release(d policy.Document) *wire.Result {
	b.Helper()
	d.Location = "altstadt"
	if err := d.Sign(b.key); err != nil {
		b.Fatal(err)
	}
	content := d.Content
	d.Content = nil
	half := len(content) / 2
	b.remote.Hear(&wire.Part{Header: d, Index: 1, Count: 2, Bytes: content[half:]})
	b.remote.Hear(&wire.Part{Header: d, Index: 0, Count: 2, Bytes: content[:half]})
	return b.hear().(*wire.Result)
}

func (b *bench) enters(plate string) lot.Result {
	return b.lot.Do(lot.RequestEntry{Gate: 0, Raw: plate})
}

func (b *bench) firstGate() fact.GateID { return apitest.Small().Gates[0].ID }

func TestACommandIsCarriedOutOnceAndOnlyForHeadquarters(t *testing.T) {
	b := newBench(t)
	hold := policy.Command{Verb: policy.StartHold, Gate: b.firstGate(), Actor: "ann", Reason: "delivery"}
	var taken policy.Command
	if got := b.ask(hold, func(c *policy.Command) { taken = *c }); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	var view lot.GateView
	_ = b.lot.View(t.Context(), func(l *lot.Lot) { view = l.GateView(0) })
	if !view.Held || !strings.Contains(view.HeldBy, "ann") {
		t.Errorf("%+v", view)
	}
	b.lot.Do(lot.EndHold{Gate: 0})
	b.remote.Hear(&wire.Command{Command: taken}) // again, because the answer may have been lost
	if got := b.hear().(*wire.Result); got.Code != wire.Done || got.ID != taken.ID {
		t.Errorf("a second time: %+v", got)
	}
	if _ = b.lot.View(t.Context(), func(l *lot.Lot) { view = l.GateView(0) }); view.Held {
		t.Error("what was answered again was done again")
	}
	long := policy.Command{Verb: policy.StartHold, Gate: b.firstGate(), Actor: "a" + strings.Repeat("ä", 300), Reason: "r" + strings.Repeat("ö", 300)}
	if got := b.ask(long, nil); got.Code != wire.Done {
		t.Errorf("a long reason: %+v", got)
	}
	if _ = b.lot.View(t.Context(), func(l *lot.Lot) { view = l.GateView(0) }); !utf8.ValidString(view.HeldBy) || len(view.HeldBy) < 200 {
		t.Errorf("the log takes no such text: %q", view.HeldBy)
	}
	for name, change := range map[string]func(*policy.Command){
		"forged":           func(c *policy.Command) { c.Verb = policy.OpenOnce },
		"of another run":   func(c *policy.Command) { c.Incarnation++; _ = c.Sign(b.key) },
		"of another place": func(c *policy.Command) { c.Location = "elsewhere"; _ = c.Sign(b.key) },
		"without a reason": func(c *policy.Command) { c.Reason = ""; _ = c.Sign(b.key) },
		"no such gate":     func(c *policy.Command) { c.Gate = "nowhere"; _ = c.Sign(b.key) },
	} {
		if got := b.ask(hold, change); got.Code != wire.Refused || got.Note == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestABlockedPlateStaysOutAlsoAfterARestart(t *testing.T) {
	b := newBench(t)
	if got := b.release(policy.Document{Kind: policy.Blocklist, Version: 1, Content: []byte("B-GH 13 # stole a barrier\n\n")}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	if got := b.enters("b gh13"); got.Granted || got.Reason != fact.ReasonBlocked {
		t.Errorf("%+v", got)
	}
	if got := b.enters("B-GH 14"); !got.Granted {
		t.Errorf("%+v", got)
	}
	b.end()
	b.lot.Do(lot.SetBlocked{}) // a restart remembers nothing of it
	b.start()
	b.remote.Greet()
	said := b.hear()
	if _, is := said.(*wire.Result); is { // on a busy machine it tells first, after a second, what is in effect
		said = b.hear()
	}
	if wanted := said.(*wire.Wanted); len(wanted.Have) != 1 || wanted.Have[0] != (policy.Version{Kind: policy.Blocklist, Version: 1}) {
		t.Errorf("%+v", wanted)
	}
	if got := b.enters("B-GH 13"); got.Granted {
		t.Error("forgot the block list")
	}
}

func passes(t *testing.T, change func(crdt.RemoveWins) crdt.RemoveWins) []byte {
	t.Helper()
	data, err := wire.Marshal(change(crdt.RemoveWins{}))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPassesComeAndGo(t *testing.T) {
	b := newBench(t)
	terms := func(plate fact.Plate) []byte {
		terms, err := wire.Marshal(fact.PassIssued{User: "u1", Plate: plate, FromMS: 1, UntilMS: 1 << 50})
		if err != nil {
			t.Fatal(err)
		}
		return terms
	}
	put := func(m crdt.RemoveWins) crdt.RemoveWins {
		return m.Put("staff-1", terms("B-GH 1")).Put("staff-2", terms("B-GH 2"))
	}
	if got := b.release(policy.Document{Kind: policy.Passes, Version: 1, Actor: "ann", Content: passes(t, put)}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	if got := b.enters("B-GH 1"); got.Reason != fact.ReasonPass {
		t.Errorf("with a pass: %+v", got)
	}
	gone := func(m crdt.RemoveWins) crdt.RemoveWins { return put(m).Remove("staff-1").Remove("staff-2") }
	if got := b.release(policy.Document{Kind: policy.Passes, Version: 2, Content: passes(t, gone)}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	if got := b.release(policy.Document{Kind: policy.Passes, Version: 1, Content: passes(t, put)}); got.Code != wire.Refused {
		t.Errorf("an old document came late, and: %+v", got)
	}
	b.lot.Do(lot.RevokePass{Pass: "none"})
	if got := b.enters("B-GH 2"); got.Reason != fact.ReasonPlate {
		t.Errorf("with a pass that is gone: %+v", got)
	}
}

func TestADocumentThatCannotBeUsedChangesNothing(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Tariff, Version: 1, Content: []byte("good")})
	for name, d := range map[string]policy.Document{
		"bad content":                    {Kind: policy.Tariff, Version: 2, Content: []byte("bad")},
		"unknown kind":                   {Kind: 99, Version: 1, Content: []byte("x = 1")},
		"bad settings":                   {Kind: policy.Settings, Version: 1, Content: []byte("bad")},
		"no key":                         {Kind: policy.Trust, Version: 1, Content: []byte("# none")},
		"bad coupons":                    {Kind: policy.Validations, Version: 1, Content: []byte("[[validation]]\ncode = \"GONE\"")},
		"long, of two bytes a character": {Kind: policy.Validations, Version: 1, Content: []byte("[[validation]]\ncode = \"" + strings.Repeat("ü", 200) + "\"")},
		"the same, one byte on":          {Kind: policy.Validations, Version: 1, Content: []byte("[[validation]]\ncode = \"x" + strings.Repeat("ü", 200) + "\"")},
		"bad rights":                     {Kind: policy.Lending, Version: 1, Content: []byte("no cbor")},
		"bad sales":                      {Kind: policy.Sales, Version: 1, Content: []byte("no cbor")},
		"bad passes":                     {Kind: policy.Passes, Version: 1, Content: []byte("no cbor")},
	} {
		if got := b.release(d); got.Code != wire.Refused || got.Note == "" {
			t.Errorf("%s: %+v", name, got)
		} else if sent, err := wire.EncodeMessage(got); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if _, err := wire.DecodeMessage(sent); err != nil || strings.Contains(got.Note, "\n") {
			t.Errorf("%s: headquarters reads %q as %v", name, got.Note, err)
		}
	}
	forged := policy.Document{Kind: policy.Blocklist, Location: "altstadt", Version: 1}
	b.remote.Hear(&wire.Part{Header: forged, Count: 1, Bytes: []byte("B-GH 1")})
	if got := b.hear().(*wire.Result); got.Code != wire.Refused {
		t.Errorf("forged: %+v", got)
	}
	if held := b.remote.Shelf(); len(held.Kinds) != 1 || held.Kinds[0].Current.Version != 1 || len(b.site.applied) != 1 {
		t.Errorf("%+v, applied %q", held, b.site.applied)
	}
}

func TestADocumentThatCutsHeadquartersOffUndoesItself(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Tariff, Version: 1, Content: []byte("old")})
	b.mu.Lock()
	b.synced = false
	b.mu.Unlock()
	if got := b.release(policy.Document{Kind: policy.Tariff, Version: 2, ReturnAfterMS: 60_000, Content: []byte("new")}); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	b.mu.Lock()
	b.forward += 61_000
	b.mu.Unlock()
	if got := b.hear().(*wire.Result); got.Code != wire.Returned || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	if got := strings.Join(b.site.applied, " "); got != "tariff old tariff new tariff old" {
		t.Errorf("applied %s", got)
	}
}

func TestADocumentWaitsForItsTime(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Tariff, Version: 1, Content: []byte("now")})
	var nowMS int64
	_ = b.lot.View(t.Context(), func(l *lot.Lot) { nowMS = l.Now().WallMS })
	got := b.release(policy.Document{Kind: policy.Tariff, Version: 2, EffectiveFromMS: nowMS + 3_600_000, Content: []byte("later")})
	if got.Code != wire.Held || len(b.site.applied) != 1 {
		t.Errorf("%+v, applied %q", got, b.site.applied)
	}
}

func TestALocalEditStandsUntilHeadquartersHasSeenIt(t *testing.T) {
	b := newBench(t)
	b.release(policy.Document{Kind: policy.Blocklist, Version: 1, Content: []byte("B-GH 1")})
	if err := b.remote.Edit(t.Context(), policy.Blocklist, "tom", "the forger parks here", []byte("B-GH 2")); err != nil {
		t.Fatal(err)
	}
	if wanted := b.hear().(*wire.Wanted); len(wanted.Overrides) != 1 || string(wanted.Overrides[0].Override.Content) != "B-GH 2" {
		t.Errorf("%+v", wanted)
	}
	b.release(policy.Document{Kind: policy.Blocklist, Version: 2, Content: []byte("B-GH 3")})
	if b.enters("B-GH 2").Granted || !b.enters("B-GH 3").Granted {
		t.Error("the edit does not stand")
	}
	b.release(policy.Document{Kind: policy.Blocklist, Version: 3, Supersedes: 1, Content: []byte("B-GH 4")})
	if b.enters("B-GH 4").Granted || !b.enters("B-GH 2").Granted {
		t.Error("headquarters' decision does not hold")
	}
}
