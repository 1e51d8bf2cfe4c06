package tariffdoc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/tomlfile"
)

// Parse reads a tariff from TOML. The filename is only for messages. Its warnings are about a tariff that can be
// used; its error is tomlfile.Problems, all of them, with line, column and what to write instead.
func Parse(filename string, data []byte) (loaded *tariff.Tariff, warnings tomlfile.Problems, err error) {
	file, err := tomlfile.Parse(filename, data)
	if err != nil {
		return nil, nil, err
	}
	var d document
	if err := file.Decode(&d); err != nil {
		return nil, nil, toTheTop(err)
	}
	return read(&d, file.Problem)
}

// toTheTop says of a key of the whole tariff that stands below a [table] where it belongs: TOML gives it to the table.
func toTheTop(err error) error {
	problems, are := err.(tomlfile.Problems)
	if !are {
		return err
	}
	for i := range problems {
		p := &problems[i]
		table, key, below := cutLast(p.Key, ".")
		if below && p.What == "unknown key" && slices.Contains(topKeys(), key) {
			p.Do = fmt.Sprintf("%s belongs to the whole tariff: write it at the top of the file, before the first [ or [[, not in %s", key, table)
		}
	}
	return problems
}

func cutLast(text, mark string) (before, after string, found bool) {
	at := strings.LastIndex(text, mark)
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+len(mark):], true
}

// topKeys are the keys of a document.
func topKeys() []string {
	kind := reflect.TypeFor[document]()
	keys := []string{}
	for i := range kind.NumField() {
		keys = append(keys, kind.Field(i).Tag.Get("toml"))
	}
	return keys
}

// ParseJSON is Parse for JSON with the same names.
func ParseJSON(filename string, data []byte) (loaded *tariff.Tariff, warnings tomlfile.Problems, err error) {
	file, err := tomlfile.ParseJSON(filename, data)
	if err != nil {
		return nil, nil, err
	}
	var d document
	if err := file.Decode(&d); err != nil {
		return nil, nil, err
	}
	return read(&d, file.Problem)
}

// read turns a document into a tariff.
func read(d *document, place func(path []any, what, do string) tomlfile.Problem) (*tariff.Tariff, tomlfile.Problems, error) {
	r := &reader{doc: d, place: place, tariff: &tariff.Tariff{}}
	r.header()
	r.calendar()
	r.taxes()
	r.rules()
	r.caps()
	r.offers()
	r.beside()
	r.money()
	r.bookings()
	r.charges()
	r.demand()
	if len(r.problems) > 0 {
		return nil, r.warnings.sorted(), r.problems.Err()
	}
	r.lint()
	if len(r.problems) > 0 {
		return nil, r.warnings.sorted(), r.problems.Err()
	}
	return r.tariff, r.warnings.sorted(), nil
}

// inWords says with this format's keys what tariff.Check says without any.
func inWords(do string) string {
	do = strings.Replace(do, "say that the first counts", `write overlaps = "first" at the top if the first in the file counts`, 1)
	return strings.Replace(do, "say that such hours are free", `write gaps = "free" at the top if parking is free then`, 1)
}

// lint reports what tariff.Check finds, at the place in the file.
func (r *reader) lint() {
	for _, p := range tariff.Check(r.tariff) {
		path := []any{}
		switch p.Part {
		case "":
		case "grace":
			path = []any{p.Part}
		default:
			path = []any{p.Part, p.Index}
		}
		if p.Key != "" {
			path = append(path, p.Key)
		}
		problem := r.place(path, p.Text, inWords(p.Do))
		if p.Warning {
			r.warnings = append(r.warnings, problem)
		} else {
			r.problems = append(r.problems, problem)
		}
	}
}
