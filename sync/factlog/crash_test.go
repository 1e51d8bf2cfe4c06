package factlog_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// campaign records a run of a log and cuts the power before every operation of the disk, in many ways each.
type campaign struct {
	seed      uint64
	rounds    int
	images    int // cuts per operation
	data, dir simdisk.Lie
	ackEarly  bool // a mutant: acknowledge before the flush

	cuts int
}

// run returns the first promise that a cut broke.
func (c *campaign) run(s *scene) error {
	random := rand.New(rand.NewPCG(c.seed, 0))
	s.disk.SetLies(c.data, c.dir)
	var broken error
	s.disk.OnOperation(func(op simdisk.Operation) {
		if broken == nil && changes(op) {
			broken = c.crash(s, op)
		}
	})
	for range c.rounds {
		if err := c.round(s, random); err != nil {
			return errors.Join(broken, err)
		}
	}
	return broken
}

// changes reports whether an operation changes the disk. Before any other there is nothing to cut that wasn't there before
// the last one that did.
func changes(op simdisk.Operation) bool {
	switch op.Op {
	case simdisk.OpOpen, simdisk.OpRead, simdisk.OpSize, simdisk.OpList:
		return false
	}
	return true
}

// round is a little of a gateway's life: sometimes a restart, a spare, a trim, always a few records.
func (c *campaign) round(s *scene, random *rand.Rand) error {
	if s.log == nil || random.IntN(12) == 0 {
		if err := s.open(); err != nil {
			return err
		}
	}
	if random.IntN(3) == 0 {
		if err := prepare(s.log); err != nil {
			return err
		}
	}
	if random.IntN(8) == 0 {
		through := factlog.Index(random.Uint64N(uint64(s.acked) + 1))
		s.options.Trimmed = max(s.options.Trimmed, through)
		if err := s.log.Trim(through); err != nil {
			return err
		}
	}
	for _, payload := range payloads(random, 1+random.IntN(4)) {
		if err := s.append(payload); err != nil {
			return err
		}
	}
	if c.ackEarly {
		s.acked = s.log.Last()
	}
	return s.flush()
}

// crash cuts the power at one moment in many ways.
func (c *campaign) crash(s *scene, op simdisk.Operation) error {
	for i := range c.images {
		cut := uint64(i)
		if cut > simdisk.CutKeepsAll {
			cut = c.seed<<32 + uint64(op.Number)<<8 + uint64(i)
		}
		c.cuts++
		if err := c.survive(s.after(cut), cut); err != nil {
			return fmt.Errorf("seed %d, cut %d before operation %d (%d on %s): %w",
				c.seed, cut, op.Number, op.Op, op.Name, err)
		}
	}
	return nil
}

// survive restarts after a cut and works on, with another cut at one of three moments.
func (c *campaign) survive(s *scene, cut uint64) error {
	if cut%8 == 3 {
		if err := c.crashRecovery(s); err != nil {
			return fmt.Errorf("second cut during recovery: %w", err)
		}
	}
	if err := s.open(); err != nil {
		return err
	}
	if cut%2 == 0 {
		if err := s.after(cut + 1).open(); err != nil {
			return fmt.Errorf("second cut after recovery: %w", err)
		}
	}
	if err := s.commit([]byte("one more"), make([]byte, 700)); err != nil {
		return err
	}
	if cut%2 == 1 {
		s = s.after(cut + 2)
		if err := s.open(); err != nil {
			return fmt.Errorf("second cut after more work: %w", err)
		}
	}
	report, err := s.log.Verify()
	if len(report.BadHeaders) > 0 {
		return fmt.Errorf("bad headers in %v", report.BadHeaders)
	}
	return err
}

// crashRecovery cuts the power before every operation of one recovery.
func (c *campaign) crashRecovery(s *scene) (broken error) {
	recovering := s.after(simdisk.CutKeepsAll)
	wanted := *s
	recovering.disk.OnOperation(func(op simdisk.Operation) {
		if !changes(op) {
			return
		}
		again := &scene{disk: recovering.disk.Clone(), options: s.options, want: wanted.want, acked: wanted.acked}
		again.disk.Cut(uint64(op.Number))
		if err := again.open(); broken == nil && err != nil {
			broken = fmt.Errorf("before operation %d: %w", op.Number, err)
		}
	})
	return errors.Join(recovering.open(), broken)
}

// TestPowerCuts: whatever the moment of a cut, what was acknowledged is there, and nothing else.
func TestPowerCuts(t *testing.T) {
	for seed := range uint64(2) {
		s := newScene(seed)
		c := &campaign{seed: seed, rounds: 24, images: 10}
		must(t, c.run(s))
		must(t, s.open())
		t.Logf("seed %d: %d cuts", seed, c.cuts)
		for class, name := range map[simdisk.Class]string{simdisk.LostSector: "sectors", simdisk.LostName: "names"} {
			if s.disk.Fired(class) == 0 {
				t.Errorf("seed %d: no cut dropped any %s: the campaign doesn't bite", seed, name)
			}
		}
		if second := s.disk.Bytes(segmentPath(2)); second != nil && second[0] == 0 {
			t.Errorf("seed %d: the second segment is still a spare", seed)
		}
	}
}

// TestPowerCutsCatchMutants: the same campaign turns red when the disk or the caller cheats.
func TestPowerCutsCatchMutants(t *testing.T) {
	for name, mutant := range map[string]*campaign{
		"flush keeps nothing":           {data: simdisk.KeepsNone},
		"flush keeps some":              {data: simdisk.KeepsSome},
		"directory flush keeps nothing": {dir: simdisk.KeepsNone},
		"acknowledged before the flush": {ackEarly: true},
	} {
		t.Run(name, func(t *testing.T) {
			mutant.seed, mutant.rounds, mutant.images = 1, 20, 12
			if err := mutant.run(newScene(1)); err == nil {
				t.Errorf("%d cuts and nobody noticed", mutant.cuts)
			}
		})
	}
}

// TestLyingDiskIsDeclared: a card that loses flushed data is caught by whoever knows what was durable.
func TestLyingDiskIsDeclared(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit(payloads(rand.New(rand.NewPCG(1, 1)), 20)...))
	s.disk.SetLies(simdisk.KeepsNone, simdisk.Honest)
	must(t, s.commit([]byte("lost 21"), []byte("lost 22")))
	s.disk.Cut(simdisk.CutKeepsNothing)

	l, found, err := factlog.Open(s.disk, folder, factlog.Options{SegmentBytes: smallSegment, KnownDurable: 22})
	must(t, err)
	if len(found.Damage) != 1 || found.Damage[0] != (factlog.Damage{First: 21, Last: 22}) || found.Last != 22 {
		t.Fatalf("found %+v, want damage 21 to 22", found)
	}
	if index, err := l.Append([]byte("next")); err != nil || index != 23 {
		t.Fatalf("next index %d, %v", index, err)
	}
	must(t, l.Flush())
	if report, err := l.Verify(); !errors.Is(err, factlog.ErrDamaged) || report.FirstBad != 21 || report.Frames != 21 {
		t.Fatalf("verify: %+v, %v", report, err)
	}
}
