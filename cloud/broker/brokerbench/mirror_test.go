package brokerbench_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/cloud/broker/brokerbench"
)

// TestAMirrorGetsWhatTheLeafStores shows that the peer is a working one, and not slow because it is set up wrongly.
func TestAMirrorGetsWhatTheLeafStores(t *testing.T) {
	m, err := brokerbench.NewMirror(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.StartLeaf(m.HubAddress()); err != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for i := range 100 {
		payloads = append(payloads, fmt.Appendf(nil, "fact %d", i))
	}
	if err := m.Store(payloads); err != nil {
		t.Fatal(err)
	}
	if err := m.StartMirror(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); m.Mirrored() < len(payloads); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d of %d are mirrored", m.Mirrored(), len(payloads))
		}
	}
}
