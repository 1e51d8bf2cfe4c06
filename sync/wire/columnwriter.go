package wire

import (
	"slices"

	"gatehouse/sync/fact"
)

// columnWriter parts records into columns.
type columnWriter struct {
	incarnation fact.Incarnation
	fixed       [columnsFixed][]byte

	shapes  map[string]uint64
	fields  map[fieldColumn]int
	columns []writtenColumn
	recents map[uint64]*writtenRecent
	runs    map[fact.Incarnation]uint64

	wall, monoOff int64
	hlc           uint64
	items         []item // of the record at hand, to be used again
	key           []byte
}

// writtenRecent is a recent that knows what it holds.
type writtenRecent struct {
	recent
	held map[string]bool
}

// writtenColumn is the column of one field: integers or tokens, and the identifiers of the tokens.
type writtenColumn struct {
	form   form
	values []int64
	tokens []byte
	ids    []byte
}

// item is a field's value as it is read from a record.
type item struct {
	key    uint64
	form   form
	number int64
	text   []byte
}

func newColumnWriter(incarnation fact.Incarnation) *columnWriter {
	w := &columnWriter{
		incarnation: incarnation, shapes: map[string]uint64{}, fields: map[fieldColumn]int{},
		recents: map[uint64]*writtenRecent{}, runs: map[fact.Incarnation]uint64{},
	}
	w.wall, w.monoOff = startMS(incarnation), -startMS(incarnation)
	return w
}

// add writes the record that should have the given seq.
func (w *columnWriter) add(record []byte, seq uint64) {
	head, kind, ok := w.parse(record)
	if !ok || head.Dot != (fact.Dot{Incarnation: w.incarnation, Seq: seq}) {
		w.whole(record)
		return
	}
	number, ok := w.shape(kind)
	if !ok {
		w.whole(record)
		return
	}
	w.put(columnOrder, number)
	w.stamp(head.At)
	var before string
	for i := range w.items {
		w.value(kind, seq, &w.items[i], &before)
	}
}

// parse reads a record of this version whose fields are flat.
func (w *columnWriter) parse(record []byte) (head fact.Record, kind uint64, ok bool) {
	if len(record) > MaxRecordBytes {
		return head, 0, false
	}
	s := scanner{data: record, limits: recordLimits}
	count, err := s.recordHead()
	if err != nil || count != recordItems {
		return head, 0, false
	}
	if head, kind, err = s.heads(); err != nil {
		return head, 0, false
	}
	w.items = w.items[:0]
	major, fields, err := s.head()
	if err != nil || major != majorMap || fields > shapeFieldsMax {
		return head, 0, false
	}
	for range fields {
		it, ok := s.flatField()
		if !ok {
			return head, 0, false
		}
		w.items = append(w.items, it)
	}
	return head, kind, s.end() == nil
}

// flatField reads a key and its value.
func (s *scanner) flatField() (it item, ok bool) {
	key, err := s.uint()
	if err != nil || s.at >= len(s.data) {
		return it, false
	}
	it.key = key
	switch s.data[s.at] {
	case majorSimple<<5 | 20:
		it.form = formFalse
		s.at++
		return it, true
	case majorSimple<<5 | 21:
		it.form = formTrue
		s.at++
		return it, true
	}
	if major := s.data[s.at] >> 5; major <= majorNegint {
		it.number, err = s.int()
		return it, err == nil
	}
	major, length, err := s.head()
	if err != nil || major != majorBytes && major != majorText {
		return it, false
	}
	it.form = formBytes
	if major == majorText {
		it.form = formText
	}
	start := s.at
	if s.text(major, length) != nil {
		return it, false
	}
	it.text = s.data[start:s.at]
	return it, true
}

func (w *columnWriter) put(column int, value uint64) {
	w.fixed[column] = appendHead(w.fixed[column], majorUint, value)
}

func (w *columnWriter) putInt(column int, value int64) {
	w.fixed[column] = appendInt(w.fixed[column], value)
}

func (w *columnWriter) whole(record []byte) {
	w.put(columnOrder, 0)
	w.fixed[columnWhole] = append(appendHead(w.fixed[columnWhole], majorBytes, uint64(len(record))), record...)
}

// shape is the number of the record's shape, from 1. ok is false if there are too many.
func (w *columnWriter) shape(kind uint64) (number uint64, ok bool) {
	key := appendHead(w.key[:0], majorUint, kind)
	key = appendHead(key, majorUint, uint64(len(w.items)))
	for _, it := range w.items {
		key = appendHead(key, majorUint, it.key)
		key = appendHead(key, majorUint, uint64(it.form))
		key = appendHead(key, majorUint, classOf(kind, it.key))
	}
	w.key = key
	if number, ok := w.shapes[string(key)]; ok {
		return number, true
	}
	if len(w.shapes) == shapesMax {
		return 0, false
	}
	number = uint64(len(w.shapes)) + 1
	w.shapes[string(key)] = number
	w.fixed[columnShapes] = append(w.fixed[columnShapes], key...)
	for _, it := range w.items {
		name := fieldColumn{kind, it.key, it.form}
		if _, found := w.fields[name]; !found && it.form < formFalse {
			w.fields[name] = len(w.columns)
			w.columns = append(w.columns, writtenColumn{form: it.form})
		}
	}
	return number, true
}

