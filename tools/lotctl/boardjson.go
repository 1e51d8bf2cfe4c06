package main

import (
	"maps"
	"slices"

	"gatehouse/boards"
)

// boardJSON is a board as `board show --json` prints it. What a board has not is left out.
type boardJSON struct {
	Name     string         `json:"name"`
	Title    string         `json:"title"`
	Extends  string         `json:"extends,omitempty"`
	Match    []string       `json:"match,omitempty"`
	Backend  string         `json:"backend"`
	Chip     string         `json:"headerChip,omitempty"`
	Outputs  []outputJSON   `json:"outputs"`
	Inputs   []inputJSON    `json:"inputs"`
	UARTs    []busJSON      `json:"uarts"`
	I2C      []busJSON      `json:"i2c"`
	SPI      []busJSON      `json:"spi"`
	Taken    []busJSON      `json:"taken,omitempty"`
	Watchdog *watchdogJSON  `json:"watchdog,omitempty"`
	Power    *powerJSON     `json:"power,omitempty"`
	UPS      *upsJSON       `json:"ups,omitempty"`
	RTC      string         `json:"rtc,omitempty"`
	Config   []bootLineJSON `json:"configTxt,omitempty"`
	Cmdline  []bootLineJSON `json:"cmdlineTxt,omitempty"`
	Notes    []string       `json:"notes,omitempty"`
}

type placeJSON struct {
	Line      string   `json:"line"`
	Place     string   `json:"place"`
	HeaderPin int      `json:"headerPin,omitempty"`
	UsedBy    []string `json:"usedBy,omitempty"`
}

type outputJSON struct {
	Name string `json:"name"`
	placeJSON
	ActiveLow bool     `json:"activeLow"`
	Safe      string   `json:"safe"`
	MaxOnMS   int      `json:"maxOnMS"`
	Interlock []string `json:"interlock,omitempty"`
}

type inputJSON struct {
	Name string `json:"name"`
	placeJSON
	ActiveLow  bool   `json:"activeLow"`
	Bias       string `json:"bias"`
	DebounceUS int    `json:"debounceUS"`
	NC         bool   `json:"nc"`
}

type busJSON struct {
	Name       string     `json:"name"`
	Device     string     `json:"device,omitempty"`
	What       string     `json:"what,omitempty"`
	RS485      string     `json:"rs485,omitempty"`
	MaxBaud    int        `json:"maxBaud,omitempty"`
	HeaderPins []int      `json:"headerPins,omitempty"`
	Devices    []chipJSON `json:"devices,omitempty"`
	UsedBy     []string   `json:"usedBy,omitempty"`
}

// chipJSON is a chip on an I2C bus.
type chipJSON struct {
	Address int    `json:"address"`
	What    string `json:"what"`
}

type watchdogJSON struct {
	Device   string `json:"device"`
	TimeoutS int    `json:"timeoutS"`
}

// powerJSON is with all relays on. What the header can give is left out where it is not known; then Measure says what to do.
type powerJSON struct {
	Volts    int            `json:"volts"`
	Known    bool           `json:"known"`
	HeaderMA *int           `json:"headerMA,omitempty"`
	TakenMA  int            `json:"takenMA"`
	BoardMA  int            `json:"boardMA,omitempty"`
	OutputMA int            `json:"outputMaxMA,omitempty"`
	HATs     map[string]int `json:"hatsMA,omitempty"`
	Measure  string         `json:"measure,omitempty"`
}

func powerOf(p boards.Power) *powerJSON {
	if !p.Said() {
		return nil
	}
	j := powerJSON{Volts: p.Volts, Known: p.Known(), TakenMA: p.TakenMA(), BoardMA: p.BoardMA, OutputMA: p.OutputMA, HATs: map[string]int{}, Measure: p.Measure}
	if header := p.HeaderMA(); p.Known() {
		j.HeaderMA = &header
	}
	for name, hat := range p.HATs {
		j.HATs[name] = hat.MA()
	}
	return &j
}

type upsJSON struct {
	MainsLost string `json:"mainsLost"`
	Running   string `json:"running,omitempty"`
	Gauge     string `json:"gauge,omitempty"`
	Bus       string `json:"bus,omitempty"`
	Address   int    `json:"address,omitempty"`
}

type bootLineJSON struct {
	Line string `json:"line"`
	Why  string `json:"why"`
}

