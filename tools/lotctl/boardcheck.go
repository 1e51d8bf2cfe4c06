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
	m.clashes()
	m.console()
	m.relays()
	m.has()
	m.watchdog()
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
		if text, err := readWritten(filepath.Join(m.root, path)); err == nil {
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

// compatible is what the machine's device tree calls it, the most exact name first.
func (m *machineCheck) compatible() []string {
	return strings.FieldsFunc(m.text("proc/device-tree/compatible"), func(r rune) bool { return r == 0 })
}

// isIt looks whether the machine is the one that the board is for.
func (m *machineCheck) isIt() {
	compatible := m.compatible()
	err := m.board.Fits(compatible)
	switch {
	case len(m.board.Match) == 0:
	case len(compatible) == 0:
		m.find(false, "the machine has no device tree: it is no "+strings.Join(m.board.Match, ", "),
			"run this on the gateway itself, or name with --root the folder that holds its files")
	case err != nil:
		m.find(false, "the machine is a "+compatible[0], err.Error())
	default:
		m.find(true, "the machine is a "+compatible[0], "")
	}
}

// config is the machine's config.txt.
func (m *machineCheck) config() string { return m.text("boot/firmware/config.txt", "boot/config.txt") }

// clashes looks for lines of config.txt that take pins which the board has something else on.
func (m *machineCheck) clashes() {
	for _, clash := range m.board.Clashes(m.config()) {
		m.find(false, fmt.Sprintf("config.txt has %s, which takes %s: the board has %s %s there", clash.Line, clash.Pin, clash.User.Kind, clash.User.Name),
			"take it out of config.txt and restart")
	}
}

// relays looks whether the kernel drops the outputs of a gateway that dies, as the board's boot line asks for. Old kernels know
// nothing of it, and say so by having no such parameter; kernels without a Raspberry Pi's changes always drop them.
func (m *machineCheck) relays() {
	module := either(m.board.Header.Chip == "pinctrl-rp1", "pinctrl_rp1", "pinctrl_bcm2835")
	path := "sys/module/" + module + "/parameters/persist_gpio_outputs"
	said := strings.TrimSpace(m.text(path))
	if drops := said == "N"; said != "" && len(m.board.Outputs) > 0 {
		m.find(drops, fmt.Sprintf("the kernel %s the relays of a gateway that dies (/%s says %s)", either(drops, "drops", "keeps"), path, said),
			"restart after writing dtparam=strict_gpiod into config.txt; if it is there, update the firmware")
	}
}

// missing are the boot lines that the machine lacks.
func (m *machineCheck) missing() []boards.BootLine {
	return m.board.NotBooted(m.config(), m.text("boot/firmware/cmdline.txt", "boot/cmdline.txt"))
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
		if name, found := m.board.ConsoleOn(port, m.config()); isConsole && found {
			m.find(false, "the kernel's console is on "+name, "take "+word+" out of cmdline.txt and restart: it would talk to the device")
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
	if m.board.Backend == boards.BackendPiControl {
		m.there("the process image", "/dev/piControl0", "start the module piControl, and draw the modules in PiCtory")
	}
	if m.board.RTC != "" {
		m.there("the clock", m.board.RTC, "look at its boot line and its battery; without it times are unset until the network answers")
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

// watchdog looks whether systemd holds the watchdog, as that of Raspberry Pi OS does from version 13 on: then it is fed while
// the gateway hangs.
func (m *machineCheck) watchdog() {
	if m.board.Watchdog.Device == "" {
		return
	}
	value, file := "", ""
	for _, path := range append([]string{"etc/systemd/system.conf"}, m.dropIns()...) {
		for line := range strings.Lines(m.text(path)) {
			if said, is := strings.CutPrefix(strings.TrimSpace(line), "RuntimeWatchdogSec="); is {
				value, file = said, path
			}
		}
	}
	if !slices.Contains([]string{"", "0", "off", "infinity"}, strings.ToLower(value)) {
		m.find(false, fmt.Sprintf("systemd feeds the watchdog, and not the gateway (RuntimeWatchdogSec=%s in /%s)", value, file),
			"write [Manager] and below it RuntimeWatchdogSec=off into /etc/systemd/system.conf.d/90-gatehouse.conf, and restart")
	}
}

// dropIns are the files that change systemd's settings, in the order in which it reads them: by their names, those of a folder
// that counts more in place of those of the same name.
func (m *machineCheck) dropIns() (paths []string) {
	byName := map[string]string{}
	for _, folder := range []string{"usr/lib/systemd/system.conf.d", "run/systemd/system.conf.d", "etc/systemd/system.conf.d"} {
		entries, err := os.ReadDir(filepath.Join(m.root, folder))
		if err != nil {
			continue // there is no such folder
		}
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), ".conf") {
				byName[entry.Name()] = folder + "/" + entry.Name()
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		paths = append(paths, byName[name])
	}
	return paths
}
