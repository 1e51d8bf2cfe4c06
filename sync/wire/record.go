package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gatehouse/sync/fact"
)

// Version is the layout that EncodeRecord writes. It rises only if one of the ten items changes its meaning;
// new items are appended, new fields get the next key.
const Version = 1

// recordItems is how many items the array of version 1 has.
const recordItems = 10

// ErrUnknownKind says that a record was written by newer software: its kind or its version is unknown here.
// The bytes are strict; keep them as they are and send them on.
var ErrUnknownKind = errors.New("wire: fact of a kind or version unknown here")

// ErrNoFact says that a record to be encoded holds no fact.
var ErrNoFact = errors.New("wire: record without a fact")

// EncodeRecord appends the bytes of a record to buf, which may be nil. It fails with ErrNotStrict, and leaves buf
// as it was, if a text is too long or isn't UTF-8.
func EncodeRecord(buf []byte, record fact.Record) ([]byte, error) {
	if record.Fact == nil {
		return buf, ErrNoFact
	}
	out := bytes.NewBuffer(appendHeads(buf, record))
	if err := strictEncoding.MarshalToBuffer(record.Fact, out); err != nil {
		return buf, fmt.Errorf("wire: encode %T: %w", record.Fact, err)
	}
	all := out.Bytes()
	if err := scanWhole(all[len(buf):], recordLimits); err != nil {
		return buf, fmt.Errorf("encode %T: %w", record.Fact, err)
	}
	return all, nil
}

// appendHeads writes the array's head and all items before the fact.
func appendHeads(buf []byte, record fact.Record) []byte {
	buf = appendHead(buf, majorArray, recordItems)
	buf = appendHead(buf, majorUint, Version)
	buf = appendHead(buf, majorUint, uint64(record.Fact.Kind()))
	buf = appendHead(buf, majorUint, uint64(record.Dot.Incarnation))
	buf = appendHead(buf, majorUint, record.Dot.Seq)
	buf = appendInt(buf, record.At.WallMS)
	buf = appendInt(buf, record.At.MonoMS)
	buf = appendHead(buf, majorUint, record.At.Boot)
	buf = appendHead(buf, majorUint, record.At.HLC)
	return appendHead(buf, majorUint, uint64(record.At.Trust))
}

func appendHead(buf []byte, major byte, value uint64) []byte {
	major <<= 5
	switch {
	case value < 24:
		return append(buf, major|byte(value))
	case value <= math.MaxUint8:
		return append(buf, major|24, byte(value))
	case value <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(buf, major|25), uint16(value))
	case value <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(buf, major|26), uint32(value))
	}
	return binary.BigEndian.AppendUint64(append(buf, major|27), value)
}

func appendInt(buf []byte, value int64) []byte {
	if value < 0 {
		return appendHead(buf, majorNegint, uint64(-1-value))
	}
	return appendHead(buf, majorUint, uint64(value))
}

// DecodeRecord reads one record and keeps nothing of data. It fails with ErrNotStrict for bytes that no
// EncodeRecord of any version writes, with ErrUnknownKind for those of newer software (Dot and At are then set,
// unless the version is newer), and with the library's error if a field has another type than here.
func DecodeRecord(data []byte) (fact.Record, error) {
	if len(data) > MaxRecordBytes {
		return fact.Record{}, fmt.Errorf("%w: %d bytes, at most %d", ErrNotStrict, len(data), MaxRecordBytes)
	}
	s := scanner{data: data, limits: recordLimits}
	count, err := s.recordHead()
	if err != nil {
		return fact.Record{}, err
	}
	record, kind, err := s.heads()
	if err != nil {
		return fact.Record{}, err
	}
	fields, err := s.fields()
	if err != nil {
		return fact.Record{}, err
	}
	if err := s.elements(count-recordItems, MaxRecordDepth-1); err != nil {
		return fact.Record{}, err
	}
	if err := s.end(); err != nil {
		return fact.Record{}, err
	}
	record.Fact, err = decodeFact(kind, fields)
	return record, err
}

// recordHead reads the array's head and the version.
func (s *scanner) recordHead() (items uint64, err error) {
	major, items, err := s.head()
	if err != nil {
		return 0, err
	}
	if major != majorArray || items == 0 || items > MaxRecordBytes {
		return 0, s.fail("a record is an array")
	}
	version, err := s.uint()
	switch {
	case err != nil:
		return 0, err
	case version > Version:
		return 0, s.newer(version, items)
	case version != Version || items < recordItems:
		return 0, s.fail("version %d with %d items", version, items)
	}
	return items, nil
}

// newer checks the rest of a record whose layout is unknown.
func (s *scanner) newer(version, items uint64) error {
	if err := s.elements(items-1, MaxRecordDepth-1); err != nil {
		return err
	}
	if err := s.end(); err != nil {
		return err
	}
	return fmt.Errorf("%w: version %d", ErrUnknownKind, version)
}

// heads reads the items between the version and the fact.
func (s *scanner) heads() (record fact.Record, kind uint64, err error) {
	unsigned := func() (value uint64) {
		if err == nil {
			value, err = s.uint()
		}
		return value
	}
	signed := func() (value int64) {
		if err == nil {
			value, err = s.int()
		}
		return value
	}
	kind = unsigned()
	record.Dot.Incarnation = fact.Incarnation(unsigned())
	record.Dot.Seq = unsigned()
	record.At.WallMS = signed()
	record.At.MonoMS = signed()
	record.At.Boot = unsigned()
	record.At.HLC = unsigned()
	trust := unsigned()
	if err == nil && trust > math.MaxUint8 {
		err = s.fail("trust %d", trust)
	}
	record.At.Trust = fact.Trust(trust)
	return record, kind, err
}

// fields passes over the map of the fact and returns its bytes. Its keys are unsigned integers, so that no
// other spelling of a key can name the same field.
func (s *scanner) fields() ([]byte, error) {
	start := s.at
	major, count, err := s.head()
	if err != nil {
		return nil, err
	}
	if major != majorMap {
		return nil, s.fail("a fact is a map")
	}
	next := uint64(0)
	for range count {
		key, err := s.uint()
		if err != nil {
			return nil, err
		}
		if key < next || key == math.MaxUint64 {
			return nil, s.fail("field %d after field %d", key, next-1)
		}
		next = key + 1
		if err := s.item(MaxRecordDepth - 2); err != nil {
			return nil, err
		}
	}
	return s.data[start:s.at], nil
}
