package wire

import (
	"math"
	"unicode/utf8"

	"gatehouse/sync/fact"
)

// columnReader puts records together from columns.
type columnReader struct {
	incarnation fact.Incarnation
	fixed       [columnsFixed]scanner

	shapes  []shape
	fields  map[fieldColumn]int
	columns []readColumn
	recents map[uint64]*recent
	runs    []fact.Incarnation

	wall, monoOff int64
	hlc           uint64
	room          int // bytes of records that may still be made
}

type readColumn struct {
	form        form
	values, ids scanner
	differences bool
	before      int64
}

// columnLimits are those of a batch's columns: literals are bytes, and records are checked once they are put together.
var columnLimits = limits{totalBytes: columnsMaxBytes, textBytes: MaxRecordTextBytes, depth: 1}

// columnsMaxBytes bounds the columns of a batch. They are smaller than the records but for a batch of whole records.
const columnsMaxBytes = BatchMaxRecordBytes + 64<<10

// readColumns puts count records together, or fails with ErrNotStrict.
func readColumns(data []byte, incarnation fact.Incarnation, first uint64, count int) ([][]byte, error) {
	r := &columnReader{
		incarnation: incarnation, fields: map[fieldColumn]int{}, recents: map[uint64]*recent{}, room: BatchMaxRecordBytes,
		wall: startMS(incarnation), monoOff: -startMS(incarnation),
	}
	if err := r.open(data); err != nil {
		return nil, err
	}
	records := make([][]byte, 0, count)
	buf := make([]byte, 0, min(128*count, BatchMaxRecordBytes))
	for i := range count {
		start := len(buf)
		var err error
		if buf, err = r.record(buf, first+uint64(i)); err != nil {
			return nil, err
		}
		records = append(records, buf[start:len(buf):len(buf)])
	}
	return records, r.end()
}

// open parts the columns and reads the tables.
func (r *columnReader) open(data []byte) error {
	if len(data) > columnsMaxBytes {
		return (&scanner{}).fail("columns of %d bytes, at most %d", len(data), columnsMaxBytes)
	}
	s := scanner{data: data, limits: columnLimits}
	major, count, err := s.head()
	if err != nil {
		return err
	}
	if major != majorArray || count < columnsFixed {
		return s.fail("columns are an array of %d byte strings or more", columnsFixed)
	}
	for i := range r.fixed {
		if r.fixed[i], err = s.column(); err != nil {
			return err
		}
	}
	if err := r.readShapes(); err != nil {
		return err
	}
	if count != uint64(columnsFixed+2*len(r.columns)) {
		return s.fail("%d columns for %d fields", count, len(r.columns))
	}
	for i := range r.columns {
		if err := r.columns[i].open(&s); err != nil {
			return err
		}
	}
	for runs := &r.fixed[columnRuns]; runs.at < len(runs.data); {
		run, err := runs.uint()
		if err != nil {
			return err
		}
		r.runs = append(r.runs, fact.Incarnation(run))
	}
	return s.end()
}

// column reads a byte string as a sequence.
func (s *scanner) column() (scanner, error) {
	data, err := s.byteString()
	return scanner{data: data, limits: columnLimits}, err
}

func (s *scanner) byteString() ([]byte, error) {
	major, length, err := s.head()
	if err != nil {
		return nil, err
	}
	if major != majorBytes || length > uint64(len(s.data)-s.at) {
		return nil, s.fail("want a byte string, found major type %d with length %d", major, length)
	}
	s.at += int(length)
	return s.data[s.at-int(length) : s.at], nil
}

func (c *readColumn) open(s *scanner) (err error) {
	if c.values, err = s.column(); err != nil {
		return err
	}
	if c.ids, err = s.column(); err != nil || c.form != formInt {
		return err
	}
	mode, err := c.values.uint()
	if err == nil && mode > 1 {
		err = c.values.fail("integers of mode %d", mode)
	}
	c.differences = mode == 1
	return err
}

