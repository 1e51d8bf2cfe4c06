package platecamera

import (
	"strconv"
	"strings"
)

// linesMax bounds a text of key=value lines.
const linesMax = 4_000

// readPairs reads lines of key=value, where Events[0].TrafficCar.PlateNumber=… is a path. Other lines are skipped. It
// is false for a text that has no such line.
func readPairs(text string) (*tree, bool) {
	t := &tree{cells: make([]cell, 1, 64)}
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		key, value, found := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !found || !isPath(key) {
			continue
		}
		if lines++; lines > linesMax || t.put(key, value) != nil {
			break
		}
	}
	return t, lines > 0
}

func isPath(key string) bool {
	for i := range len(key) {
		if c := key[i]; !isLiteral(c) && c != '_' && c != '[' && c != ']' {
			return false
		}
	}
	return key != "" && len(key) <= 256
}

// put sets the value at a path, and makes what is missing on the way.
func (t *tree) put(path, value string) error {
	at := int32(0)
	for step := range strings.SplitSeq(path, ".") {
		name, indexes, _ := strings.Cut(step, "[")
		next, err := t.step(at, name)
		if err != nil {
			return err
		}
		for index := range strings.SplitSeq(indexes, "[") {
			number, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil {
				break
			}
			t.cells[next].form = formList
			if next, err = t.step(next, strconv.Itoa(number)); err != nil {
				return err
			}
		}
		at = next
	}
	t.cells[at].text, t.cells[at].form = value, formText
	return nil
}

// step is the child of that name, new if there was none.
func (t *tree) step(parent int32, name string) (int32, error) {
	for at := t.cells[parent].child; at > 0; at = t.cells[at].next {
		if t.cells[at].name == name {
			return at, nil
		}
	}
	return t.add(parent, cell{name: name, form: formObject})
}

// readCodeLine reads Code=…;action=…;index=…;data={…}, where the last value is JSON over several lines, and returns its
// length.
func readCodeLine(text string) (*tree, int, error) {
	line, _, _ := strings.Cut(text, "\n")
	t := &tree{cells: make([]cell, 1, 64)}
	head, _, hasData := strings.Cut(line, "data={")
	for part := range strings.SplitSeq(head, ";") {
		if key, value, found := strings.Cut(part, "="); found {
			if _, err := t.add(0, cell{name: strings.TrimSpace(key), text: value, form: formText}); err != nil {
				return nil, 0, err
			}
		}
	}
	if !hasData {
		return t, len(line), nil
	}
	start := len(head) + len("data=")
	r := reader{tree: t, text: text, at: start}
	if err := r.value(0, "data"); err != nil {
		return nil, 0, wrapAt("JSON after data=", r.at, err)
	}
	return t, r.at, nil
}
