package occupancy

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// RecordBytes is the length of one Record as bytes. All numbers are big-endian:
//
//	0      format: 1
//	1      kind of the reading
//	2      bit 0: occupied; bit 1: has a temperature
//	3      index of the sensor on its spot
//	4-7    spot
//	8-15   monotonic milliseconds
//	16-27  field x, y, z in nT, or distance in mm and twice zero
//	28-29  temperature in 1/100 °C
//	30-31  zero
const RecordBytes = 32

const recordFormat = 1

// ErrRecord is wrapped by every error of ParseRecord.
var ErrRecord = errors.New("occupancy: not a record")

// Record is one reading of one spot as it is kept for replay.
type Record struct {
	AtMS    int64 // monotonic
	Spot    int32
	Reading Reading
}

// AppendRecord appends the bytes of a record. Of the values of a reading only that of its kind is kept.
func AppendRecord(to []byte, record *Record) []byte {
	r := &record.Reading
	var flags byte
	if r.Kind == Occupied && r.Occupied {
		flags |= 1
	}
	if r.HasTemperature {
		flags |= 2
	}
	to = append(to, recordFormat, byte(r.Kind), flags, r.Sensor)
	to = binary.BigEndian.AppendUint32(to, uint32(record.Spot))
	to = binary.BigEndian.AppendUint64(to, uint64(record.AtMS))
	value := r.value()
	if r.Kind != Distance && r.Kind != Field {
		value = [3]int32{}
	}
	for _, part := range value {
		to = binary.BigEndian.AppendUint32(to, uint32(part))
	}
	to = binary.BigEndian.AppendUint16(to, uint16(r.TemperatureCentiC))
	return append(to, 0, 0)
}

// ParseRecord reads the first RecordBytes of data.
func ParseRecord(data []byte) (Record, error) {
	switch {
	case len(data) < RecordBytes:
		return Record{}, fmt.Errorf("%w: %d bytes, want %d: the record is cut off", ErrRecord, len(data), RecordBytes)
	case data[0] != recordFormat:
		return Record{}, fmt.Errorf("%w: format %d, want %d: a newer version wrote it", ErrRecord, data[0], recordFormat)
	case Kind(data[1]) > NoObject || data[2] > 3 || data[30] != 0 || data[31] != 0:
		return Record{}, fmt.Errorf("%w: bytes that no version writes", ErrRecord)
	}
	record := Record{Spot: int32(binary.BigEndian.Uint32(data[4:])), AtMS: int64(binary.BigEndian.Uint64(data[8:]))}
	r := &record.Reading
	r.Kind, r.Occupied, r.HasTemperature, r.Sensor = Kind(data[1]), data[2]&1 != 0, data[2]&2 != 0, data[3]
	var value [3]int32
	for i := range value {
		value[i] = int32(binary.BigEndian.Uint32(data[16+4*i:]))
	}
	switch r.Kind {
	case Distance:
		r.DistanceMM = value[0]
	case Field:
		r.FieldNT = value
	}
	r.TemperatureCentiC = int16(binary.BigEndian.Uint16(data[28:]))
	return record, nil
}

// Advance ticks at each wake time until the given time, and reports the changes, each with its time. A reading then
// finds the spot as the lot would: Advance to its time, then Read, is how records are played.
func (s *Spot) Advance(cfg *Config, untilMS int64, report func(atMS int64, change Change)) {
	atMS := s.wakeMS
	for s.started && s.wakeMS <= untilMS {
		atMS = max(atMS, s.wakeMS)
		if change, changed := s.Tick(cfg, atMS); changed {
			report(atMS, change)
		}
	}
}
