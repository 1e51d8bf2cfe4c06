package enrol_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/enrol"
	"gatehouse/sync/policy"
)

func openRing(t *testing.T, dir string, d *documentstest.Memory) *enrol.Ring {
	t.Helper()
	r, err := enrol.OpenRing(t.Context(), dir, d, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func signs(t *testing.T, by policy.Signer, key []byte) {
	t.Helper()
	signature, err := policy.Sign(by, []byte("word"))
	if err == nil {
		err = policy.Keys{key}.Verify([]byte("word"), signature)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestASigningKeyIsFollowedByAnother(t *testing.T) {
	dir, d := t.TempDir(), documentstest.NewMemory()
	r := openRing(t, dir, d)
	first := r.State().Current
	if err := r.End(t.Context()); !errors.Is(err, enrol.ErrNotRotating) {
		t.Errorf("ended what never began: %v", err)
	}
	if err := r.Begin(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := r.Begin(t.Context(), time.Hour); !errors.Is(err, enrol.ErrRotating) {
		t.Errorf("began twice: %v", err)
	}
	r = openRing(t, dir, d) // a restart within the overlap
	next := r.State().Next
	signs(t, r.Current(), first)
	signs(t, r.Next(), next)
	before, err := os.ReadFile(filepath.Join(dir, "signing.next"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	signs(t, r.Current(), next)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || r.Next() != nil {
		t.Errorf("the old key is kept: %v %v", entries, err)
	}
	// An end that a crash cut short between the store and the folder.
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "signing.next"), before, 0o600), os.Remove(filepath.Join(dir, "signing.key"))); err != nil {
		t.Fatal(err)
	}
	signs(t, openRing(t, dir, d).Current(), next)
}

func TestOneOfTwoAggregatorsLacksTheKeyUntilItIsCopied(t *testing.T) {
	one, two, d := t.TempDir(), t.TempDir(), documentstest.NewMemory()
	a := openRing(t, one, d)
	if _, err := enrol.OpenRing(t.Context(), two, d, time.Now); !errors.Is(err, enrol.ErrKeyLost) {
		t.Fatalf("a second key over one store: %v", err)
	}
	share := func(name string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(one, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(two, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	share("signing.key")
	b := openRing(t, two, d)
	if err := a.Begin(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := b.Refresh(t.Context()); err != nil || !errors.Is(b.Whole(), enrol.ErrKeyLost) || b.Next() != nil {
		t.Errorf("%v %v", err, b.Whole())
	}
	signs(t, b.Current(), a.State().Current) // it goes on with the old one
	if err := b.End(t.Context()); !errors.Is(err, enrol.ErrKeyLost) {
		t.Errorf("ended with a key that is not here: %v", err)
	}
	share("signing.next")
	if err := errors.Join(b.Refresh(t.Context()), b.Whole(), a.End(t.Context()), b.Refresh(t.Context())); err != nil {
		t.Error(err)
	}
	signs(t, b.Current(), a.State().Current)
}

func TestALostKeyIsReplacedOnlyOnPurpose(t *testing.T) {
	dir, d := t.TempDir(), documentstest.NewMemory()
	lost := openRing(t, dir, d).State()
	if _, err := enrol.ReplaceLost(t.Context(), dir, d, time.Now); err == nil {
		t.Error("a key was replaced that is there")
	}
	if err := os.WriteFile(filepath.Join(dir, "signing.key"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := enrol.OpenRing(t.Context(), dir, d, time.Now); err == nil {
		t.Error("opened with a damaged key")
	}
	state, err := enrol.ReplaceLost(t.Context(), dir, d, time.Now)
	if err != nil || state.LostAt.IsZero() || state.Current.Equal(lost.Current) {
		t.Errorf("%+v %v", state, err)
	}
	signs(t, openRing(t, dir, d).Current(), state.Current)
}