func (r *columnReader) readShapes() error {
	s := &r.fixed[columnShapes]
	for s.at < len(s.data) {
		kind, err := s.uint()
		if err != nil {
			return err
		}
		count, err := s.uint()
		if err != nil {
			return err
		}
		if count > shapeFieldsMax || len(r.shapes) == shapesMax {
			return s.fail("%d fields in shape %d", count, len(r.shapes))
		}
		made := shape{kind: kind}
		for range count {
			if err := r.readField(&made); err != nil {
				return err
			}
		}
		r.shapes = append(r.shapes, made)
	}
	return nil
}

func (r *columnReader) readField(made *shape) error {
	s := &r.fixed[columnShapes]
	var numbers [3]uint64
	for i := range numbers {
		var err error
		if numbers[i], err = s.uint(); err != nil {
			return err
		}
	}
	field := shapeField{numbers[0], form(numbers[1]), numbers[2]}
	if field.form >= forms || field.class == classPatterns {
		return s.fail("field %d of form %d and class %d", field.key, field.form, field.class)
	}
	made.fields = append(made.fields, field)
	name := fieldColumn{made.kind, field.key, field.form}
	if _, found := r.fields[name]; !found && field.form < formFalse {
		r.fields[name] = len(r.columns)
		r.columns = append(r.columns, readColumn{form: field.form})
	}
	return nil
}

// record appends the next record.
func (r *columnReader) record(buf []byte, seq uint64) ([]byte, error) {
	start := len(buf)
	number, err := r.fixed[columnOrder].uint()
	switch {
	case err != nil:
		return buf, err
	case number > uint64(len(r.shapes)):
		return buf, r.fixed[columnOrder].fail("shape %d of %d", number, len(r.shapes))
	case number == 0:
		whole, err := r.fixed[columnWhole].byteString()
		if err != nil {
			return buf, err
		}
		buf = append(buf, whole...)
	default:
		if buf, err = r.parted(buf, seq, &r.shapes[number-1]); err != nil {
			return buf, err
		}
	}
	r.room -= len(buf) - start
	if size := len(buf) - start; size > MaxRecordBytes || size == 0 || r.room < 0 {
		return buf, r.fixed[columnOrder].fail("a record of %d bytes, at most %d, and %d together", size, MaxRecordBytes, BatchMaxRecordBytes)
	}
	return buf, nil
}

// parted appends a record of a shape.
func (r *columnReader) parted(buf []byte, seq uint64, of *shape) ([]byte, error) {
	buf = appendHead(buf, majorArray, recordItems)
	buf = appendHead(buf, majorUint, Version)
	buf = appendHead(buf, majorUint, of.kind)
	buf = appendHead(buf, majorUint, uint64(r.incarnation))
	buf = appendHead(buf, majorUint, seq)
	buf, err := r.stamp(buf)
	if err != nil {
		return buf, err
	}
	start := len(buf)
	buf = appendHead(buf, majorMap, uint64(len(of.fields)))
	var before string
	for i := range of.fields {
		field := &of.fields[i]
		buf = appendHead(buf, majorUint, field.key)
		if buf, err = r.value(buf, of.kind, seq, field, &before); err != nil {
			return buf, err
		}
		if len(buf)-start > MaxRecordBytes {
			return buf, r.fixed[columnOrder].fail("a record of more than %d bytes", MaxRecordBytes)
		}
	}
	return buf, nil
}

func (r *columnReader) stamp(buf []byte) ([]byte, error) {
	var numbers [4]int64
	for i := range numbers {
		var err error
		if numbers[i], err = r.fixed[columnWall+i].int(); err != nil {
			return buf, err
		}
	}
	trust, err := r.fixed[columnTrust].uint()
	if err != nil || trust > math.MaxUint8 {
		return buf, r.fixed[columnTrust].fail("trust %d", trust)
	}
	r.wall += numbers[0]
	r.monoOff += numbers[1]
	r.hlc = predictHLC(r.hlc, r.wall) + uint64(numbers[3])
	buf = appendInt(buf, r.wall)
	buf = appendInt(buf, r.wall+r.monoOff)
	buf = appendHead(buf, majorUint, uint64(r.incarnation)+uint64(numbers[2]))
	buf = appendHead(buf, majorUint, r.hlc)
	return appendHead(buf, majorUint, trust), nil
}

