package site

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

// Parse reads a site file. The filename is for messages, and for where the file of a tariff lies that it may name;
// known are the drivers that a device may name. Its error is tomlfile.Problems, all that one reading finds.
func Parse(filename string, data []byte, known drivers.Catalog) (*Site, error) {
	return parse(source{filename, filepath.Dir(filename), data, known, beside(filename)})
}

func parse(from source) (*Site, error) {
	b, err := from.read()
	if err != nil {
		return nil, err
	}
	made, err := b.build()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(from.data)
	made.Digest, made.source = hex.EncodeToString(sum[:8]), from
	return made, nil
}

// read reads what the file says.
func (s source) read() (*builder, error) {
	document, err := tomlfile.Parse(s.filename, s.data)
	if err != nil {
		return nil, err
	}
	b := &builder{filename: s.filename, folder: s.folder, open: s.open, document: document, known: s.known, site: &Site{Lot: &lot.Config{}, Listen: "127.0.0.1:8080"}}
	if err := document.Decode(&b.file); err != nil && !errors.As(err, &b.problems) {
		return nil, err
	}
	b.misread = slices.Clone(b.problems)
	return b, nil
}

// build makes a site of it.
func (b *builder) build() (*Site, error) {
	b.location()
	b.server()
	b.sync()
	b.brokers()
	b.floors()
	b.sensors()
	b.gates()
	b.spots()
	b.record()
	b.devices()
	b.policy()
	b.reservations()
	b.upgrade()
	b.prices()
	b.doubts()
	return b.site, b.problems.Err()
}

// builder turns the file into a Site and collects what is wrong.
type builder struct {
	filename string
	folder   string // what the file names relative to itself is in it
	open     opener
	document *tomlfile.Document
	known    drivers.Catalog
	file     file
	site     *Site
	problems tomlfile.Problems
	misread  tomlfile.Problems // what could not even be read: nothing more is said of it
	rows     []int             // how many spots each row has
	entries  []string          // entry gates by id, in order
}

// wrong notes a problem at a place in the file.
func (b *builder) wrong(what, do string, path ...any) {
	problem := b.document.Problem(path, what, do)
	if !slices.ContainsFunc(b.misread, func(p tomlfile.Problem) bool { return p.Key == problem.Key }) {
		b.problems = append(b.problems, problem)
	}
}

// beside is the path of a file that the site file names.
func (b *builder) beside(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(b.folder, name)
}

// choose looks a word up; an unknown one is a problem that names the nearest.
func choose[T any](b *builder, word string, names []string, values []T, fallback T, path ...any) T {
	if word == "" {
		return fallback
	}
	for i, name := range names {
		if name == word {
			return values[i]
		}
	}
	b.wrong(fmt.Sprintf("%q is not known", word), advise(word, names), path...)
	return fallback
}

func advise(word string, names []string) string {
	if near := tomlfile.Suggest(word, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(names) == 0 {
		return "there is none yet: add it first"
	}
	if len(names) > advisedMax {
		return fmt.Sprintf("write one of %s and %d more", quoted(names[:advisedMax]), len(names)-advisedMax)
	}
	return "write " + quoted(names)
}

// advisedMax bounds the words that advise lists.
const advisedMax = 20

// quoted lists words as they are written in the file.
func quoted(words []string) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = strconv.Quote(word)
	}
	if last := len(texts) - 1; last == 1 || last > 1 && last < advisedMax-1 {
		return strings.Join(texts[:last], ", ") + " or " + texts[last]
	}
	return strings.Join(texts, ", ")
}

// find looks an id up in a list; it must be there.
func (b *builder) find(id, what string, ids []string, path ...any) int {
	for i := range ids {
		if ids[i] == id {
			return i
		}
	}
	if id == "" {
		b.wrong("a "+what+" is missing", advise("", ids), path...)
	} else {
		b.wrong(fmt.Sprintf("there is no %s %q", what, id), advise(id, ids), path...)
	}
	return -1
}

// unique notes an id that is missing or was there before.
func (b *builder) unique(id, what, key string, before map[string]bool, path ...any) {
	switch {
	case id == "":
		b.wrong(fmt.Sprintf("the %s has no %s", what, key), fmt.Sprintf(`write %s = "…", short, as people say it`, key), path...)
	case before[id]:
		b.wrong(fmt.Sprintf("there are two %ss %q", what, id), "give each its own "+key, path...)
	}
	before[id] = true
}

// within reports whether a number is within its bounds, and notes it if not.
func (b *builder) within(value, least, most int64, path ...any) bool {
	if value >= least && value <= most {
		return true
	}
	b.wrong(fmt.Sprintf("%d is out of range", value), fmt.Sprintf("write a number from %d to %d", least, most), path...)
	return false
}

// money reads an amount; an empty text is nothing.
func (b *builder) money(text string, path ...any) int64 {
	if text == "" {
		return 0
	}
	amount, err := fact.ParseMoney(text, b.site.Lot.Currency)
	if err != nil {
		b.wrong(fmt.Sprintf("%q is no amount of money", text), `write a decimal number in quotes, for example "2.50"`, path...)
	}
	if amount.Minor < 0 {
		b.wrong("the amount is negative", "write an amount of 0 or more", path...)
	}
	return max(0, amount.Minor)
}

// set copies a number that the file gives, if it is within its bounds.
func (b *builder) set(to *int64, from *int64, least, most int64, path ...any) {
	if from != nil && b.within(*from, least, most, path...) {
		*to = *from
	}
}
