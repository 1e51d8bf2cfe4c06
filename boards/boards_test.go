package boards_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/boards"
	"gatehouse/sync/tomlfile"
)

func TestEveryBoardLoads(t *testing.T) {
	names := boards.Names()
	for _, wanted := range []string{"pi4", "sim"} {
		if !slices.Contains(names, wanted) {
			t.Errorf("boards %v: %s is missing", names, wanted)
		}
	}
	for _, name := range names {
		board, err := boards.Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if board.Name != name || board.Title == "" {
			t.Errorf("%s.toml calls its board %q, with the title %q", name, board.Name, board.Title)
		}
		checkConsistent(t, board)
	}
}

// A site that works in the simulator can be moved to a Pi: what the two have in common has the same names.
func TestThePiIsASmallSim(t *testing.T) {
	sim, _ := boards.Load("sim")
	pi, _ := boards.Load("pi4")
	for name, output := range pi.Outputs {
		if got := sim.Outputs[name]; got.MaxOnMS != output.MaxOnMS || got.Safe != output.Safe {
			t.Errorf("output %s: sim %+v, pi4 %+v", name, got, output)
		}
	}
	for name, input := range pi.Inputs {
		if got := sim.Inputs[name]; got.NC != input.NC || got.ActiveLow != input.ActiveLow {
			t.Errorf("input %s: sim %+v, pi4 %+v", name, got, input)
		}
	}
}

// Reset pulls of the Pi's chip: GPIO 0-8 up, 9-27 down. A relay that is driven high on a pulled-up line would close
// at power-on.
func TestNoRelayOfThePiClosesAtPowerOn(t *testing.T) {
	pi, _ := boards.Load("pi4")
	for name, output := range pi.Outputs {
		pulledUp := pi.Lines[output.Line].Number <= 8
		if output.Active(pulledUp) {
			t.Errorf("output %s is active while the chip resets", name)
		}
	}
}

// A board is refused on another machine, where its pins would be other pins, with the boards of that machine named.
func TestABoardFitsItsMachine(t *testing.T) {
	pi4, pi5 := []string{"raspberrypi,4-model-b", "brcm,bcm2711"}, []string{"raspberrypi,5-model-b", "brcm,bcm2712"}
	for _, c := range []struct {
		board, want string
		machine     []string
	}{
		{"pi4", "", pi4}, {"pi4", "", nil}, {"sim", "", pi4}, {"hil", "", []string{"linux,dummy-virt"}}, {"pi5-bare+relay-hat-8", "", pi5},
		{"relay-hat-8", "write one of pi5-bare, pi5", pi5},
		{"pi4", "it is a raspberrypi,5-model-b, and board pi4 is for raspberrypi,4-model-b: write one of pi5-bare, pi5", pi5},
		{"zero2w", "write a board file of your own, with match = [\"xunlong,orangepi-zero3\"]", []string{"xunlong,orangepi-zero3"}},
	} {
		board, err := boards.Load(c.board)
		if err != nil {
			t.Fatal(err)
		}
		err = board.Fits(c.machine)
		if (err == nil) != (c.want == "") || err != nil && (!errors.Is(err, boards.ErrMismatch) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s on %v: %v, want %q", c.board, c.machine, err, c.want)
		}
	}
}

func TestAnUnknownBoardNamesTheKnownOnes(t *testing.T) {
	_, err := boards.Load("pi44")
	if !errors.Is(err, boards.ErrUnknown) || !strings.Contains(err.Error(), "did you mean pi4?") {
		t.Errorf("error %v", err)
	}
}

const revisedPi = `
name = "pi4-rev2"
title = "As pi4, with a relay board that is driven low"
extends = "pi4"

[lines]
relay1 = { pin = "GPIO6X", active_low = true }

[outputs]
lane1_lamp = { line = "relay4", active_low = true, max_on_ms = 0, safe = "on" }
`

func TestABoardThatExtendsAnotherSaysOnlyWhatDiffers(t *testing.T) {
	board, err := boards.Parse([]byte(revisedPi), "rev2.toml")
	if err != nil {
		t.Fatal(err)
	}
	base, _ := boards.Load("pi4")
	if got := board.Lines["relay1"]; got.Pin != "GPIO6X" || got.Chip != "" {
		t.Errorf("relay1 is %+v: an entry replaces the base's as a whole", got)
	}
	if !board.Outputs["lane1_raise"].ActiveLow || board.Outputs["lane1_raise"].MaxOnMS != 1000 {
		t.Errorf("lane1_raise is %+v: it is the base's, on a line that is now driven low", board.Outputs["lane1_raise"])
	}
	if got := board.Outputs["lane1_lamp"]; got.Safe != boards.SafeOn || !got.ActiveLow {
		t.Errorf("lane1_lamp is %+v", got)
	}
	if board.Name != "pi4-rev2" || board.Backend != base.Backend || len(board.Inputs) != len(base.Inputs) {
		t.Errorf("board %s, %s, %d inputs", board.Name, board.Backend, len(board.Inputs))
	}
}

