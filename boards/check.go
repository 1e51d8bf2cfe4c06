package boards

import (
	"fmt"
	"maps"
	"slices"

	"gatehouse/sync/tomlfile"
)

// The limits of what a board file may say.
const (
	maxOnMaxMS    = 60_000  // longer than any barrier's pulse; what stays on longer says 0
	debounceMaxUS = 500_000 // longer and a car is missed
)

// checker finds what the format can't tell.
type checker struct {
	document *tomlfile.Document
	raw      file
	board    Board
	problems tomlfile.Problems
}

func (c *checker) all() error {
	c.head()
	c.lines()
	c.outputs()
	c.inputs()
	c.uarts()
	return c.problems.Err()
}

func (c *checker) problem(what, do string, path ...any) {
	c.problems = append(c.problems, c.document.Problem(path, what, do))
}

func (c *checker) head() {
	if c.board.Name == "" {
		c.problem("the board has no name", `write name = "…"`, "name")
	}
	if c.board.Backend == BackendNone {
		c.problem("the board does not say how its lines are reached", `write backend = "chardev" for real lines or "virtual" for simulated ones`, "backend")
	}
}

// lines checks that every line can be found, and that no two names mean the same one.
func (c *checker) lines() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Lines)) {
		line := c.raw.Lines[name]
		if c.board.Backend == BackendVirtual {
			continue
		}
		byChip := line.Chip != "" && line.Number != nil
		switch half := (line.Chip != "") != (line.Number != nil); {
		case half, byChip == (line.Pin != ""):
			c.problem("it is not clear which line this is", `write chip = "…" and line = …, or else pin = "…"`, "lines", name)
			continue
		case byChip && *line.Number < 0:
			c.problem("a line's number is 0 or more", "", "lines", name, "line")
		}
		place := line.Pin
		if byChip {
			place = fmt.Sprintf("%s line %d", line.Chip, *line.Number)
		}
		c.once(owner, place, name, "lines", name)
	}
}

// once reports the second use of the same thing.
func (c *checker) once(owner map[string]string, thing, user string, path ...any) {
	if first, taken := owner[thing]; taken {
		c.problem(fmt.Sprintf("%s is used twice: by %s and by %s", thing, first, user), "give each one its own", path...)
		return
	}
	owner[thing] = user
}

// use checks the line that an output or an input is on.
func (c *checker) use(owner map[string]string, line, user string, path ...any) {
	lines := slices.Sorted(maps.Keys(c.raw.Lines))
	switch {
	case line == "":
		c.problem("it has no line", "write line = \"…\"; "+tomlfile.Advice(user, lines), path...)
	case !slices.Contains(lines, line):
		c.problem(fmt.Sprintf("there is no line %q", line), tomlfile.Advice(line, lines), append(path, "line")...)
	default:
		c.once(owner, "line "+line, user, append(path, "line")...)
	}
}

func (c *checker) outputs() {
	owner := c.inputLines()
	names := slices.Sorted(maps.Keys(c.raw.Outputs))
	for _, name := range names {
		output := c.raw.Outputs[name]
		c.use(owner, output.Line, "output "+name, "outputs", name)
		c.maxOn(name, output)
		for i, other := range output.Interlock {
			switch {
			case other == name:
				c.problem("an output can't be interlocked with itself", "take it out", "outputs", name, "interlock", i)
			case !slices.Contains(names, other):
				c.problem(fmt.Sprintf("there is no output %q to interlock with", other), tomlfile.Advice(other, names), "outputs", name, "interlock", i)
			}
		}
	}
}

// inputLines is who uses which line, as far as inputs go: an output that uses it as well is the one to report.
func (c *checker) inputLines() map[string]string {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Inputs)) {
		owner["line "+c.raw.Inputs[name].Line] = "input " + name
	}
	return owner
}

// maxOn wants the bound of every output in writing: what is forgotten could be a barrier.
func (c *checker) maxOn(name string, output fileOutput) {
	switch {
	case output.MaxOnMS == nil:
		c.problem("max_on_ms is missing", "write the longest time it may stay on in ms (for a barrier's pulse 1000), or 0 if for ever (a lamp, a hold)", "outputs", name)
	case *output.MaxOnMS < 0 || *output.MaxOnMS > maxOnMaxMS:
		c.problem(fmt.Sprintf("%d ms is out of range", *output.MaxOnMS), fmt.Sprintf("write 1 to %d, or 0 for ever", maxOnMaxMS), "outputs", name, "max_on_ms")
	case *output.MaxOnMS > 0 && output.Safe == SafeOn:
		c.problem("an output that is on when safe can't be bounded", "write max_on_ms = 0", "outputs", name, "max_on_ms")
	}
}

func (c *checker) inputs() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.Inputs)) {
		input := c.raw.Inputs[name]
		c.use(owner, input.Line, "input "+name, "inputs", name)
		if input.DebounceUS < 0 || input.DebounceUS > debounceMaxUS {
			c.problem(fmt.Sprintf("%d µs is out of range", input.DebounceUS), fmt.Sprintf("write 0 to %d", debounceMaxUS), "inputs", name, "debounce_us")
		}
	}
}

func (c *checker) uarts() {
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.raw.UARTs)) {
		path := c.raw.UARTs[name]
		switch {
		case c.board.Backend == BackendVirtual:
		case path == "":
			c.problem("it has no device path", `write for example "/dev/ttyAMA0"`, "uarts", name)
		default:
			c.once(owner, path, name, "uarts", name)
		}
	}
}
