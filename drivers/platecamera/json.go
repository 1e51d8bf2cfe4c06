package platecamera

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads one document from the start of a text.
type reader struct {
	tree  *tree
	text  string
	at    int
	depth int
}

// readJSON reads the value that begins text, and returns its length. Cameras forget commas, or write one too many, and
// guides and scripts write texts in single quotes and None for null: none of it changes what is meant.
func (t *tree) readJSON(text string) (length int, err error) {
	r := reader{tree: t.begin(), text: text}
	if err := r.value(0, ""); err != nil {
		return 0, wrapAt("JSON", r.at, r.cut(err))
	}
	return r.at, nil
}

// cut is an error as it is, or that of a text that goes on no further.
func (r *reader) cut(err error) error {
	if err == errSyntax && r.blank() == 0 && r.at == len(r.text) {
		return errEnds
	}
	return err
}

func (r *reader) blank() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
	return 0
}

func (r *reader) value(parent int32, name string) error {
	switch c := r.blank(); c {
	case '{', '[':
		return r.collection(parent, name, c == '{')
	case '"', '\'':
		text, escaped, err := r.quoted()
		if err != nil {
			return err
		}
		return r.leaf(parent, cell{name: name, text: text, form: formText, escape: escapedBy(escaped)})
	case 0:
		return errEnds
	}
	start := r.at
	for r.at < len(r.text) && isLiteral(r.text[r.at]) {
		r.at++
	}
	switch text := r.text[start:r.at]; text {
	case "":
		return errSyntax
	case "null", "None":
		return r.leaf(parent, cell{name: name, form: formNull})
	default:
		return r.leaf(parent, cell{name: name, text: text, form: formText})
	}
}

func (r *reader) leaf(parent int32, c cell) error {
	_, err := r.tree.add(parent, c)
	return err
}

func isLiteral(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.'
}

func escapedBy(escaped bool) escape {
	if escaped {
		return escapeJSON
	}
	return escapeNone
}

func (r *reader) collection(parent int32, name string, object bool) error {
	end, f := byte(']'), formList
	if object {
		end, f = '}', formObject
	}
	if r.depth++; r.depth > depthMax {
		return errTooDeep
	}
	at, err := r.tree.add(parent, cell{name: name, form: f})
	r.at++
	for err == nil {
		switch r.blank() {
		case ',':
			r.at++
		case end:
			r.at++
			r.depth--
			return nil
		default:
			err = r.member(at, object)
		}
	}
	return err
}

func (r *reader) member(parent int32, named bool) error {
	if !named {
		return r.value(parent, "")
	}
	name, escaped, err := r.quoted()
	if err != nil {
		return err
	}
	if escaped {
		name = unescapeJSON(name)
	}
	if r.blank() != ':' {
		return errSyntax
	}
	r.at++
	return r.value(parent, name)
}

// quoted reads a text in quotes, as written.
func (r *reader) quoted() (text string, escaped bool, err error) {
	if r.at >= len(r.text) {
		return "", false, errEnds
	}
	quote := r.text[r.at]
	marks := `"\`
	switch quote {
	case '"':
	case '\'':
		marks = `'\`
	default:
		return "", false, errSyntax
	}
	start := r.at + 1
	for at := start; at < len(r.text); at++ {
		next := strings.IndexAny(r.text[at:], marks)
		if next < 0 {
			break
		}
		at += next
		if r.text[at] == quote {
			r.at = at + 1
			return r.text[start:at], escaped, nil
		}
		escaped = true
		at++ // what follows a backslash ends nothing
	}
	return "", false, errEnds
}

// unescapeJSON is what a text in quotes means.
func unescapeJSON(text string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 || at+1 >= len(text) {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		c := text[at+1]
		text = text[at+2:]
		switch c {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't', 'b', 'f':
			b.WriteByte(' ')
		case 'u':
			var r rune
			r, text = unicodeEscape(text)
			b.WriteRune(r)
		default:
			b.WriteByte(c)
		}
	}
}

// unicodeEscape reads the digits after \u, and the second half of a pair.
func unicodeEscape(text string) (rune, string) {
	high, rest, ok := hex4(text)
	if !ok {
		return utf8.RuneError, text
	}
	if !utf16.IsSurrogate(high) {
		return high, rest
	}
	if after, found := strings.CutPrefix(rest, `\u`); found {
		if low, rest, ok := hex4(after); ok {
			return utf16.DecodeRune(high, low), rest
		}
	}
	return utf8.RuneError, rest
}

func hex4(text string) (rune, string, bool) {
	if len(text) < 4 {
		return 0, text, false
	}
	value := rune(0)
	for i := range 4 {
		digit := hexDigit(text[i])
		if digit < 0 {
			return 0, text, false
		}
		value = value<<4 | rune(digit)
	}
	return value, text[4:], true
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
