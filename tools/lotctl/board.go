package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gatehouse/boards"
)

type boardCommands struct {
	List   boardList   `cmd:"" name:"ls" help:"List the boards."`
	Show   boardShow   `cmd:"" help:"Say what is wired where on a board, and what its boot partition needs."`
	Match  boardMatch  `cmd:"" help:"Say which boards this machine has."`
	Boot   boardBoot   `cmd:"" help:"Print what config.txt lacks for a board, to be appended to it."`
	Check  boardCheck  `cmd:"" help:"Say whether this machine is the board's, boots with its lines and has its ports; the exit code is 1 if not."`
	Pinout boardPinout `cmd:"" help:"Draw the header of a board with what is wired to it."`
}

type boardList struct {
	JSON bool `help:"Print JSON: an array of {name, title}."`
}

// Run lists the boards.
func (c boardList) Run(out io.Writer) error {
	entries, width := []boardName{}, 0
	for _, name := range boards.Names() {
		board, err := boards.Load(name)
		if err != nil {
			return err
		}
		entries, width = append(entries, boardName{name, board.Title}), max(width, len(name))
	}
	if c.JSON {
		return printJSON(out, entries)
	}
	for _, e := range entries {
		fmt.Fprint(out, folded(e.Title, fmt.Sprintf("%-*s  ", width, e.Name), strings.Repeat(" ", width+2)))
	}
	fmt.Fprint(out, "\n", folded("Boards can be joined: pi5-bare+relay-hat-8 is the HAT on a Raspberry Pi 5; alone, a HAT is on a Raspberry Pi 4. "+
		"A name that ends in .toml is a file of your own. lotctl board match says which of them a machine has.", "", ""))
	return nil
}

type boardShow struct {
	Board string `arg:"" help:"Name of a board, or path of a board file."`
	Site  string `help:"Site file: also say what its devices use." type:"path"`
	JSON  bool   `help:"Print JSON."`
}

// Run prints a board.
func (c boardShow) Run(out io.Writer) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	uses, err := usesOf(c.Site)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(out, jsonOf(board, uses))
	}
	p := boardPrinter{out: out, board: board, uses: uses}
	p.print()
	return nil
}

// boardPrinter prints one board as text of at most 80 columns.
type boardPrinter struct {
	out   io.Writer
	board boards.Board
	uses  uses
}

func (p boardPrinter) print() {
	b := p.board
	fmt.Fprint(p.out, folded(b.Name+": "+b.Title, "", "  "))
	if b.Extends != "" {
		fmt.Fprintf(p.out, "  extends %s\n", b.Extends)
	}
	if len(b.Match) > 0 {
		fmt.Fprintf(p.out, "  for a %s alone\n", strings.Join(b.Match, ", "))
	}
	fmt.Fprintf(p.out, "  lines %s\n", linesBy(b))
	p.outputs()
	p.inputs()
	p.buses()
	p.machine()
	p.power()
	p.boot()
	for i, note := range b.Notes {
		if i == 0 {
			fmt.Fprint(p.out, "\nNotes\n")
		}
		fmt.Fprint(p.out, folded(note, "  - ", "    "))
	}
}

// linesBy says how the lines of a board are reached.
func linesBy(b boards.Board) string {
	switch {
	case b.Backend == boards.BackendVirtual:
		return "in memory alone: a simulator moves them"
	case b.Backend == boards.BackendPiControl:
		return "in the process image of a Revolution Pi, /dev/piControl0"
	case b.Header.Chip != "":
		return "of the header are on chip " + b.Header.Chip + " (gpiodetect lists the chips)"
	case len(b.Lines) == 0:
		return "there are none"
	}
	return "of the kernel's chips (gpiodetect lists them)"
}

func (p boardPrinter) outputs() {
	for i, name := range slices.Sorted(maps.Keys(p.board.Outputs)) {
		if i == 0 {
			fmt.Fprint(p.out, "\nOutputs            where                    on when  safe  at most\n")
		}
		o := p.board.Outputs[name]
		longest := "no limit"
		if o.MaxOnMS > 0 {
			longest = fmt.Sprintf("%d ms", o.MaxOnMS)
		}
		p.row("  %-16s %-24s %-8s %-5s %-9s%s", name, p.place(o.Line), levelOf(o.High(true)), o.Safe, longest, p.uses.by(name))
		if len(o.Interlock) > 0 {
			fmt.Fprintf(p.out, "  %-16s never together with %s\n", "", strings.Join(o.Interlock, ", "))
		}
	}
}

