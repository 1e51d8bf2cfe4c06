package site_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
	"gatehouse/sync/tomlfile"
)

func parse(t testing.TB, text string) *site.Site {
	t.Helper()
	parsed, err := site.Parse("site.toml", []byte(text), drivers.Catalog(all.Catalog()))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestLayouts writes the site file of car parks of every size, and reads it back.
func TestLayouts(t *testing.T) {
	for _, place := range []layout.Layout{
		{Spots: 1, Entries: 1, Exits: 1},
		{Spots: 40, Entries: 1, Exits: 1, Sensed: true, Second: true, ByHand: true},
		{Spots: 40, Entries: 2, Exits: 1, Mixed: true},
		{Spots: 500, Entries: 2, Exits: 2, Sensed: true, Mixed: true},
		{Spots: 10_000, Entries: 4, Exits: 4, Sensed: true},
		{Spots: 10_000, Entries: 4, Exits: 4, Sensed: true, Zoned: 64},
	} {
		place.ID, place.Name, place.Timezone, place.Currency = "l", `The "old" place`, "Asia/Shanghai", "CNY"
		t.Run(fmt.Sprintf("%d spots", place.Spots), func(t *testing.T) {
			text := place.SiteFile("127.0.0.1:0", layout.Prices{RatePerHour: "5.00", MaxDailyRate: "30.00", FirstHourFree: true, LostTicket: "60.00", GraceExitMin: 20})
			parsed := parse(t, text)
			compare(t, place, parsed)
			if _, err := lot.New(parsed.Lot); err != nil {
				t.Error(err)
			}
			if again := parse(t, text); again.Digest != parsed.Digest || len(parsed.Digest) != 16 {
				t.Errorf("digests %q and %q", parsed.Digest, again.Digest)
			}
		})
	}
}

// compare holds a site against the plan of the world that its layout makes.
func compare(t *testing.T, place layout.Layout, parsed *site.Site) {
	t.Helper()
	cfg, plan := parsed.Lot, place.Plan(1)
	if len(cfg.Spots) != len(plan.Spots) || len(cfg.Gates) != len(plan.Gates) || len(cfg.Floors) != place.Floors() {
		t.Fatalf("%d spots, %d gates, %d floors", len(cfg.Spots), len(cfg.Gates), len(cfg.Floors))
	}
	for i, want := range plan.Spots {
		got := cfg.Spots[i]
		if got.Number != want.Number || got.Type != want.Type || (got.Sensor >= 0) != want.Ultrasonic || len(got.EntryDistanceM) != place.Entries {
			t.Fatalf("spot %d is %+v, and should be %+v", i, got, want)
		}
	}
	for i, want := range plan.Gates {
		got, closing := cfg.Gates[i], gate.ClosedByBarrier
		if place.ByHand {
			closing = gate.ClosedByGateway
		}
		lane := got.Lane
		if string(got.ID) != want.Name || lane.Direction != want.Direction || lane.Closing != closing || got.Terminal != want.Terminal ||
			!got.Camera || !got.TicketButton || !got.Display || !got.Printer || !lane.ArmingLoop || !lane.ClosingLoop || !lane.UpSwitch || !lane.DownSwitch {
			t.Fatalf("gate %d is %+v, and should be %+v", i, got, want)
		}
	}
	if cfg.Currency != "CNY" || cfg.Zone.String() != "Asia/Shanghai" || cfg.Tariff.Lost.Minor != 6000 || cfg.Tariff.Grace.ExitMS != 20*60_000 {
		t.Errorf("%s, %s, %+v", cfg.Currency, cfg.Zone, cfg.Tariff)
	}
}

// TestRangesOfSpots spells numbers out.
func TestRangesOfSpots(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{`"A-001..A-003"`, "A-001 A-002 A-003"},
		{`"A-8..A-11"`, "A-8 A-9 A-10 A-11"},
		{`"098..101"`, "098 099 100 101"},
		{`"B1", "VIP", "C-7..C-7"`, "B1 VIP C-7"},
		{`"Ebene 2-09..Ebene 2-11"`, "Ebene 2-09 Ebene 2-10 Ebene 2-11"},
	} {
		text := withSpots(fmt.Sprintf("[[spots]]\nnumbers = [%s]\nzone = \"A\"\nelevator_distance_m = 5\nstep_m = 2\n", c.written))
		var numbers []string
		for i, spot := range parse(t, text).Lot.Spots {
			numbers = append(numbers, spot.Number)
			if want := int32(5 + 2*i); spot.ElevatorDistanceM != want {
				t.Errorf("%s is %d m from the elevator, not %d", spot.Number, spot.ElevatorDistanceM, want)
			}
		}
		if got := strings.Join(numbers, " "); got != c.want {
			t.Errorf("%s is %q, not %q", c.written, got, c.want)
		}
	}
}

