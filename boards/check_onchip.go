package boards

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// onChip checks what the header's chip can tell: which lines its UARTs, its I2C and its SPI are on, whether the boot lines
// switch them on, and whether a boot line takes a line that an output or an input is on.
func (c *checker) onChip() {
	ports := portsOf(c.board.Header.Chip)
	if ports == nil || c.board.Backend != BackendChardev {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.board.UARTs)) {
		c.port(ports, c.board.UARTs[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.board.I2C)) {
		c.i2cPins(c.board.I2C[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.board.SPI)) {
		c.spiPins(c.board.SPI[name])
	}
	c.takenAtBoot()
	c.atReset()
}

// port checks a UART of the chip. Other paths are of adapters, which have no lines of the header.
func (c *checker) port(ports []port, uart UART) {
	path := []any{"uarts", uart.Name}
	at := slices.IndexFunc(ports, func(p port) bool { return p.path == uart.Path })
	switch {
	case at < 0 && c.board.Header.Chip == chipRP1 && uart.Path == "/dev/serial0":
		c.problem("/dev/serial0 is the connector between the HDMI sockets on this board, and not on the header",
			`write path = "/dev/ttyAMA0" for GPIO14 and GPIO15`, append(path, "path")...)
		return
	case at < 0 && c.board.Header.Chip == chipRP1 && uart.Path == "/dev/ttyAMA10" && len(uart.GPIO) == 0: // that connector
		return
	case at < 0 && (strings.HasPrefix(uart.Path, "/dev/ttyAMA") || uart.Path == "/dev/ttyS0"):
		c.problem(fmt.Sprintf("chip %s has no %s on the header", c.board.Header.Chip, uart.Path), "write one of "+pathsOf(ports), append(path, "path")...)
		return
	case at < 0:
		return
	}
	p := ports[at]
	if len(uart.GPIO) < 2 || !slices.Equal(uart.GPIO, p.gpio[:len(uart.GPIO)]) {
		c.problem(fmt.Sprintf("%s is on %s", uart.Path, c.board.pinsText(p.gpio[:2])),
			fmt.Sprintf("write gpio = [%d, %d], or another path: %s", p.gpio[0], p.gpio[1], pathsOf(ports)), path...)
	}
	if !c.board.bootsAny(p.bootBy) {
		c.problem(fmt.Sprintf("no boot line switches %s on, on %s", uart.Path, c.board.pinsText(p.gpio[:2])),
			fmt.Sprintf(`write [boot.config] %s = { line = %q, why = "…" }`, uart.Name, p.bootBy[0]), path...)
	}
	c.bluetooth(uart)
}

func pathsOf(ports []port) string {
	paths := []string{}
	for _, p := range ports {
		if p.path != "/dev/serial0" {
			paths = append(paths, fmt.Sprintf("%s on GPIO%d and %d", p.path, p.gpio[0], p.gpio[1]))
		}
	}
	return strings.Join(paths, ", ")
}

// bluetooth checks that the good UART is not the Bluetooth chip's, as it is on all boards before the Pi 5 unless they boot
// otherwise.
func (c *checker) bluetooth(uart UART) {
	off, moved := c.board.boots("dtoverlay=disable-bt"), c.board.boots("dtoverlay=miniuart-bt")
	switch {
	case c.board.Header.Chip == chipRP1:
	case uart.Path == "/dev/ttyAMA0" && !off && !moved:
		c.problem(fmt.Sprintf("Bluetooth has /dev/ttyAMA0, and %s have the UART whose speed follows the processor's", c.board.pinsText([]int{14, 15})),
			`write [boot.config] bluetooth = { line = "dtoverlay=disable-bt", why = "…" }`, "uarts", uart.Name)
	case uart.Path == "/dev/ttyS0" && (off || moved):
		c.problem(fmt.Sprintf("without Bluetooth %s have /dev/ttyAMA0, and not /dev/ttyS0", c.board.pinsText([]int{14, 15})),
			`write path = "/dev/ttyAMA0"`, "uarts", uart.Name, "path")
	}
}

// i2cPins checks the bus that all boards have on the header.
func (c *checker) i2cPins(bus I2C) {
	path := []any{"i2c", bus.Name}
	onPins := slices.Equal(bus.GPIO, []int{2, 3})
	switch {
	case bus.Bus == 1 && !onPins && !slices.Equal(bus.GPIO, []int{3, 2}): // turned wires are told otherwise
		c.problem(fmt.Sprintf("/dev/i2c-1 is on %s", c.board.pinsText([]int{2, 3})), "write gpio = [2, 3]", path...)
	case bus.Bus != 1 && onPins:
		c.problem(fmt.Sprintf("%s are /dev/i2c-1", c.board.pinsText([]int{2, 3})), "write bus = 1", path...)
	case bus.Bus == 1 && !c.board.bootsAny([]string{"dtparam=i2c_arm=on", "dtparam=i2c=on", "dtparam=i2c1=on"}):
		c.problem(fmt.Sprintf("no boot line switches /dev/i2c-1 on, on %s", c.board.pinsText([]int{2, 3})),
			fmt.Sprintf(`write [boot.config] %s = { line = "dtparam=i2c_arm=on", why = "…" }`, bus.Name), path...)
	}
}

// spiPins checks the bus that all boards have on the header. Its select lines can be moved by their overlays, its data and
// clock can't.
func (c *checker) spiPins(device SPI) {
	if device.Bus != 0 {
		return
	}
	path := []any{"spi", device.Name}
	for _, number := range []int{10, 9, 11} {
		if !slices.Contains(device.GPIO, number) {
			c.problem(fmt.Sprintf("%s is on %s", device.Device(), c.board.pinsText([]int{10, 9, 11})),
				fmt.Sprintf("write gpio = [10, 9, 11, %d]: MOSI, MISO, SCLK and its select line", 8-device.Select), path...)
			break
		}
	}
	if !c.board.bootsAny([]string{"dtparam=spi=on", "dtoverlay=spi0-0cs", "dtoverlay=spi0-1cs", "dtoverlay=spi0-2cs"}) {
		c.problem(fmt.Sprintf("no boot line switches %s on, on %s", device.Device(), c.board.pinsText([]int{10, 9, 11})),
			fmt.Sprintf(`write [boot.config] %s = { line = "dtparam=spi=on", why = "…" }`, device.Name), path...)
	}
}

// takenAtBoot checks that no boot line takes the line of an output or an input: the kernel would not give it. What a bus of
// the board takes as well has been told.
func (c *checker) takenAtBoot() {
	buses := map[int]bool{}
	c.board.eachUse(func(pin HeaderPin, user User, _ []any) { buses[pin.Number] = buses[pin.Number] || !isLine(user) })
	for _, line := range c.board.Config {
		for _, taker := range takersOf(line.Line, c.board.Header.Chip) {
			c.board.eachUse(func(pin HeaderPin, user User, path []any) {
				if isLine(user) && !buses[pin.Number] && slices.Contains(taker.gpio, pin.GPIO) {
					c.problemAt(fmt.Sprintf("%s is used twice: by the boot line %s and by %s %s", pin, taker.line, user.Kind, user.Name), leaveTo(taker, pin),
						path, []any{"boot", "config", line.Name, "line"})
				}
			})
		}
	}
}

// leaveTo says what to do about a boot line that takes too much.
func leaveTo(t taker, pin HeaderPin) string {
	switch {
	case t.line == "dtparam=spi=on" && pin.GPIO == 7:
		return "write dtoverlay=spi0-1cs instead, which leaves GPIO7 free, or move it"
	case t.line == "dtparam=spi=on" && pin.GPIO == 8:
		return "write dtoverlay=spi0-0cs instead, which leaves GPIO7 and GPIO8 free, or move it"
	}
	return "move it; lotctl board pinout draws what is free"
}

// atReset checks that no output is on while the chip resets: from power-on until the gateway starts the lines float on their
// pulls, unless the firmware drives them by a boot line gpio=….
func (c *checker) atReset() {
	held := c.heldAtBoot()
	for _, name := range slices.Sorted(maps.Keys(c.board.Outputs)) {
		output := c.board.Outputs[name]
		pin, found := c.board.PinOf(output.Line)
		level, isHeld := held[pin.GPIO]
		switch {
		case !found || output.Safe != SafeOff:
		case isHeld && output.Active(level == "dh"):
			c.problem(fmt.Sprintf("a boot line drives %s so that output %s is on until the gateway starts", pin, name),
				fmt.Sprintf("write gpio=%d=op,%s", pin.GPIO, restLevel(output)), "outputs", name)
		case !isHeld && output.Active(pin.PullUp):
			c.problemAt(fmt.Sprintf("%s is pulled %s at reset, so that output %s is on from power-on until the gateway starts", pin, pulled(pin), name),
				fmt.Sprintf(`write [boot.config] %s_off = { line = "gpio=%d=op,%s", why = "…" }, or move it to %s`, name, pin.GPIO, restLevel(output), otherPins(pin)),
				[]any{"outputs", name}, []any{"lines", output.Line})
		}
	}
}

// heldAtBoot is which lines the firmware drives before Linux runs, with dh or dl.
func (c *checker) heldAtBoot() map[int]string {
	held := map[int]string{}
	for _, line := range c.board.Config {
		rest, isGPIO := strings.CutPrefix(line.Line, "gpio=")
		numbers, functions, _ := strings.Cut(rest, "=")
		words := strings.Split(functions, ",")
		if !isGPIO || !slices.Contains(words, "op") {
			continue
		}
		for _, number := range gpioList(numbers) {
			if slices.Contains(words, "dh") {
				held[number] = "dh"
			} else {
				held[number] = "dl"
			}
		}
	}
	return held
}

func restLevel(o Output) string {
	if o.High(false) {
		return "dh"
	}
	return "dl"
}

func pulled(pin HeaderPin) string {
	if pin.PullUp {
		return "up"
	}
	return "down"
}

// otherPins are those that are pulled the other way.
func otherPins(pin HeaderPin) string {
	if pin.PullUp {
		return "GPIO9 to 27"
	}
	return "GPIO2 to 8"
}
