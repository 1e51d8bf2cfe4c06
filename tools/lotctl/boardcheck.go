package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/boards"
)

type boardCheck struct {
	Board string `arg:"" help:"Name of a board, or path of a board file."`
	Root  string `help:"Folder that holds the machine's boot, dev and proc." default:"/" type:"path"`
	JSON  bool   `help:"Print JSON: an array of {what, ok, do}."`
}

// boardFinding is what was found where something was looked at: in order, or not.
type boardFinding struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Do   string `json:"do,omitempty"`
}

// errNotReady ends a look at a machine that is not as its board wants it.
var errNotReady = errors.New("this machine is not ready for the board")

// Run says whether this machine is the board's, boots with what the board wants, and has its ports and buses. It opens none
// of them.
func (c boardCheck) Run(out io.Writer) error {
	board, err := boards.Load(c.Board)
	if err != nil {
		return err
	}
	m := machineCheck{root: c.Root, board: board}
	m.isIt()
	m.boots()
	m.console()
	m.has()
	if c.JSON {
		err = printJSON(out, m.findings)
	} else {
		m.print(out)
	}
	if err == nil && slices.ContainsFunc(m.findings, func(f boardFinding) bool { return !f.OK }) {
		err = errNotReady
	}
	return err
}

// machineCheck looks at a machine.
type machineCheck struct {
	root     string
	board    boards.Board
	findings []boardFinding
}

func (m *machineCheck) find(ok bool, what, do string) {
	if ok {
		do = ""
	}
	m.findings = append(m.findings, boardFinding{What: what, OK: ok, Do: do})
}

// text is a file of the machine's, the first of several places that has it; empty if there is none.
func (m *machineCheck) text(paths ...string) string {
	for _, path := range paths {
		if text, err := readFile(filepath.Join(m.root, path)); err == nil {
			return string(text)
		}
	}
	return ""
}

// there looks for a device of the machine's.
func (m *machineCheck) there(what, path, do string) {
	_, err := os.Stat(filepath.Join(m.root, path))
	m.find(err == nil, what+either(err == nil, " is there: ", " is not there: ")+path, do)
}

// either is one of two words.
func either(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

// isIt looks whether the machine is the one that the board is for.
func (m *machineCheck) isIt() {
	compatible := strings.FieldsFunc(m.text("proc/device-tree/compatible"), func(r rune) bool { return r == 0 })
	if err := m.board.Fits(compatible); err != nil {
		m.find(false, "the machine is a "+compatible[0], err.Error())
		return
	}
	if len(compatible) > 0 {
		m.find(true, "the machine is a "+compatible[0], "")
	}
}

// missing are the boot lines that the machine lacks.
func (m *machineCheck) missing() []boards.BootLine {
	return m.board.NotBooted(m.text("boot/firmware/config.txt", "boot/config.txt"), m.text("boot/firmware/cmdline.txt", "boot/cmdline.txt"))
}

// boots looks for the board's lines in the files of the boot partition.
func (m *machineCheck) boots() {
	if len(m.board.Config)+len(m.board.Cmdline) == 0 {
		return
	}
	missing := m.missing()
	for _, file := range []struct {
		name  string
		lines []boards.BootLine
	}{{"config.txt", m.board.Config}, {"cmdline.txt", m.board.Cmdline}} {
		for _, line := range file.lines {
			ok := !slices.Contains(missing, line)
			m.find(ok, file.name+either(ok, " has ", " lacks ")+line.Line, "write it there and restart: "+line.Why)
		}
	}
}

// console looks whether the kernel talks on a port that the board wants for a device.
func (m *machineCheck) console() {
	for _, word := range strings.Fields(m.text("boot/firmware/cmdline.txt", "boot/cmdline.txt")) {
		port, isConsole := strings.CutPrefix(word, "console=")
		port, _, _ = strings.Cut(port, ",")
		for _, name := range slices.Sorted(maps.Keys(m.board.UARTs)) {
			if path := m.board.UARTs[name].Path; isConsole && (port == name || "/dev/"+port == path) {
				m.find(false, "the kernel's console is on "+name, "take "+word+" out of cmdline.txt and restart: it would talk to the device")
			}
		}
	}
}

// has looks for the board's ports and buses. One that is plugged in from outside may be out.
func (m *machineCheck) has() {
	for _, name := range slices.SortedFunc(maps.Keys(m.board.UARTs), byNumber) {
		if path := m.board.UARTs[name].Path; path != "" && !strings.HasPrefix(path, serialFolder) {
			m.there("serial port "+name, path, "look at its boot line, and restart after changing it")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.board.I2C)) {
		if m.board.Backend != boards.BackendVirtual {
			m.there("I2C bus "+name, m.board.I2C[name].Device(), "look at its boot line, and load the module i2c-dev")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.board.SPI)) {
		if m.board.Backend != boards.BackendVirtual {
			m.there("SPI device "+name, m.board.SPI[name].Device(), "look at its boot line, and restart after changing it")
		}
	}
	if device := m.board.Watchdog.Device; device != "" {
		m.there("the watchdog", device, "look at its boot line; without it nobody restarts a machine that hangs")
	}
}

func (m *machineCheck) print(out io.Writer) {
	for _, f := range m.findings {
		fmt.Fprint(out, folded(f.What, fmt.Sprintf("%-6s ", either(f.OK, "ok", "wrong")), strings.Repeat(" ", 7)))
		if f.Do != "" {
			fmt.Fprint(out, folded(f.Do, strings.Repeat(" ", 7), strings.Repeat(" ", 7)))
		}
	}
}
