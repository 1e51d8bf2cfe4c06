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

// What a board can't do for a device, and what is at a gate for nothing.
func TestWhatADeviceCannotUse(t *testing.T) {
	for _, c := range []struct{ board, device, want string }{
		{"revpi", `driver = "wiegand"` + "\nrole = \"reader\"\ngate = \"IN\"\n" + `settings = { d0 = "lane1_arm_up", d1 = "lane1_arm_down" }`,
			"board revpi looks at input lane1_arm_up every few milliseconds: the pulses of this device are shorter"},
		{"pi4", `driver = "wiegand"` + "\nrole = \"reader\"\ngate = \"IN\"\n" + `settings = { d0 = "lane1_arm_up", d1 = "lane1_arm_down" }`,
			"the board filters input lane1_arm_up for 20 ms"},
		{"network", `driver = "modbuscontact"` + "\nrole = \"arm_up\"\ngate = \"IN\"\n" + `settings = { port = "tcp//192.0.2.1:502", input = 1 }`,
			`the board network has no serial port "tcp//192.0.2.1:502"; if it is an address in the network, write "tcp://192.0.2.1:502"`},
		{"network", `driver = "zvt"` + "\nrole = \"terminal\"\ngate = \"IN\"\n" + `settings = { address = "192.0.2.1:20007" }`,
			"a terminal at an entry takes nothing: a fee is paid at the exit"},
	} {
		text := strings.Replace(strings.Replace(suppliedSite, "BOARD", c.board, 1), "driver = \"ups\"\nrole = \"monitor\"", c.device, 1)
		parsed, err := site.Parse("site.toml", []byte(text), all.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(parsed.Warnings, "\n")
		if err := parsed.Wiring(drivertest.NewHost()); err != nil {
			said += err.Error()
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %s\nwant %s", c.board, said, c.want)
		}
	}
}
