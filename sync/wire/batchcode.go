package wire

import (
	"bytes"
	"fmt"

	"gatehouse/sync/fact"
)

// The body of a batch:
//
//	[location, flags, incarnation, first, lost, heard epoch, heard round, chain before, count, form, records, key, signature]
//
// flags: 1 down, 2 oldest. Items after these are for versions to come.
const batchItems = 13

// The forms of a batch's records, a byte string. A writer takes the shortest whose records come back byte for byte.
const (
	formWhole   = 0 // a CBOR sequence of byte strings
	formColumns = 1 // see columns.go
	formPacked  = 2 // columns, zstd (RFC 8878)
	formShrunk  = 3 // a sequence of byte strings, zstd
)

const (
	flagDown   = 1
	flagOldest = 2
)

func (b *Batch) appendBody(buf []byte) []byte {
	flags := uint64(0)
	if b.Down {
		flags |= flagDown
	}
	if b.Oldest {
		flags |= flagOldest
	}
	buf = appendHead(buf, majorArray, batchItems)
	buf = append(appendHead(buf, majorText, uint64(len(b.Location))), b.Location...)
	for _, number := range []uint64{flags, uint64(b.Incarnation), b.First, b.Lost, uint64(b.Heard.Epoch), b.Heard.Round} {
		buf = appendHead(buf, majorUint, number)
	}
	buf = appendBytes(buf, b.Before[:])
	form, records := b.pack()
	buf = appendHead(buf, majorUint, uint64(len(b.Records)))
	buf = appendHead(buf, majorUint, form)
	buf = appendBytes(buf, records)
	buf = appendBytes(buf, b.Signature.Key[:])
	return appendBytes(buf, b.Signature.Bytes[:])
}

func appendBytes(buf, data []byte) []byte {
	return append(appendHead(buf, majorBytes, uint64(len(data))), data...)
}

// pack writes the records in the shortest form.
func (b *Batch) pack() (form uint64, data []byte) {
	w := newColumnWriter(b.Incarnation)
	size := 0
	for i, record := range b.Records {
		w.add(record, b.First+uint64(i))
		size += len(record) + 3
	}
	form, data = formColumns, w.bytes()
	if !b.comesBack(data) {
		form, data = formWhole, b.whole(size)
	}
	if len(b.Records) < compressAtLeast {
		return form, data
	}
	packed := compress(data)
	switch {
	case len(packed) >= len(data):
		return form, data
	case form == formColumns:
		return formPacked, packed
	}
	return formShrunk, packed
}

// comesBack reports whether columns make the records again.
func (b *Batch) comesBack(columns []byte) bool {
	records, err := readColumns(columns, b.Incarnation, b.First, len(b.Records))
	if err != nil {
		return false
	}
	for i, record := range records {
		if !bytes.Equal(record, b.Records[i]) {
			return false
		}
	}
	return true
}

func (b *Batch) whole(size int) []byte {
	out := make([]byte, 0, size)
	for _, record := range b.Records {
		out = appendBytes(out, record)
	}
	return out
}

func (b *Batch) readBody(s *scanner) error {
	major, items, err := s.head()
	if err != nil || major != majorArray || items < batchItems {
		return s.fail("a batch is an array of %d items or more", batchItems)
	}
	location, err := s.string()
	if err != nil {
		return err
	}
	var numbers [6]uint64
	for i := range numbers {
		if numbers[i], err = s.uint(); err != nil {
			return err
		}
	}
	b.Location, b.Incarnation, b.First, b.Lost = fact.LocationID(location), fact.Incarnation(numbers[1]), numbers[2], numbers[3]
	b.Down, b.Oldest = numbers[0]&flagDown != 0, numbers[0]&flagOldest != 0
	b.Heard = Heard{fact.Incarnation(numbers[4]), numbers[5]}
	if numbers[0] > flagDown|flagOldest {
		return fmt.Errorf("%w: flags %#x", ErrNewerMessage, numbers[0])
	}
	if err := s.fixed(b.Before[:]); err != nil {
		return err
	}
	if err := b.readRecords(s); err != nil {
		return err
	}
	if err := s.fixed(b.Signature.Key[:]); err != nil {
		return err
	}
	return s.fixed(b.Signature.Bytes[:])
}

func (b *Batch) readRecords(s *scanner) error {
	count, err := s.uint()
	if err != nil {
		return err
	}
	if count > BatchMaxRecords {
		return s.fail("%d records, at most %d", count, BatchMaxRecords)
	}
	form, err := s.uint()
	if err != nil {
		return err
	}
	data, err := s.byteString()
	if err != nil {
		return err
	}
	if form == formPacked || form == formShrunk {
		if data, err = decompress(data); err != nil {
			return err
		}
	}
	switch form {
	case formColumns, formPacked:
		b.Records, err = readColumns(data, b.Incarnation, b.First, int(count))
	case formWhole, formShrunk:
		b.Records, err = readWhole(data, int(count))
	default:
		err = fmt.Errorf("%w: form %d of a batch", ErrNewerMessage, form)
	}
	return err
}

func readWhole(data []byte, count int) ([][]byte, error) {
	s := scanner{data: bytes.Clone(data), limits: columnLimits}
	records := make([][]byte, 0, count)
	for range count {
		record, err := s.byteString()
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, s.end()
}

// string reads a text.
func (s *scanner) string() (string, error) {
	major, length, err := s.head()
	if err != nil {
		return "", err
	}
	if major != majorText {
		return "", s.fail("want a text, found major type %d", major)
	}
	start := s.at
	err = s.text(major, length)
	return string(s.data[start:s.at]), err
}

// fixed reads a byte string of the given length.
func (s *scanner) fixed(into []byte) error {
	data, err := s.byteString()
	if err != nil {
		return err
	}
	if len(data) != len(into) {
		return s.fail("%d bytes, want %d", len(data), len(into))
	}
	copy(into, data)
	return nil
}
