package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"gatehouse/gateway/tariff"
)

// tariffReplay prices the stays of a file by a new tariff, and compares with an old one or with what was paid.
//
// The file is CSV with a header. Columns are known by name: entry (or arrive_local), exit (or depart_local), and if it
// has them paid (or fee, fee_cny), type (of spot, or a vehicle that the tariff names) and stable (0: not to be
// trusted, left out). Times are RFC 3339, or civil time in the new tariff's zone. A bad row is told by its line, and
// left out. With --json it prints one object:
//
//	{"tickets": file, "currency", "new": {"name", "version"}, "old": the same, or null: compared with what was paid,
//	 "rows", "priced", "untrusted", "open" (no exit yet), "badRows", "bad": [{"line", "problem"}] (the first 20),
//	 "oldMinor", "newMinor", "changeMinor", "paidMinor" (if rows say),
//	 "same": stays that cost the same, "winners": {"stays", "minor"}: pay less, "losers": {"stays", "minor"}: pay more,
//	 "biggest": [{"line", "entry", "exit", "type", "oldMinor", "newMinor", "changeMinor", "old": [charges], "new": [charges]}],
//	 "histogram": [{"fromMinor", "toMinor", "stays"}] of new less old, both ends included}
//
// Charges are as lotctl fee --json prints them; old is empty where what was paid is compared.
type tariffReplay struct {
	Tariff  string `required:"" placeholder:"FILE" help:"The new tariff, TOML or JSON."`
	Against string `placeholder:"FILE" help:"The old tariff; without it, what was paid by the tickets' own column."`
	Tickets string `required:"" placeholder:"FILE.csv" help:"The stays: entry, exit, and if known paid, type and stable."`
	All     bool   `help:"Take stays as well that the column stable says are not to be trusted."`
	JSON    bool   `name:"json" help:"Print one JSON object."`
}

// Run prices and compares.
func (c *tariffReplay) Run(out io.Writer) error {
	r := comparison{Tickets: c.Tickets, Bad: []badRow{}, changes: newChanges(), all: c.All}
	var err error
	if r.newTariff, _, err = loadTariff(c.Tariff); err != nil {
		return err
	}
	if c.Against != "" {
		if r.oldTariff, _, err = loadTariff(c.Against); err != nil {
			return err
		}
		if r.oldTariff.Currency != r.newTariff.Currency {
			return fmt.Errorf("%s is in %s, but %s is in %s: nothing can be compared", c.Against, r.oldTariff.Currency, c.Tariff, r.newTariff.Currency)
		}
	}
	file, err := openFile(c.Tickets)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := r.play(file); err != nil {
		return fmt.Errorf("%s: %w", c.Tickets, err)
	}
	r.finish()
	if c.JSON {
		return printJSON(out, &r)
	}
	_, err = io.WriteString(out, r.text())
	return err
}

// comparison is the result. It stays as small as it is however long the file.
type comparison struct {
	Tickets   string       `json:"tickets"`
	Currency  string       `json:"currency"`
	New       tariffName   `json:"new"`
	Old       *tariffName  `json:"old"`
	Rows      int          `json:"rows"`
	Priced    int          `json:"priced"`
	Untrusted int          `json:"untrusted"`
	Open      int          `json:"open"`
	BadRows   int          `json:"badRows"`
	Bad       []badRow     `json:"bad"`
	OldMinor  int64        `json:"oldMinor"`
	NewMinor  int64        `json:"newMinor"`
	Change    int64        `json:"changeMinor"`
	Paid      *int64       `json:"paidMinor,omitempty"`
	Same      int          `json:"same"`
	Winners   side         `json:"winners"`
	Losers    side         `json:"losers"`
	Biggest   []bigChange  `json:"biggest"`
	Histogram []changeSpan `json:"histogram"`

	newTariff, oldTariff *tariff.Tariff
	changes              *changes
	all                  bool
}

type tariffName struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type badRow struct {
	Line    int    `json:"line"`
	Problem string `json:"problem"`
}

// side is how many stays pay less or more, and how much in all.
type side struct {
	Stays int   `json:"stays"`
	Minor int64 `json:"minor"`
}

func (s *side) add(minor int64) {
	s.Stays++
	s.Minor += minor
}

// badRowsTold is how many bad rows are told one by one.
const badRowsTold = 20

// play prices all rows.
func (r *comparison) play(from io.Reader) error {
	rows, err := newStayReader(from, r.newTariff)
	if err != nil {
		return err
	}
	if r.oldTariff == nil && !rows.has("paid") {
		return fmt.Errorf("it has no column of what was paid: name one \"paid\", or give the old tariff with --against")
	}
	if rows.has("paid") {
		r.Paid = new(int64)
	}
	var oldCharges, newCharges [64]tariff.Charge
	for {
		row, err := rows.read()
		var bad *rowError
		switch {
		case errors.Is(err, io.EOF):
			return r.ended()
		case errors.Is(err, errOpenStay):
			r.Rows++
			r.Open++
			continue
		case errors.As(err, &bad):
			r.bad(bad)
			continue
		case err != nil:
			return err
		}
		r.Rows++
		if !row.trusted && !r.all {
			r.Untrusted++
			continue
		}
		stay := row.stay()
		oldMinor := row.paidMinor
		if r.oldTariff != nil {
			oldMinor = tariff.QuoteInto(oldCharges[:0], r.oldTariff, stay).TotalMinor
		} else if !row.paid {
			r.Rows--
			r.bad(&rowError{row.line, "nothing says what was paid"})
			continue
		}
		r.count(&row, oldMinor, tariff.QuoteInto(newCharges[:0], r.newTariff, stay).TotalMinor)
	}
}

