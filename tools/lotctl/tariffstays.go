package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

// stayRow is one stay of a file of tickets.
type stayRow struct {
	line            int
	entryMS, exitMS int64
	spot            fact.SpotType
	vehicle         string
	paidMinor       int64
	paid            bool // the row says what was paid
	trusted         bool
	typeOf          string
}

// rowMaxBytes bounds a line, so that a file without line ends is no flood.
const rowMaxBytes = 64 << 10

// columnNames are the headers by which a column is known, in lower case, blanks and hyphens as _. What was paid may have a
// currency behind it.
var columnNames = map[string][]string{
	"entry": {
		"entry", "entry_time", "entry_at", "entry_local", "entered", "entered_at", "arrive", "arrive_local", "arrival", "arrival_time", "check_in", "checkin", "time_in", "in",
		"start", "start_time", "from",
	},
	"exit": {
		"exit", "exit_time", "exit_at", "exit_local", "exited", "exited_at", "left", "depart", "depart_local", "departure", "departure_time", "check_out", "checkout", "time_out", "out",
		"end", "end_time", "to",
	},
	"paid":   {"paid", "fee", "amount", "paid_amount", "amount_paid", "total_fee", "total", "price"},
	"type":   {"type", "spot_type", "vehicle", "vehicle_type"},
	"stable": {"stable", "trusted"},
}

// stayReader reads a file of tickets row by row: a header, then a stay a line, parted by commas, semicolons or tabs.
// A bad row is an error that names its line; the next call goes on behind it.
type stayReader struct {
	from     *bufio.Reader
	tariff   *tariff.Tariff
	comma    byte
	columns  map[string]int
	vehicles []string
	line     int
	cells    [][]byte
	joined   []byte // of a cell with doubled quotes
	// No hour comes twice between these instants: a million rows need not look each up.
	calmFromMS, calmUntilMS int64
}

// errOpenStay is of a stay that has no exit yet.
var errOpenStay = errors.New("the stay is still open")

// rowError is what is wrong with one row.
type rowError struct {
	line int
	what string
}

func (e *rowError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.what) }

// newStayReader reads the header.
func newStayReader(from io.Reader, t *tariff.Tariff) (*stayReader, error) {
	r := &stayReader{from: bufio.NewReaderSize(from, rowMaxBytes), tariff: t, columns: map[string]int{}, vehicles: vehiclesOf(t)}
	header, err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty; its first line names the columns: entry, exit and paid")
	case err != nil:
		return nil, fmt.Errorf("the file has no header: %w", err)
	case bytes.IndexByte(header, 0) >= 0: // UTF-16, as spreadsheets write "Unicode text"
		return nil, errors.New("line 1: not UTF-8 text; save the file as CSV in UTF-8")
	}
	header = bytes.TrimPrefix(header, []byte("\ufeff"))
	if bytes.HasPrefix(header, []byte("sep=")) { // a spreadsheet's word for itself; the header shows it as well
		if header, err = r.next(); err != nil {
			return nil, fmt.Errorf("the file has no header: %w", err)
		}
	}
	r.comma = ','
	for _, other := range []byte{';', '\t'} {
		if bytes.Count(header, []byte{other}) > bytes.Count(header, []byte{r.comma}) {
			r.comma = other
		}
	}
	if err := r.split(header); err != nil {
		return nil, err
	}
	for i, cell := range r.cells {
		name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(string(cell))))
		if err := r.column(i, name); err != nil {
			return nil, err
		}
	}
	for _, needed := range []string{"entry", "exit"} {
		if _, found := r.columns[needed]; !found {
			return nil, fmt.Errorf("line 1: no column for the %s; name it one of %q", needed, columnNames[needed])
		}
	}
	return r, nil
}

// column notes what a column holds. Of two that could be the same the first counts.
func (r *stayReader) column(i int, name string) error {
	bare := name
	if at := strings.LastIndexByte(name, '_'); at > 0 && len(name)-at == 4 && slices.Contains(columnNames["paid"], name[:at]) {
		bare = name[:at]
		if currency := fact.Currency(strings.ToUpper(name[at+1:])); currency != r.tariff.Currency {
			return fmt.Errorf("line 1: %s is in %s, but the tariff is in %s", name, currency, r.tariff.Currency)
		}
	}
	for _, kind := range []string{"entry", "exit", "paid", "type", "stable"} {
		if _, taken := r.columns[kind]; !taken && slices.Contains(columnNames[kind], bare) {
			r.columns[kind] = i
			break
		}
	}
	return nil
}

// has reports whether there is a column of a kind.
func (r *stayReader) has(kind string) bool {
	_, found := r.columns[kind]
	return found
}

