package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gatehouse/drivers/line/gpiochip"
)

const (
	chipLabel = "pinctrl-hil"
	traceDir  = "/sys/kernel/tracing"
)

// chip is the simulated chip as the outside world has it.
type chip struct {
	simulated string // folder of gpio-sim's files
	base      int    // number of its first line in traces
}

func openChip() *chip {
	folders, _ := filepath.Glob("/sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio0") // the pattern is right
	must(len(folders) == 1, "gpio-sim has no files")
	c := &chip{simulated: filepath.Dir(folders[0]), base: -1}
	labels, _ := filepath.Glob("/sys/class/gpio/gpiochip*/label")
	for _, label := range labels {
		if read(label) == chipLabel {
			base, err := strconv.Atoi(read(filepath.Join(filepath.Dir(label), "base")))
			mustNot(err)
			c.base = base
		}
	}
	must(c.base >= 0, "no chip is called %s", chipLabel)
	write(traceDir+"/buffer_size_kb", "8192")
	write(traceDir+"/events/gpio/enable", "1")
	return c
}

func read(path string) string {
	text, err := os.ReadFile(path)
	mustNot(err)
	return strings.TrimSpace(string(text))
}

func write(path, text string) { mustNot(os.WriteFile(path, []byte(text), 0o644)) }

// pull drives a contact: the level of a line that nobody drives.
func (c *chip) pull(line int, high bool) {
	write(fmt.Sprintf("%s/sim_gpio%d/pull", c.simulated, line), map[bool]string{true: "pull-up", false: "pull-down"}[high])
}

// close closes a contact to ground, or opens it.
func (c *chip) close(line int, closed bool) { c.pull(line, !closed) }

// high is the level that a line has at this moment.
func (c *chip) high(line int) bool {
	return read(fmt.Sprintf("%s/sim_gpio%d/value", c.simulated, line)) == "1"
}

// info is what the kernel knows of a line.
func (c *chip) info(line int) gpiochip.LineInfo {
	chips, err := gpiochip.Chips()
	mustNot(err)
	for _, known := range chips {
		if known.Label == chipLabel {
			info, err := known.Line(line)
			mustNot(err)
			return info
		}
	}
	panic(failure("the chip has gone"))
}

// forget begins a new record of what the kernel does to lines.
func (c *chip) forget() { write(traceDir+"/trace", "") }

// move is something that the kernel did to a line.
type move struct {
	at        time.Duration // since the kernel's start
	direction string        // in or out; empty: the level was set
	high      bool
}

var traced = regexp.MustCompile(`(\d+\.\d+): gpio_(value|direction): (\d+)\s+(set|get|in|out)\s*\(?(-?\d+)`)

// moves is what the kernel did to a line since forget.
func (c *chip) moves(line int) (moves []move) {
	for _, text := range strings.Split(read(traceDir+"/trace"), "\n") {
		found := traced.FindStringSubmatch(text)
		if found == nil || found[4] == "get" || found[3] != strconv.Itoa(c.base+line) {
			continue
		}
		seconds, err := strconv.ParseFloat(found[1], 64)
		mustNot(err)
		m := move{at: time.Duration(seconds * float64(time.Second)), high: found[5] == "1"}
		if found[2] == "direction" {
			m.direction = found[4]
		}
		moves = append(moves, m)
	}
	return moves
}

// edges are the changes of level that somebody made on a line which was low at first.
func (c *chip) edges(line int) (edges []move) {
	high := false
	for _, m := range c.moves(line) {
		if m.direction == "" && m.high != high {
			high = m.high
			edges = append(edges, m)
		}
	}
	return edges
}

// pulseIsRight wants one pulse, as long as the site file lets it be. It is the kernel that dates it.
func pulseIsRight(edges []move) (width time.Duration) {
	must(len(edges) == 2, "edges %v", edges)
	width = edges[1].at - edges[0].at
	must(width > 450*time.Millisecond && width < 600*time.Millisecond, "a pulse of %v: %v", width, edges)
	return width
}

// eventually waits for something, for a limited time.
func eventually(what string, so func() bool) {
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		must(time.Now().Before(deadline), "in vain: %s", what)
	}
}
