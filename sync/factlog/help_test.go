package factlog_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// folder is where the logs of all tests lie.
const folder = "log"

// smallSegment holds a few dozen frames, so that a short story rolls over.
const smallSegment = 12 << 10

// prepareAll makes the spare.
func prepareAll(t testing.TB, l *factlog.Log) {
	t.Helper()
	if err := prepare(l); err != nil {
		t.Fatal(err)
	}
}

func prepare(l *factlog.Log) error {
	for {
		if ready, err := l.Prepare(); ready || err != nil {
			return err
		}
	}
}

// scene is a log on a simulated disk beside the plain list of what was appended to it. Its methods return an error
// when the log breaks a promise, so that a test may also demand that they do.
type scene struct {
	disk    *simdisk.Disk
	options factlog.Options
	log     *factlog.Log
	found   factlog.Recovery
	want    [][]byte // payload of index i at i-1
	acked   factlog.Index
}

func newScene(seed uint64) *scene {
	return &scene{disk: simdisk.New(seed), options: factlog.Options{SegmentBytes: smallSegment}}
}

// mustOpen starts a scene with an open log.
func mustOpen(t testing.TB, seed uint64) *scene {
	t.Helper()
	s := newScene(seed)
	must(t, s.open())
	return s
}

// must ends the test on an error. Its t is a testing.TB or a rapid.T.
func must(t interface {
	Helper()
	Fatal(...any)
}, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open opens the log and checks that it holds what was acknowledged, maybe more of what was appended, nothing else.
func (s *scene) open() error {
	var err error
	if s.log, s.found, err = factlog.Open(s.disk, folder, s.options); err != nil {
		return err
	}
	if len(s.found.Damage) > 0 {
		return fmt.Errorf("damage %v on a sound disk", s.found.Damage)
	}
	if s.found.Last < s.acked || s.found.Last > factlog.Index(len(s.want)) {
		return fmt.Errorf("log ends at %d, acknowledged %d, appended %d", s.found.Last, s.acked, len(s.want))
	}
	s.want = s.want[:s.found.Last]
	s.acked = s.found.Last
	if s.log.Chain() != chainOf(s.want) {
		return errors.New("wrong chain hash")
	}
	return s.check()
}

// check reads everything durable and compares it.
func (s *scene) check() error {
	next := max(1, s.options.Trimmed+1)
	err := s.log.Read(next, func(i factlog.Index, payload []byte) error {
		if i != next || i > s.acked || !bytes.Equal(payload, s.want[i-1]) {
			return fmt.Errorf("read index %d, want %d of %d: %d bytes", i, next, s.acked, len(payload))
		}
		next++
		return nil
	})
	if err == nil && next != s.acked+1 {
		err = fmt.Errorf("read up to %d, acknowledged %d", next-1, s.acked)
	}
	return err
}

// append appends a payload; a full log gets a spare first.
func (s *scene) append(payload []byte) error {
	index, err := s.log.Append(payload)
	if errors.Is(err, factlog.ErrFull) {
		if err = prepare(s.log); err == nil {
			index, err = s.log.Append(payload)
		}
		if errors.Is(err, factlog.ErrFull) { // more than a segment is pending
			if err = s.flush(); err == nil {
				return s.append(payload)
			}
		}
	}
	if err != nil {
		return err
	}
	s.want = append(s.want, bytes.Clone(payload))
	if index != factlog.Index(len(s.want)) {
		return fmt.Errorf("append got index %d, want %d", index, len(s.want))
	}
	return nil
}

func (s *scene) flush() error {
	if err := s.log.Flush(); err != nil {
		return err
	}
	s.acked = factlog.Index(len(s.want))
	if s.log.Durable() != s.acked {
		return fmt.Errorf("durable %d after a flush of %d", s.log.Durable(), s.acked)
	}
	return nil
}

// commit appends payloads and flushes them.
func (s *scene) commit(payloads ...[]byte) error {
	for _, payload := range payloads {
		if err := s.append(payload); err != nil {
			return err
		}
	}
	return s.flush()
}

// after returns the scene as it stands after a power cut, on a disk of its own.
func (s *scene) after(cut uint64) *scene {
	c := &scene{disk: s.disk.Clone(), options: s.options, want: slices.Clone(s.want), acked: s.acked}
	c.disk.Cut(cut)
	return c
}

// payloads makes n payloads, mostly of a fact's size.
func payloads(random *rand.Rand, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		size := random.IntN(500)
		if random.IntN(20) == 0 {
			size = random.IntN(7000)
		}
		list[i] = make([]byte, size)
		for j := range list[i] {
			list[i][j] = byte(random.Uint32())
		}
	}
	return list
}

// chainOf is the chain hash of a list of payloads, from the definition.
func chainOf(payloads [][]byte) (chain factlog.Hash) {
	for _, payload := range payloads {
		hash := sha256.New()
		hash.Write(chain[:])
		hash.Write(payload)
		chain = factlog.Hash(hash.Sum(nil))
	}
	return chain
}
