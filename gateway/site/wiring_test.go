package site_test

import (
	"strings"
	"testing"

	"gatehouse/drivers/all"
	"gatehouse/drivers/drivertest"
	"gatehouse/gateway/site"
)

const suppliedSite = `
[location]
id = "yard"
name = "Yard"
timezone = "Europe/Berlin"
currency = "EUR"
board = "BOARD"
[tariff]
lost_ticket = "10.00"
[[tariff.rule]]
rule_id = "all"
rate_per_hour = "1.00"
[[floor]]
id = "F1"
number = 1
[[zone]]
id = "A"
floor = "F1"
[[spots]]
numbers = ["1"]
zone = "A"
type = "regular"
[[gate]]
id = "IN"
floor = "F1"
direction = "in"
[[device]]
id = "supply"
driver = "ups"
role = "monitor"
`

// A board that has a supply says where it is; on another one the site file has to.
func TestASupplyIsWhereTheBoardSays(t *testing.T) {
	for board, want := range map[string]string{"x728-v2": "", "pi4": "mains_lost is missing"} {
		parsed, err := site.Parse("site.toml", []byte(strings.Replace(suppliedSite, "BOARD", board, 1)), all.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		err = parsed.Wiring(drivertest.NewHost())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", board, err)
		}
	}
}