// A normally closed contact to ground, with a pull-up: at rest it holds the line low, a cut wire lets it rise.
func TestACutWireReadsAsActive(t *testing.T) {
	fire := boards.Input{ActiveLow: true, NC: true}
	if !fire.Active(true) || fire.Active(false) {
		t.Error("fire: an open contact must be active, a closed one inactive")
	}
	loop := boards.Input{ActiveLow: true}
	if loop.Active(true) || !loop.Active(false) {
		t.Error("loop: a closed contact must be active, an open one inactive")
	}
}

func TestLevelsAndStatesAreInverse(t *testing.T) {
	for _, flag := range []bool{false, true} {
		for _, state := range []bool{false, true} {
			output := boards.Output{ActiveLow: flag}
			if output.Active(output.High(state)) != state {
				t.Errorf("%+v: state %v does not come back", output, state)
			}
			for _, nc := range []bool{false, true} {
				input := boards.Input{ActiveLow: flag, NC: nc}
				if input.Active(input.High(state)) != state {
					t.Errorf("%+v: state %v does not come back", input, state)
				}
			}
		}
	}
}

const brokenBoard = `
title = "Everything wrong"
backend = "chardev"

[lines]
a = { chip = "pinctrl-bcm2711", line = 17, active_low = false }
b = { chip = "pinctrl-bcm2711", line = 17 }
c = { chip = "pinctrl-bcm2711" }
d = { pin = "GPIO5", active_low = true }

[outputs]
raise = { line = "a" }
lower = { line = "a", max_on_ms = 500, interlock = ["raize", "lower"] }
lamp = { line = "e", max_on_ms = -1 }
horn = { line = "d", max_on_ms = 500, safe = "on" }

[inputs]
loop = { line = "d", debounce_us = 9000000 }
none = {}

[uarts]
one = { path = "/dev/ttyAMA0" }
two = { path = "/dev/ttyAMA0" }
three = { path = "" }
`

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	_, err := boards.Parse([]byte(brokenBoard), "broken.toml")
	var problems tomlfile.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v", err)
	}
	text := err.Error()
	for _, wanted := range []string{
		"broken.toml:1:1: name: the board has no name",
		"broken.toml:7:5: lines.b: pinctrl-bcm2711 line 17 is used twice: by a and by b",
		"lines.c: it is not clear which line this is",
		"outputs.raise: max_on_ms is missing; write the longest time it may stay on in ms",
		"outputs.raise.line: line a is used twice: by output lower and by output raise",
		`outputs.lower.interlock[1]: there is no output "raize" to interlock with; did you mean raise?`,
		"outputs.lower.interlock[2]: an output can't be interlocked with itself",
		`outputs.lamp.line: there is no line "e"`,
		"outputs.lamp.max_on_ms: -1 ms is out of range",
		"outputs.horn.line: line d is used twice: by input loop and by output horn",
		"outputs.horn.max_on_ms: an output that is on when safe can't be bounded",
		"inputs.loop.debounce_us: 9000000 µs is out of range",
		"inputs.none: it has no line",
		"uarts.two: /dev/ttyAMA0 is used twice: by one and by two",
		"uarts.three: it has no device path",
	} {
		if !strings.Contains(text, wanted) {
			t.Errorf("no problem says %q", wanted)
		}
	}
	if len(problems) != 15 || t.Failed() {
		t.Errorf("%d problems:\n%s", len(problems), text)
	}
}

func TestWhatTheFormatCanTellIsToldFirst(t *testing.T) {
	for text, wanted := range map[string]string{
		"nam = \"x\"\n":                         "did you mean name?",
		"backend = \"chardevs\"\n":              `no backend is "chardevs": write one of chardev, virtual`,
		"[outputs]\nx = { safe = \"of\" }\n":    `no safe state is "of": write one of off, on, keep`,
		"[inputs]\nx = { bias = \"\" }\n":       `no bias is "": write one of keep, up, down, off`,
		"extends = \"pi3\"\nname = \"x\"\n":     `there is no board "pi3"; did you mean pi4?`,
		"[lines]\na = { line = \"seventeen\" }": "whole number",
	} {
		_, err := boards.Parse([]byte(text), "board.toml")
		if err == nil || !strings.Contains(err.Error(), wanted) || !strings.HasPrefix(err.Error(), "board.toml:") {
			t.Errorf("%q\nerror %v\nwant  %s", text, err, wanted)
		}
	}
}