func (r *comparison) ended() error {
	if r.Priced == 0 {
		what := "no stay could be priced"
		if len(r.Bad) > 0 {
			what += fmt.Sprintf("; the first problem is in line %d: %s", r.Bad[0].Line, r.Bad[0].Problem)
		}
		return errors.New(what)
	}
	return nil
}

func (r *comparison) bad(row *rowError) {
	r.Rows++
	r.BadRows++
	if len(r.Bad) < badRowsTold {
		r.Bad = append(r.Bad, badRow{row.line, row.what})
	}
}

func (row *stayRow) stay() tariff.Stay {
	return tariff.Stay{EntryMS: row.entryMS, ExitMS: row.exitMS, SpotType: row.spot, Vehicle: row.vehicle}
}

// count adds one stay.
func (r *comparison) count(row *stayRow, oldMinor, newMinor int64) {
	r.Priced++
	r.OldMinor += oldMinor
	r.NewMinor += newMinor
	if row.paid {
		*r.Paid += row.paidMinor
	}
	switch change := newMinor - oldMinor; {
	case change == 0:
		r.Same++
	case change < 0:
		r.Winners.add(-change)
	default:
		r.Losers.add(change)
	}
	r.changes.add(row, oldMinor, newMinor)
}

// finish fills what is known at the end.
func (r *comparison) finish() {
	r.Currency, r.Change = string(r.newTariff.Currency), r.NewMinor-r.OldMinor
	r.New = tariffName{r.newTariff.Name, r.newTariff.Version}
	if r.oldTariff != nil {
		r.Old = &tariffName{r.oldTariff.Name, r.oldTariff.Version}
	}
	r.Biggest = []bigChange{}
	for _, c := range r.changes.top {
		r.Biggest = append(r.Biggest, r.explain(&c))
	}
	r.Histogram = r.changes.histogram()
}

// bigChange is a stay whose price changes much, with both explanations.
type bigChange struct {
	Line     int           `json:"line"`
	Entry    string        `json:"entry"`
	Exit     string        `json:"exit"`
	Type     string        `json:"type,omitempty"`
	OldMinor int64         `json:"oldMinor"`
	NewMinor int64         `json:"newMinor"`
	Change   int64         `json:"changeMinor"`
	Old      []receiptLine `json:"old"`
	New      []receiptLine `json:"new"`

	row stayRow
}

// explain prices a stay once more, to say why.
func (r *comparison) explain(c *change) bigChange {
	const form = "2006-01-02T15:04:05Z07:00"
	stay := c.row.stay()
	big := bigChange{
		Line: c.row.line, Entry: at(r.newTariff, stay.EntryMS).Format(form), Exit: at(r.newTariff, stay.ExitMS).Format(form), Type: c.row.typeOf,
		OldMinor: c.oldMinor, NewMinor: c.newMinor, Change: c.newMinor - c.oldMinor, Old: []receiptLine{}, row: c.row,
	}
	big.New = linesOf(r.newTariff, tariff.Quote(r.newTariff, stay).Charges)
	if r.oldTariff != nil {
		big.Old = linesOf(r.oldTariff, tariff.Quote(r.oldTariff, stay).Charges)
	}
	return big
}

// changes keeps the biggest changes and counts all of them by size.
type changes struct {
	top    []change // the biggest first
	counts []int
}

type change struct {
	row                stayRow
	oldMinor, newMinor int64
}

// biggestMax changes are told one by one.
const biggestMax = 10

func newChanges() *changes { return &changes{counts: make([]int, 2*len(changeEdges)+1)} }

// changeEdges are the sizes of change that the histogram tells apart: 1, 2, 5, 10 … minor units.
var changeEdges = edges()

func edges() []int64 {
	list := []int64{}
	for at := int64(1); at <= 5_000_000_000; at *= 10 {
		list = append(list, at, 2*at, 5*at)
	}
	return list
}

func (c *changes) add(row *stayRow, oldMinor, newMinor int64) {
	by := newMinor - oldMinor
	c.counts[slot(by)]++
	size := max(by, -by)
	if size == 0 || len(c.top) == biggestMax && size <= c.top[biggestMax-1].size() {
		return
	}
	at, _ := slices.BinarySearchFunc(c.top, size, func(one change, size int64) int {
		if one.size() >= size {
			return -1
		}
		return 1
	})
	c.top = slices.Insert(c.top, at, change{*row, oldMinor, newMinor})
	c.top = c.top[:min(len(c.top), biggestMax)]
}

func (c *change) size() int64 { return max(c.newMinor-c.oldMinor, c.oldMinor-c.newMinor) }

// slot is the place of a change among the counts: none in the middle, less below, more above.
func slot(by int64) int {
	at, found := slices.BinarySearch(changeEdges, max(by, -by))
	if found {
		at++
	}
	if by < 0 {
		at = -at
	}
	return len(changeEdges) + at
}

// changeSpan is how many stays change by an amount of a stretch, both ends included.
type changeSpan struct {
	FromMinor int64 `json:"fromMinor"`
	ToMinor   int64 `json:"toMinor"`
	Stays     int   `json:"stays"`
}

// histogram lists the stretches in which there are changes.
func (c *changes) histogram() []changeSpan {
	spans := []changeSpan{}
	for i, stays := range c.counts {
		if stays > 0 {
			from, to := spanOf(i - len(changeEdges))
			spans = append(spans, changeSpan{from, to, stays})
		}
	}
	return spans
}

// spanOf is the stretch of a place, counted from the middle.
func spanOf(place int) (fromMinor, toMinor int64) {
	size := max(place, -place)
	if size == 0 {
		return 0, 0
	}
	from, to := changeEdges[size-1], int64(1)<<62
	if size < len(changeEdges) {
		to = changeEdges[size] - 1
	}
	if place < 0 {
		return -to, -from
	}
	return from, to
}
