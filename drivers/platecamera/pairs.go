package platecamera

import (
	"strconv"
	"strings"
)

// linesMax bounds a text of key=value lines.
const linesMax = 4_000

// readPairs reads lines of key=value, where Events[0].TrafficCar.PlateNumber=… is a path. Other lines are skipped. It
// is false for a text that has no such line.
func (t *tree) readPairs(text string) bool {
	t.begin()
	t.cells = append(t.cells, cell{})
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
	return lines > 0
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
func (t *tree) readCodeLine(text string) (length int, err error) {
	t.begin()
	t.cells = append(t.cells, cell{})
	line, _, _ := strings.Cut(text, "\n")
	for at := 0; at < len(line); {
		part, _, _ := strings.Cut(line[at:], ";")
		key, value, found := strings.Cut(part, "=")
		start := at + len(part) - len(value)
		at += len(part) + len(";")
		if key = strings.TrimSpace(key); !found {
			continue
		}
		r := reader{tree: t, text: text, at: start}
		if strings.EqualFold(key, "data") && r.blank() == '{' {
			if err := r.value(0, "data"); err != nil {
				return 0, wrapAt("JSON after data=", r.at, r.cut(err))
			}
			return r.at, nil
		}
		if _, err := t.add(0, cell{name: key, text: value, form: formText}); err != nil {
			return 0, err
		}
	}
	return len(line), nil
}