func (w *columnWriter) stamp(at fact.Stamp) {
	w.putInt(columnWall, at.WallMS-w.wall)
	w.putInt(columnMono, at.MonoMS-at.WallMS-w.monoOff)
	w.putInt(columnBoot, int64(at.Boot-uint64(w.incarnation)))
	w.putInt(columnHLC, int64(at.HLC-predictHLC(w.hlc, at.WallMS)))
	w.put(columnTrust, uint64(at.Trust))
	w.wall, w.monoOff, w.hlc = at.WallMS, at.MonoMS-at.WallMS, at.HLC
}

func (w *columnWriter) value(kind, seq uint64, it *item, before *string) {
	if it.form >= formFalse {
		return
	}
	column := &w.columns[w.fields[fieldColumn{kind, it.key, it.form}]]
	switch it.form {
	case formInt:
		column.values = append(column.values, it.number)
	case formBytes:
		w.literal(it.text)
	case formText:
		w.text(column, classOf(kind, it.key), seq, string(it.text), *before)
		*before = string(it.text)
	}
}

func (w *columnWriter) literal(text []byte) {
	w.put(columnLengths, uint64(len(text)))
	w.fixed[columnLiterals] = append(w.fixed[columnLiterals], text...)
}

// text writes a text by the shortest token.
func (w *columnWriter) text(column *writtenColumn, class, seq uint64, text, before string) {
	if w.remembered(column, class, text) {
		return
	}
	w.remember(class, text)
	if letter, dot, ok := parseID(text); ok {
		column.tokens = appendHead(column.tokens, majorUint, tokenID)
		column.ids = appendHead(column.ids, majorUint, uint64(letter))
		column.ids = appendHead(column.ids, majorUint, w.run(dot.Incarnation))
		column.ids = appendInt(column.ids, int64(seq-dot.Seq))
		return
	}
	if pattern, ok := patternOf(text, before); ok {
		column.tokens = appendHead(column.tokens, majorUint, tokenPattern)
		if !w.remembered(column, classPatterns, pattern) {
			w.remember(classPatterns, pattern)
			w.newText(column, pattern)
		}
		return
	}
	w.newText(column, text)
}

func (w *columnWriter) newText(column *writtenColumn, text string) {
	column.tokens = appendHead(column.tokens, majorUint, tokenLiteral)
	w.literal([]byte(text))
}

// remembered writes a token for a text that its class had lately.
func (w *columnWriter) remembered(column *writtenColumn, class uint64, text string) bool {
	r := w.recents[class]
	if r == nil || !r.held[text] {
		return false
	}
	rank := slices.Index(r.texts, text)
	r.touch(rank)
	column.tokens = appendHead(column.tokens, majorUint, tokenRecent+uint64(rank))
	return true
}

func (w *columnWriter) remember(class uint64, text string) {
	r := w.recents[class]
	if r == nil {
		r = &writtenRecent{held: map[string]bool{}}
		w.recents[class] = r
	}
	if len(r.texts) == recentMax {
		delete(r.held, r.texts[recentMax-1])
	}
	r.push(text)
	r.held[text] = true
}

// run is the number of an incarnation that an identifier carries: 0 is the batch's own.
func (w *columnWriter) run(incarnation fact.Incarnation) uint64 {
	if incarnation == w.incarnation {
		return 0
	}
	if number, ok := w.runs[incarnation]; ok {
		return number
	}
	number := uint64(len(w.runs)) + 1
	w.runs[incarnation] = number
	w.put(columnRuns, uint64(incarnation))
	return number
}

// bytes is the CBOR array of all columns.
func (w *columnWriter) bytes() []byte {
	out := appendHead(nil, majorArray, uint64(columnsFixed+2*len(w.columns)))
	column := func(data []byte) {
		out = append(appendHead(out, majorBytes, uint64(len(data))), data...)
	}
	for _, data := range w.fixed {
		column(data)
	}
	for i := range w.columns {
		c := &w.columns[i]
		if c.form == formInt {
			column(intColumn(c.values))
		} else {
			column(c.tokens)
		}
		column(c.ids)
	}
	return out
}

// intColumn is the integers as they are, or as differences, whatever is shorter; the first item says which.
func intColumn(values []int64) []byte {
	plain, differences, before := []byte{0}, []byte{1}, int64(0)
	for _, value := range values {
		plain = appendInt(plain, value)
		differences = appendInt(differences, value-before)
		before = value
	}
	if len(differences) < len(plain) {
		return differences
	}
	return plain
}
