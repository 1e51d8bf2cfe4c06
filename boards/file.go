package boards

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gatehouse/sync/tomlfile"
)

// file is a board as it is written. A pointer tells what is absent.
type file struct {
	Name     string                `toml:"name"`
	Title    string                `toml:"title"`
	Extends  string                `toml:"extends"`
	Match    []string              `toml:"match"`
	Backend  Backend               `toml:"backend"`
	Header   fileHeader            `toml:"header"`
	Lines    map[string]fileLine   `toml:"lines"`
	Outputs  map[string]fileOutput `toml:"outputs"`
	Inputs   map[string]fileInput  `toml:"inputs"`
	UARTs    map[string]fileUART   `toml:"uarts"`
	I2C      map[string]fileI2C    `toml:"i2c"`
	SPI      map[string]fileSPI    `toml:"spi"`
	Taken    map[string]fileTaken  `toml:"taken"`
	Watchdog fileWatchdog          `toml:"watchdog"`
	Power    filePower             `toml:"power"`
	UPS      fileUPS               `toml:"ups"`
	RTC      string                `toml:"rtc"`
	Boot     fileBoot              `toml:"boot"`
	Notes    []string              `toml:"notes"`
}

type fileHeader struct {
	Kind HeaderKind `toml:"kind"`
	Chip string     `toml:"chip"`
}

type fileLine struct {
	Chip      string `toml:"chip"`
	Number    *int   `toml:"line"`
	GPIO      *int   `toml:"gpio"`
	HeaderPin *int   `toml:"header_pin"`
	Pin       string `toml:"pin"`
	Variable  string `toml:"variable"`
	ActiveLow *bool  `toml:"active_low"`
	Bias      Bias   `toml:"bias"`
	InputOnly bool   `toml:"input_only"`
}

type fileOutput struct {
	Line      string   `toml:"line"`
	ActiveLow *bool    `toml:"active_low"`
	Safe      Safe     `toml:"safe"`
	MaxOnMS   *int     `toml:"max_on_ms"`
	Interlock []string `toml:"interlock"`
}

type fileInput struct {
	Line       string `toml:"line"`
	ActiveLow  *bool  `toml:"active_low"`
	Bias       *Bias  `toml:"bias"`
	DebounceUS int    `toml:"debounce_us"`
	NC         bool   `toml:"nc"`
}

type fileUART struct {
	Path         string `toml:"path"`
	RS485        RS485  `toml:"rs485"`
	BeforeSendMS int    `toml:"before_send_ms"`
	AfterSendMS  int    `toml:"after_send_ms"`
	RTSActiveLow bool   `toml:"rts_active_low"`
	MaxBaud      int    `toml:"max_baud"`
	GPIO         []int  `toml:"gpio"`
}

type fileI2C struct {
	Bus     *int            `toml:"bus"`
	SpeedHz int             `toml:"speed_hz"`
	GPIO    []int           `toml:"gpio"`
	Devices []fileI2CDevice `toml:"devices"`
}

type fileI2CDevice struct {
	Address int    `toml:"address"`
	What    string `toml:"what"`
	Driver  string `toml:"driver"`
}

type fileSPI struct {
	Bus    *int  `toml:"bus"`
	Select *int  `toml:"select"`
	GPIO   []int `toml:"gpio"`
}

type fileTaken struct {
	What string `toml:"what"`
	GPIO []int  `toml:"gpio"`
}

type fileWatchdog struct {
	Device   string `toml:"device"`
	TimeoutS int    `toml:"timeout_s"`
	MaxS     int    `toml:"max_s"`
}

type filePower struct {
	Volts    int                `toml:"volts"`
	SupplyMA int                `toml:"supply_ma"`
	BoardMA  int                `toml:"board_ma"`
	USBMA    int                `toml:"usb_ma"`
	OutputMA int                `toml:"output_ma"`
	Measure  string             `toml:"measure"`
	HATs     map[string]fileHAT `toml:"hats"`
}

type fileHAT struct {
	HATMA   int `toml:"hat_ma"`
	Relays  int `toml:"relays"`
	RelayMA int `toml:"relay_ma"`
	PinMA   int `toml:"pin_ma"`
}

type fileUPS struct {
	MainsLost string `toml:"mains_lost"`
	Running   string `toml:"running"`
	Gauge     string `toml:"gauge"`
	Bus       string `toml:"bus"`
	Address   int    `toml:"address"`
}

