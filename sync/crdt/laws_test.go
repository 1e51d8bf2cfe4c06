package crdt_test

import (
	"bytes"
	"testing"

	"gatehouse/sync/crdt"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

// joining is what all types here have.
type joining[T any] interface{ Join(T) T }

// laws checks that a join doesn't mind order, grouping or repetition, by the canonical bytes.
func laws[T joining[T]](t *testing.T, drawn func(*rapid.T, string) T) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawn(t, "a"), drawn(t, "b"), drawn(t, "c")
		before := digest(t, a)
		same := func(law string, x, y T) {
			if digest(t, x) != digest(t, y) {
				t.Fatalf("%s: %+v and %+v", law, x, y)
			}
		}
		same("commutative", a.Join(b), b.Join(a))
		same("associative", a.Join(b).Join(c), a.Join(b.Join(c)))
		same("idempotent", a.Join(a), a)
		same("absorbs", a.Join(b).Join(a), a.Join(b))
		if digest(t, a) != before {
			t.Fatal("a join changed its argument")
		}
	})
}

type failing interface {
	Helper()
	Fatal(...any)
}

func digest(t failing, value any) [32]byte {
	t.Helper()
	sum, err := wire.Digest(value)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestRemoveWins(t *testing.T) {
	laws(t, func(t *rapid.T, name string) crdt.RemoveWins {
		var m crdt.RemoveWins
		for range rapid.IntRange(0, 6).Draw(t, name) {
			key := rapid.SampledFrom([]string{"p", "q"}).Draw(t, "key")
			if rapid.Bool().Draw(t, "remove") {
				m = m.Remove(key)
			} else {
				m = m.Put(key, []byte{rapid.Byte().Draw(t, "value") % 3})
			}
		}
		return m
	})
}

func TestRights(t *testing.T) {
	laws(t, func(t *rapid.T, name string) crdt.Rights {
		var r crdt.Rights
		for range rapid.IntRange(0, 6).Draw(t, name) {
			r = r.Join(crdt.Rights{
				Grants: []crdt.Grant{{
					From: owner(t), To: owner(t), Given: rapid.Uint64Range(0, 4).Draw(t, "given"), ExpiresMS: rapid.Int64Range(0, 3).Draw(t, "expires"),
				}},
				Used: []crdt.Use{{Owner: owner(t), Sold: rapid.Uint64Range(0, 4).Draw(t, "sold")}},
			})
		}
		return r
	})
}

func owner(t *rapid.T) string {
	return rapid.SampledFrom([]string{"hq", "lot"}).Draw(t, "owner")
}

func TestRevocationWinsPerVersion(t *testing.T) {
	issued := crdt.RemoveWins{}.Put("pass", []byte("until May"))
	revoked := crdt.RemoveWins{}.Remove("pass") // overtook what it revokes
	for _, both := range []crdt.RemoveWins{issued.Join(revoked), revoked.Join(issued)} {
		if _, ok := both.Get("pass"); ok {
			t.Error("a revoked pass is valid")
		}
		again := both.Put("pass", []byte("until June"))
		if entry, ok := again.Join(revoked).Get("pass"); !ok || !bytes.Equal(entry.Value, []byte("until June")) {
			t.Error("a pass that was issued anew is not")
		}
	}
}
