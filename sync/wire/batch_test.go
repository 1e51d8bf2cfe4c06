package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"slices"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

// key signs in tests; RFC 8032 section 7.1, test 1.
func key() policy.Key {
	return policy.Key(ed25519.NewKeyFromSeed([]byte("\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60")))
}

// day is the first facts of a lot's day, at noon.
func day(t testing.TB, count int) wire.Batch {
	const noonMS = 1_790_000_000_000/86_400_000*86_400_000 + 12*3_600_000
	lot := traffic.New(traffic.Options{Location: "bench", Seed: 7, Spots: 2_000, PerDay: 8_000, StartMS: noonMS})
	incarnation := fact.NewIncarnation(noonMS, 0xbeef)
	b := wire.Batch{Location: "bench", Incarnation: incarnation, First: 1}
	b.Records = append(b.Records, encode(t, lot.Start(incarnation, noonMS, fact.Dot{}, [32]byte{})))
	for len(b.Records) < count {
		b.Records = append(b.Records, encode(t, lot.Next()))
	}
	return b
}

// part is a part of a batch's records.
func part(b wire.Batch, from, count int) wire.Batch {
	before := wire.Batch{First: 1, Records: b.Records[:from]}
	b.Before, b.First, b.Records = before.After(), uint64(from)+1, b.Records[from:from+count]
	return b
}

func TestABatchComesBackByteForByte(t *testing.T) {
	all := day(t, 9_000)
	for _, count := range []int{1, 10, 100, 1_000} {
		b := part(all, 7_000, count)
		data, err := wire.PackBatch(&b, key())
		if err != nil || len(b.Records) != count {
			t.Fatal(err)
		}
		t.Logf("%d facts: %.2f bytes each", count, float64(len(data))/float64(count))
		back := decodeBatch(t, data)
		if !slices.EqualFunc(back.Records, b.Records, bytes.Equal) || back.After() != b.After() {
			t.Error("the records came back as others")
		}
		if err := back.Verify(policy.Keys{key().Public()}); err != nil {
			t.Error(err)
		}
	}
}

func decodeBatch(t testing.TB, data []byte) *wire.Batch {
	t.Helper()
	m, err := wire.DecodeMessage(data)
	if err != nil {
		t.Fatal(err)
	}
	return m.(*wire.Batch)
}

func TestWhatIsSignedCantBeChanged(t *testing.T) {
	b := part(day(t, 20), 5, 3)
	if err := b.Sign(key()); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*wire.Batch){
		"location":    func(b *wire.Batch) { b.Location = "other" },
		"direction":   func(b *wire.Batch) { b.Down = true },
		"incarnation": func(b *wire.Batch) { b.Incarnation++ },
		"first":       func(b *wire.Batch) { b.First++ },
		"lost":        func(b *wire.Batch) { b.Lost++ },
		"oldest":      func(b *wire.Batch) { b.Oldest = true },
		"heard":       func(b *wire.Batch) { b.Heard.Round++ },
		"epoch":       func(b *wire.Batch) { b.Heard.Epoch++ },
		"before":      func(b *wire.Batch) { b.Before[3] ^= 1 },
		"record":      func(b *wire.Batch) { b.Records[1] = slices.Concat(b.Records[1], []byte{0}) },
		"one less":    func(b *wire.Batch) { b.Records = b.Records[:2] },
		"signature":   func(b *wire.Batch) { b.Signature.Bytes[9] ^= 1 },
		"key":         func(b *wire.Batch) { b.Signature.Key[0] ^= 1 },
	} {
		changed := b
		changed.Records = slices.Clone(b.Records)
		change(&changed)
		if err := changed.Verify(policy.Keys{key().Public()}); !errors.Is(err, policy.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whatever a record is made of, it comes back: facts of newer software, other layouts, and rubbish.
func TestAnyRecordsComeBack(t *testing.T) {
	zeros := fact.Types()
	rapid.Check(t, func(t *rapid.T) {
		incarnation := fact.Incarnation(rapid.Uint64().Draw(t, "incarnation"))
		b := wire.Batch{Location: "l", Incarnation: incarnation, First: 1 + rapid.Uint64Range(0, 1<<40).Draw(t, "first")}
		count := rapid.IntRange(1, 120).Draw(t, "count")
		for i := range count {
			var record []byte
			switch rapid.IntRange(0, 9).Draw(t, "sort") {
			case 0:
				record = rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "rubbish")
			case 1: // of a kind that nobody knows yet
				record = newKind(t, b.Dot(i))
			default:
				zero := zeros[rapid.IntRange(0, len(zeros)-1).Draw(t, "kind")]
				f := fact.Record{Dot: b.Dot(i), At: drawnStamp(t), Fact: drawnFact(t, zero)}
				if rapid.IntRange(0, 9).Draw(t, "misnamed") == 0 {
					f.Dot = drawnDot(t)
				}
				var err error
				if record, err = wire.EncodeRecord(nil, f); err != nil {
					t.Fatal(err)
				}
			}
			b.Records = append(b.Records, record)
		}
		data, err := wire.EncodeMessage(&b)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.DecodeMessage(data)
		if err != nil {
			t.Fatal(err)
		}
		back := m.(*wire.Batch)
		if !slices.EqualFunc(back.Records, b.Records, bytes.Equal) {
			t.Fatalf("%x became %x", b.Records, back.Records)
		}
		if again, err := wire.EncodeMessage(back); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("equal batches have other bytes: %v", err)
		}
	})
}

// newKind is a fact of a kind of next year.
func newKind(t *rapid.T, dot fact.Dot) []byte {
	fields := map[uint64]any{}
	for key := range rapid.Uint64Range(0, 5).Draw(t, "fields") {
		switch rapid.IntRange(0, 4).Draw(t, "type") {
		case 0:
			fields[key] = rapid.Int64().Draw(t, "number")
		case 1:
			fields[key] = rapid.StringN(0, 9, 30).Draw(t, "text")
		case 2:
			fields[key] = rapid.Bool().Draw(t, "truth")
		case 3:
			fields[key] = []byte{1, 2, 3}
		case 4:
			fields[key] = []any{nil, "deep"}
		}
	}
	at := drawnStamp(t)
	data, err := wire.Marshal([]any{wire.Version, 200, dot.Incarnation, dot.Seq, at.WallMS, at.MonoMS, at.Boot, at.HLC, at.Trust, fields})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
