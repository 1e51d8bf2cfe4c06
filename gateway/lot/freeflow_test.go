package lot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// camerasInAndOut are devices of site files.
const camerasInAndOut = `[[device]]
id = "in-camera"
driver = "contact"
role = "camera"
gate = "in"
[[device]]
id = "out-camera"
driver = "contact"
role = "camera"
gate = "out"
`

// freeExitSite lets pass holders in by card, and everybody out.
const freeExitSite = `
[location]
id = "staff"
timezone = "Europe/Berlin"
currency = "EUR"
board = "sim"
[tariff]
version = "1"
[[tariff.rule]]
rule_id = "free"
rate_per_hour = "0.00"
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
no_plate = "deny"
[[gate]]
id = "out"
floor = "F"
direction = "out"
no_ticket = "admit"
[[device]]
id = "out-loop"
driver = "contact"
role = "arming_loop"
gate = "out"
`

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
` + camerasInAndOut + `[[device]]
id = "both-camera"
driver = "contact"
role = "camera"
gate = "both"
`

// opened starts a lot, and returns what gives it an event a while later and tells its facts and the barriers it moves.
func opened(t *testing.T, text string) func(waitMS int64, e lot.Event) string {
	t.Helper()
	parsed, err := site.Parse("site.toml", []byte(text), drivers.Catalog{{Name: "contact"}})
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
		var told []string
		for _, r := range out.Facts {
			told = append(told, strings.TrimPrefix(fmt.Sprintf("%T", r.Fact), "fact."))
		}
		for _, effect := range append(out.Urgent, out.Effects...) {
			switch e := effect.(type) {
			case lot.MoveBarrier:
				told = append(told, e.Command.String())
			case lot.AskPayment:
				told = append(told, string(e.Payment))
			}
		}
		return strings.Join(told, " ")
	}
	step(0, lot.Started{Incarnation: fact.NewIncarnation(1, 0), Fact: fact.GatewayStarted{Location: parsed.Lot.Location}})
	return step
}

// In free flow each plate that a camera reads is a vehicle that has passed, as fast as they come: nothing is raised, nobody
// waits for the one before, and whoever leaves without having paid owes.
func TestFreeFlow(t *testing.T) {
	step := opened(t, freeFlowSite)
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

// At a free exit everybody may leave, known or not: each raise has its fact.
func TestFreeExit(t *testing.T) {
	step := opened(t, freeExitSite)
	step(1000, lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Clear})
	for range 2 {
		if got := step(60_000, lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Occupied}); got != "BarrierRaised raise" {
			t.Errorf("a vehicle at the exit: %q", got)
		}
		step(3000, lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Clear})
		if got := step(10_000, lot.Tick{}); got != "VehiclePassed" {
			t.Errorf("it drove off: %q", got)
		}
	}
}

// Whoever is known and does not pay at a free exit owes it, whatever keeps the terminal from taking it.
func TestFreeExitOfWhoDoesNotPay(t *testing.T) {
	text := strings.Replace(freeExitSite, `"0.00"`, `"2.00"`, 1) + `
[policy]
terminal_down = "deny"
` + camerasInAndOut + `[[device]]
id = "terminal"
driver = "contact"
role = "terminal"
gate = "out"
`
	const minute = 60_000
	atExit := func(t *testing.T) (step func(int64, lot.Event) string) {
		step = opened(t, text)
		step(1000, lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Clear})
		step(1000, lot.PlateSeen{Gate: 0, Raw: "B AB 1", Confidence: 990, EventID: "in"})
		step(10*minute, lot.Tick{})
		step(50*minute, lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Occupied})
		return step
	}
	read := lot.PlateSeen{Gate: 1, Raw: "B AB 1", Confidence: 990, EventID: "out"}
	t.Run("the terminal is down", func(t *testing.T) {
		step := atExit(t)
		step(1, lot.DeviceChanged{Device: "terminal", Gate: 1, Role: lot.RoleTerminal})
		if got := step(1000, read); got != "FeeOwed ExitGranted raise" {
			t.Errorf("%q", got)
		}
	})
	t.Run("the card is declined", func(t *testing.T) {
		step := atExit(t)
		asked := step(1000, read)
		for attempt := range 3 {
			id, found := strings.CutPrefix(asked, "PaymentRequested ")
			if !found {
				t.Fatalf("attempt %d: %q", attempt, asked)
			}
			got := step(2000, lot.PaymentAnswered{Payment: fact.PaymentID(id), Outcome: lot.PaymentDeclined})
			if want := "PaymentFailed"; attempt < 2 && got != want || attempt == 2 && got != want+" FeeOwed ExitGranted raise" {
				t.Errorf("attempt %d: %q", attempt, got)
			}
			asked = step(4000, lot.Tick{})
		}
	})
}
