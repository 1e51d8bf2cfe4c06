package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/sync/fact"
)

// pending is an update on its way into the rows.
type pending struct {
	Update
	entries  []kept
	steps    int64 // updates that it is made of, in the order of their revisions
	revision int64 // after it
	err      error
	folded   Folded
	early    bool // somebody was told already that it is durable; else somebody waits for its rows
}

// What may wait for the rows, and what one transaction takes of it. A transaction of the most holds up other writers
// for some tenths of a second.
const (
	behindFacts = 1 << 17
	foldFacts   = 1 << 14
	foldUpdates = 1 << 10
	// refoldPause is between attempts to write rows that could not be written: the disk may be full for now.
	refoldPause = time.Second
	// togetherMS is how far apart in time updates may be that are folded as one.
	togetherMS = 1_000
)

// behind is what is durable and not in the rows yet, of a store whose batches are flushed ahead of them. It is in
// memory, and again in the segments: a crash loses nothing of it, and Open folds it.
type behind struct {
	// turn is held while revisions are judged, or while somebody changes them otherwise.
	turn sync.Mutex
	// heads are the revisions of locations with all that is durable. Only those who hold turn see it.
	heads map[fact.LocationID]int64

	mu      sync.Mutex
	waiting []*pending
	facts   int // of those that wait and of those being folded
	taken   uint64
	folded  uint64
	newest  map[fact.LocationID]uint64 // of taken, by location
	failure error                      // why the rows can't be written
	moved   chan struct{}              // closed when any of it changes
	closed  bool
	ends    chan struct{} // closed with it
}

func newBehind() *behind {
	return &behind{heads: map[fact.LocationID]int64{}, newest: map[fact.LocationID]uint64{}, moved: make(chan struct{}), ends: make(chan struct{})}
}

// tell wakes all who wait. The caller holds mu.
func (b *behind) tell() {
	close(b.moved)
	b.moved = make(chan struct{})
}

