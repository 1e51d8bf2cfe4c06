package outbox_test

import (
	"testing"

	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

func TestTwoReplicasOfTheSameFactsHaveOneDigest(t *testing.T) {
	one := outbox.Tip{Incarnation: 1, Seq: 7, Hash: wire.Hash{1}}
	other := outbox.Tip{Incarnation: 2, Seq: 3, Hash: wire.Hash{2}}
	digest := func(tips ...outbox.Tip) [32]byte {
		sum, err := outbox.HistoryDigest(tips)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if digest(one, other) != digest(other, one) {
		t.Error("the order shows")
	}
	changed := other
	changed.Hash[31] = 1
	if digest(one, other) == digest(one) || digest(one, other) == digest(one, changed) {
		t.Error("other facts have the same digest")
	}
}