func (p boardPrinter) inputs() {
	for i, name := range slices.Sorted(maps.Keys(p.board.Inputs)) {
		if i == 0 {
			fmt.Fprint(p.out, "\nInputs             where                    on when  bias  debounce\n")
		}
		in := p.board.Inputs[name]
		closed := ""
		if in.NC {
			closed = " closed at rest"
		}
		debounce := fmt.Sprintf("%d ms", in.DebounceUS/1000)
		p.row("  %-16s %-24s %-8s %-5s %-9s%s", name, p.place(in.Line), levelOf(in.High(true)), in.Bias, debounce+closed, p.uses.by(name))
	}
}

// row prints a line of a table, without blanks at its end.
func (p boardPrinter) row(format string, values ...any) {
	fmt.Fprintln(p.out, strings.TrimRight(fmt.Sprintf(format, values...), " "))
}

func levelOf(high bool) string {
	if high {
		return "high"
	}
	return "low"
}

// place says where a line is, with the header's pin if it has one.
func (p boardPrinter) place(name string) string {
	if pin, found := p.board.PinOf(name); found {
		return fmt.Sprintf("%s, header pin %d", pin.Name, pin.Number)
	}
	return strings.TrimPrefix(p.board.Lines[name].Place(), "chip ")
}

func (p boardPrinter) buses() {
	b := p.board
	for i, name := range slices.SortedFunc(maps.Keys(b.UARTs), byNumber) {
		p.heading(i, "Serial ports")
		u := b.UARTs[name]
		rs485 := ""
		if u.RS485 != boards.RS485None {
			rs485 = fmt.Sprintf(", RS-485, direction by %s", map[boards.RS485]string{boards.RS485Auto: "the transceiver", boards.RS485Kernel: "the kernel"}[u.RS485])
		}
		if u.MaxBaud > 0 {
			rs485 += fmt.Sprintf(", at most %d baud", u.MaxBaud)
		}
		fmt.Fprint(p.out, folded(strings.TrimPrefix(p.device(u.Path), serialFolder)+p.pins(u.GPIO)+rs485+p.uses.by(name), fmt.Sprintf("  %-10s ", name), strings.Repeat(" ", 13)))
	}
	for i, name := range slices.Sorted(maps.Keys(b.I2C)) {
		p.heading(i, "I2C")
		fmt.Fprint(p.out, folded(p.device(b.I2C[name].Device())+p.pins(b.I2C[name].GPIO)+p.uses.by(name), fmt.Sprintf("  %-10s ", name), strings.Repeat(" ", 13)))
		for _, chip := range b.I2C[name].Devices {
			fmt.Fprintf(p.out, "%13s0x%02X %s\n", "", chip.Address, chip.What)
		}
	}
	for i, name := range slices.Sorted(maps.Keys(b.SPI)) {
		p.heading(i, "SPI")
		fmt.Fprintf(p.out, "  %-10s %s%s%s\n", name, p.device(b.SPI[name].Device()), p.pins(b.SPI[name].GPIO), p.uses.by(name))
	}
	for i, name := range slices.Sorted(maps.Keys(b.Taken)) {
		p.heading(i, "Taken")
		fmt.Fprintf(p.out, "  %-10s %s%s\n", name, b.Taken[name].What, p.pins(b.Taken[name].GPIO))
	}
}

// heading is above the first of several things.
func (p boardPrinter) heading(i int, text string) {
	if i == 0 {
		fmt.Fprintf(p.out, "\n%s\n", text)
	}
}

// pluggedIn is what a port or bus of a board is that only exists in memory.
const pluggedIn = "plugged in by the simulator"

// device is the path of a port or bus.
func (p boardPrinter) device(path string) string {
	if path == "" || p.board.Backend == boards.BackendVirtual {
		return pluggedIn
	}
	return path
}

// byNumber sorts uart2 before uart10.
func byNumber(a, b string) int {
	if a[:len(a)-trailingDigits(a)] == b[:len(b)-trailingDigits(b)] {
		if shorter := cmp.Compare(len(a), len(b)); shorter != 0 {
			return shorter
		}
	}
	return cmp.Compare(a, b)
}

func trailingDigits(name string) int { return len(name) - len(strings.TrimRight(name, "0123456789")) }