// until waits for a condition that is judged under mu. It fails when the rows can't be written.
func (b *behind) until(ctx context.Context, met func() bool) error {
	for {
		b.mu.Lock()
		done, failure, moved := met(), b.failure, b.moved
		b.mu.Unlock()
		switch {
		case done:
			return nil
		case failure != nil:
			return failure
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// room waits until the rows are near enough. While they can't be written, nothing more is taken: somebody should notice.
func (b *behind) room() error {
	return b.until(context.Background(), func() bool { return b.failure == nil && b.facts < behindFacts })
}

// drained waits until the rows hold all that was durable when it was called.
func (b *behind) drained(ctx context.Context) error {
	b.mu.Lock()
	target := b.taken
	b.mu.Unlock()
	return b.until(ctx, func() bool { return b.folded >= target })
}

// drainedOf waits for the rows of one location: no other's catch-up holds it up.
func (b *behind) drainedOf(ctx context.Context, location fact.LocationID) error {
	b.mu.Lock()
	target := b.newest[location]
	b.mu.Unlock()
	return b.until(ctx, func() bool { return b.folded >= target })
}

// add has updates folded.
func (b *behind) add(group []*pending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range group {
		if p.err == nil {
			b.waiting = append(b.waiting, p)
			b.facts += len(p.Count)
			b.taken++
			b.newest[p.Location] = b.taken
		}
	}
	b.tell()
}

// next waits for what one transaction takes; it is empty when the store is closed and nothing waits.
func (b *behind) next() (group []*pending) {
	_ = b.until(context.Background(), func() bool { return b.failure == nil && (len(b.waiting) > 0 || b.closed) })
	b.mu.Lock()
	defer b.mu.Unlock()
	facts := 0
	for _, p := range b.waiting {
		if facts += len(p.Count); len(group) > 0 && (facts > foldFacts || len(group) == foldUpdates) {
			break
		}
		group = append(group, p)
	}
	b.waiting = b.waiting[len(group):]
	return group
}

// done notes that the rows hold a group.
func (b *behind) done(group []*pending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range group {
		b.facts -= len(p.Count)
	}
	b.folded += uint64(len(group))
	b.failure = nil
	b.tell()
}

// failed notes that the rows can't be written, and reports whether to try again.
func (b *behind) failed(err error) (again bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = fmt.Errorf("store: the rows are behind the batches: %w", err)
	b.tell()
	return !b.closed
}

func (b *behind) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	close(b.ends)
	b.tell()
}

// accept makes the entries of updates durable that build on what is durable, and has their rows follow.
func (s *sqlStore) accept(group []*pending) error {
	if err := s.behind.room(); err != nil {
		return err
	}
	s.behind.turn.Lock()
	defer s.behind.turn.Unlock()
	heads := map[fact.LocationID]int64{}
	var entries []*kept
	for _, p := range group {
		head, err := s.head(heads, p.Location)
		if err != nil {
			return err
		}
		if head != p.Revision {
			p.err = ErrConflict
			continue
		}
		p.revision = head + 1
		heads[p.Location] = p.revision
		for i := range p.entries {
			entries = append(entries, &p.entries[i])
		}
	}
	if err := s.segments.write(entries); err != nil {
		return err
	}
	// any order: each location has its own
	for location, head := range heads {
		s.behind.heads[location] = head
	}
	s.behind.add(group)
	return nil
}

// head is the revision of a location with all that is durable, and with what is being judged.
func (s *sqlStore) head(judged map[fact.LocationID]int64, location fact.LocationID) (revision int64, err error) {
	if revision, known := judged[location]; known {
		return revision, nil
	}
	if revision, known := s.behind.heads[location]; known {
		return revision, nil
	}
	err = s.engine.read(context.Background(), func(tx session) error {
		return tx.rows(`SELECT revision FROM locations WHERE location = $1`, func(scan scanner) error { return scan(&revision) }, string(location))
	})
	return revision, err
}

// fold writes the rows of what is durable, until the store is closed and nothing waits.
func (s *sqlStore) fold() {
	for {
		group := s.behind.next()
		if len(group) == 0 {
			return
		}
		for err := s.foldGroup(context.Background(), group); err != nil; err = s.foldGroup(context.Background(), group) {
			if !s.behind.failed(err) {
				return // Open will fold it
			}
			select {
			case <-time.After(refoldPause):
			case <-s.behind.ends:
			}
		}
		s.behind.done(group)
	}
}

// foldGroup writes the rows of a group, in one transaction that ctx does not interrupt once it has begun.
func (s *sqlStore) foldGroup(ctx context.Context, group []*pending) error {
	merged := together(group)
	write := s.engine.follow
	if slices.ContainsFunc(group, func(p *pending) bool { return !p.early }) {
		write = s.engine.write
	}
	err := write(ctx, func(tx session) error { return s.apply(tx, merged) })
	for _, p := range merged {
		if err == nil && p.err != nil {
			err = fmt.Errorf("%w: %s is not at revision %d; restart, and the rows are folded anew", p.err, p.Location, p.Revision)
		}
	}
	if err != nil {
		return err
	}
	tell(merged)
	return nil
}

// tell calls those who wait for the rows.
func tell(group []*pending) {
	for _, p := range group {
		if p.err == nil && p.Folded != nil {
			p.Update.Folded(p.folded)
		}
	}
}

// together joins updates of one location that follow each other, so that their rows are read and written once.
func together(group []*pending) (merged []*pending) {
	last := map[fact.LocationID]*pending{}
	for _, p := range group {
		onto := last[p.Location]
		if onto == nil || !onto.joins(p) {
			fresh := *p
			merged = append(merged, &fresh)
			last[p.Location] = &fresh
			continue
		}
		onto.entries = append(onto.entries[:len(onto.entries):len(onto.entries)], p.entries...)
		onto.Count = append(onto.Count[:len(onto.Count):len(onto.Count)], p.Count...)
		onto.Alerts = append(onto.Alerts[:len(onto.Alerts):len(onto.Alerts)], p.Alerts...)
		if p.Life != nil {
			onto.save(*p.Life)
		}
		onto.steps += p.steps
		onto.revision, onto.Folded = p.revision, p.Folded
	}
	return merged
}

// joins reports whether another update may be folded as a part of this one.
func (p *pending) joins(next *pending) bool {
	plain := !p.Retract && !next.Retract && len(p.Release) == 0 && len(next.Release) == 0
	return plain && next.NowMS-p.NowMS < togetherMS && p.NowMS-next.NowMS < togetherMS
}

// alone runs a transaction that changes revisions by itself, between the others.
func (s *sqlStore) alone(ctx context.Context, location fact.LocationID, do func(session) error) error {
	if s.behind == nil {
		return s.engine.write(ctx, do)
	}
	s.behind.turn.Lock()
	defer s.behind.turn.Unlock()
	if err := s.behind.drained(ctx); err != nil {
		return err
	}
	delete(s.behind.heads, location)
	return s.engine.write(ctx, do)
}

// read runs queries that see all that was committed before.
func (s *sqlStore) read(ctx context.Context, do func(session) error) error {
	if s.behind != nil {
		if err := s.behind.drained(ctx); err != nil {
			return err
		}
	}
	return s.engine.read(ctx, do)
}
