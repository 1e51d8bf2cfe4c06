package tariff_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/tariff"
)

// TestCheckLooksAtEveryPart: a tariff that no document was read for may be wrong anywhere.
func TestCheckLooksAtEveryPart(t *testing.T) {
	night := []tariff.When{{FromMS: 25 * hourMS, ToMS: 26 * hourMS}}
	gap := []tariff.Step{{ToMS: hourMS, UnitMS: hourMS}, {FromMS: 2 * hourMS, UnitMS: hourMS}}
	for part, spoil := range map[string]func(*tariff.Tariff){
		"":                         func(*tariff.Tariff) {},
		"error: cap day: hours":    func(c *tariff.Tariff) { c.Caps[0].Entry = night },
		"error: extra fee: hours":  func(c *tariff.Tariff) { c.Extras[0].Entry = night },
		"error: extra fee: hours ": func(c *tariff.Tariff) { c.Extras[0].Exit = night },
		"error: discount shop: hours from 90000000 to 93600000": func(c *tariff.Tariff) { c.Discounts[0].Entry = night },
		"error: grace: step 2":                func(c *tariff.Tariff) { c.Grace.Late, c.Grace.LateSteps = tariff.LateRate, gap },
		"error: grace: the price of leaving":  func(c *tariff.Tariff) { c.Grace.Late = tariff.LateRate },
		"error: grace: the price of leaving ": func(c *tariff.Tariff) { c.Grace.LateSteps = gap[:1] },
		"error: rule hour: step 1":            func(c *tariff.Tariff) { c.Rules[0].Steps[0].PriceMilli = 1000 },
	} {
		cfg := &tariff.Tariff{
			Version: "1", Currency: "EUR", Zone: zones(t)[0],
			Rules:     []tariff.Rule{{ID: "hour", Steps: []tariff.Step{{PriceMinor: 100, UnitMS: hourMS}}}},
			Caps:      []tariff.Cap{{ID: "day", Window: tariff.PerDay, Amounts: []tariff.CapAmount{{Minor: 900}}}},
			Extras:    []tariff.Extra{{ID: "fee", Minor: 10}},
			Discounts: []tariff.Discount{{Code: "shop", Kind: tariff.MoneyOff, Minor: 50}},
		}
		spoil(cfg)
		said := []string{}
		for _, p := range tariff.Check(cfg) {
			said = append(said, p.String())
		}
		if text := strings.Join(said, "\n"); (part == "") != (text == "") || !strings.HasPrefix(text, strings.TrimSpace(part)) {
			t.Errorf("%q: %s", part, text)
		}
	}
}
