package main

import (
	"errors"
	"path/filepath"
	"time"

	"gatehouse/gateway/journal/journalbench"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

const (
	// vehicleSegmentBytes is a smaller segment than the gateway's, so that the zeros that are written ahead are spread
	// over the vehicles of all rounds alike.
	vehicleSegmentBytes = 4 << 20
	kB                  = 1000
)

// vehicles measures what the disk writes for one vehicle: its entry, payment and exit and the two changes of its
// spot, by the block layer's counters, with all that goes with it: zeros written ahead, the file system's own
// journal, checkpoints, the archive.
//
// A busy lot is eight gates with 500 vehicles an hour each. Its hours pass as fast as the disk lets them, but what goes
// out together is what would go out together then: each decision by itself, with the facts of the last second that
// nobody waits for; a checkpoint each minute or 256 facts of the lot's time. At full speed eight gates always wait. The
// peer is bbolt without a log: a transaction for each step that says anything.
//
// Others who write to the same disk meanwhile are counted, too; what the log wrote is therefore also counted at its
// files, in pages of 4 KiB. Where the kernel has no counters, that is all there is.
func (b *bench) vehicles() ([]row, error) {
	m, err := b.newVehicleMeasure()
	if err != nil {
		return nil, err
	}
	f := figures{}
	count := b.scale(1_500, 40)
	for range b.rounds {
		if err := m.round(b.rest, count, f); err != nil {
			return nil, err
		}
	}
	return m.rows(f), m.close()
}

// vehicleMeasure is the carparks of the measurement, each with its own way to make facts durable.
type vehicleMeasure struct {
	device  device
	counted bool // the device counts what it writes
	logs    *pageCounter
	sides   []*side
	peer    *peerSide
}

// The sides with a journal.
const (
	busyLot      = "busy lot"
	logOnly      = "busy lot without checkpoints"
	fullSpeed    = "full speed"
	withoutALog  = "bbolt without a log"
	notDueFacts  = 1 << 40
	notDueBefore = time.Duration(1 << 60)
)

func (b *bench) newVehicleMeasure() (*vehicleMeasure, error) {
	dir, err := b.newDir("vehicle")
	if err != nil {
		return nil, err
	}
	spots := b.scale(10_000, 1_000)
	cfg, err := quietConfig(spots)
	if err != nil {
		return nil, err
	}
	m := &vehicleMeasure{logs: &pageCounter{}}
	m.device, err = deviceOf(dir)
	m.counted = err == nil
	for _, name := range []string{busyLot, logOnly, fullSpeed} {
		o := journalOptions(filepath.Join(dir, name))
		o.Disk, o.SegmentBytes = m.logs, vehicleSegmentBytes
		if name == logOnly {
			o.CheckpointFacts, o.CheckpointEvery = notDueFacts, notDueBefore
		}
		s := &side{name: name}
		if s.journaled, err = openJournaled(o, cfg, spots/2); err != nil {
			return nil, err
		}
		s.park.handle, s.end = s.handleBusy, s.sync
		if name == fullSpeed {
			s.window = make(chan struct{}, entryGates+exitGates)
			s.park.handle = s.handleFullSpeed
		}
		m.sides = append(m.sides, s)
	}
	m.peer, err = newPeerSide(filepath.Join(dir, "peer.db"), cfg, spots/2)
	return m, err
}

// round has vehicles come and go on one side after the other, each after a rest of the disk.
func (m *vehicleMeasure) round(rest time.Duration, vehicles int, f figures) error {
	each := 1 / float64(vehicles)
	for _, s := range m.sides {
		time.Sleep(rest)
		before, pages := s.journal.Health(), m.logs.bytes.Load()
		written, err := m.writtenBy(func() error { return s.pass(vehicles) })
		if err != nil {
			return err
		}
		after := s.journal.Health()
		f.add(s.name, float64(written)*each/kB)
		f.add(s.name+", log", float64(m.logs.bytes.Load()-pages)*each/kB)
		f.add(s.name+", flushes", float64(after.Log.Flushes-before.Log.Flushes)*each)
		f.add(s.name+", facts", float64(after.Appended-before.Appended)*each)
	}
	time.Sleep(rest)
	fewer := max(1, vehicles/5) // it takes its time
	written, err := m.writtenBy(func() error { return m.peer.pass(fewer) })
	f.add(withoutALog, float64(written)/float64(fewer)/kB)
	return err
}

// writtenBy is what the device writes while something is done; 0 where it does not count.
func (m *vehicleMeasure) writtenBy(do func() error) (int64, error) {
	if !m.counted {
		return 0, do()
	}
	before, err := m.device.writtenBytes()
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := m.device.writtenBytes()
	return after - before, err
}

func (m *vehicleMeasure) rows(f figures) []row {
	rows := []row{
		{What: "facts of a vehicle", Value: f.of(busyLot + ", facts")},
		{What: "flushes of a vehicle, " + busyLot, Value: f.of(busyLot + ", flushes")},
		{What: "flushes of a vehicle, " + fullSpeed, Value: f.of(fullSpeed + ", flushes")},
		{What: "the log alone, counted at its files", Value: f.of(busyLot + ", log"), Unit: "KB"},
	}
	if !m.counted {
		last := len(rows) - 1
		rows[last] = rows[last].atMost(vehicleKB)
		rows[last].Note = errNoDevice.Error()
		return rows
	}
	line := func(name string) row {
		return f.against(row{What: name, Unit: "KB", Peer: withoutALog}, name, withoutALog)
	}
	rows = append(rows,
		line(busyLot).atMost(vehicleKB), line(busyLot).ratioAtMost(0.30), line(fullSpeed).atMost(vehicleKB), line(logOnly),
		row{What: "so checkpoints and the archive cost", Unit: "KB", Value: f.of(busyLot) - f.of(logOnly)},
	)
	if noise, err := m.device.noise(time.Second); err == nil {
		rows = append(rows, row{What: "what others write in a second", Unit: "KB", Value: noise / kB})
	}
	return rows
}

// vehicleKB is the most that the disk may write for one vehicle.
const vehicleKB = 40

func (m *vehicleMeasure) close() error {
	err := m.peer.bolt.Close()
	for _, s := range m.sides {
		err = errors.Join(err, s.close())
	}
	return err
}

// side is a carpark with a journal, and a way to group commits.
type side struct {
	name string
	*journaled
	end func() // makes durable what is left

	lazySinceMS int64         // in the lot's time: since when a lazy fact has waited; 0: none does
	window      chan struct{} // at full speed: one token for each gate that waits
}

// pass has vehicles come and go.
func (s *side) pass(vehicles int) error {
	s.park.pace(vehicles)
	s.end()
	return errors.Join(s.err, s.journal.Health().Broken, s.park.check())
}

// handleBusy groups commits as they would be grouped at the lot's own pace.
func (s *side) handleBusy(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	if s.lazySinceMS != 0 && now.MonoMS-s.lazySinceMS >= factlog.LazyMSDefault {
		s.sync()
		s.lazySinceMS = 0
	}
	out := s.park.lot.Step(now, event)
	if len(out.Facts) == 0 {
		return out
	}
	s.append(out.Facts, out.Lazy)
	switch {
	case !out.Lazy:
		s.lazySinceMS = 0
	case s.lazySinceMS == 0:
		s.lazySinceMS = now.MonoMS
	}
	s.checkpoint(now.MonoMS)
	return out
}

// handleFullSpeed has as many commits wait as there are gates.
func (s *side) handleFullSpeed(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	out := s.park.lot.Step(now, event)
	switch {
	case len(out.Facts) == 0:
		return out
	case out.Lazy:
		s.append(out.Facts, true)
	default:
		s.window <- struct{}{}
		s.journal.Append(out.Facts, false, func(error) { <-s.window })
	}
	s.checkpoint(s.sinceMS())
	return out
}

// peerSide is a carpark without a log: each step that says anything is a transaction of bbolt.
type peerSide struct {
	park *carpark
	bolt *journalbench.Bolt
	err  error
}

func newPeerSide(path string, cfg *lot.Config, vehicles int) (*peerSide, error) {
	c, err := newCarpark(cfg)
	if err != nil {
		return nil, err
	}
	c.start(true)
	if err := c.fill(vehicles); err != nil {
		return nil, err
	}
	p := &peerSide{park: c}
	c.handle = p.handle
	p.bolt, err = newPeer(path, c)
	return p, err
}

func (p *peerSide) pass(vehicles int) error {
	p.park.pace(vehicles)
	return errors.Join(p.err, p.park.check())
}

func (p *peerSide) handle(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	out := p.park.lot.Step(now, event)
	if len(out.Facts) == 0 || p.err != nil {
		return out
	}
	transaction, err := p.park.asTransaction(out.Facts)
	if err == nil {
		err = p.bolt.Update(transaction)
	}
	p.err = err
	return out
}
