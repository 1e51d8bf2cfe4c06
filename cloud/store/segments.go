package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"gatehouse/sync/factlog"
)

// segments keep entries in a fact log. An entry is one frame or several: a batch may be larger than a frame.
//
//	frame  more u8 (1: the entry goes on in the next frame), then a part of: kind, length of the location, location,
//	       incarnation, first, last (varints), data
type segments struct{ log *factlog.Log }

const segmentBytes = 16 << 20

var errEntry = errors.New("store: an entry of the segments is damaged")

// openSegments opens them. What is missing up to a place that is known to have been durable is damage, and not a torn tail.
func openSegments(dir string, known int64) (*segments, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	log, _, err := factlog.Open(factlog.OSDisk{}, dir, factlog.Options{SegmentBytes: segmentBytes, KnownDurable: factlog.Index(known)})
	if err != nil {
		return nil, fmt.Errorf("store: segments: %w", err)
	}
	return &segments{log}, nil
}

func (k *kept) encode() []byte {
	buf := binary.AppendUvarint(nil, uint64(k.kind))
	buf = binary.AppendUvarint(buf, uint64(len(k.location)))
	buf = append(buf, k.location...)
	buf = binary.AppendVarint(buf, k.inc)
	buf = binary.AppendVarint(buf, k.first)
	buf = binary.AppendVarint(buf, k.last)
	return append(buf, k.data...)
}

func parseKept(buf []byte) (kept, error) {
	var k kept
	kind, n := binary.Uvarint(buf)
	if n <= 0 {
		return k, errEntry
	}
	size, m := binary.Uvarint(buf[n:])
	if m <= 0 || size > uint64(len(buf)-n-m) {
		return k, errEntry
	}
	buf = buf[n+m:]
	k.kind, k.location = int64(kind), string(buf[:size])
	buf = buf[size:]
	for _, to := range []*int64{&k.inc, &k.first, &k.last} {
		value, n := binary.Varint(buf)
		if n <= 0 {
			return k, errEntry
		}
		*to, buf = value, buf[n:]
	}
	k.data = buf
	return k, nil
}

// write appends entries and flushes: the truth is durable before the rows that follow from it.
func (s *segments) write(entries []*kept) error {
	if len(entries) == 0 {
		return nil
	}
	for _, k := range entries {
		place, err := s.append(k.encode())
		if err != nil {
			return fmt.Errorf("store: segments: %w", err)
		}
		k.place, k.data = int64(place), nil
	}
	if err := s.log.Flush(); err != nil {
		return fmt.Errorf("store: segments: %w", err)
	}
	return nil
}

// keep makes the rows of entries that are durable, and says up to where the rows hold all.
func (s *segments) keep(tx session, entries []kept) error {
	if len(entries) == 0 {
		return nil
	}
	for i := range entries {
		if err := insertBatch(tx, &entries[i], nil); err != nil {
			return err
		}
	}
	return tx.exec(`INSERT INTO meta (key, value) VALUES ('segments', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, entries[len(entries)-1].place)
}

func insertBatch(tx session, k *kept, data []byte) error {
	return tx.exec(`INSERT INTO batches (location, place, kind, incarnation, first, last, data) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (location, place) DO NOTHING`,
		k.location, k.place, k.kind, k.inc, k.first, k.last, data)
}

func (s *segments) append(entry []byte) (first factlog.Index, err error) {
	const room = factlog.PayloadMaxBytes - 1
	for part := 0; part == 0 || len(entry) > 0; part++ {
		n := min(len(entry), room)
		frame := make([]byte, 1, n+1)
		if n < len(entry) {
			frame[0] = 1
		}
		index, err := s.log.Append(append(frame, entry[:n]...))
		if err != nil {
			return 0, err
		}
		if part == 0 {
			first = index
		}
		entry = entry[n:]
	}
	return first, nil
}

// each visits the entries from a place on.
func (s *segments) each(from int64, visit func(kept) error) error {
	var entry []byte
	var place, next factlog.Index
	return s.log.Read(factlog.Index(from), func(index factlog.Index, frame []byte) error {
		if len(frame) == 0 {
			return nil
		}
		if entry == nil || index != next {
			entry, place = nil, index // a gap is damage: what it cut is left out
		}
		entry, next = append(entry, frame[1:]...), index+1
		if frame[0] == 1 {
			return nil
		}
		k, err := parseKept(entry)
		entry = nil
		if err != nil {
			return nil // the tail of an entry whose beginning is damaged
		}
		k.place = int64(place)
		return visit(k)
	})
}

// errFound ends a reading early.
var errFound = errors.New("found")

func (s *segments) fetch(_ session, _ string, place int64) (data []byte, err error) {
	err = s.each(place, func(k kept) error {
		if k.place == place {
			data = k.data
		}
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return data, err
}
