package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
	"gatehouse/tools/lotsim/chain"
)

// chainMutants are lines of the protocol, or of the gateway that the chain simulates, made wrong on purpose.
var chainMutants = []mutant{
	{"trim on the broker's acknowledgement", "sync/outbox/sender.go", "min(s.state.Stable, old)", "min(s.sent, old)"},
	{"trim above stable", "sync/outbox/sender.go", "min(s.state.Stable, old)", "min(s.state.Applied, old)"},
	{"trim by a clock that jumps", "sync/outbox/sender.go", "s.state.RunningMS-day.RunningMS >= s.config.RetentionMS", "day.Position > 0"},
	{"sequence reused after a restore", "tools/lotsim/chain/box.go", "	return fact.NewIncarnation(max(0, wallMS), uint16(b.site.dice.Uint32()))", "	if _, dot, _ := b.card.last(); dot.Incarnation != 0 {\n		return dot.Incarnation\n	}\n	return fact.NewIncarnation(max(0, wallMS), uint16(b.site.dice.Uint32()))"},
	{"duplicate not filtered", "sync/outbox/receiver.go", "	from := life.Applied + 1\n	store", "	from := min(life.Applied+1, b.First)\n	store"},
	{"clone not fenced", "sync/outbox/receiver.go", "Apart: life.Standing != wire.Open}", "Apart: life.Standing == wire.Rejected}"},
	{"clone seen and not fenced", "sync/outbox/lineage.go", "	r.stand(rival.Incarnation, wire.Fenced)\n", ""},
	{"gap taken for the next fact", "sync/outbox/receiver.go", "	if b.First-b.Lost > life.Applied+1 {", "	if b.First-b.Lost > life.Applied+2 {"},
	{"child before its parent's last facts", "sync/outbox/lineage.go", "parent.Applied < started.Seq && !b.Oldest", "parent.Applied == 0 && !b.Oldest"},
	{"facts counted that a person rejected", "sync/outbox/lineage.go", "		if first <= last {", "		if first > last {"},
}

// TestChainMutants builds each mutant and has the chain find it. The first of some seeds that turns red is enough.
func TestChainMutants(t *testing.T) {
	if os.Getenv("GATEHOUSE_CAMPAIGN") == "" {
		t.Skip("a campaign: GATEHOUSE_CAMPAIGN=1, or make crash")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range chainMutants {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
			m.mustFail(t, root, "chain", "--lots", "12", "--vehicles", "20", "--trouble", "8", "--seed", "5", "--count", "4")
		})
	}
}

func TestAChainConverges(t *testing.T) {
	var out bytes.Buffer
	command := chainCommand{Lots: 16, Days: 1, Vehicles: 20, Seed: 11, Count: 1, Trouble: 1, JSON: true}
	if err := command.Run(&out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"converged", "facts", "duplicates_dropped", "rewinds", "fenced", "lost", "double", "digest"} {
		if _, has := report[key]; !has {
			t.Errorf("no %s", key)
		}
	}
	fired := report["fired"].(map[string]any)
	for _, fault := range []string{
		"messages_lost", "messages_duplicated", "messages_delayed", "partitions", "broker_restarts", "cloud_restarts", "cloud_restores",
		"cloud_restores_unnoticed", "gateway_restarts", "clock_steps", "trims", "partitions_over_a_week", "cards_restored", "cards_cloned",
		"gateways_swapped", "old_cards_back", "log_damages", "settled",
	} {
		if fired[fault] == 0.0 {
			t.Errorf("%s never happened", fault)
		}
	}
}

func TestTheSameSeedEndsInTheSameDigest(t *testing.T) {
	run := func(seed uint64) chain.Result {
		return chain.Run(chain.Options{Lots: 3, Days: 1, Vehicles: 20, Seed: seed})
	}
	first, second, other := run(3), run(3), run(4)
	if first.Digest != second.Digest || first.Batches != second.Batches || first.WireBytes != second.WireBytes {
		t.Errorf("two runs of one seed differ: %+v, %+v", first, second)
	}
	if first.Digest == other.Digest {
		t.Error("another seed ended in the same digest")
	}
}

func TestChainFlagsSayWhatToWrite(t *testing.T) {
	for _, c := range []chainCommand{{Lots: 0, Days: 1, Vehicles: 1}, {Lots: 1, Days: 0, Vehicles: 1}, {Lots: 1, Days: 1, Vehicles: -1}} {
		if err := c.Run(&bytes.Buffer{}); !errors.Is(err, commandline.ErrUsage) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
