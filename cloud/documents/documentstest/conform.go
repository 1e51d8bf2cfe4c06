package documentstest

import (
	"testing"

	"gatehouse/cloud/documents"
)

// Conform puts values into a store that open opens, opens it again, and judges what it finds. close ends one use of it.
func Conform[S documents.Store](t *testing.T, open func() S, closed func(S)) {
	s := open()
	put := func(revision int64, value string, want bool) {
		t.Helper()
		if done, err := s.PutDocument(t.Context(), "p8", "tariff", "day", revision, []byte(value)); err != nil || done != want {
			t.Errorf("revision %d: %v %v", revision, done, err)
		}
	}
	put(0, "one", true)
	put(0, "other", false)
	put(1, "two", true)
	put(1, "late", false)
	closed(s)
	s = open()
	var got []string
	err := s.EachDocument(t.Context(), "tariff", func(location, key string, revision int64, value []byte) error {
		got = append(got, location, key, string(value))
		if revision != 2 {
			t.Errorf("revision %d", revision)
		}
		return nil
	})
	if err != nil || len(got) != 3 || got[2] != "two" {
		t.Errorf("%v %v", got, err)
	}
}
