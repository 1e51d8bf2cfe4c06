package platecamera

import (
	"strconv"
	"strings"
)

// linesMax bounds a text of key=value lines.
const linesMax = 4_000

// readPairs reads lines of key=value, where Events[0].TrafficCar.PlateNumber=… is a path, and returns how much of the text
// is before a line that begins something else, be they pairs or not. Lines without one are skipped. A sign of life is one
// line, and the line that came first begins another document when it comes again.
func (t *tree) readPairs(text string) (length int, ok bool) {
	t.begin()
	t.cells = append(t.cells, cell{})
	first, lines := "", 0
	for at := 0; at < len(text) && (at == 0 || !beginsOther(text[at:])); {
		line, _, _ := strings.Cut(text[at:], "\n")
		key, value, found := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		isPair := found && isPath(key)
		if isPair && lines > 0 && key == first {
			return at, true
		}
		at = min(at+len(line)+1, len(text))
		if isPair && lines < linesMax && t.put(key, value) == nil {
			if lines++; lines == 1 {
				first = key
			}
		}
		if length = at; isHeartbeat(line) {
			return length, lines > 0
		}
	}
	return length, lines > 0
}

func isHeartbeat(line string) bool { return strings.EqualFold(strings.TrimSpace(line), "Heartbeat") }

// beginsOther reports whether a line begins another kind of document.
func beginsOther(text string) bool {
	return strings.IndexByte("{[<", text[0]) >= 0 || strings.HasPrefix(text, "Code=") || strings.HasPrefix(text, "Heartbeat")
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
