package site_test

import (
	"strconv"
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
		{"pi4", `driver = "relaybarrier"` + "\nrole = \"barrier\"\ngate = \"IN\"\n" + `settings = { raise = "lane1_hold" }`,
			"output lane1_hold may stay on for ever, and a barrier's pulse has to end whatever becomes of the gateway; name an output whose max_on_ms is not 0"},
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

// Chips of one address are told apart by the channel of a multiplexer, by the multiplexer and by the bus, and by nothing else.
func TestChipsOnI2CBuses(t *testing.T) {
	two := func(settings ...string) (text string) {
		for i, one := range settings {
			text += strings.ReplaceAll("[[device]]\nid = \"mN\"\ndriver = \"magnetic\"\nrole = \"sensor\"\nspots = [\"N\"]\nsettings = { "+one+" }\n", "N", strconv.Itoa(i+1))
		}
		return text
	}
	for _, c := range []struct{ board, devices, want string }{
		{"pi4", two(`bus = "i2c1", mux = 0x70, channels = "1"`, `bus = "i2c1", mux = 0x71, channels = "1"`), ""},
		{"pi4", two(`bus = "i2c1", mux = 0x70, channels = "1"`, `bus = "i2c1", mux = 0x70, channels = "2"`), ""},
		{"pi4", two(`bus = "i2c1", chip = "qmc5883l"`, `bus = "i2c1", chip = "rm3100", address = 0x21`), ""},
		{"pi4", two(`bus = "i2c1", chip = "qmc5883l"`, `bus = "i2c1", mux = 0x71, channels = "1", chip = "rm3100"`), ""},
		{"hil", two(`bus = "i2c1", chip = "qmc5883l"`, `bus = "i2c3", chip = "qmc5883l"`), ""},
		{"pi4", two(`bus = "i2c1", mux = 0x70, channels = "1"`, `bus = "i2c1", mux = 0x70, channels = "0,1"`),
			"I2C bus i2c1 address 0x0D behind channel 1 of multiplexer 0x70 is used twice, with device \"m1\"; give each device channels of its own"},
		{"pi4", two(`bus = "i2c1"`, `bus = "i2c1"`), "I2C bus i2c1 address 0x0D is used twice, with device \"m1\"; if these are two kinds of chip write chip and address at both"},
		{"pi4", two(`bus = "i2c1", chip = "hmc5883l"`, `bus = "i2c1", mux = 0x71, channels = "1"`), "0x1E is on I2C bus i2c1 itself and behind a multiplexer: both chips would answer, with device"},
		{"pi4", two(`bus = "i2c1", mux = 0x70, channels = "1"`, `bus = "i2c1", chip = "rm3100", address = 0x70`), "I2C bus i2c1 address 0x70 is the address of a multiplexer"},
		{"x728-v2", two(`bus = "i2c1", chip = "rm3100", address = 0x68`), "I2C bus i2c1 address 0x68 is used twice, with the board's DS1307 clock"},
		{"x728-v2", two(`bus = "i2c1", mux = 0x70, channels = "1"`) + "[[device]]\nid = \"clock\"\ndriver = \"rtc\"\nrole = \"monitor\"\nsettings = { bus = \"i2c1\" }\n[[device]]\nid = \"supply\"\ndriver = \"ups\"\nrole = \"monitor\"\n", ""},
	} {
		text := strings.Replace(suppliedSite, "BOARD", c.board, 1)
		text = strings.Replace(text, `numbers = ["1"]`, `numbers = ["1", "2"]`+"\nsensor = \"ground\"", 1)
		text = text[:strings.Index(text, "[[device]]")] + "[[sensor]]\nname = \"ground\"\nperiod_ms = 1000\n" + c.devices
		parsed, err := site.Parse("site.toml", []byte(text), all.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		err = parsed.Wiring(drivertest.NewHost())
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with\n%s%v\nwant %q", c.board, c.devices, err, c.want)
		}
	}
}