// checkConsistent says what every board promises to its readers.
func checkConsistent(t *testing.T, board boards.Board) {
	t.Helper()
	used := map[string]bool{}
	use := func(line string) {
		if _, known := board.Lines[line]; !known || used[line] {
			t.Errorf("line %q is unknown or used twice", line)
		}
		used[line] = true
	}
	for name, output := range board.Outputs {
		use(output.Line)
		for _, other := range output.Interlock {
			if _, known := board.Outputs[other]; !known || other == name {
				t.Errorf("%s is interlocked with %q", name, other)
			}
		}
		if output.Name != name || output.MaxOnMS < 0 {
			t.Errorf("output %s: %+v", name, output)
		}
	}
	for name, input := range board.Inputs {
		use(input.Line)
		if input.Name != name || input.DebounceUS < 0 {
			t.Errorf("input %s: %+v", name, input)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(revisedPi))
	f.Add([]byte(brokenBoard))
	f.Add([]byte("name = \"x\"\nbackend = \"virtual\"\n[lines]\na = {}\n[inputs]\ni = { line = \"a\" }\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		board, err := boards.Parse(data, "fuzz.toml")
		if err == nil {
			checkConsistent(t, board)
		}
	})
}

// What can be wired to a header wrongly, and what is said of it.
func TestImpossibleWiringNamesTheHeaderPin(t *testing.T) {
	for text, wanted := range map[string]string{
		"[lines]\na = { gpio = 14 }\n[outputs]\na = { line = \"a\", max_on_ms = 0 }":                   "GPIO14 (header pin 8) is used twice: by serial port serial0 and by output a",
		"[lines]\na = { gpio = 2 }\n[inputs]\na = { line = \"a\" }":                                    "GPIO2 (header pin 3) is used twice: by I2C bus i2c1 and by input a",
		"[lines]\na = { header_pin = 11 }\n[inputs]\na = { line = \"a\" }":                             "lines.a: GPIO17 (header pin 11) is used twice: by a and by relay2",
		"[lines]\na = { gpio = 0 }\n[inputs]\na = { line = \"a\" }":                                    "GPIO0 (header pin 27) is for the identity chip of a HAT",
		"[lines]\na = { header_pin = 6 }":                                                              "header pin 6 is GND, and no line",
		"[lines]\na = { header_pin = 41 }":                                                             "there is no header pin 41",
		"[lines]\na = { gpio = 28 }":                                                                   "the header has no GPIO28",
		"[lines]\na = { gpio = 4, pin = \"X\" }":                                                       "it is not clear which line this is",
		"[lines]\na = { gpio = 4, input_only = true }\n[outputs]\na = { line = \"a\", max_on_ms = 0 }": "line a (GPIO4 (header pin 7)) can only be read",
		"[spi]\ns = { bus = 0, select = 0, gpio = [10, 9, 11, 8] }":                                    "GPIO10 (header pin 19) is used twice",
		"[lines]\na = { pin = \"GPIO17\" }":                                                            "lines.a: GPIO17 (header pin 11) is used twice: by a and by relay2",
		"[inputs]\na = { line = \"relay2\" }":                                                          "line relay2 at GPIO17 (header pin 11) is used twice: by input a and by output",
		"[i2c]\ni2c1 = { bus = 1, gpio = [3, 2] }":                                                     "i2c.i2c1.gpio: GPIO3 (header pin 5) is SCL, and GPIO2 (header pin 3) is SDA; write gpio = [2, 3]",
		"[i2c]\ni2c9 = { bus = 9, gpio = [40, 41] }":                                                   "i2c.i2c9.gpio[1]: the header has no GPIO40; write 2 to 27",
		"[uarts]\nserial0 = { path = \"/dev/ttyAMA0\", gpio = [15, 14] }":                              "GPIO15 (header pin 10) is RXD, and GPIO14 (header pin 8) is TXD",
		"[taken]\nfan = { what = \"fan\" }":                                                            "taken.fan: it does not say what takes which lines",
		"[taken]\nfan = { what = \"fan\", gpio = [2, 3] }":                                             "by I2C bus i2c1 and by fan fan; one of the two has to go; what is on the bus beside others needs no entry",
		"[spi]\ns = { bus = 0 }":                                                                       "write bus = 0 and select = 0",
		"[i2c]\nb = { bus = 1 }":                                                                       "/dev/i2c-1 is used twice: by b and by i2c1",
		"[uarts]\nu = { path = \"/dev/x\", after_send_ms = 1 }":                                        "the direction's times and polarity are for the kernel",
		"[uarts]\nu = { path = \"/dev/x\", rs485 = \"user\" }":                                         `no RS-485 mode is "user": write one of none, auto, kernel`,
		"[watchdog]\ndevice = \"/dev/watchdog\"\ntimeout_s = 0":                                        "a watchdog has a device and a timeout",
		"[power.hats.horn]\nhat_ma = 700":                                                              "the 5 V pins (header pins 2 and 4) can give 1200 mA, and what is on the header takes 1296 mA with all relays on",
		"[power.hats.lot-io]\nrelays = 8\npin_ma = 10":                                                 "GPIO18 (header pin 12) and 7 other outputs would take 10 mA each, and with what is before them all 80 mA: a pin gives 16 mA",
		"[power]\nusb_ma = -1":                                                                         "power.usb_ma: -1 mA is out of range",
		"[ups]\nmains_lost = \"fire\"\nrunning = \"lane1_arming\"":                                     "ups.running: lane1_arming is no output: it is GPIO6 (header pin 31)",
		"[ups]\nmains_lost = \"lane1_lamp\"":                                                           "ups.mains_lost: lane1_lamp is no input: it is GPIO19 (header pin 35)",
		"[ups]\nrunning = \"lane1_lamp\"":                                                              "ups.mains_lost: it has no input",
		"[ups]\nmains_lost = \"fire\"\nrunning = \"lane1_raise\"":                                      "output lane1_raise may stay on for 1000 ms only",
		"[ups]\nmains_lost = \"fire\"\ngauge = \"max17040\"":                                           "there is no I2C bus \"\" for the fuel gauge",
		"[ups]\nmains_lost = \"fire\"\ngauge = \"bq27441\"":                                            "no fuel gauge is called \"bq27441\"",
		"[boot.config]\nx = { line = \"dtparam=x\" }":                                                  "a boot line has a line and a reason",
	} {
		_, err := boards.Parse([]byte("name = \"x\"\nextends = \"pi4\"\n"+text+"\n"), "board.toml")
		if err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%q\nerror %v\nwant  %s", text, err, wanted)
		}
	}
}

