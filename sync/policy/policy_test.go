package policy_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

func keyOf(name byte) policy.Key {
	return policy.Key(ed25519.NewKeyFromSeed(append(make([]byte, 31), name)))
}

var headquarters = policy.Keys{keyOf(1).Public()}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestOneMessageIsNotAnother: parts can't move over their borders.
func TestOneMessageIsNotAnother(t *testing.T) {
	one := policy.NewMessage("d").Text("ab").Text("c").Sum()
	two := policy.NewMessage("d").Text("a").Text("bc").Sum()
	three := policy.NewMessage("da").Text("b").Text("c").Sum()
	if bytes.Equal(one, two) || bytes.Equal(two, three) {
		t.Error("two lists of parts make one message")
	}
}

func TestRFC8032(t *testing.T) { // section 7.1, test 1: the empty message
	seed := []byte("\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60")
	key := policy.Key(ed25519.NewKeyFromSeed(seed))
	signature, err := policy.Sign(key, nil)
	must(t, err)
	if !bytes.HasPrefix(signature.Bytes[:], []byte("\xe5\x56\x43\x00\xc3\x60\xac\x72\x90\x86\xe2\xcc\x80\x6e\x82\x8a")) {
		t.Errorf("%x", signature.Bytes)
	}
	must(t, policy.Keys{key.Public()}.Verify(nil, signature))
}

