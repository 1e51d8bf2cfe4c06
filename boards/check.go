package boards

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/sync/tomlfile"
)

// The limits of what a board file may say.
const (
	maxOnMaxMS    = 60_000  // longer than any barrier's pulse; what stays on longer says 0
	debounceMaxUS = 500_000 // longer and a car is missed

	sendDelayMaxMS = 100 // as the kernel has it

	addressMin, addressMax = 0x08, 0x77 // of devices on an I2C bus; the others have meanings of their own

	timeoutMaxS = 600
)

// checker finds what the format can't tell.
type checker struct {
	document *tomlfile.Document
	raw      file
	board    Board
	problems tomlfile.Problems
}

func (c *checker) all() error {
	c.head()
	c.lines()
	c.outputs()
	c.inputs()
	c.uarts()
	c.buses()
	c.machine()
	c.power()
	c.ups()
	c.pins()
	c.header()
	c.onChip()
	return c.problems.Err()
}

// problem notes a problem at a place. One of something that is the base's points at what the file extends.
func (c *checker) problem(what, do string, path ...any) {
	if extends := []any{"extends"}; len(path) > 1 && named(path[0]) && !c.document.Has(path[:2]) && c.document.Has(extends) {
		c.problems = append(c.problems, c.document.ProblemAt(extends, path, what, do))
		return
	}
	c.problems = append(c.problems, c.document.Problem(path, what, do))
}

// named reports whether a table holds things by their names.
func named(table any) bool {
	return slices.Contains([]any{"lines", "outputs", "inputs", "uarts", "i2c", "spi", "taken"}, table)
}

// problemAt is a problem of several places: it is told at the first that the file itself has, and not the board that it extends.
func (c *checker) problemAt(what, do string, paths ...[]any) {
	at := max(0, slices.IndexFunc(paths, c.document.Has))
	c.problem(what, do, paths[at]...)
}

func (c *checker) head() {
	if c.board.Name == "" {
		c.problem("the board has no name", `write name = "…"`, "name")
	}
	if c.board.Backend == BackendNone {
		c.problem("the board does not say how its lines are reached", `write backend = "chardev" for real lines or "virtual" for simulated ones`, "backend")
	}
}

// lines checks that every line can be found, and that no two names mean the same one.
func (c *checker) lines() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Lines)) {
		if c.board.Backend == BackendVirtual || !c.located(name, c.raw.Lines[name]) {
			continue
		}
		at := strings.TrimPrefix(strings.TrimPrefix(c.place(name), "chip "), "pin ")
		if first, taken := owner[at]; taken {
			c.problemAt(fmt.Sprintf("%s is used twice: by %s and by %s", at, first, name), "give each one its own", []any{"lines", name}, []any{"lines", first})
			continue
		}
		owner[at] = name
	}
}

// located checks that a line is described in exactly one way, and that the way leads somewhere.
func (c *checker) located(name string, line fileLine) bool {
	ways := 0
	for _, written := range []bool{line.Chip != "" && line.Number != nil, line.Pin != "", line.Variable != "", line.GPIO != nil, line.HeaderPin != nil} {
		if written {
			ways++
		}
	}
	half := (line.Chip != "") != (line.Number != nil)
	switch {
	case c.board.Backend == BackendPiControl && (half || ways != 1 || line.Variable == ""):
		c.problem("it is not clear which line this is", `write variable = "…", its name in PiCtory`, "lines", name)
	case half || ways != 1 || c.board.Backend != BackendPiControl && line.Variable != "":
		c.problem("it is not clear which line this is", `write gpio = …, or header_pin = …, or chip = "…" and line = …, or pin = "…"`, "lines", name)
	case line.Number != nil && *line.Number < 0:
		c.problem("a line's number is 0 or more", "", "lines", name, "line")
	case line.GPIO != nil:
		return c.onHeader(*line.GPIO, "lines", name, "gpio")
	case line.HeaderPin != nil:
		return c.isLine(*line.HeaderPin, name)
	default:
		return true
	}
	return false
}

// onHeader checks that the header has a GPIO of that number.
func (c *checker) onHeader(number int, path ...any) bool {
	if c.board.Header.Pins == nil {
		c.problem("the board has no header to count on", `write [header] with kind = "rpi40" and chip = "…"`, path...)
		return false
	}
	if _, found := c.board.Header.ByGPIO(number); !found {
		c.problem(fmt.Sprintf("the header has no GPIO%d", number), "write 2 to 27", path...)
		return false
	}
	return true
}

// isLine checks that a pin of the header is a line, and not power or ground.
func (c *checker) isLine(number int, name string) bool {
	pin, found := c.board.Header.ByNumber(number)
	switch {
	case c.board.Header.Pins == nil:
		c.problem("the board has no header to count on", `write [header] with kind = "rpi40" and chip = "…"`, "lines", name, "header_pin")
	case !found:
		c.problem(fmt.Sprintf("there is no header pin %d", number), fmt.Sprintf("write 1 to %d", len(c.board.Header.Pins)), "lines", name, "header_pin")
	case pin.GPIO < 0:
		c.problem(fmt.Sprintf("header pin %d is %s, and no line", number, pin.Name), "lotctl board pinout draws the header", "lines", name, "header_pin")
	default:
		return true
	}
	return false
}