type fileBoot struct {
	Config  map[string]fileBootLine `toml:"config"`
	Cmdline map[string]fileBootLine `toml:"cmdline"`
}

type fileBootLine struct {
	Line string `toml:"line"`
	Why  string `toml:"why"`
}

// read fills f with the boards that the file extends, then with the file itself, whose entries replace the base's.
func (f *file) read(data []byte, filename string) (*tomlfile.Document, error) {
	document, err := tomlfile.Parse(filename, data)
	if err != nil {
		return nil, err
	}
	var own file
	if err := document.Decode(&own); err != nil {
		return nil, err
	}
	if own.Extends == "" {
		return document, document.Decode(f)
	}
	if err := f.readBase(document, own.Extends); err != nil {
		return nil, err
	}
	base := *f
	base.Lines, base.Outputs, base.Inputs, base.UARTs = maps.Clone(f.Lines), maps.Clone(f.Outputs), maps.Clone(f.Inputs), maps.Clone(f.UARTs)
	base.Boot.Config, base.Boot.Cmdline = maps.Clone(f.Boot.Config), maps.Clone(f.Boot.Cmdline)
	base.I2C, base.SPI, base.Taken = maps.Clone(f.I2C), maps.Clone(f.SPI), maps.Clone(f.Taken)
	base.Power.HATs = maps.Clone(f.Power.HATs)
	err = document.Decode(f)
	takeAway(f.Lines, base.Lines, own.Lines)
	takeAway(f.Outputs, base.Outputs, own.Outputs)
	takeAway(f.Inputs, base.Inputs, own.Inputs)
	takeAway(f.UARTs, base.UARTs, own.UARTs)
	takeAway(f.I2C, base.I2C, own.I2C)
	takeAway(f.SPI, base.SPI, own.SPI)
	takeAway(f.Taken, base.Taken, own.Taken)
	takeAway(f.Boot.Config, base.Boot.Config, own.Boot.Config)
	takeAway(f.Boot.Cmdline, base.Boot.Cmdline, own.Boot.Cmdline)
	takeAway(f.Power.HATs, base.Power.HATs, own.Power.HATs)
	f.Notes = together(base.Notes, own.Notes)
	return document, err
}