func TestADocumentIsBelievedOnlyAsSigned(t *testing.T) {
	d := policy.Document{Kind: policy.Tariff, Location: "lot", Version: 3, EffectiveFromMS: 9, Supersedes: 1, ReturnAfterMS: 2, Actor: "anna", Content: []byte("x")}
	must(t, d.Sign(keyOf(1)))
	must(t, d.Verify(headquarters))
	for name, change := range map[string]func(*policy.Document){
		"kind":       func(d *policy.Document) { d.Kind++ },
		"location":   func(d *policy.Document) { d.Location = "other" },
		"version":    func(d *policy.Document) { d.Version++ },
		"effective":  func(d *policy.Document) { d.EffectiveFromMS-- },
		"supersedes": func(d *policy.Document) { d.Supersedes++ },
		"return":     func(d *policy.Document) { d.ReturnAfterMS = 0 },
		"actor":      func(d *policy.Document) { d.Actor = "eve" },
		"content":    func(d *policy.Document) { d.Content = []byte("y") },
	} {
		changed := d
		change(&changed)
		if err := changed.Verify(headquarters); !errors.Is(err, policy.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.Verify(policy.Keys{keyOf(2).Public()}); !errors.Is(err, policy.ErrSignature) {
		t.Errorf("a key that isn't trusted: %v", err)
	}
	d.Content = make([]byte, policy.ContentMaxBytes+1)
	if d.Verify(headquarters) == nil {
		t.Error("a document without bounds")
	}
}

func document(version uint64, content string) policy.Document {
	return policy.Document{Kind: policy.Settings, Location: "lot", Version: version, Content: []byte(content)}
}

func content(s *policy.Shelf) string {
	held := s.Get(policy.Settings)
	text, _ := held.Content()
	return string(text)
}

func TestVersionsOnlyRise(t *testing.T) {
	var s policy.Shelf
	must(t, s.Offer(document(2, "two"), 0))
	if err := s.Offer(document(1, "one"), 0); !errors.Is(err, policy.ErrStale) {
		t.Errorf("an older version: %v", err)
	}
	s.Turn(fact.Stamp{}, 1)
	if err := s.Offer(document(2, "two again"), 0); !errors.Is(err, policy.ErrStale) || content(&s) != "two" {
		t.Errorf("%q, %v", content(&s), err)
	}
}

func TestADocumentWaitsForItsTimeByATrustedClock(t *testing.T) {
	var s policy.Shelf
	later := document(1, "new year's")
	later.EffectiveFromMS = 1_000
	must(t, s.Offer(later, 0))
	for _, now := range []fact.Stamp{{WallMS: 999, Trust: fact.ClockSynced}, {WallMS: 1 << 50, Trust: fact.ClockUnset}} {
		if changed := s.Turn(now, 1); len(changed) != 0 {
			t.Errorf("in effect at %+v", now)
		}
	}
	if changed := s.Turn(fact.Stamp{WallMS: 1_000, Trust: fact.ClockHeld}, 1); len(changed) != 1 || content(&s) != "new year's" {
		t.Errorf("%v %q", changed, content(&s))
	}
	must(t, s.Offer(document(2, "says itself from when"), 2_000))
	if changed := s.Turn(fact.Stamp{WallMS: 1_999, Trust: fact.ClockSynced}, 1); len(changed) != 0 {
		t.Errorf("in effect before its content says so: %v", changed)
	}
	if changed := s.Turn(fact.Stamp{WallMS: 2_000, Trust: fact.ClockSynced}, 1); len(changed) != 1 {
		t.Error("not in effect when its content says so")
	}
	must(t, s.Offer(document(3, "at once"), 0))
	if changed := s.Turn(fact.Stamp{}, 1); len(changed) != 1 {
		t.Error("waits for what the one before said")
	}
}

func TestASettingThatCutsOffHeadquartersUndoesItself(t *testing.T) {
	var s policy.Shelf
	must(t, s.Offer(document(1, "works"), 0))
	s.Turn(fact.Stamp{}, 10)
	s.Reached()
	bad := document(2, "wrong broker")
	bad.ReturnAfterMS = 600
	must(t, s.Offer(bad, 0))
	s.Turn(fact.Stamp{}, 100)
	if changed := s.Return(699); len(changed) != 0 {
		t.Error("gave up too early")
	}
	if changed := s.Return(700); len(changed) != 1 || content(&s) != "works" {
		t.Errorf("%q", content(&s))
	}
	if err := s.Offer(bad, 0); !errors.Is(err, policy.ErrStale) {
		t.Errorf("taken again: %v", err)
	}
	good := document(3, "better")
	good.ReturnAfterMS = 600
	must(t, s.Offer(good, 0))
	s.Turn(fact.Stamp{}, 800)
	s.Reached()
	if changed := s.Return(1 << 40); len(changed) != 0 || content(&s) != "better" {
		t.Errorf("gave up what works: %q", content(&s))
	}
}

func TestALocalEditStandsUntilHeadquartersHasSeenIt(t *testing.T) {
	var s policy.Shelf
	must(t, s.Offer(document(1, "theirs"), 0))
	s.Turn(fact.Stamp{}, 1)
	edit := s.Edit(policy.Settings, "tim", "trial", []byte("ours"))
	if content(&s) != "ours" || edit.Base != 1 {
		t.Errorf("%q, %+v", content(&s), edit)
	}
	must(t, s.Offer(document(2, "theirs, unaware"), 0))
	s.Turn(fact.Stamp{}, 2)
	if content(&s) != "ours" {
		t.Errorf("an edit was lost: %q", content(&s))
	}
	aware := document(3, "both")
	aware.Supersedes = edit.Version
	must(t, s.Offer(aware, 0))
	s.Turn(fact.Stamp{}, 3)
	if content(&s) != "both" {
		t.Errorf("%q", content(&s))
	}
	s.Edit(policy.Settings, "tim", "trial", []byte("ours again"))
	s.Edit(policy.Settings, "tim", "trial", nil)
	if content(&s) != "both" {
		t.Errorf("an edit can't be taken back: %q", content(&s))
	}
}

// ordered is a command and the desk it is for.
func ordered(t *testing.T) (policy.Command, *policy.Desk) {
	desk := &policy.Desk{Location: "lot", Incarnation: 7, Keys: headquarters}
	c := policy.Command{
		ID: policy.Nonce{1}, Location: "lot", Incarnation: 7, Challenge: desk.Challenge(policy.Nonce{1}, 1_000, policy.Nonce{9}), Verb: policy.OpenOnce, Gate: "in-1",
		Actor: "anna", Reason: "stuck",
	}
	must(t, c.Sign(keyOf(1)))
	return c, desk
}

func TestACommandIsTakenOnce(t *testing.T) {
	c, desk := ordered(t)
	must(t, desk.Take(&c, 31_000))
	if err := desk.Take(&c, 31_001); !errors.Is(err, policy.ErrCommand) {
		t.Errorf("taken twice: %v", err)
	}
}

func TestACommandThatIsNotForHereAndNowIsRefused(t *testing.T) {
	for name, change := range map[string]func(*policy.Command, *policy.Desk) (int64, policy.Key){
		"late":   func(*policy.Command, *policy.Desk) (int64, policy.Key) { return 31_001, keyOf(1) },
		"before": func(*policy.Command, *policy.Desk) (int64, policy.Key) { return 999, keyOf(1) },
		"another lot": func(c *policy.Command, _ *policy.Desk) (int64, policy.Key) {
			c.Location = "other"
			return 1_001, keyOf(1)
		},
		"after restart": func(_ *policy.Command, d *policy.Desk) (int64, policy.Key) { d.Incarnation = 8; return 1_001, keyOf(1) },
		"no challenge":  func(c *policy.Command, _ *policy.Desk) (int64, policy.Key) { c.Challenge[0]++; return 1_001, keyOf(1) },
		"no reason":     func(c *policy.Command, _ *policy.Desk) (int64, policy.Key) { c.Reason = ""; return 1_001, keyOf(1) },
		"unknown verb":  func(c *policy.Command, _ *policy.Desk) (int64, policy.Key) { c.Verb = 99; return 1_001, keyOf(1) },
		"somebody else": func(*policy.Command, *policy.Desk) (int64, policy.Key) { return 1_001, keyOf(2) },
		"fresh memory": func(_ *policy.Command, d *policy.Desk) (int64, policy.Key) {
			*d = policy.Desk{Location: "lot", Incarnation: 7, Keys: headquarters}
			return 1_001, keyOf(1)
		},
		"pushed out": func(_ *policy.Command, d *policy.Desk) (int64, policy.Key) {
			for i := range byte(16) {
				d.Challenge(policy.Nonce{100, i}, 1_000, policy.Nonce{100, i})
			}
			return 1_001, keyOf(1)
		},
	} {
		c, desk := ordered(t)
		nowMS, key := change(&c, desk)
		must(t, c.Sign(key))
		if err := desk.Take(&c, nowMS); !errors.Is(err, policy.ErrCommand) && !errors.Is(err, policy.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, desk := ordered(t)
	c.Gate = "out-1" // after it was signed
	if err := desk.Take(&c, 1_001); !errors.Is(err, policy.ErrSignature) {
		t.Errorf("another gate: %v", err)
	}
	must(t, c.Sign(keyOf(1)))
	must(t, desk.Take(&c, 1_002)) // a forgery used nothing up
}

func voucher(t testing.TB) policy.Voucher {
	v := policy.Voucher{
		Location: "lot-17", SpotType: fact.EV, StartMS: 1_790_000_000_000, EndMS: 1_790_003_600_000, Right: 3,
		PlateHash: policy.HashPlate("lot-17", "KAAB123"), Dot: fact.Dot{Incarnation: 7, Seq: 99}, Edit: 2, PrepaidMinor: 1_250,
	}
	if err := v.Sign(keyOf(1)); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAVoucherFitsACodeAndComesBack(t *testing.T) {
	v := voucher(t)
	text := v.Text()
	if len(text) > 250 {
		t.Errorf("%d characters", len(text))
	}
	back, err := policy.ParseVoucher(text)
	must(t, err)
	if back != v {
		t.Errorf("%+v", back)
	}
	must(t, back.Verify(headquarters, "lot-17"))
	if err := back.Verify(headquarters, "lot-18"); !errors.Is(err, policy.ErrVoucher) {
		t.Errorf("another lot: %v", err)
	}
	back.Right++
	if err := back.Verify(headquarters, "lot-17"); !errors.Is(err, policy.ErrSignature) {
		t.Errorf("another right: %v", err)
	}
	if policy.HashPlate("lot-17", "KAAB123") == policy.HashPlate("lot-17", "KAAB124") {
		t.Error("two plates, one hash")
	}
}

func TestWhatIsNoVoucherIsRefused(t *testing.T) {
	text := func() string { v := voucher(t); return v.Text() }()
	for name, bad := range map[string]string{
		"empty": "", "a ticket": "T06GC2MFJJSX6P-1", "cut": text[:len(text)-60], "lower case": strings.ToLower(text), "long": text + strings.Repeat("0", 400),
		"other letters": policy.VoucherPrefix + "ILOU",
	} {
		if v, err := policy.ParseVoucher(bad); !errors.Is(err, policy.ErrVoucher) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

func FuzzParseVoucher(f *testing.F) {
	v := voucher(f)
	f.Add(v.Text())
	f.Add("GHV1")
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := policy.ParseVoucher(text); err == nil && v.Text() != text {
			t.Fatalf("%q became %q", text, v.Text())
		}
	})
}
