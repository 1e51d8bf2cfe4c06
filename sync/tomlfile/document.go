package tomlfile

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// BytesMax bounds a file. A site of 2,000 spots, six lines each, takes a tenth of it.
const BytesMax = 4 << 20

// Document is a file whose syntax is right, with the position of everything in it.
type Document struct {
	source source
	values map[string]any
	root   *node
}

// Decode reads the file and fills v, a pointer to a struct or a map: Parse and Document.Decode in one. Its error
// is Problems.
func Decode(filename string, data []byte, v any) error {
	document, err := Parse(filename, data)
	if err != nil {
		return err
	}
	return document.Decode(v)
}

// Parse reads the file's syntax and keeps data, which must not change any more. The filename is only for messages.
// Its error is Problems: one problem, the first.
func Parse(filename string, data []byte) (*Document, error) {
	src := newSource(filename, data)
	if len(data) > BytesMax {
		return nil, Problems{src.problem(span{}, "", fmt.Sprintf("the file has %d bytes, more than %d", len(data), BytesMax), "split it")}
	}
	if at := firstInvalid(src.text); at >= 0 {
		return nil, Problems{src.problem(span{at, at + 1}, "", "not UTF-8 text", "save the file as UTF-8")}
	}
	values := map[string]any{}
	if err := toml.Unmarshal(src.text, &values); err != nil {
		return nil, Problems{src.syntaxProblem(err)}
	}
	root, err := layOut(src)
	if err != nil {
		return nil, err
	}
	return &Document{source: src, values: values, root: root}, nil
}

// firstInvalid is the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
}

// syntaxProblem says in plain words what the TOML library found.
func (s source) syntaxProblem(err error) Problem {
	var broken *toml.DecodeError
	if !errors.As(err, &broken) {
		what, do := plain(err.Error())
		return s.problem(span{}, "", what, do)
	}
	line, column := broken.Position()
	at := s.offset(line, column)
	path := []any{}
	for _, name := range broken.Key() {
		path = append(path, name)
	}
	what, do := plain(broken.Error())
	return s.problem(span{at, at + 1}, pathText(path), what, do)
}

// Problem reports what is wrong with the value at the path: keys by name, lists by index from 0, as in
// []any{"gate", 1, "driver"}. A value that is not there is reported at the table that lacks it.
func (d *Document) Problem(path []any, what, do string) Problem {
	found, _ := d.root.find(path)
	return d.source.problem(found.value, pathText(path), what, do)
}

// ProblemAt is a Problem of a value that the file took from elsewhere: it points at the place where the file says so.
func (d *Document) ProblemAt(at, path []any, what, do string) Problem {
	found, _ := d.root.find(at)
	return d.source.problem(found.value, pathText(path), what, do)
}

// Has reports whether the file itself says something at a path.
func (d *Document) Has(path []any) bool {
	_, all := d.root.find(path)
	return all
}