// pins names the header's pins of a bus.
func (p boardPrinter) pins(lines []int) string {
	text := ""
	for i, pin := range pinsOf(p.board, lines) {
		text += either(i == 0, ", header pins ", ", ") + fmt.Sprint(pin)
	}
	return text
}

func (p boardPrinter) machine() {
	if w := p.board.Watchdog; w.Device != "" {
		fmt.Fprintf(p.out, "\nWatchdog           %s resets the machine after %d s\n", w.Device, w.TimeoutS)
	}
	switch b := p.board; {
	case b.RTC != "":
		fmt.Fprintf(p.out, "Clock              %s\n", b.RTC)
	case b.Watchdog.Device != "" && b.Backend != boards.BackendVirtual:
		fmt.Fprint(p.out, "Clock              none that survives a power cut\n")
	}
}

// power prints what the board can give, and to whom; and the supply with batteries.
func (p boardPrinter) power() {
	if power := p.board.Power; power.Said() {
		fmt.Fprintf(p.out, "\n%-18s %s\n", fmt.Sprintf("Power at %d V", power.Volts), supplyLine(power))
		if len(p.board.Header.Pins) > 0 {
			fmt.Fprintf(p.out, "  %-16s %s\n", "header", powerLine(power))
		}
		for _, name := range slices.Sorted(maps.Keys(power.HATs)) {
			hat := power.HATs[name]
			relays := ""
			if hat.Relays > 0 {
				relays = fmt.Sprintf(", %d of them for %d relays that are on", hat.Relays*hat.RelayMA, hat.Relays)
			}
			fmt.Fprintf(p.out, "  %-16s %d mA%s\n", name, hat.MA(), relays)
		}
		if power.OutputMA > 0 {
			fmt.Fprintf(p.out, "  %-16s %d mA at most\n", "each output", power.OutputMA)
		}
		if power.Measure != "" {
			fmt.Fprint(p.out, folded(power.Measure, fmt.Sprintf("  %-16s ", "to find out"), strings.Repeat(" ", 19)))
		}
	}
	if ups := p.board.UPS; ups.MainsLost != "" {
		fmt.Fprintf(p.out, "\nSupply with batteries\n  %-16s input %s, %s\n", "mains lost", ups.MainsLost, p.place(p.board.Inputs[ups.MainsLost].Line))
		if ups.Running != "" {
			fmt.Fprintf(p.out, "  %-16s output %s, %s\n", "gateway runs", ups.Running, p.place(p.board.Outputs[ups.Running].Line))
		}
		if ups.Gauge != "" {
			fmt.Fprintf(p.out, "  %-16s %s on %s\n", "fuel gauge", ups.Gauge, ups.Bus)
		}
	}
}

// supplyLine is what a supply gives, and to the board itself.
func supplyLine(power boards.Power) string {
	switch {
	case power.Known():
		return fmt.Sprintf("%d mA, of which %d for the board and %d for USB ports", power.SupplyMA, power.BoardMA, power.USBMA)
	case power.BoardMA > 0:
		return fmt.Sprintf("what the supply gives is not known; the board takes %d mA", power.BoardMA)
	}
	return "what the supply gives is not known"
}

// powerLine is how much of what the header's 5 V pins can give is taken.
func powerLine(power boards.Power) string {
	taken := fmt.Sprintf("%d mA taken of what is not known", power.TakenMA())
	if power.Known() {
		taken = fmt.Sprintf("%d of %d mA taken", power.TakenMA(), power.HeaderMA())
	}
	if power.Relays() > 0 {
		taken += ", with all relays on"
	}
	return taken
}

func (p boardPrinter) boot() {
	for _, file := range []struct {
		name  string
		lines []boards.BootLine
	}{{"config.txt", p.board.Config}, {"cmdline.txt", p.board.Cmdline}} {
		for i, line := range file.lines {
			if i == 0 {
				fmt.Fprintf(p.out, "\n%s\n", file.name)
			}
			fmt.Fprintf(p.out, "  %s\n%s", line.Line, folded(line.Why, "      # ", "      # "))
		}
	}
}

// lineMax is the width of a terminal that nobody made wider.
const lineMax = 80

// folded breaks a text into lines, the first with one indent, the others with another. A word that does not fit stays whole.
func folded(text, first, next string) string {
	var b strings.Builder
	line := first
	for i, word := range strings.Fields(text) {
		if i > 0 && len([]rune(line))+1+len([]rune(word)) > lineMax {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = next + word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}
