package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gatehouse/boards"
	"gatehouse/drivers/all"
	"gatehouse/gateway/site"
	"gatehouse/sync/commandline"
)

type boardPinout struct {
	Board string `arg:"" optional:"" help:"Name of a board, or path of a board file (default: the site's board)."`
	Site  string `help:"Site file: show which of its devices uses what." type:"path"`
	JSON  bool   `help:"Print JSON: an array of {pin, name, gpio, usual, pull, kind, user, role, usedBy}, in the order of the pins."`
}

// Run draws a header.
func (c boardPinout) Run(out io.Writer) error {
	u, err := usesOf(c.Site)
	if err != nil {
		return err
	}
	name := c.Board
	if name == "" {
		name = u.board
	}
	if name == "" {
		return fmt.Errorf("%w: name a board, or a site file with --site; lotctl board ls lists the boards", commandline.ErrUsage)
	}
	board, err := boards.Load(name)
	if err != nil {
		return err
	}
	if board.Header.Pins == nil {
		return fmt.Errorf("the board %s has no header to draw: lotctl board show %s lists its lines", board.Name, board.Name)
	}
	if c.JSON {
		return printJSON(out, pinsJSON(board, u))
	}
	drawHeader(out, board, u)
	return nil
}

// uses is which device of a site names what of its board.
type uses struct {
	board   string // of the site
	devices map[string][]string
}

// usesOf reads a site file; no file, no uses.
func usesOf(path string) (uses, error) {
	u := uses{devices: map[string][]string{}}
	if path == "" {
		return u, nil
	}
	data, err := readWritten(path)
	if err != nil {
		return u, err
	}
	parsed, err := site.Parse(path, data, all.Catalog())
	if err != nil {
		return u, err
	}
	u.board = parsed.Board
	for _, device := range parsed.Devices {
		for _, key := range slices.Sorted(maps.Keys(device.Settings)) {
			for _, name := range namesIn(device.Settings[key]) {
				u.devices[name] = append(u.devices[name], string(device.ID))
			}
		}
	}
	return u, nil
}

// namesIn are the texts of a setting, each of which may name something of the board.
func namesIn(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []string:
		return value
	case []any:
		names := []string{}
		for _, one := range value {
			names = append(names, namesIn(one)...)
		}
		return names
	}
	return nil
}

// by says which devices use something, or nothing.
func (u uses) by(name string) string {
	if len(u.devices[name]) == 0 {
		return ""
	}
	return " ◂ " + strings.Join(slices.Compact(slices.Clone(u.devices[name])), ", ")
}

// What a pin of the header is drawn as.
const (
	markFree   = "○"
	markEEPROM = "×"
	markUsed   = "◉" // by a device of the site
	markWired  = "●"
	markPower  = "+"
	markGround = "-"
)

// The widths of the drawing: 30 columns of text on either side of the pins.
const sideWidth = 30

// drawHeader draws the two columns of pins, each with its name and what is wired to it, in 80 columns.
func drawHeader(out io.Writer, board boards.Board, u uses) {
	users := board.Users()
	fmt.Fprintf(out, "%s", folded(board.Name+": "+board.Title, "", "  "))
	fmt.Fprintf(out, "%*s┌───────┐\n", sideWidth+5, "")
	for i := 0; i+1 < len(board.Header.Pins); i += 2 {
		left, right := board.Header.Pins[i], board.Header.Pins[i+1]
		fmt.Fprintf(out, "%s %2d  │ %s   %s │  %-2d %s\n",
			padLeft(labelOf(left, users, true), sideWidth), left.Number, markOf(left, users, u), markOf(right, users, u), right.Number,
			cut(labelOf(right, users, false), sideWidth))
	}
	fmt.Fprintf(out, "%*s└───────┘\n", sideWidth+5, "")
	fmt.Fprintf(out, "  %s wired  %s free  %s power  %s ground  %s not for use\n", markWired, markFree, markPower, markGround, markEEPROM)
	fmt.Fprint(out, "  An arrow points away from the header at an output, and to it from an input.\n")
	if board.Power.Said() {
		fmt.Fprint(out, folded("5 V (pins 2, 4): "+powerLine(board.Power), "  ", "  "))
	}
	drawUses(out, board, u)
	drawRest(out, board, u)
}

func markOf(pin boards.HeaderPin, users map[int]boards.User, u uses) string {
	user, wired := users[pin.Number]
	switch {
	case pin.Name == "GND":
		return markGround
	case pin.GPIO < 0:
		return markPower
	case pin.ForEEPROM():
		return markEEPROM
	case wired && len(u.devices[user.Name]) > 0:
		return markUsed
	case wired:
		return markWired
	}
	return markFree
}

// labelOf is the pin's name, next to the header, and what is wired to it.
func labelOf(pin boards.HeaderPin, users map[int]boards.User, left bool) string {
	user, wired := users[pin.Number]
	text := ""
	switch {
	case pin.ForEEPROM():
		text = pin.Usual + " of the HAT"
	case !wired:
		return pin.Name
	default:
		text = userText(user, left)
	}
	if left {
		return text + "  " + fmt.Sprintf("%6s", pin.Name)
	}
	return fmt.Sprintf("%-6s", pin.Name) + "  " + text
}

// userText is what is wired to a pin.
func userText(user boards.User, left bool) string {
	name := user.Name
	isOutput, isInput := user.Kind == "output", user.Kind == "input"
	switch {
	case !isOutput && !isInput:
		return strings.TrimSpace(name + " " + user.Role)
	case left && isOutput:
		return name + " ◂"
	case left:
		return name + " ▸"
	case isOutput:
		return "▸ " + name
	}
	return "◂ " + name
}

// padLeft puts a text at the right end of a field, cut to it.
func padLeft(text string, width int) string {
	runes := []rune(text)
	if len(runes) > width {
		return "…" + string(runes[len(runes)-width+1:])
	}
	return strings.Repeat(" ", width-len(runes)) + text
}

// cut shortens a text to a field.
func cut(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}

// drawUses lists what devices of the site use of the header.
func drawUses(out io.Writer, board boards.Board, u uses) {
	users, first := board.Users(), true
	for _, number := range slices.Sorted(maps.Keys(users)) {
		user := users[number]
		if len(u.devices[user.Name]) == 0 {
			continue
		}
		if first {
			fmt.Fprintf(out, "\n%s Used by the site\n", markUsed)
			first = false
		}
		fmt.Fprint(out, folded(strings.TrimSpace(user.Name+" "+user.Role)+u.by(user.Name), fmt.Sprintf("  pin %-2d  ", number), strings.Repeat(" ", 10)))
	}
}

// serialFolder is where the kernel lists serial ports by their place; it is left out to stay within a line.
const serialFolder = "/dev/serial/"

// drawRest lists what of the board is not on its header.
func drawRest(out io.Writer, board boards.Board, u uses) {
	first := true
	for _, name := range slices.Sorted(maps.Keys(board.UARTs)) {
		if uart := board.UARTs[name]; len(uart.GPIO) == 0 {
			if first {
				fmt.Fprint(out, "\nNot on the header\n")
				first = false
			}
			fmt.Fprint(out, folded(strings.TrimPrefix(uart.Path, serialFolder)+u.by(name), fmt.Sprintf("  %-10s ", name), strings.Repeat(" ", 13)))
		}
	}
}