// next is the next line that is not empty, without its end.
func (r *stayReader) next() ([]byte, error) {
	for {
		line, err := r.from.ReadSlice('\n')
		r.line++
		if errors.Is(err, bufio.ErrBufferFull) {
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = r.from.ReadSlice('\n')
			}
			return nil, &rowError{r.line, fmt.Sprintf("it has more than %d bytes", rowMaxBytes)}
		}
		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// split parts a line into cells. Quotes hold a cell together; doubled, they stand for one.
func (r *stayReader) split(line []byte) error {
	r.cells, r.joined = r.cells[:0], r.joined[:0]
	for {
		if len(line) == 0 || line[0] != '"' {
			end := bytes.IndexByte(line, r.comma)
			if end < 0 {
				r.cells = append(r.cells, line)
				return nil
			}
			r.cells, line = append(r.cells, line[:end]), line[end+1:]
			continue
		}
		start := len(r.joined)
		rest, closed := r.unquote(line[1:])
		if !closed {
			return &rowError{r.line, "a quote is not closed"}
		}
		r.cells = append(r.cells, r.joined[start:len(r.joined):len(r.joined)])
		if len(rest) == 0 {
			return nil
		}
		if rest[0] != r.comma {
			return &rowError{r.line, "there is something behind a closing quote"}
		}
		line = rest[1:]
	}
}

// unquote appends a quoted cell to joined, and is what comes after its closing quote.
func (r *stayReader) unquote(line []byte) (rest []byte, closed bool) {
	for {
		end := bytes.IndexByte(line, '"')
		if end < 0 {
			return nil, false
		}
		r.joined = append(r.joined, line[:end]...)
		if line = line[end+1:]; len(line) == 0 || line[0] != '"' {
			return line, true
		}
		r.joined, line = append(r.joined, '"'), line[1:]
	}
}

// cell is a row's cell of a kind; empty if there is none.
func (r *stayReader) cell(kind string) string {
	at, found := r.columns[kind]
	if !found || at >= len(r.cells) {
		return ""
	}
	return string(bytes.TrimSpace(r.cells[at]))
}

// read is the next stay. Its error is io.EOF, errOpenStay, a *rowError, or that of the file.
func (r *stayReader) read() (stayRow, error) {
	line, err := r.next()
	if err != nil {
		return stayRow{}, err
	}
	if err := r.split(line); err != nil {
		return stayRow{}, err
	}
	row := stayRow{line: r.line, trusted: true, typeOf: r.cell("type")}
	entry, okEntry := parseTicketTime(r.cell("entry"), r.tariff.Zone)
	exit, okExit := parseTicketTime(r.cell("exit"), r.tariff.Zone)
	if okEntry && okExit && !(r.calm(entry) && r.calm(exit)) {
		entry, exit = firstReadings(entry, r.cell("entry"), exit, r.cell("exit"), r.tariff.Zone)
	}
	row.entryMS, row.exitMS = entry, exit
	switch {
	case !okEntry:
		return row, r.wrong("the entry %.40q is no time; write 2026-03-02T10:00 in the tariff's zone, or with an offset", r.cell("entry"))
	case r.cell("exit") == "" && r.columns["exit"] < len(r.cells):
		return row, errOpenStay
	case !okExit:
		return row, r.wrong("the exit %.40q is no time; write 2026-03-02T10:00 in the tariff's zone, or with an offset", r.cell("exit"))
	case exit < entry:
		return row, r.wrong("the exit is before the entry")
	case exit-entry > tariff.StayMaxMS:
		return row, r.wrong("a stay of more than ten years")
	}
	if stable := r.cell("stable"); stable != "" {
		row.trusted = stable != "0" && stable != "false" && stable != "no"
	}
	if err := r.typed(&row); err != nil {
		return row, err
	}
	return row, r.payment(&row)
}

// calm reports whether an instant is far from a change of the clocks.
func (r *stayReader) calm(atMS int64) bool {
	if r.calmFromMS < atMS && atMS < r.calmUntilMS {
		return true
	}
	const marginMS = 24 * 3_600_000
	from, until := time.UnixMilli(atMS).In(r.tariff.Zone).ZoneBounds()
	r.calmFromMS, r.calmUntilMS = math.MinInt64, math.MaxInt64
	if !from.IsZero() {
		r.calmFromMS = from.UnixMilli() + marginMS
	}
	if !until.IsZero() {
		r.calmUntilMS = until.UnixMilli() - marginMS
	}
	return r.calmFromMS < atMS && atMS < r.calmUntilMS
}

func (r *stayReader) wrong(format string, arguments ...any) error {
	return &rowError{r.line, fmt.Sprintf(format, arguments...)}
}

// typed reads what kind of spot or vehicle a stay is of. A word that the tariff does not know would be priced as none.
func (r *stayReader) typed(row *stayRow) error {
	switch {
	case row.typeOf == "":
	case slices.Contains(r.vehicles, row.typeOf):
		row.vehicle = row.typeOf
	default:
		if err := row.spot.UnmarshalText([]byte(row.typeOf)); err != nil {
			words := slices.Clone(r.vehicles)
			for _, kind := range fact.SpotTypes() {
				words = append(words, kind.String())
			}
			return r.wrong("%.40q is no type of spot, and no vehicle that the tariff names; %s", row.typeOf, tomlfile.Advice(row.typeOf, words))
		}
	}
	return nil
}

// payment reads what was paid. Zeros beyond the currency's digits, a comma where cells are parted by something else, marks
// between thousands, and the currency or its sign beside the amount are how spreadsheets write.
func (r *stayReader) payment(row *stayRow) error {
	text := r.cell("paid")
	if text == "" {
		return nil
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, string(r.tariff.Currency)), string(r.tariff.Currency))
	text = strings.TrimFunc(text, func(sign rune) bool { return unicode.Is(unicode.Sc, sign) || unicode.IsSpace(sign) })
	point, comma := strings.LastIndexByte(text, '.'), strings.LastIndexByte(text, ',')
	switch {
	case point >= 0 && comma >= 0 && point > comma: // 1,234.50
		text = strings.ReplaceAll(text, ",", "")
	case point >= 0 && comma >= 0: // 1.234,50
		text = strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	case r.comma != ',':
		text = strings.Replace(text, ",", ".", 1)
	}
	if whole, fraction, pointed := strings.Cut(text, "."); pointed {
		for digits := r.tariff.Currency.MinorDigits(); len(fraction) > digits && fraction[len(fraction)-1] == '0'; {
			fraction = fraction[:len(fraction)-1]
		}
		text = strings.TrimSuffix(whole+"."+fraction, ".")
	}
	m, err := fact.ParseMoney(text, r.tariff.Currency)
	if err != nil || m.Minor < 0 {
		return r.wrong("%.40q is no amount of %s", text, r.tariff.Currency)
	}
	row.paidMinor, row.paid = m.Minor, true
	return nil
}

