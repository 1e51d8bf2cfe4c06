package boards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Power is what the board can give to what stands on its header, or to what its outputs switch. Where its supply is not
// known, Measure says what to do.
type Power struct {
	Volts    int // that all currents are counted at
	SupplyMA int // what its supply gives; 0: not known
	BoardMA  int // of which the board itself takes so much, and
	USBMA    int // its USB ports
	OutputMA int // the most that an output of the board gives; 0: it is a pin of the header
	HATs     map[string]HAT
	Measure  string // what is not documented, and how to find it out
}

// voltsUsual is what Raspberry Pi boards are supplied with.
const voltsUsual = 5

// measureUsual is what to do where a board says nothing of its supply.
const measureUsual = "Nothing is documented of its supply. Read off its label what it gives, measure what the board takes without its HATs, and write [power] supply_ma, " +
	"board_ma and usb_ma into a board file of your own; with all relays on, pins 2 and 6 of the header must hold 4.75 V."

// Known reports whether it is known what the supply gives.
func (p Power) Known() bool { return p.SupplyMA > 0 }

// Said reports whether anything is known or has to be measured.
func (p Power) Said() bool { return p.Known() || p.BoardMA > 0 || len(p.HATs) > 0 || p.Measure != "" }

// HAT is what stands on the header, or is plugged to the board, as far as its currents go.
type HAT struct {
	HATMA   int // what it takes while all its relays are off
	Relays  int
	RelayMA int // what each of them takes besides
	PinMA   int // what each of them takes from its own pin
}

// MA is what it takes while all its relays are on.
func (h HAT) MA() int { return h.HATMA + h.Relays*h.RelayMA }

// Relays is how many relays stand on the header.
func (p Power) Relays() (all int) {
	for _, hat := range p.HATs {
		all += hat.Relays
	}
	return all
}

// HeaderMA is what the 5 V pins of the header can give, if it is known.
func (p Power) HeaderMA() int { return p.SupplyMA - p.BoardMA - p.USBMA }

// TakenMA is what all that stands on the header takes.
func (p Power) TakenMA() (all int) {
	for _, hat := range p.HATs {
		all += hat.MA()
	}
	return all
}

// UPS is the uninterruptible supply that a board has: where its driver finds what it needs. A board without one has no
// MainsLost.
type UPS struct {
	MainsLost string // the input that is active while the mains are lost
	Running   string // the output that tells it that the gateway runs; may be empty
	Gauge     string // of the battery: max17040, ina219, or empty
	Bus       string // the I2C bus of the gauge
	Address   int    // of the gauge; 0: where it usually is
}

// Settings are those of the driver ups.
func (u UPS) Settings() map[string]any {
	settings := map[string]any{}
	for key, text := range map[string]string{"mains_lost": u.MainsLost, "running": u.Running, "gauge": u.Gauge, "bus": u.Bus} {
		if text != "" {
			settings[key] = text
		}
	}
	if u.Address != 0 {
		settings["address"] = int64(u.Address)
	}
	return settings
}

// The most that the pins of a Raspberry Pi's header give. Source: "Power supply" in the Raspberry Pi documentation.
const (
	pinMaxMA     = 16 // each
	allPinsMaxMA = 50 // all together
	currentMaxMA = 20_000
	relaysMax    = 64
	voltsMax     = 48
)

// power checks that the header can give what is taken from it.
func (c *checker) power() {
	p := c.raw.Power
	for _, key := range []struct {
		name string
		ma   int
	}{{"supply_ma", p.SupplyMA}, {"board_ma", p.BoardMA}, {"usb_ma", p.USBMA}, {"output_ma", p.OutputMA}} {
		c.current(key.ma, currentMaxMA, "power", key.name)
	}
	if p.Volts < 0 || p.Volts > voltsMax {
		c.problem(fmt.Sprintf("%d V is out of range", p.Volts), fmt.Sprintf("write 1 to %d", voltsMax), "power", "volts")
	}
	pins := 0
	for _, name := range slices.Sorted(maps.Keys(p.HATs)) {
		hat := p.HATs[name]
		c.current(hat.HATMA, currentMaxMA, "power", "hats", name, "hat_ma")
		c.current(hat.RelayMA, currentMaxMA, "power", "hats", name, "relay_ma")
		c.current(hat.PinMA, currentMaxMA, "power", "hats", name, "pin_ma")
		if p.OutputMA > 0 && hat.PinMA > p.OutputMA {
			c.problem(fmt.Sprintf("each output would give %d mA, and gives %d mA at most", hat.PinMA, p.OutputMA), "switch less, by a relay in between", "power", "hats", name, "pin_ma")
		}
		if hat.Relays < 0 || hat.Relays > relaysMax {
			c.problem(fmt.Sprintf("%d relays are out of range", hat.Relays), fmt.Sprintf("write 0 to %d", relaysMax), "power", "hats", name, "relays")
			return
		}
		pins += hat.Relays * hat.PinMA
		if p.OutputMA == 0 && (hat.PinMA > pinMaxMA || pins > allPinsMaxMA) {
			c.problem(fmt.Sprintf("%s would take %d mA each, and with what is before them all %d mA: a pin gives %d mA, and all pins together %d mA",
				c.outputPins(), hat.PinMA, pins, pinMaxMA, allPinsMaxMA), "drive the relays through transistors, or write what they really take", "power", "hats", name, "pin_ma")
		}
	}
	if have, taken := c.board.Power.HeaderMA(), c.board.Power.TakenMA(); p.SupplyMA > 0 && taken > have {
		c.problem(fmt.Sprintf("the 5 V pins (header pins 2 and 4) can give %d mA, and what is on the header takes %d mA with all relays on", have, taken),
			"give the relays a supply of their own, or keep less for the USB ports", "power", "hats")
	}
}

