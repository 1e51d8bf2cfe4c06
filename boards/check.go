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
	timeoutMaxS    = 600
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
	return c.problems.Err()
}

func (c *checker) problem(what, do string, path ...any) {
	c.problems = append(c.problems, c.document.Problem(path, what, do))
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
		c.once(owner, strings.TrimPrefix(strings.TrimPrefix(c.place(name), "chip "), "pin "), name, "lines", name)
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
	if pin, found := c.board.pinOf(line); found {
		return fmt.Sprintf("line %s at %s", line, pin)
	}
	return "line " + line
}

// place says where a line is, as an installer looks for it.
func (c *checker) place(line string) string {
	if pin, found := c.board.pinOf(line); found {
		return pin.String()
	}
	return c.board.Lines[line].Place()
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

// machine checks what belongs to the board as a whole.
func (c *checker) machine() {
	dog := c.raw.Watchdog
	if (dog.Device == "") != (dog.TimeoutS == 0) || dog.TimeoutS < 0 || dog.TimeoutS > timeoutMaxS {
		c.problem("a watchdog has a device and a timeout", fmt.Sprintf(`write device = "/dev/watchdog" and timeout_s = 1 to %d`, timeoutMaxS), "watchdog")
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