func (r *columnReader) value(buf []byte, kind, seq uint64, field *shapeField, before *string) ([]byte, error) {
	switch field.form {
	case formFalse:
		return append(buf, majorSimple<<5|20), nil
	case formTrue:
		return append(buf, majorSimple<<5|21), nil
	case formBytes:
		data, err := r.literal()
		return append(appendHead(buf, majorBytes, uint64(len(data))), data...), err
	}
	column := &r.columns[r.fields[fieldColumn{kind, field.key, field.form}]]
	if field.form == formInt {
		value, err := column.values.int()
		if column.differences {
			column.before += value
			value = column.before
		}
		return appendInt(buf, value), err
	}
	text, err := r.text(column, field.class, seq, *before)
	if err != nil {
		return buf, err
	}
	if len(text) > MaxRecordTextBytes || !utf8.ValidString(text) {
		return buf, column.values.fail("a text that is too long or not UTF-8")
	}
	*before = text
	return append(appendHead(buf, majorText, uint64(len(text))), text...), nil
}

func (r *columnReader) literal() ([]byte, error) {
	length, err := r.fixed[columnLengths].uint()
	literals := &r.fixed[columnLiterals]
	if err != nil || length > uint64(len(literals.data)-literals.at) {
		return nil, literals.fail("a literal of %d bytes", length)
	}
	literals.at += int(length)
	return literals.data[literals.at-int(length) : literals.at], nil
}

// text reads a token and what it stands for.
func (r *columnReader) text(column *readColumn, class, seq uint64, before string) (string, error) {
	token, err := column.values.uint()
	if err != nil {
		return "", err
	}
	var text string
	switch token {
	case tokenLiteral:
		literal, err := r.literal()
		if err != nil {
			return "", err
		}
		text = string(literal)
	case tokenID:
		if text, err = r.id(&column.ids, seq); err != nil {
			return "", err
		}
	case tokenPattern:
		if text, err = r.pattern(column, before); err != nil {
			return "", err
		}
	default:
		return r.remembered(&column.values, class, token-tokenRecent)
	}
	r.remember(class, text)
	return text, nil
}

func (r *columnReader) pattern(column *readColumn, before string) (string, error) {
	token, err := column.values.uint()
	if err != nil {
		return "", err
	}
	var pattern string
	switch {
	case token == tokenLiteral:
		literal, err := r.literal()
		if err != nil {
			return "", err
		}
		pattern = string(literal)
		r.remember(classPatterns, pattern)
	case token >= tokenRecent:
		if pattern, err = r.remembered(&column.values, classPatterns, token-tokenRecent); err != nil {
			return "", err
		}
	default:
		return "", column.values.fail("token %d in a pattern", token)
	}
	text, ok := appendPattern(nil, pattern, before)
	if !ok {
		return "", column.values.fail("a pattern that is longer than the text it is over")
	}
	return string(text), nil
}

func (r *columnReader) id(ids *scanner, seq uint64) (string, error) {
	letter, err := ids.uint()
	if err != nil {
		return "", err
	}
	run, err := ids.uint()
	if err != nil {
		return "", err
	}
	distance, err := ids.int()
	if err != nil {
		return "", err
	}
	if letter >= 0x80 || run > uint64(len(r.runs)) {
		return "", ids.fail("an identifier with letter %#x of run %d", letter, run)
	}
	dot := fact.Dot{Incarnation: r.incarnation, Seq: seq - uint64(distance)}
	if run > 0 {
		dot.Incarnation = r.runs[run-1]
	}
	return dot.ID(byte(letter)), nil
}

func (r *columnReader) remembered(s *scanner, class, rank uint64) (string, error) {
	known := r.recents[class]
	if known == nil || rank >= uint64(len(known.texts)) {
		return "", s.fail("a text that came %d ago and didn't", rank)
	}
	return known.touch(int(rank)), nil
}

func (r *columnReader) remember(class uint64, text string) {
	known := r.recents[class]
	if known == nil {
		known = &recent{}
		r.recents[class] = known
	}
	known.push(text)
}

// end fails if a column holds more than the records took.
func (r *columnReader) end() error {
	for i := range r.fixed {
		if err := r.fixed[i].end(); err != nil {
			return err
		}
	}
	for i := range r.columns {
		if err := r.columns[i].values.end(); err != nil {
			return err
		}
		if err := r.columns[i].ids.end(); err != nil {
			return err
		}
	}
	return nil
}