func (c *checker) current(ma, most int, path ...any) {
	if ma < 0 || ma > most {
		c.problem(fmt.Sprintf("%d mA is out of range", ma), fmt.Sprintf("write 0 to %d", most), path...)
	}
}

// outputPins names where outputs are on the header.
func (c *checker) outputPins() string {
	names := slices.Sorted(maps.Keys(c.board.Outputs))
	if len(names) == 0 {
		return ""
	}
	first := c.place(c.board.Outputs[names[0]].Line)
	if len(names) == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d other outputs", first, len(names)-1)
}

// gauges are the fuel gauges that the driver ups knows, with the address that they usually have.
var gauges = map[string]int{"max17040": 0x36, "ina219": 0x40}

// ups checks that a supply's lines are of the right kind. The same pin is an input on one revision of a supply and switches
// its power off on the next.
func (c *checker) ups() {
	ups := c.raw.UPS
	if ups == (fileUPS{}) {
		return
	}
	c.upsLine(ups.MainsLost, "mains_lost", true)
	if ups.Running != "" {
		c.upsLine(ups.Running, "running", false)
	}
	if output, found := c.board.Outputs[ups.Running]; found && output.MaxOnMS > 0 {
		c.problem(fmt.Sprintf("output %s may stay on for %d ms only, and it has to be on for as long as the gateway runs", ups.Running, output.MaxOnMS), "write max_on_ms = 0", "ups", "running")
	}
	bus, hasBus := c.board.I2C[ups.Bus]
	usual, known := gauges[ups.Gauge]
	address := cmp.Or(ups.Address, usual)
	other := slices.IndexFunc(bus.Devices, func(d I2CDevice) bool { return d.Address == address && d.Driver != "ups" })
	switch {
	case ups.Gauge != "" && !known:
		c.problem(fmt.Sprintf("no fuel gauge is called %q", ups.Gauge), "write max17040 or ina219", "ups", "gauge")
	case ups.Gauge != "" && !hasBus:
		c.problem(fmt.Sprintf("there is no I2C bus %q for the fuel gauge", ups.Bus), "write bus = \"…\", the name of one of the board's", "ups", "bus")
	case ups.Address != 0 && (ups.Address < 0x08 || ups.Address > 0x77):
		c.problem(fmt.Sprintf("no device has the address %d", ups.Address), "write 8 to 119", "ups", "address")
	case ups.Gauge != "" && other >= 0:
		c.problem(fmt.Sprintf("address 0x%02X of %s%s is used twice: by %s and by the fuel gauge", address, bus.Device(), c.onPins(bus.GPIO), bus.Devices[other].What),
			"set another address at one of them, or say driver = \"ups\" if it is the gauge", "ups", "gauge")
	}
}

// upsLine checks that a line of a supply is an input, or an output; it tells where it is if it is the other.
func (c *checker) upsLine(name, key string, wantsInput bool) {
	input, isInput := c.board.Inputs[name]
	output, isOutput := c.board.Outputs[name]
	kind, right, wrong, line := "input", isInput, isOutput, output.Line
	if !wantsInput {
		kind, right, wrong, line = "output", isOutput, isInput, input.Line
	}
	switch {
	case name == "":
		c.problem("it has no "+kind, fmt.Sprintf("write %s = \"…\", the name of an %s of the board", key, kind), "ups", key)
	case right:
	case wrong:
		c.problem(fmt.Sprintf("%s is no %s: it is %s", name, kind, c.place(line)), "look up the pin in the papers of this revision of the supply", "ups", key)
	default:
		c.problem(fmt.Sprintf("there is no %s %q", kind, name), "name one of the board's", "ups", key)
	}
}
