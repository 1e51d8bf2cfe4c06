package boards

import (
	"fmt"
	"maps"
	"slices"
)

// Board is one carrier board, or one that only exists in memory.
type Board struct {
	Name     string
	Title    string
	Extends  string   // the board that this one differs from; may be empty
	Match    []string // what the device tree calls the machine that it is for, any of them; none: it is for any
	Backend  Backend
	Header   Header
	Lines    map[string]Line
	Outputs  map[string]Output
	Inputs   map[string]Input
	UARTs    map[string]UART
	I2C      map[string]I2C
	SPI      map[string]SPI
	Taken    map[string]Taken
	Watchdog Watchdog
	Power    Power
	UPS      UPS
	RTC      string     // the device of the real-time clock, as /dev/rtc0; empty: none
	Config   []BootLine // lines of config.txt, by name
	Cmdline  []BootLine // words of cmdline.txt, by name
	Notes    []string   // what an installer has to know
}

// Line is one digital line.
type Line struct {
	Name      string
	Chip      string // label of the GPIO chip, never its number, which changes with kernels; or
	Number    int    // (the line on that chip, from 0)
	Pin       string // the kernel's name of the line; or
	Variable  string // the name of a bit of a RevPi's process image
	ActiveLow bool   // what an output or input on this line takes unless it says otherwise
	Bias      Bias   // what an input on this line takes unless it says otherwise
	InputOnly bool   // the wiring lets nobody drive it
}

// Place says where a line is, as its chip and number or its name.
func (l Line) Place() string {
	switch {
	case l.Pin != "":
		return "pin " + l.Pin
	case l.Variable != "":
		return "variable " + l.Variable
	case l.Chip != "":
		return fmt.Sprintf("chip %s line %d", l.Chip, l.Number)
	}
	return "line " + l.Name
}

// Output is a relay, a lamp or another thing to switch.
type Output struct {
	Name      string
	Line      string
	ActiveLow bool
	Safe      Safe
	MaxOnMS   int      // the longest time it may stay on; 0: for ever (a lamp, a hold)
	Interlock []string // outputs that must be off while this one is on; it holds both ways
}

// High is the electrical level of a logical state.
func (o Output) High(active bool) bool { return active != o.ActiveLow }

// Active is the logical state of an electrical level.
func (o Output) Active(high bool) bool { return high != o.ActiveLow }

// Input is a contact.
type Input struct {
	Name       string
	Line       string
	ActiveLow  bool // a closed contact pulls the line low
	Bias       Bias
	DebounceUS int  // a level counts once it has been stable for so long
	NC         bool // normally closed: the open contact, or the cut wire, is the active state
}

// High is the electrical level of a logical state.
func (i Input) High(active bool) bool { return active != (i.ActiveLow != i.NC) }

// Active is the logical state of an electrical level.
func (i Input) Active(high bool) bool { return high != (i.ActiveLow != i.NC) }

// UART is a serial port.
type UART struct {
	Name         string
	Path         string // of the device; by-path or an alias, never a number that depends on who was faster
	RS485        RS485
	BeforeSendMS int // how long the direction is set before the first bit, and
	AfterSendMS  int // how long it stays after the last; for RS485Kernel
	RTSActiveLow bool
	MaxBaud      int   // 0: as the port will
	GPIO         []int // the lines of the header that it takes: TXD, RXD, and CTS, RTS if it has them
}

// I2C is an I2C bus, /dev/i2c-Bus.
type I2C struct {
	Name    string
	Bus     int
	SpeedHz int   // as the boot lines set it; for people
	GPIO    []int // SDA, SCL
	Devices []I2CDevice
}

// I2CDevice is a chip that a board or a HAT has on an I2C bus.
type I2CDevice struct {
	Address int
	What    string
	Driver  string // the gateway's that speaks to it; empty: none does
}

// Device is the path of the bus.
func (b I2C) Device() string { return fmt.Sprintf("/dev/i2c-%d", b.Bus) }

// SPI is one device on an SPI bus, /dev/spidevBus.Select.
type SPI struct {
	Name   string
	Bus    int
	Select int
	GPIO   []int
}

// Device is the path of the device.
func (s SPI) Device() string { return fmt.Sprintf("/dev/spidev%d.%d", s.Bus, s.Select) }

// Taken is something on the board that takes lines of the header, and that the gateway has no other business with.
type Taken struct {
	What string
	GPIO []int
}

// Watchdog is the timer that resets the machine unless it is fed. A board without one has no Device.
type Watchdog struct {
	Device   string
	TimeoutS int
	MaxS     int // the longest that its hardware can count; 0: it does not say
}

// BootLine is a line that the board needs in a file of the boot partition, and why.
type BootLine struct{ Name, Line, Why string }

// User says what uses a pin of the header.
type User struct {
	Kind string // output, input, serial port, I2C bus, SPI device, or what is taken
	Name string
	Role string // which end of a bus: TXD, SDA
}

// Users lists what uses the header's pins, by the pin's number. On a board that Parse returned no pin has two.
func (b Board) Users() map[int]User {
	users := map[int]User{}
	b.eachUse(func(pin HeaderPin, user User, _ []any) { users[pin.Number] = user })
	return users
}

// kindI2C is the kind of user that many devices may share.
const kindI2C = "I2C bus"

// PinOf is the pin of the header that a line is on, if it is on one.
func (b Board) PinOf(line string) (HeaderPin, bool) {
	at := b.Lines[line]
	pin, found := b.Header.ByGPIO(at.Number)
	return pin, found && at.Chip == b.Header.Chip && at.Pin == "" && at.Variable == ""
}

// roleOf is what a bus uses the i-th of its lines for.
func roleOf(kind string, i int, pin HeaderPin) string {
	roles := map[string][]string{"serial port": {"TXD", "RXD", "CTS", "RTS"}, kindI2C: {"SDA", "SCL"}}[kind]
	if i < len(roles) {
		return roles[i]
	}
	return pin.Usual
}

// eachUse visits every use of a pin of the header, buses before lines, with the place in the file that says so.
func (b Board) eachUse(visit func(pin HeaderPin, user User, path []any)) {
	bus := func(lines []int, kind, name string, path ...any) {
		for i, line := range lines {
			if pin, found := b.Header.ByGPIO(line); found {
				visit(pin, User{Kind: kind, Name: name, Role: roleOf(kind, i, pin)}, append(slices.Clone(path), i))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.UARTs)) {
		bus(b.UARTs[name].GPIO, "serial port", name, "uarts", name, "gpio")
	}
	for _, name := range slices.Sorted(maps.Keys(b.I2C)) {
		bus(b.I2C[name].GPIO, kindI2C, name, "i2c", name, "gpio")
	}
	for _, name := range slices.Sorted(maps.Keys(b.SPI)) {
		bus(b.SPI[name].GPIO, "SPI device", name, "spi", name, "gpio")
	}
	for _, name := range slices.Sorted(maps.Keys(b.Taken)) {
		bus(b.Taken[name].GPIO, b.Taken[name].What, name, "taken", name, "gpio")
	}
	digital := func(line, kind, name string, path ...any) {
		if pin, found := b.PinOf(line); found {
			visit(pin, User{Kind: kind, Name: name}, path)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Outputs)) {
		digital(b.Outputs[name].Line, "output", name, "outputs", name, "line")
	}
	for _, name := range slices.Sorted(maps.Keys(b.Inputs)) {
		digital(b.Inputs[name].Line, "input", name, "inputs", name, "line")
	}
}