// once reports the second use of the same thing.
func (c *checker) once(owner map[string]string, thing, user string, path ...any) {
	if first, taken := owner[thing]; taken {
		c.problem(fmt.Sprintf("%s is used twice: by %s and by %s", thing, first, user), "give each one its own", path...)
		return
	}
	owner[thing] = user
}

// use checks the line that an output or an input is on.
func (c *checker) use(owner map[string]string, line, user string, path ...any) {
	lines := slices.Sorted(maps.Keys(c.raw.Lines))
	switch {
	case line == "":
		c.problem("it has no line", "write line = \"…\"; "+tomlfile.Advice(user, lines), path...)
	case !slices.Contains(lines, line):
		c.problem(fmt.Sprintf("there is no line %q", line), tomlfile.Advice(line, lines), append(path, "line")...)
	default:
		c.once(owner, c.lineAt(line), user, append(path, "line")...)
	}
}

func (c *checker) outputs() {
	owner := c.inputUsers()
	names := slices.Sorted(maps.Keys(c.raw.Outputs))
	for _, name := range names {
		output := c.raw.Outputs[name]
		c.use(owner, output.Line, "output "+name, "outputs", name)
		c.polarity(output.Line, output.ActiveLow != nil, "output", name)
		c.maxOn(name, output)
		if c.raw.Lines[output.Line].InputOnly {
			c.problem(fmt.Sprintf("line %s (%s) can only be read", output.Line, c.place(output.Line)), "put the output on another line", "outputs", name, "line")
		}
		for i, other := range output.Interlock {
			switch {
			case other == name:
				c.problem("an output can't be interlocked with itself", "take it out", "outputs", name, "interlock", i)
			case !slices.Contains(names, other):
				c.problem(fmt.Sprintf("there is no output %q to interlock with", other), tomlfile.Advice(other, names), "outputs", name, "interlock", i)
			}
		}
	}
}

// lineAt is a line's name, with its place on the header if it has one.
func (c *checker) lineAt(line string) string {
	if pin, found := c.board.PinOf(line); found {
		return fmt.Sprintf("line %s at %s", line, pin)
	}
	return "line " + line
}

// place says where a line is, as an installer looks for it.
func (c *checker) place(line string) string {
	if pin, found := c.board.PinOf(line); found {
		return pin.String()
	}
	return c.board.Lines[line].Place()
}

// polarity wants it in writing, where a line has levels: a relay board that is driven low has all its relays on if nobody says
// so. Of an output's 24 V, and of a line that only exists in memory, there is nothing to say.
func (c *checker) polarity(line string, written bool, kind, name string) {
	described, known := c.raw.Lines[line]
	if written || !known || described.ActiveLow != nil || c.board.Backend != BackendChardev {
		return
	}
	do := "write active_low = true if a low level switches it on (most boards of relays with optocouplers), and false if a high one does"
	if kind == "input" {
		do = `write active_low = true and bias = "up" for a contact to ground, and false for one that drives the line high`
	}
	c.problem(fmt.Sprintf("the polarity of %s is missing", c.place(line)), do, kind+"s", name)
}

// inputUsers is who uses which line, as far as inputs go: an output that uses it as well is the one to report.
func (c *checker) inputUsers() map[string]string {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Inputs)) {
		owner[c.lineAt(c.raw.Inputs[name].Line)] = "input " + name
	}
	return owner
}

// maxOn wants the bound of every output in writing: what is forgotten could be a barrier.
func (c *checker) maxOn(name string, output fileOutput) {
	switch {
	case output.MaxOnMS == nil:
		c.problem("max_on_ms is missing", "write the longest time it may stay on in ms (for a barrier's pulse 1000), or 0 if for ever (a lamp, a hold)", "outputs", name)
	case *output.MaxOnMS < 0 || *output.MaxOnMS > maxOnMaxMS:
		c.problem(fmt.Sprintf("%d ms is out of range", *output.MaxOnMS), fmt.Sprintf("write 1 to %d, or 0 for ever", maxOnMaxMS), "outputs", name, "max_on_ms")
	case *output.MaxOnMS > 0 && output.Safe == SafeOn:
		c.problem("an output that is on when safe can't be bounded", "write max_on_ms = 0", "outputs", name, "max_on_ms")
	}
}

func (c *checker) inputs() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Inputs)) {
		input := c.raw.Inputs[name]
		c.use(owner, input.Line, "input "+name, "inputs", name)
		c.polarity(input.Line, input.ActiveLow != nil, "input", name)
		if input.DebounceUS < 0 || input.DebounceUS > debounceMaxUS {
			c.problem(fmt.Sprintf("%d µs is out of range", input.DebounceUS), fmt.Sprintf("write 0 to %d", debounceMaxUS), "inputs", name, "debounce_us")
		}
	}
}

