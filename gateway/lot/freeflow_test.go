package lot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// freeFlowSite has cameras and no barrier: two lanes with a direction each, and one for both.
const freeFlowSite = `
[location]
id = "plain"
timezone = "Europe/Berlin"
currency = "EUR"
board = "sim"
[tariff]
version = "1"
lost_ticket = "20.00"
[[tariff.rule]]
rule_id = "hour"
rate_per_hour = "2.00"
[[floor]]
id = "F"
number = 1
[[zone]]
id = "A"
floor = "F"
[[spots]]
numbers = ["A-1..A-4"]
zone = "A"
[[gate]]
id = "in"
floor = "F"
direction = "in"
closing = "none"
[[gate]]
id = "out"
floor = "F"
direction = "out"
closing = "none"
[[gate]]
id = "both"
floor = "F"
direction = "both"
closing = "none"
`

// In free flow each plate that a camera reads is a vehicle that has passed, as fast as they come: nothing is raised, nobody
// waits for the one before, and who leaves without having paid owes.
func TestFreeFlow(t *testing.T) {
	parsed, err := site.Parse("site.toml", []byte(freeFlowSite), drivers.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lot.New(parsed.Lot)
	if err != nil {
		t.Fatal(err)
	}
	clock, atMS := fact.Clock{Boot: 1}, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixMilli()
	step := func(waitMS int64, e lot.Event) string {
		atMS += waitMS
		out := l.Step(clock.At(atMS, atMS, fact.ClockSynced), e)
		var facts []string
		for _, r := range out.Facts {
			facts = append(facts, strings.TrimPrefix(fmt.Sprintf("%T", r.Fact), "fact."))
		}
		for _, effect := range append(out.Urgent, out.Effects...) {
			if _, moves := effect.(lot.MoveBarrier); moves {
				facts = append(facts, "a barrier moves")
			}
		}
		return strings.Join(facts, " ")
	}
	step(0, lot.Started{Incarnation: fact.NewIncarnation(1, 0), Fact: fact.GatewayStarted{Location: "plain"}})
	const hour = 3_600_000
	for i, c := range []struct {
		waitMS    int64
		gate      int
		plate     string
		direction fact.Direction
		want      string
	}{
		{1, 0, "B AB 1", 0, "EntryGranted VehiclePassed"},
		{1500, 0, "B AB 2", 0, "EntryGranted VehiclePassed"},
		{1500, 2, "B AB 3", fact.Inward, "EntryGranted VehiclePassed"},
		{200, 2, "B AB 3", fact.Inward, ""}, // the same, read once more
		{1500, 0, "B AB 4", 0, "EntryGranted VehiclePassed"},
		{1500, 0, "B AB 5", 0, "EntryDenied VehiclePassed"}, // full, and it drives in
		{1500, 0, "", 0, "EntryDenied VehiclePassed"},       // nobody could read it: counted, and no ticket that never ends
		{hour, 1, "B AB 2", 0, "FeeOwed ExitGranted VehiclePassed"},
		{1500, 2, "B AB 3", fact.Outward, "FeeOwed ExitGranted VehiclePassed"},
		{1500, 1, "B AB 9", 0, "ExitDenied VehiclePassed"},
		{1500, 0, "B AB 6", 0, "EntryGranted VehiclePassed"},
	} {
		got := step(c.waitMS, lot.PlateSeen{Gate: c.gate, Raw: c.plate, Confidence: 990, Direction: c.direction, EventID: fmt.Sprint(i)})
		if got != c.want {
			t.Errorf("%q at gate %d: %q, want %q", c.plate, c.gate, got, c.want)
		}
	}
	if got := step(10*hour, lot.Tick{}); got != "" {
		t.Errorf("and then nothing is left to end: %q", got)
	}
}