// together is the notes of a board and of what extends it, each once.
func together(base, own []string) []string {
	notes := slices.Clone(base)
	for _, note := range own {
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// takeAway takes what the base has, and the file that extends it leaves empty ({}).
func takeAway[T any](entries, base, own map[string]T) {
	for name, entry := range own { // any order
		if _, inBase := base[name]; inBase && reflect.ValueOf(entry).IsZero() {
			delete(entries, name)
		}
	}
}

// readBase reads boards of this package, joined by +. A file of the installer's can't be extended, so no chain is endless.
func (f *file) readBase(document *tomlfile.Document, base string) error {
	switch part, known := unknownPart(base); {
	case isFile(part) && !known:
		return tomlfile.Problems{document.Problem([]any{"extends"}, fmt.Sprintf("a board extends boards of `lotctl board ls`, and no file such as %q", part), "name one of those, and write what differs into this file")}
	case !known:
		return tomlfile.Problems{document.Problem([]any{"extends"}, fmt.Sprintf("there is no board %q", part), tomlfile.Advice(part, Names()))}
	}
	return f.readJoined(base)
}

// readJoined reads the first of several boards with what it extends, and lays each further one over it, without what that
// one extends. All are known.
func (f *file) readJoined(name string) error {
	titles := []string{}
	for i, part := range strings.Split(name, "+") {
		data, _ := embedded(part)
		var err error
		before := f.Notes
		if i == 0 {
			_, err = f.read(data, part+".toml")
		} else if f.Notes, err = nil, tomlfile.Decode(part+".toml", data, f); err == nil {
			f.Notes = together(before, f.Notes)
		}
		if err != nil {
			return err
		}
		titles = append(titles, f.Title)
	}
	f.Name, f.Title = name, strings.Join(titles, " + ")
	return nil
}

// board resolves what the file leaves out.
func (f *file) board() Board {
	board := Board{
		Name: f.Name, Title: f.Title, Extends: f.Extends, Match: f.Match, Backend: f.Backend, Header: f.header(),
		Lines: map[string]Line{}, Outputs: map[string]Output{}, Inputs: map[string]Input{},
		UARTs: map[string]UART{}, I2C: map[string]I2C{}, SPI: map[string]SPI{}, Taken: map[string]Taken{},
		Power: f.power(), UPS: UPS(f.UPS), Watchdog: Watchdog(f.Watchdog), RTC: f.RTC, Config: bootLines(f.Boot.Config), Cmdline: bootLines(f.Boot.Cmdline), Notes: f.Notes,
	}
	for name, line := range f.Lines {
		board.Lines[name] = f.line(name, line)
	}
	for name, output := range f.Outputs {
		board.Outputs[name] = Output{
			Name: name, Line: output.Line, ActiveLow: orElse(output.ActiveLow, orElse(f.Lines[output.Line].ActiveLow, false)),
			Safe: output.Safe, MaxOnMS: orElse(output.MaxOnMS, 0), Interlock: output.Interlock,
		}
	}
	for name, input := range f.Inputs {
		board.Inputs[name] = Input{
			Name: name, Line: input.Line, ActiveLow: orElse(input.ActiveLow, orElse(f.Lines[input.Line].ActiveLow, false)),
			Bias: orElse(input.Bias, f.Lines[input.Line].Bias), DebounceUS: input.DebounceUS, NC: input.NC,
		}
	}
	f.buses(board)
	return board
}

// header is the board's header with its chip.
func (f *file) header() Header {
	if f.Header.Kind == HeaderNone {
		return Header{}
	}
	return Header{Chip: f.Header.Chip, Pins: header40[:]}
}

// line finds the chip and number of a line that is named by its place on the header.
func (f *file) line(name string, written fileLine) Line {
	line := Line{
		Name: name, Chip: written.Chip, Number: orElse(written.Number, 0), Pin: written.Pin, Variable: written.Variable,
		ActiveLow: orElse(written.ActiveLow, false), Bias: written.Bias, InputOnly: written.InputOnly,
	}
	number := orElse(written.GPIO, -1)
	if pin, found := f.header().ByNumber(orElse(written.HeaderPin, 0)); found {
		number = pin.GPIO
	}
	if pin, found := f.header().ByName(written.Pin); found {
		number = pin.GPIO
	}
	if number >= 0 {
		line.Chip, line.Number, line.Pin = f.Header.Chip, number, ""
	}
	return line
}

func (f *file) buses(board Board) {
	for name, u := range f.UARTs {
		board.UARTs[name] = UART{
			Name: name, Path: u.Path, RS485: u.RS485, BeforeSendMS: u.BeforeSendMS, AfterSendMS: u.AfterSendMS,
			RTSActiveLow: u.RTSActiveLow, MaxBaud: u.MaxBaud, GPIO: u.GPIO,
		}
	}
	for name, bus := range f.I2C {
		described := I2C{Name: name, Bus: orElse(bus.Bus, 0), SpeedHz: bus.SpeedHz, GPIO: bus.GPIO}
		for _, device := range bus.Devices {
			described.Devices = append(described.Devices, I2CDevice(device))
		}
		board.I2C[name] = described
	}
	for name, device := range f.SPI {
		board.SPI[name] = SPI{Name: name, Bus: orElse(device.Bus, 0), Select: orElse(device.Select, 0), GPIO: device.GPIO}
	}
	for name, taken := range f.Taken {
		board.Taken[name] = Taken(taken)
	}
}

func (f *file) power() Power {
	p := f.Power
	power := Power{Volts: cmp.Or(p.Volts, voltsUsual), SupplyMA: p.SupplyMA, BoardMA: p.BoardMA, USBMA: p.USBMA, OutputMA: p.OutputMA, HATs: map[string]HAT{}}
	if p.SupplyMA == 0 && (len(p.HATs) > 0 || p.Measure != "") {
		power.Measure = cmp.Or(p.Measure, measureUsual)
	}
	for name, hat := range f.Power.HATs {
		power.HATs[name] = HAT(hat)
	}
	return power
}

func bootLines(written map[string]fileBootLine) (lines []BootLine) {
	for _, name := range slices.Sorted(maps.Keys(written)) {
		lines = append(lines, BootLine{Name: name, Line: written[name].Line, Why: written[name].Why})
	}
	return lines
}

func orElse[T any](written *T, fallback T) T {
	if written == nil {
		return fallback
	}
	return *written
}