// withSpots is a small site with other spots.
func withSpots(rows string) string {
	text := smallSite(1)
	from := strings.Index(text, "[[spots]]")
	until := from + strings.Index(text[from:], "[[device]]")
	return text[:from] + rows + text[until:]
}

func TestTooManySpots(t *testing.T) {
	text := withSpots("[[spots]]\nnumbers = [\"A-1..A-9999\", \"B-1..B-9999\"]\nzone = \"A\"\n[[spots]]\nnumbers = [\"C-1..C-9999\"]\nzone = \"A\"\n")
	_, err := site.Parse("site.toml", []byte(text), drivers.Catalog(all.Catalog()))
	if err == nil || !strings.Contains(err.Error(), "a gateway runs 1 to 10000 spots") {
		t.Error(err)
	}
}

// TestEntryDistances are told by the names of entries, and only of those.
func TestEntryDistances(t *testing.T) {
	row := "[[spots]]\nnumbers = [\"A-1\", \"A-2\"]\nzone = \"A\"\nstep_m = 3\nentry_distance_m = { in-1 = 40%s }\n"
	spots := parse(t, withSpots(fmt.Sprintf(row, ""))).Lot.Spots
	if spots[0].EntryDistanceM[0] != 40 || spots[1].EntryDistanceM[0] != 43 {
		t.Errorf("%+v", spots)
	}
	_, err := site.Parse("site.toml", []byte(withSpots(fmt.Sprintf(row, ", in-2 = 9, out-1 = -5"))), drivers.Catalog(all.Catalog()))
	for _, want := range []string{`no entry gate "in-2"; did you mean "in-1"?`, `no entry gate "out-1"`, "-5 is out of range"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

// TestPrices reads what a site says about money.
func TestPrices(t *testing.T) {
	for _, c := range []struct {
		percent  string
		permille int64
	}{{"19", 190}, {"7.5", 75}, {"0", 0}, {"100", 1000}, {"8.0", 80}} {
		text := strings.Replace(smallSite(1), "[tariff]", fmt.Sprintf("[tariff]\ntax_percent = %q", c.percent), 1)
		got := int64(0)
		for _, tax := range parse(t, text).Lot.Tariff.Taxes {
			got += tax.RatePPM
		}
		if got != c.permille*1000 {
			t.Errorf("%s %% is %d millionths, not %d per mille", c.percent, got, c.permille)
		}
	}
	for _, percent := range []string{"19.55", "-1", "100.1", "x", "1e9", "1.", ".5", "+1", "7,5"} {
		text := strings.Replace(smallSite(1), "[tariff]", fmt.Sprintf("[tariff]\ntax_percent = %q", percent), 1)
		if _, err := site.Parse("site.toml", []byte(text), drivers.Catalog(all.Catalog())); err == nil || !strings.Contains(err.Error(), "is no tax rate") {
			t.Errorf("a tax of %s %%: %v", percent, err)
		}
	}
	if most := parse(t, smallSite(1)).Lot.Tariff.SuspectMaxMinor; most != 2000 {
		t.Errorf("a doubtful stay costs at most %d, not the dearest day", most)
	}
}

// TestDefaults are those of a file that says only what it must.
func TestDefaults(t *testing.T) {
	parsed := parse(t, smallSite(2))
	want := lot.DefaultPolicy()
	if parsed.Lot.Policy != want {
		t.Errorf("policy %+v, not %+v", parsed.Lot.Policy, want)
	}
	if !slices.Equal(parsed.Lot.Upgrade.Types(fact.Large, false), []fact.SpotType{fact.Large, fact.Regular}) {
		t.Error("the upgrade that the file writes is not taken")
	}
	if parsed.Board != "sim" || len(parsed.Warnings) != 0 || len(parsed.Tokens) != 0 {
		t.Errorf("%+v", parsed)
	}
}

func TestTokens(t *testing.T) {
	text := smallSite(1) + "[[server.token]]\nname = \"ann\"\nrole = \"configure\"\nsha256 = \"" + site.HashToken("secret") + "\"\n"
	tokens := parse(t, text).Tokens
	if len(tokens) != 1 || tokens[0].Role != rest.RoleConfigure || fmt.Sprintf("%x", tokens[0].SHA256) != site.HashToken("secret") || tokens[0].Role.String() != "configure" {
		t.Errorf("%+v", tokens)
	}
}

// FuzzParse reads anything: it ends in problems or in a site of which a lot can be made.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"broken", "unreadable", "misspelt"} {
		data, err := os.ReadFile("testdata/" + name + ".toml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(smallSite(3)))
	known := drivers.Catalog(all.Catalog())
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := site.Parse("fuzz.toml", data, known)
		if err == nil {
			if _, err := lot.New(parsed.Lot); err != nil {
				t.Errorf("the file was taken, and no lot can be made of it: %v", err)
			}
			return
		}
		var problems tomlfile.Problems
		if !errors.As(err, &problems) || len(problems) == 0 || parsed != nil {
			t.Errorf("not told in problems: %v", err)
		}
	})
}