func (c *checker) uarts() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.UARTs)) {
		uart := c.raw.UARTs[name]
		if uart.RS485 != RS485Kernel && (uart.BeforeSendMS != 0 || uart.AfterSendMS != 0 || uart.RTSActiveLow) {
			c.problem("the direction's times and polarity are for the kernel to keep", `write rs485 = "kernel", or take them out`, "uarts", name)
		}
		if uart.BeforeSendMS < 0 || uart.BeforeSendMS > sendDelayMaxMS || uart.AfterSendMS < 0 || uart.AfterSendMS > sendDelayMaxMS {
			c.problem("the direction's delay is out of range", fmt.Sprintf("write 0 to %d", sendDelayMaxMS), "uarts", name)
		}
		switch {
		case c.board.Backend == BackendVirtual:
		case uart.Path == "":
			c.problem("it has no device path", `write for example path = "/dev/ttyAMA0"`, "uarts", name)
		default:
			c.once(owner, uart.Path, name, "uarts", name)
		}
	}
}

// buses checks that no two names mean the same bus.
func (c *checker) buses() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.I2C)) {
		bus := c.raw.I2C[name].Bus
		switch {
		case c.board.Backend == BackendVirtual:
		case bus == nil || *bus < 0:
			c.problem("it is not clear which bus this is", "write bus = 1 for /dev/i2c-1", "i2c", name)
		default:
			c.once(owner, c.board.I2C[name].Device(), name, "i2c", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.raw.I2C)) {
		c.onBus(name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.raw.SPI)) {
		device := c.raw.SPI[name]
		switch {
		case c.board.Backend == BackendVirtual:
		case device.Bus == nil || device.Select == nil || *device.Bus < 0 || *device.Select < 0:
			c.problem("it is not clear which device this is", "write bus = 0 and select = 0 for /dev/spidev0.0", "spi", name)
		default:
			c.once(owner, c.board.SPI[name].Device(), name, "spi", name)
		}
	}
}

// onBus checks that each chip on an I2C bus has an address of its own.
func (c *checker) onBus(name string) {
	owner := map[int]string{}
	for i, device := range c.raw.I2C[name].Devices {
		path := []any{"i2c", name, "devices", i}
		first, taken := owner[device.Address]
		switch {
		case device.What == "":
			c.problem("it does not say what it is", `write address = 0x… and what = "…"`, path...)
		case device.Address < addressMin || device.Address > addressMax:
			c.problem(fmt.Sprintf("no device has the address 0x%02X", device.Address), fmt.Sprintf("write 0x%02X to 0x%02X", addressMin, addressMax), append(path, "address")...)
		case taken:
			c.problem(fmt.Sprintf("address 0x%02X of %s%s is used twice: by %s and by %s", device.Address, c.board.I2C[name].Device(), c.onPins(c.board.I2C[name].GPIO), first, device.What),
				"set another address at one of them, or put it behind a multiplexer PCA9548 or on another bus", append(path, "address")...)
		}
		owner[device.Address] = device.What
	}
}

// onPins says where on the header something is.
func (c *checker) onPins(numbers []int) string {
	if len(numbers) == 0 {
		return ""
	}
	return " (" + c.board.pinsText(numbers) + ")"
}

// machine checks what belongs to the board as a whole.
func (c *checker) machine() {
	dog := c.raw.Watchdog
	if (dog.Device == "") != (dog.TimeoutS == 0) || dog.TimeoutS < 0 || dog.TimeoutS > timeoutMaxS {
		c.problem("a watchdog has a device and a timeout", fmt.Sprintf(`write device = "/dev/watchdog" and timeout_s = 1 to %d`, timeoutMaxS), "watchdog")
	} else if dog.MaxS > 0 && dog.TimeoutS > dog.MaxS {
		c.problem(fmt.Sprintf("%d s is more than the timer of this board can count: old kernels refuse it, and others restart the machine sooner than that", dog.TimeoutS),
			fmt.Sprintf("write 1 to %d", dog.MaxS), "watchdog", "timeout_s")
	}
	c.bootLines("config", c.raw.Boot.Config)
	c.bootLines("cmdline", c.raw.Boot.Cmdline)
	if c.raw.Header.Kind != HeaderNone && c.raw.Header.Chip == "" && c.board.Backend == BackendChardev {
		c.problem("it is not clear which chip the header's lines are on", `write chip = "…", the label that gpiodetect prints`, "header")
	}
}

func (c *checker) bootLines(file string, lines map[string]fileBootLine) {
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		if lines[name].Line == "" || lines[name].Why == "" {
			c.problem("a boot line has a line and a reason", `write line = "…" and why = "…"`, "boot", file, name)
		}
	}
}
