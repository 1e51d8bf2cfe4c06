package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/gateway/site"
	"gatehouse/gateway/tariff"
)

const document = `version = "board-1"
currency = "EUR"
timezone = "Europe/Berlin"
limit = "inclusive"
seconds = "exact"
[[rule]]
name = "hourly"
price = "2.00"
per = "1 h"
count = "started"
`

// named is a site file that names a tariff document instead of holding rules.
func named(name string) string {
	text := smallSite(3)
	rules := text[strings.Index(text, "[tariff]"):]
	rules = rules[:len("[tariff]")+regexp.MustCompile(`\n\[(\[[^t]|[^\[t])`).FindStringIndex(rules[len("[tariff]"):])[0]]
	return strings.Replace(text, rules, fmt.Sprintf("[tariff]\nfile = %q\n", name), 1)
}

func (p place) writeTariff(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(filepath.Dir(p.path), name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// TestWhatALotNeverAsks is told: an extra of one tender, and a tender that nothing is paid by.
func TestWhatALotNeverAsks(t *testing.T) {
	p := newPlace(t)
	p.write(named("board.toml"))
	p.writeTariff("board.toml", document+"[[extra]]\nname = \"card fee\"\namount = \"0.30\"\ntender = \"credit_card\"\n[[tender]]\nname = \"card\"\nstep = \"0.05\"\nmode = \"half-up\"\n"+
		"[[tender]]\nname = \"cash\"\nstep = \"0.05\"\nmode = \"half-up\"\n")
	told := strings.Join(p.loaded(3).Warnings, "\n")
	if !strings.Contains(told, `extra "card fee"`) || !strings.Contains(told, `tender "card"`) || strings.Contains(told, `tender "cash"`) {
		t.Errorf("%s", told)
	}
}

// The site names a document; what is wrong in it is told at its own lines, and the last good pair stays in force.
func TestATariffDocumentBesideTheSiteFile(t *testing.T) {
	p := newPlace(t)
	p.write(named("board.toml"))
	p.writeTariff("board.toml", document)
	loaded := p.loaded(3)
	cfg := loaded.Lot
	if loaded.Broken != nil || cfg.Tariff.Version != "board-1" || cfg.TariffText != document || len(cfg.TariffDigest) != 16 || cfg.Tariff.SuspectMaxMinor != 4800 {
		t.Fatalf("%v, %+v", loaded.Broken, cfg.Tariff)
	}
	p.writeTariff("board.toml", strings.Replace(document, `count = "started"`, `counts = "started"`, 1))
	broken := p.loaded(3)
	if broken.Broken == nil || !strings.Contains(broken.Broken.Error(), "board.toml:10:1") || broken.Lot.TariffDigest != cfg.TariffDigest {
		t.Errorf("%v: %s", broken.Broken, broken.Lot.TariffDigest)
	}
	for text, wanted := range map[string]string{
		named("gone.toml"):     "can't be read: no such file",
		named("../board.toml"): "not beside the site file",
		strings.Replace(named("board.toml"), "[tariff]", "[tariff]\nlost_ticket = \"5.00\"", 1): "here as well",
		strings.Replace(named("other.toml"), "EUR", "CHF", 1):                                   "the tariff is in EUR, the location in CHF",
		strings.Replace(named("other.toml"), "Berlin", "Paris", 1):                              "in zone Europe/Berlin, the location in Europe/Paris",
		named("large.toml"): "has more than",
	} {
		p.write(text)
		p.writeTariff("other.toml", document)
		p.writeTariff("large.toml", strings.Repeat("# much\n", 10_000))
		if got := p.loaded(3); got.Broken == nil || !strings.Contains(got.Broken.Error(), wanted) {
			t.Errorf("not %q: %v", wanted, got.Broken)
		}
	}
}

// What goes into the log makes the same tariff again: of a document, and of the site file's own rules.
func TestARecordedTariffPricesTheSame(t *testing.T) {
	p := newPlace(t)
	p.writeTariff("board.toml", document)
	for _, text := range []string{named("board.toml"), smallSite(3)} {
		p.write(text)
		cfg := p.loaded(3).Lot
		again, err := site.ReadTariff(cfg.TariffText)
		if err != nil {
			t.Fatal(err)
		}
		if again.Version != cfg.Tariff.Version || again.SuspectMaxMinor != cfg.Tariff.SuspectMaxMinor || again.Zone.String() != cfg.Tariff.Zone.String() {
			t.Errorf("%+v became %+v", cfg.Tariff, again)
		}
		for minutes := int64(1); minutes < 4000; minutes += 37 {
			stay := tariff.Stay{EntryMS: 1_772_438_400_000, ExitMS: 1_772_438_400_000 + minutes*60_000}
			if was, is := tariff.Quote(cfg.Tariff, stay).TotalMinor, tariff.Quote(again, stay).TotalMinor; was != is {
				t.Fatalf("%d min: %d became %d", minutes, was, is)
			}
		}
	}
	for _, text := range []string{"", "rubbish", `{"PricingRules":`, `{"PricingRules":{},"Zone":"Nowhere"}`} {
		if _, err := site.ReadTariff(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// Documents that come into force later are named beside the one in force, and kept with it as the last good ones.
func TestTariffsOfLater(t *testing.T) {
	next := strings.Replace(document, `version = "board-1"`, "version = \"board-2\"\nvalid_from = \"2027-01-01\"", 1)
	p := newPlace(t)
	p.write(strings.Replace(named("board.toml"), `"board.toml"`, "\"board.toml\"\nnext = [\"later.toml\"]", 1))
	p.writeTariff("board.toml", document)
	p.writeTariff("later.toml", next)
	loaded := p.loaded(3)
	if loaded.Broken != nil || len(loaded.Lot.NextTariffs) != 1 || loaded.Lot.NextTariffs[0].Tariff.Version != "board-2" || loaded.Lot.NextTariffs[0].Text != next {
		t.Fatalf("%v, %+v", loaded.Broken, loaded.Lot.NextTariffs)
	}
	for text, wanted := range map[string]string{
		document: "comes into force after",
		strings.Replace(next, "board-2", "board-1", 1): "the same version",
		strings.Replace(next, "EUR", "CHF", 1):         "the location in EUR",
		next + "x":                                     "later.toml:12",
	} {
		p.writeTariff("later.toml", text)
		broken := p.loaded(3)
		if broken.Broken == nil || !strings.Contains(broken.Broken.Error(), wanted) {
			t.Errorf("no %q: %v", wanted, broken.Broken)
		}
		if len(broken.Lot.NextTariffs) != 1 || broken.Lot.NextTariffs[0].Text != next {
			t.Errorf("the last good ones are %+v", broken.Lot.NextTariffs)
		}
	}
}