func jsonOf(b boards.Board, u uses) boardJSON {
	j := boardJSON{
		Name: b.Name, Title: b.Title, Extends: b.Extends, Match: b.Match, Backend: b.Backend.String(), Chip: b.Header.Chip, RTC: b.RTC, Notes: b.Notes,
		Outputs: []outputJSON{}, Inputs: []inputJSON{}, UARTs: []busJSON{}, I2C: []busJSON{}, SPI: []busJSON{},
		Config: bootJSON(b.Config), Cmdline: bootJSON(b.Cmdline),
	}
	for _, name := range slices.Sorted(maps.Keys(b.Outputs)) {
		o := b.Outputs[name]
		j.Outputs = append(j.Outputs, outputJSON{name, placeOf(b, o.Line, u.devices[name]), o.ActiveLow, o.Safe.String(), o.MaxOnMS, o.Interlock})
	}
	for _, name := range slices.Sorted(maps.Keys(b.Inputs)) {
		in := b.Inputs[name]
		j.Inputs = append(j.Inputs, inputJSON{name, placeOf(b, in.Line, u.devices[name]), in.ActiveLow, in.Bias.String(), in.DebounceUS, in.NC})
	}
	for _, name := range slices.Sorted(maps.Keys(b.UARTs)) {
		uart := b.UARTs[name]
		j.UARTs = append(j.UARTs, busJSON{Name: name, Device: uart.Path, RS485: uart.RS485.String(), MaxBaud: uart.MaxBaud, HeaderPins: pinsOf(b, uart.GPIO), UsedBy: u.devices[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(b.I2C)) {
		bus := busJSON{Name: name, Device: pathOn(b, b.I2C[name].Device()), HeaderPins: pinsOf(b, b.I2C[name].GPIO), UsedBy: u.devices[name]}
		for _, chip := range b.I2C[name].Devices {
			bus.Devices = append(bus.Devices, chipJSON{chip.Address, chip.What})
		}
		j.I2C = append(j.I2C, bus)
	}
	for _, name := range slices.Sorted(maps.Keys(b.SPI)) {
		j.SPI = append(j.SPI, busJSON{Name: name, Device: pathOn(b, b.SPI[name].Device()), HeaderPins: pinsOf(b, b.SPI[name].GPIO), UsedBy: u.devices[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(b.Taken)) {
		j.Taken = append(j.Taken, busJSON{Name: name, What: b.Taken[name].What, HeaderPins: pinsOf(b, b.Taken[name].GPIO)})
	}
	if b.Watchdog.Device != "" {
		j.Watchdog = &watchdogJSON{b.Watchdog.Device, b.Watchdog.TimeoutS}
	}
	j.Power = powerOf(b.Power)
	if b.UPS.MainsLost != "" {
		j.UPS = (*upsJSON)(&b.UPS)
	}
	return j
}

// pathOn is the path of a bus; a board that only exists in memory has none.
func pathOn(b boards.Board, path string) string {
	if b.Backend == boards.BackendVirtual {
		return ""
	}
	return path
}

func placeOf(b boards.Board, name string, usedBy []string) placeJSON {
	place := placeJSON{Line: name, Place: b.Lines[name].Place(), UsedBy: usedBy}
	if pin, found := b.PinOf(name); found {
		place.HeaderPin = pin.Number
	}
	return place
}

func pinsOf(b boards.Board, lines []int) (pins []int) {
	for _, line := range lines {
		if pin, found := b.Header.ByGPIO(line); found {
			pins = append(pins, pin.Number)
		}
	}
	return pins
}

func bootJSON(lines []boards.BootLine) (all []bootLineJSON) {
	for _, line := range lines {
		all = append(all, bootLineJSON{line.Line, line.Why})
	}
	return all
}

// pinJSON is a pin of the header. Power and ground have no gpio and no pull, a free pin has no user.
type pinJSON struct {
	Pin    int      `json:"pin"`
	Name   string   `json:"name"`
	GPIO   *int     `json:"gpio,omitempty"`
	Usual  string   `json:"usual,omitempty"`
	Pull   string   `json:"pull,omitempty"`
	Kind   string   `json:"kind,omitempty"`
	User   string   `json:"user,omitempty"`
	Role   string   `json:"role,omitempty"`
	UsedBy []string `json:"usedBy,omitempty"`
}

func pinsJSON(b boards.Board, u uses) (pins []pinJSON) {
	users := b.Users()
	for _, pin := range b.Header.Pins {
		user := users[pin.Number]
		j := pinJSON{Pin: pin.Number, Name: pin.Name, Usual: pin.Usual, Kind: user.Kind, User: user.Name, Role: user.Role, UsedBy: u.devices[user.Name]}
		if gpio := pin.GPIO; gpio >= 0 {
			j.GPIO, j.Pull = &gpio, either(pin.PullUp, "up", "down")
		}
		pins = append(pins, j)
	}
	return pins
}
