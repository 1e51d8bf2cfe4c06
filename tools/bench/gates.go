package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/journal/journalbench"
	"gatehouse/sync/fact"
)

// waitingGates measures how many commits a second are possible while 1, 8 or 64 gates each wait for theirs: facts
// encoded, appended and durable, one entry each, against the same data through bbolt's Batch, which also shares its
// transactions among those who wait. What the lot takes to decide is measured elsewhere.
func (b *bench) waitingGates() ([]row, error) {
	dir, err := b.newDir("gates")
	if err != nil {
		return nil, err
	}
	ours, err := openCounter(filepath.Join(dir, "journal"))
	if err != nil {
		return nil, err
	}
	peer, err := journalbench.Open(filepath.Join(dir, "peer.db"))
	if err != nil {
		return nil, err
	}
	f := figures{}
	waiters := []int{1, 8, 64}
	long := time.Duration(b.scale(400, 60)) * time.Millisecond
	for range b.rounds {
		for _, gates := range waiters {
			time.Sleep(b.rest / 2)
			if err := errors.Join(ours.round(gates, long, f), batchRound(peer, gates, long, f)); err != nil {
				return nil, err
			}
		}
	}
	var rows []row
	for _, gates := range waiters {
		what := row{What: fmt.Sprintf("%d waiting", gates), Unit: "/s", Peer: "bbolt Batch"}
		rows = append(rows, f.against(what, fmt.Sprint("ours ", gates), fmt.Sprint("batch ", gates)))
	}
	last := len(rows) - 1
	rows[last] = rows[last].ratioAtLeast(20)
	for _, gates := range waiters {
		what := row{What: fmt.Sprintf("flushes per commit, %d waiting", gates), Value: f.of(fmt.Sprint("flushes ", gates))}
		rows = append(rows, what.atMost(1))
	}
	return rows, errors.Join(ours.journal.Close(nil), peer.Close())
}

// entry is a fact of ordinary size, the n-th.
func entry(n uint64) fact.Record {
	dot := fact.Dot{Incarnation: fact.NewIncarnation(startMS, 1), Seq: n}
	return fact.Record{
		Dot: dot,
		At:  fact.Stamp{WallMS: startMS + int64(n), MonoMS: int64(n), Boot: uint64(dot.Incarnation), HLC: uint64(startMS+n) << 16, Trust: fact.ClockSynced},
		Fact: fact.EntryGranted{
			Gate: "in-1", Ticket: fact.TicketID(dot.ID('T')), Credential: fact.CredentialPlate, Plate: "BKA1234", PlateRaw: "B-KA 1234",
			Confidence: 940, Vehicle: fact.Regular, Spot: "BE-001", SpotType: fact.Regular, Priced: fact.Regular, Tariff: "2026-1", Reason: fact.ReasonPlate,
		},
	}
}

// counter is a journal of entries without a lot.
type counter struct {
	journal *journal.Journal
	mu      sync.Mutex // the journal has one owner at a time
	serial  uint64
}

func openCounter(dir string) (*counter, error) {
	j, _, _, err := journal.Open(journalOptions(dir), func() journal.State { return stateless{} })
	return &counter{journal: j}, err
}

// stateless is a journal.State without content.
type stateless struct{}

// Version is that of nothing.
func (stateless) Version() uint64 { return 1 }

// Apply does nothing.
func (stateless) Apply(fact.Record) {}

// Load does nothing.
func (stateless) Load(uint8, string, []byte) error { return nil }

// Dirty yields nothing.
func (stateless) Dirty(func(uint8, string, any)) {}

func (c *counter) round(gates int, long time.Duration, f figures) error {
	before := c.journal.Health().Log
	perSecond, err := together(gates, long, func(int) func(uint64) error {
		answers := make(chan error, 1)
		done := func(err error) { answers <- err }
		return func(uint64) error {
			c.mu.Lock()
			c.serial++
			c.journal.Append([]fact.Record{entry(c.serial)}, false, done)
			c.mu.Unlock()
			return <-answers
		}
	})
	after := c.journal.Health().Log
	f.add(fmt.Sprint("ours ", gates), perSecond)
	f.add(fmt.Sprint("flushes ", gates), float64(after.Flushes-before.Flushes)/float64(max(1, after.Frames-before.Frames)))
	return err
}

func batchRound(peer *journalbench.Bolt, gates int, long time.Duration, f figures) error {
	perSecond, err := together(gates, long, func(gate int) func(uint64) error {
		return func(n uint64) error {
			record := entry(uint64(gate)<<40 | n)
			ticket := record.Fact.(fact.EntryGranted).Ticket
			return peer.Batch(&journalbench.Decision{
				journalbench.Tickets: {Key: []byte(ticket), Value: make([]byte, ticketBytes)},
				journalbench.Spots:   {Key: fmt.Appendf(nil, "spot-%d", n%200), Value: make([]byte, spotBytes)},
				journalbench.Gates:   {Key: fmt.Appendf(nil, "gate-%d", gate), Value: make([]byte, gateBytes)},
				journalbench.Outbox:  {Key: fmt.Appendf(nil, "%d-%016x", gate, n), Value: make([]byte, factBytes)},
			})
		}
	})
	f.add(fmt.Sprint("batch ", gates), perSecond)
	return err
}

// What a ticket, a spot and a fact take when they are encoded, about.
const (
	ticketBytes = 150
	spotBytes   = 40
	factBytes   = 140
)

// together runs workers side by side for a while and returns how many commits a second they made in all.
func together(workers int, long time.Duration, newWorker func(int) func(n uint64) error) (perSecond float64, err error) {
	var group sync.WaitGroup
	var commits atomic.Uint64
	failures := make(chan error, workers)
	start := time.Now()
	for i := range workers {
		commit := newWorker(i)
		group.Go(func() {
			for n := uint64(1); time.Since(start) < long; n++ {
				if err := commit(n); err != nil {
					failures <- err
					return
				}
				commits.Add(1)
			}
		})
	}
	group.Wait()
	close(failures)
	return float64(commits.Load()) / time.Since(start).Seconds(), <-failures
}