// parseTicketTime reads an instant; one without offset is civil time in a zone. Times of the usual form are read by
// hand, because a month of a chain has a million of them.
func parseTicketTime(text string, zone *time.Location) (int64, bool) {
	if at, ok := parsePlainTime(text, zone); ok {
		return at, true
	}
	text = strings.Replace(text, " ", "T", 1)
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at.UnixMilli(), true
		}
	}
	return 0, false
}

// firstReadings are civil times of a stay, each the first of the hour that comes twice, unless the exit would be before the
// entry: which of both a library takes differs from zone to zone.
func firstReadings(entryMS int64, entry string, exitMS int64, exit string, zone *time.Location) (int64, int64) {
	entryMS = min(entryMS, otherReading(entryMS, entry, zone))
	other := otherReading(exitMS, exit, zone)
	if first := min(exitMS, other); first >= entryMS {
		return entryMS, first
	}
	return entryMS, max(exitMS, other)
}

// otherReading is a civil time of the hour that comes twice as the other of both times, if it is one.
func otherReading(atMS int64, text string, zone *time.Location) int64 {
	if strings.ContainsAny(text, "Z+") || strings.Count(text, "-") > 2 {
		return atMS // it says which
	}
	at := time.UnixMilli(atMS).In(zone)
	from, until := at.ZoneBounds()
	_, offset := at.Zone()
	for _, beside := range []time.Time{from.Add(-time.Second), until} {
		_, other := beside.In(zone).Zone()
		if twin := at.Add(time.Duration(offset-other) * time.Second); other != offset && twin.Format("15:04:05.000") == at.Format("15:04:05.000") {
			return twin.UnixMilli()
		}
	}
	return atMS
}

// parsePlainTime reads 2026-03-02T10:00 and 2026-03-02 10:00:30.
func parsePlainTime(text string, zone *time.Location) (int64, bool) {
	const form = "0000-00-00T00:00:00"
	if len(text) != 16 && len(text) != 19 || text[10] != 'T' && text[10] != ' ' {
		return 0, false
	}
	for i := range len(text) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digit != (form[i] == '0') || !digit && i != 10 && text[i] != form[i] {
			return 0, false
		}
	}
	two := func(i int) int { return int(text[i]-'0')*10 + int(text[i+1]-'0') }
	second := 0
	if len(text) == 19 {
		second = two(17)
	}
	year, month, day, hour, minute := two(0)*100+two(2), time.Month(two(5)), two(8), two(11), two(14)
	at := time.Date(year, month, day, hour, minute, second, 0, zone)
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 ||
		day > 28 && time.Date(year, month, day, 12, 0, 0, 0, time.UTC).Day() != day {
		return 0, false
	}
	return at.UnixMilli(), true
}
