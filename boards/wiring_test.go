package boards_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/boards"
)

// horn is an output of an installer's own on a line of the header.
func horn(line string) string {
	return "[lines]\nhorn = { " + line + " }\n[outputs]\nhorn = { line = \"horn\", max_on_ms = 500 }"
}

// booting is a boot line of an installer's own.
func booting(line string) string {
	return fmt.Sprintf("\n[boot.config]\nown = { line = %q, why = \"a reason\" }", line)
}

// What can't be wired so, or conflicts, is told with the place in the file, the key, the pin of the header, and what to do.
func TestWiringsThatCannotBe(t *testing.T) {
	for _, c := range []struct{ name, extends, text, want string }{
		{"two uses of a pin, one of them the base's", "pi4", horn("header_pin = 11, active_low = false"),
			"board.toml:4:8: lines.horn: GPIO17 (header pin 11) is used twice: by horn and by relay2; give each one its own"},
		{"the same by chip and number", "pi4", horn(`chip = "pinctrl-bcm2711", line = 17, active_low = false`),
			"board.toml:6:17: outputs.horn.line: GPIO17 (header pin 11) is used twice: by output horn and by output lane1_lower; move one of them; lotctl board pinout draws what is free"},
		{"a relay on the UART", "pi4", horn("gpio = 14, active_low = false"),
			"board.toml:6:17: outputs.horn.line: GPIO14 (header pin 8) is used twice: by serial port serial0 and by output horn; move one of them"},
		{"Bluetooth has the HAT's UART", "pi4-bare+waveshare-rs485-can-hat", "[boot.config]\nbluetooth = {}",
			"board.toml:2:11: uarts.serial0: Bluetooth has /dev/ttyAMA0, and GPIO14 (header pin 8) and GPIO15 (header pin 10) have the UART whose speed follows the processor's; write [boot.config] bluetooth = { line = \"dtoverlay=disable-bt\""},
		{"a UART that is not there without Bluetooth", "pi3bplus-bare", "[uarts]\nserial0 = { path = \"/dev/ttyS0\", gpio = [14, 15] }",
			"board.toml:4:20: uarts.serial0.path: without Bluetooth GPIO14 (header pin 8) and GPIO15 (header pin 10) have /dev/ttyAMA0, and not /dev/ttyS0; write path = \"/dev/ttyAMA0\""},
		{"a relay on the second select line of SPI", "pi4-bare+relay-hat-8", horn("gpio = 7, active_low = true"),
			"board.toml:6:17: outputs.horn.line: GPIO7 (header pin 26) is used twice: by the boot line dtparam=spi=on and by output horn; write dtoverlay=spi0-1cs instead"},
		{"a relay on the select line of what only a boot line names", "pi4-bare", horn("gpio = 8, active_low = true") + booting("dtparam=audio=on,spi=on"),
			"board.toml:6:17: outputs.horn.line: GPIO8 (header pin 24) is used twice: by the boot line dtparam=spi=on and by output horn; write dtoverlay=spi0-0cs instead"},
		{"a contact on a pin of the HAT's identity chip", "pi4", "[lines]\ndoor = { header_pin = 28, active_low = true }\n[inputs]\ndoor = { line = \"door\" }",
			"board.toml:6:17: inputs.door.line: GPIO1 (header pin 28) is for the identity chip of a HAT, which the firmware talks to at each start; move input door to another pin"},
		{"a bus on them", "pi4", "[i2c]\nid = { bus = 0, gpio = [0, 1] }",
			"board.toml:4:25: i2c.id.gpio[1]: GPIO0 (header pin 27) is for the identity chip of a HAT"},
		{"driven low on a pin that is pulled low", "pi4-bare", horn("gpio = 17, active_low = true"),
			"board.toml:6:8: outputs.horn: GPIO17 (header pin 11) is pulled down at reset, so that output horn is on from power-on until the gateway starts; write [boot.config] horn_off = { line = \"gpio=17=op,dh\", why = \"…\" }, or move it to GPIO2 to 8"},
		{"driven high on a pin that is pulled high", "pi5-bare", horn("gpio = 5, active_low = false"),
			"board.toml:6:8: outputs.horn: GPIO5 (header pin 29) is pulled up at reset, so that output horn is on from power-on until the gateway starts; write [boot.config] horn_off = { line = \"gpio=5=op,dl\", why = \"…\" }, or move it to GPIO9 to 27"},
		{"held the wrong way at boot", "pi4-bare", horn("gpio = 17, active_low = true") + booting("gpio=16-18=op,dl"),
			"board.toml:6:8: outputs.horn: a boot line drives GPIO17 (header pin 11) so that output horn is on until the gateway starts; write gpio=17=op,dh"},
		{"a watchdog that is too slow for its timer", "pi4", "[watchdog]\ntimeout_s = 60",
			"board.toml:4:13: watchdog.timeout_s: 60 s is more than the timer of this board can count: old kernels refuse it, and others restart the machine sooner than that; write 1 to 15"},
		{"an output without a polarity", "pi4-bare", horn("gpio = 17"),
			"board.toml:6:8: outputs.horn: the polarity of GPIO17 (header pin 11) is missing; write active_low = true if a low level switches it on"},
		{"an input without a polarity", "pi4-bare", "[lines]\ndoor = { gpio = 17 }\n[inputs]\ndoor = { line = \"door\" }",
			"board.toml:6:8: inputs.door: the polarity of GPIO17 (header pin 11) is missing; write active_low = true and bias = \"up\" for a contact to ground"},
		{"a barrier's output without its longest time", "pi4", "[outputs]\nlane1_raise = { line = \"relay1\" }",
			"board.toml:4:15: outputs.lane1_raise: max_on_ms is missing; write the longest time it may stay on in ms (for a barrier's pulse 1000)"},
		{"interlocked with nothing", "pi4", "[outputs]\nlane1_raise = { line = \"relay1\", max_on_ms = 1000, interlock = [\"lane1_lowr\"] }",
			"board.toml:4:65: outputs.lane1_raise.interlock[1]: there is no output \"lane1_lowr\" to interlock with; did you mean lane1_lower?"},
		{"an unknown key", "pi4", "[outputs]\nlane1_lamp = { line = \"relay4\", max_on = 0 }",
			"board.toml:4:33: outputs.lane1_lamp.max_on: unknown key; active_low, interlock, line, max_on_ms, safe can stand here"},
		{"an unknown table", "pi4", "[ouputs]\nx = {}", "board.toml:3:2: ouputs: unknown key; did you mean outputs?"},
		{"a UART that nothing switches on", "pi4-bare", "[uarts]\nserial4 = { path = \"/dev/ttyAMA4\", gpio = [8, 9] }",
			"board.toml:4:11: uarts.serial4: no boot line switches /dev/ttyAMA4 on, on GPIO8 (header pin 24) and GPIO9 (header pin 21); write [boot.config] serial4 = { line = \"dtoverlay=uart4\", why = \"…\" }"},
		{"the UART of a Pi 4 on a Pi 5", "pi5-bare", "[uarts]\nserial4 = { path = \"/dev/ttyAMA4\", gpio = [8, 9] }" + booting("dtoverlay=uart4-pi5"),
			"board.toml:4:11: uarts.serial4: /dev/ttyAMA4 is on GPIO12 (header pin 32) and GPIO13 (header pin 33); write gpio = [12, 13]"},
		{"the overlay of a Pi 4 on a Pi 5", "pi5-bare", "[uarts]\nserial4 = { path = \"/dev/ttyAMA4\", gpio = [12, 13] }" + booting("dtoverlay=uart4"),
			"board.toml:4:11: uarts.serial4: no boot line switches /dev/ttyAMA4 on, on GPIO12 (header pin 32) and GPIO13 (header pin 33); write [boot.config] serial4 = { line = \"dtoverlay=uart4-pi5\""},
		{"a UART whose pins are not said", "cm4-bare", "[uarts]\nserial5 = { path = \"/dev/ttyAMA5\" }" + booting("dtoverlay=uart5"),
			"board.toml:4:11: uarts.serial5: /dev/ttyAMA5 is on GPIO12 (header pin 32) and GPIO13 (header pin 33); write gpio = [12, 13]"},
		{"a UART that the chip has not", "zero2w-bare", "[uarts]\nserial4 = { path = \"/dev/ttyAMA4\", gpio = [8, 9] }",
			"board.toml:4:20: uarts.serial4.path: chip pinctrl-bcm2835 has no /dev/ttyAMA4 on the header; write one of /dev/ttyAMA0 on GPIO14 and 15"},
		{"a UART by the number that it had before Linux 6.1", "pi4-bare", "[uarts]\nserial4 = { path = \"/dev/ttyAMA1\", gpio = [8, 9] }" + booting("dtoverlay=uart4"),
			"board.toml:4:20: uarts.serial4.path: chip pinctrl-bcm2711 has no /dev/ttyAMA1 on the header; write one of"},
		{"the console's connector of a Pi 5", "pi5-bare", "[uarts]\nserial0 = { path = \"/dev/serial0\", gpio = [14, 15] }",
			"board.toml:4:20: uarts.serial0.path: /dev/serial0 is the connector between the HDMI sockets on this board, and not on the header; write path = \"/dev/ttyAMA0\" for GPIO14 and GPIO15"},
		{"a UART on the relays of a HAT", "pi4-bare+relay-hat-8", "[uarts]\nserial5 = { path = \"/dev/ttyAMA5\", gpio = [12, 13] }" + booting("dtoverlay=uart5"),
			"board.toml:4:48: uarts.serial5.gpio[2]: GPIO13 (header pin 33) is used twice: by serial port serial5 and by output lane1_hold"},
		{"two chips of one address on a bus", "pi4", "[i2c.i2c1]\nbus = 1\ngpio = [2, 3]\ndevices = [{ address = 0x68, what = \"DS3231 clock\" }, { address = 104, what = \"gyroscope\" }]",
			"board.toml:6:67: i2c.i2c1.devices[2].address: address 0x68 of /dev/i2c-1 (GPIO2 (header pin 3) and GPIO3 (header pin 5)) is used twice: by DS3231 clock and by gyroscope; set another address at one of them"},
		{"a chip at the address of the fuel gauge", "x728-v2", "[ups]\nmains_lost = \"mains_lost\"\ngauge = \"ina219\"\nbus = \"i2c1\"\naddress = 104",
			"board.toml:5:9: ups.gauge: address 0x68 of /dev/i2c-1 (GPIO2 (header pin 3) and GPIO3 (header pin 5)) is used twice: by DS1307 clock and by the fuel gauge"},
		{"a chip at no address", "pi4", "[i2c.i2c1]\nbus = 1\ngpio = [2, 3]\ndevices = [{ address = 0x80, what = \"clock\" }]",
			"board.toml:6:24: i2c.i2c1.devices[1].address: no device has the address 0x80; write 0x08 to 0x77"},
		{"a bus that nothing switches on", "pi4-bare", "[i2c]\ni2c1 = { bus = 1, gpio = [2, 3] }",
			"board.toml:4:8: i2c.i2c1: no boot line switches /dev/i2c-1 on, on GPIO2 (header pin 3) and GPIO3 (header pin 5); write [boot.config] i2c1 = { line = \"dtparam=i2c_arm=on\""},
		{"a bus by another's number", "pi4", "[i2c]\ni2c1 = { bus = 3, gpio = [2, 3] }",
			"board.toml:4:8: i2c.i2c1: GPIO2 (header pin 3) and GPIO3 (header pin 5) are /dev/i2c-1; write bus = 1"},
		{"the interrupt of a CAN HAT", "pi4-bare+waveshare-rs485-can-hat", horn("gpio = 25, active_low = false"),
			"board.toml:6:17: outputs.horn.line: GPIO25 (header pin 22) is used twice: by CAN controller can and by output horn"},
		{"the interrupt of a CAN controller that only a boot line names", "pi4-bare", horn("gpio = 23, active_low = false") + booting("dtoverlay=mcp2515-can0,oscillator=12000000,interrupt=23"),
			"board.toml:6:17: outputs.horn.line: GPIO23 (header pin 16) is used twice: by the boot line dtoverlay=mcp2515-can0,oscillator=12000000,interrupt=23 and by output horn; move it"},
		{"a fan on a relay of the base", "pi4", strings.TrimPrefix(booting("dtoverlay=gpio-fan,gpiopin=18"), "\n"),
			"board.toml:4:16: boot.config.own.line: GPIO18 (header pin 12) is used twice: by the boot line dtoverlay=gpio-fan,gpiopin=18 and by output lane1_hold"},
		{"a file that extends itself", "board.toml", "", "board.toml:2:11: extends: a board extends boards of `lotctl board ls`, and no file such as \"board.toml\"; name one of those"},
		{"a board that there is not", "pi4-bare+relay-hat8", "", "board.toml:2:11: extends: there is no board \"relay-hat8\"; did you mean relay-hat-8?"},
		{"two HATs on the same pins", "pi4-bare+relay-hat-8+waveshare-rs485-can-hat", "",
			"board.toml:2:11: inputs.lane2_arm_down.line: GPIO25 (header pin 22) is used twice: by CAN controller can and by input lane2_arm_down"},
		{"a relay on power", "pi4", horn("header_pin = 2, active_low = false"),
			"board.toml:4:23: lines.horn.header_pin: header pin 2 is 5V, and no line; lotctl board pinout draws the header"},
		{"more than the supply gives", "zero2w-bare+relay-hat-8", "[power.hats.heater]\nhat_ma = 800",
			"board.toml:3:8: power.hats: the 5 V pins (header pins 2 and 4) can give 1150 mA, and what is on the header takes 1396 mA with all relays on"},
		{"a GPIO of a Revolution Pi", "revpi", horn("gpio = 17"), "board.toml:4:8: lines.horn: it is not clear which line this is; write variable = \"…\", its name in PiCtory"},
		{"an output on an input of a Revolution Pi", "revpi", "[outputs]\nhorn = { line = \"in9\", max_on_ms = 500 }",
			"board.toml:4:17: outputs.horn.line: line in9 (variable I_9) can only be read; put the output on another line"},
	} {
		_, err := boards.Parse(fmt.Appendf(nil, "name = \"own\"\nextends = %q\n%s\n", c.extends, c.text), "board.toml")
		if err == nil || !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("%s:\n%v\nwant  %s", c.name, err, c.want)
		}
	}
}

