package web_test

import (
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
)

func TestTheCardOfHeadquartersSaysWhatWaits(t *testing.T) {
	b := newBench(t, apitest.Small())
	if first := b.frames(); first == nil || plain(first.Parts["headquarters"]) != "" {
		t.Fatalf("without a chain: %+v", first)
	}
	b.backend.SetHeadquarters(&api.Headquarters{State: api.HeadquartersUnreachable, Waiting: 12_345, OldestS: 3 * 86_400, HoursLeft: 24 * 400, Problem: "no route"})
	b.shows(plain(b.frames().Parts["headquarters"]), "be reached", "12 345", "3 d", "room for 400 d", "by themselves")
	b.backend.SetHeadquarters(&api.Headquarters{State: api.HeadquartersSending, Waiting: 9_000, OldestS: 300, DrainPerS: 3_000, DrainS: 3})
	b.shows(plain(b.frames().Parts["headquarters"]), "Sending", "done in 3 s", "3 000 facts a second")
	b.backend.SetHeadquarters(&api.Headquarters{State: api.HeadquartersSynced})
	b.shows(plain(b.frames().Parts["headquarters"]), "Has everything")
}