// Two devices share an SPI bus, and not their select lines.
func TestDevicesShareAnSPIBus(t *testing.T) {
	text := "name = \"x\"\nextends = \"pi4-bare\"\n[spi]\na = { bus = 0, select = 0, gpio = [10, 9, 11, 8] }\nb = { bus = 0, select = 1, gpio = [10, 9, 11, %d] }\n"
	text += "[taken]\ncan = { what = \"CAN controller\", gpio = [%s] }\n[boot.config]\nspi = { line = \"dtparam=spi=on\", why = \"SPI\" }\n"
	for taken, wanted := range map[string]string{
		"7": "", "8": "GPIO8 (header pin 24) is used twice: by SPI device a and by SPI device b",
		"10, 9, 11, 18": "", "10, 9, 11, 8": "GPIO8", "10, 18": "GPIO10 (header pin 19)",
	} {
		selects, can, isCAN := "7", taken, strings.Contains(taken, ",")
		if !isCAN {
			selects, can = taken, "18"
		}
		_, err := boards.Parse([]byte(strings.NewReplacer("%d", selects, "%s", can).Replace(text)), "board.toml")
		if (err == nil) != (wanted == "") || err != nil && !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s: %v, want %q", taken, err, wanted)
		}
	}
}

func TestBoardsAreJoined(t *testing.T) {
	board, err := boards.Load("pi5-bare+relay-hat-8")
	if err != nil {
		t.Fatal(err)
	}
	relay := board.Lines["relay1"]
	if relay.Chip != "pinctrl-rp1" || relay.Number != 5 || board.Title != "Raspberry Pi 5 + HAT with eight relays" {
		t.Errorf("%q: relay1 is %+v", board.Title, relay)
	}
	if user := board.Users()[29]; user.Kind != "output" || user.Name != "lane1_raise" {
		t.Errorf("header pin 29 has %+v", user)
	}
	if p := board.Power; p.HeaderMA() != 2600 || p.TakenMA() != 596 {
		t.Errorf("%d of %d mA", p.TakenMA(), p.HeaderMA())
	}
	if _, err := boards.Load("pi4-bare+relay-hat-8+x728-v2"); err == nil || !strings.Contains(err.Error(), "GPIO6 (header pin 31) is used twice") && !strings.Contains(err.Error(), "line 6 is used twice") {
		t.Errorf("a supply on the relays' pins: %v", err)
	}
	for _, wrong := range []string{"pi5-bare+relay-hat-9", "+", "pi5+"} {
		if _, err := boards.Load(wrong); !errors.Is(err, boards.ErrUnknown) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := boards.Load("pi4+relay-hat-8"); err == nil || !strings.Contains(err.Error(), "used twice") {
		t.Errorf("two boards of relays on one header: %v", err)
	}
}

// On every Raspberry Pi the relays rest while the chip resets, or a boot line makes them rest.
func TestEveryRelayOfAPiRestsAtPowerOnOrIsHeldOff(t *testing.T) {
	for _, name := range boards.Names() {
		board, err := boards.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		held := ""
		for _, line := range board.Config {
			if strings.HasPrefix(line.Line, "gpio=") {
				held += "," + strings.TrimSuffix(strings.TrimPrefix(line.Line, "gpio="), "=op,dh")
			}
		}
		for _, output := range board.Outputs {
			pin, found := board.Header.ByGPIO(board.Lines[output.Line].Number)
			if found && output.Active(pin.PullUp) && !slices.Contains(strings.Split(held, ","), strings.TrimPrefix(pin.Name, "GPIO")) {
				t.Errorf("%s: output %s is on while the chip resets", name, output.Name)
			}
		}
	}
}

// A line that is taken away is free for something else, also under another name, and nothing may go on naming it.
func TestAFileTakesALineAway(t *testing.T) {
	const without = "name = \"x\"\nextends = \"pi4\"\n[lines]\nin3 = {}\n"
	base, err := boards.Load("pi4")
	if err != nil {
		t.Fatal(err)
	}
	gpio := base.Lines["in3"].Number
	board, err := boards.Parse(fmt.Appendf(nil, "%scash = { gpio = %d, bias = \"up\" }\n[inputs]\nlane1_arm_up = {}\ndrawer = { line = \"cash\", active_low = true }\n", without, gpio), "board.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, there := board.Lines["in3"]; there || board.Lines["cash"].Number != gpio || len(board.Lines) != len(base.Lines) {
		t.Errorf("lines %+v", board.Lines)
	}
	if _, err := boards.Parse([]byte(without), "board.toml"); err == nil || !strings.Contains(err.Error(), `inputs.lane1_arm_up.line: there is no line "in3"`) {
		t.Errorf("an input of the base still names it: %v", err)
	}
	simulated, err := boards.Parse([]byte("name = \"x\"\nextends = \"sim\"\n[lines]\nspare = {}\n"), "board.toml")
	if _, there := simulated.Lines["spare"]; err != nil || !there {
		t.Errorf("a line that is new on a virtual board: %v", err)
	}
}

func TestAFileTakesAwayWhatItsBaseHas(t *testing.T) {
	board, err := boards.Parse([]byte("name = \"x\"\nextends = \"pi4\"\n[inputs]\nlane1_arm_up = {}\nd0 = { line = \"in3\" }\n[uarts]\nserial4 = {}\n"), "board.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, there := board.Inputs["lane1_arm_up"]; there || board.Inputs["d0"].Line != "in3" || board.Inputs["d0"].DebounceUS != 0 {
		t.Errorf("inputs %+v", board.Inputs)
	}
	if _, there := board.UARTs["serial4"]; there || len(board.UARTs) == 0 {
		t.Errorf("serial ports %+v", board.UARTs)
	}
	simulated, err := boards.Parse([]byte("name = \"x\"\nextends = \"sim\"\n[uarts]\nuart2 = {}\n"), "board.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, has := simulated.UARTs["uart1"]; !has {
		t.Error("a port that the base has as {} is gone, though the file says nothing of it")
	}
	if _, has := simulated.UARTs["uart2"]; has {
		t.Error("a port that was taken away is there")
	}
	if _, err := boards.Parse([]byte("name = \"x\"\nextends = \"pi4\"\n[inputs]\nnew = {}\n"), "board.toml"); err == nil {
		t.Error("an input without a line was taken")
	}
}
