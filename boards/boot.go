package boards

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// gpioMax is the highest line that a processor's header chip has.
const gpioMax = 57

// models are the sections of config.txt that hold for a machine, by what its device tree calls it. Source: "Conditional
// filters" in the Raspberry Pi documentation.
var models = map[string][]string{
	"raspberrypi,model-zero-2-w": {"pi0", "pi0w", "pi02"}, "raspberrypi,3-model-b-plus": {"pi3", "pi3+"}, "raspberrypi,4-model-b": {"pi4"},
	"raspberrypi,4-compute-module": {"pi4", "cm4"}, "raspberrypi,5-model-b": {"pi5"},
}

// NotBooted are the boot lines that a machine's config.txt and cmdline.txt lack. A parameter counts wherever it stands among
// others (dtparam=audio=on,i2c_arm=on), and only in a section that holds for the board.
func (b Board) NotBooted(config, cmdline string) (missing []BootLine) {
	written := b.settings(config)
	for _, wanted := range b.Config {
		if !slices.ContainsFunc(written, func(have string) bool { return covers(have, wanted.Line) }) {
			missing = append(missing, wanted)
		}
	}
	words := strings.Fields(cmdline)
	for _, wanted := range b.Cmdline {
		if !slices.Contains(words, wanted.Line) {
			missing = append(missing, wanted)
		}
	}
	return missing
}

// ConsoleOn is the board's serial port that the kernel talks on if cmdline.txt calls its console so. serial0 is what the
// firmware takes for the first port: GPIO 14 and 15, and on a Pi 5 a connector of its own unless a parameter says otherwise.
func (b Board) ConsoleOn(console, config string) (uart string, found bool) {
	paths := []string{"/dev/" + console}
	if console == "serial0" {
		moved := slices.ContainsFunc(b.settings(config), func(line string) bool { return covers(line, "dtparam=uart0_console=on") })
		if b.Header.Chip == chipRP1 && !moved {
			return "", false
		}
		paths = []string{"/dev/ttyAMA0", "/dev/ttyS0", "/dev/serial0"}
	}
	for _, name := range slices.Sorted(maps.Keys(b.UARTs)) {
		if slices.Contains(paths, b.UARTs[name].Path) {
			return name, true
		}
	}
	return "", false
}

// settings are the lines of a config.txt that hold for the board.
func (b Board) settings(config string) (lines []string) {
	holds := true
	for line := range strings.Lines(config) {
		line = strings.TrimSpace(line)
		section, isSection := strings.CutPrefix(line, "[")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case isSection:
			holds = b.holds(strings.TrimSuffix(section, "]"))
		case holds:
			lines = append(lines, line)
		}
	}
	return lines
}

// holds reports whether a section of config.txt is for the board. One that asks for something else than a model is not
// relied on.
func (b Board) holds(section string) bool {
	return section == "all" || slices.ContainsFunc(b.Match, func(name string) bool { return slices.Contains(models[name], section) })
}

// covers reports whether a line of config.txt says all that another one does.
func covers(have, wanted string) bool {
	haveKey, haveRest, _ := strings.Cut(have, "=")
	wantedKey, wantedRest, _ := strings.Cut(wanted, "=")
	if haveKey != wantedKey || haveKey != "dtparam" && haveKey != "dtoverlay" {
		return have == wanted
	}
	said, needed := parameters(haveRest), parameters(wantedRest)
	if haveKey == "dtoverlay" && said[0] != needed[0] {
		return false
	}
	return !slices.ContainsFunc(needed, func(one string) bool { return !slices.Contains(said, one) })
}

// parameters are the parts of a list with commas; one without a value is on.
func parameters(list string) []string {
	parts := strings.Split(list, ",")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
		if !strings.Contains(part, "=") {
			parts[i] += "=on"
		}
	}
	return parts
}

// gpioList is the numbers of a boot line gpio=…, which has them with commas and as ranges: 4,6-9.
func gpioList(text string) (numbers []int) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.Atoi(from)
		last := first
		if isRange {
			last, err = strconv.Atoi(to)
		}
		for number := first; err == nil && number >= 0 && number <= last && last <= gpioMax; number++ {
			numbers = append(numbers, number)
		}
	}
	return numbers
}