// What can be wired is no error: the same lines where they are free, held at rest at boot, switched on, and of their own.
func TestWiringsThatCanBe(t *testing.T) {
	for _, c := range []struct{ name, extends, text string }{
		{"driven low, held high at boot", "pi4-bare", horn("gpio = 17, active_low = true") + booting("gpio=16-18=op,dh")},
		{"driven low on a pin that is pulled high", "pi5-bare", horn("gpio = 5, active_low = true")},
		{"a lamp that is on when nobody commands it", "pi4-bare", "[lines]\nlamp = { gpio = 17, active_low = true }\n[outputs]\nlamp = { line = \"lamp\", max_on_ms = 0, safe = \"on\" }"},
		{"the good UART while Bluetooth has the other", "pi3bplus-bare", "[boot.config]\nbluetooth = { line = \"dtoverlay=miniuart-bt\", why = \"both\" }"},
		{"the other UART while Bluetooth has the good one", "pi3bplus-bare", "[uarts]\nserial0 = { path = \"/dev/ttyS0\", gpio = [14, 15] }\n[boot.config]\nbluetooth = {}"},
		{"four UARTs of a Pi 4", "pi4-bare", "[uarts]\ns3 = { path = \"/dev/ttyAMA3\", gpio = [4, 5] }\ns4 = { path = \"/dev/ttyAMA4\", gpio = [8, 9, 10, 11] }\ns5 = { path = \"/dev/ttyAMA5\", gpio = [12, 13] }\n[boot.config]\n" +
			"s3 = { line = \"dtoverlay=uart3\", why = \"1\" }\ns4 = { line = \"dtoverlay=uart4,ctsrts\", why = \"2\" }\ns5 = { line = \"dtoverlay=uart5\", why = \"3\" }"},
		{"four UARTs of a Pi 5", "pi5-bare", "[uarts]\ns2 = { path = \"/dev/ttyAMA2\", gpio = [4, 5] }\ns3 = { path = \"/dev/ttyAMA3\", gpio = [8, 9] }\ns4 = { path = \"/dev/ttyAMA4\", gpio = [12, 13] }\n[boot.config]\n" +
			"s2 = { line = \"dtoverlay=uart2-pi5\", why = \"1\" }\ns3 = { line = \"dtoverlay=uart3-pi5\", why = \"2\" }\ns4 = { line = \"dtoverlay=uart4-pi5\", why = \"3\" }"},
		{"a relay on the select line that is left free", "pi4-bare", horn("gpio = 7, active_low = true") + booting("dtoverlay=spi0-1cs")},
		{"a CAN controller beside a relay", "pi4-bare", horn("gpio = 25, active_low = false") + booting("dtoverlay=mcp2515-can0,oscillator=8000000,interrupt=24")},
		{"the HATs of a Pi 5 and of a Zero", "pi5-bare+waveshare-rs485-can-hat", ""},
		{"and on a Zero", "zero2w-bare+waveshare-rs485-can-hat", ""},
		{"and on a compute module", "cm4-bare+relay-hat-8", ""},
		{"ports of an expander and of an adapter", "pi4-bare", "[uarts]\nexpander = { path = \"/dev/ttySC0\" }\nadapter = { path = \"/dev/ttyS4\" }"},
		{"the connector of a Pi 5", "pi5-bare", "[uarts]\nconnector = { path = \"/dev/ttyAMA10\" }"},
		{"an I2C bus on other pins than usual", "pi4-bare", horn("gpio = 12, active_low = false") + "\n[i2c]\nsecond = { bus = 5, gpio = [10, 11] }" + booting("dtoverlay=i2c5,pins_10_11")},
		{"another timer", "pi4", "[watchdog]\ndevice = \"/dev/watchdog1\"\ntimeout_s = 60\nmax_s = 0"},
	} {
		if _, err := boards.Parse(fmt.Appendf(nil, "name = \"own\"\nextends = %q\n%s\n", c.extends, c.text), "board.toml"); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
