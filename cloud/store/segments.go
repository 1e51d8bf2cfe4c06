package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"gatehouse/sync/factlog"
)

// segments keep entries in a fact log. An entry is one frame or several: a batch may be larger than a frame.
//
//	frame  place u8 (1: the entry goes on in the next frame; 2: it began in an earlier one), then a part of: kind, length of
//	       the location, location, incarnation, first, last (varints), data
type segments struct {
	log       *factlog.Log
	committer *factlog.Committer // owns log: it flushes, and has the next segment ready in time
}

const (
	segmentBytes = 16 << 20
	goesOn       = 1
	begunBefore  = 2
)

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
	return &segments{log, factlog.NewCommitter(log, factlog.CommitterOptions{})}, nil
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

// write appends entries, all or none, and flushes: the truth is durable before the rows that follow from it. A full disk is an
// error that changes nothing, and the next write tries again.
func (s *segments) write(entries []*kept) error {
	if len(entries) == 0 {
		return nil
	}
	var frames [][]byte
	first := make([]int, len(entries))
	for i, k := range entries {
		first[i] = len(frames)
		frames = append(frames, inFrames(k.encode())...)
	}
	last, err := s.commit(frames)
	if errors.Is(err, factlog.ErrFull) {
		if err = answered(s.committer.MakeRoom); err == nil {
			last, err = s.commit(frames)
		}
	}
	if errors.Is(err, factlog.ErrBroken) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if err != nil {
		return fmt.Errorf("store: segments: %w", err)
	}
	for i, k := range entries {
		k.place, k.data = int64(last)-int64(len(frames)-1-first[i]), nil
	}
	return nil
}

// commit appends frames and returns the index of the last one when all are durable.
func (s *segments) commit(frames [][]byte) (last factlog.Index, err error) {
	err = answered(func(done func(error)) { last = s.committer.Append(frames, false, done) })
	return last, err
}

// answered waits for the answer to a question.
func answered(ask func(done func(error))) error {
	answer := make(chan error, 1)
	ask(func(err error) { answer <- err })
	return <-answer
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

// inFrames cuts an entry into frames.
func inFrames(entry []byte) (frames [][]byte) {
	const room = factlog.PayloadMaxBytes - 1
	for part := range slices.Chunk(entry, room) {
		place := byte(goesOn)
		if len(frames) > 0 {
			place |= begunBefore
		}
		frames = append(frames, append([]byte{place}, part...))
	}
	frames[len(frames)-1][0] &^= goesOn
	return frames
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
			if frame[0]&begunBefore != 0 {
				return nil
			}
		}
		entry, next = append(entry, frame[1:]...), index+1
		if frame[0]&goesOn != 0 {
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
