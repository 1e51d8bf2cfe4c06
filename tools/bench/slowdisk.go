package main

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// card is how an SD card behaves that has seen years: how long a flush takes, some of them, and one.
type card struct {
	flush, slow, stall time.Duration
	slowPercent        int
}

var errNoPower = errors.New("bench: the power is off")

// slowDisk is a disk of simulated memory whose flushes take a worn card's time.
type slowDisk struct {
	inner   *simdisk.Disk
	card    card
	stallAt atomic.Uint64 // the flush that stalls

	mu      sync.Mutex
	dice    *rand.Rand
	flushes atomic.Uint64
	off     atomic.Bool
}

func newSlowDisk(c card) *slowDisk {
	return &slowDisk{inner: simdisk.New(1), card: c, dice: rand.New(rand.NewPCG(1, 2))}
}

// stallAfter has a flush stall, after so many more.
func (d *slowDisk) stallAfter(flushes int) { d.stallAt.Store(d.flushes.Load() + uint64(flushes)) }

// cut takes the power away: what was not flushed is lost, and nothing works any more.
func (d *slowDisk) cut() {
	d.off.Store(true)
	d.inner.Cut(simdisk.CutKeepsNothing)
}

// wait takes the time of a flush.
func (d *slowDisk) wait() {
	d.mu.Lock()
	long := d.card.flush
	if d.dice.IntN(100) < d.card.slowPercent {
		long = d.card.slow
	}
	if d.flushes.Add(1) == d.stallAt.Load() {
		long = d.card.stall
	}
	d.mu.Unlock()
	time.Sleep(long)
}

func (d *slowDisk) file(file factlog.File, err error) (factlog.File, error) {
	if err != nil {
		return nil, err
	}
	return slowFile{file, d}, nil
}

// Open opens a file.
func (d *slowDisk) Open(name string) (factlog.File, error) {
	if d.off.Load() {
		return nil, errNoPower
	}
	return d.file(d.inner.Open(name))
}

// Create makes a file.
func (d *slowDisk) Create(name string) (factlog.File, error) {
	if d.off.Load() {
		return nil, errNoPower
	}
	return d.file(d.inner.Create(name))
}

// Rename moves a file.
func (d *slowDisk) Rename(from, to string) error {
	if d.off.Load() {
		return errNoPower
	}
	return d.inner.Rename(from, to)
}

// Remove removes a file.
func (d *slowDisk) Remove(name string) error {
	if d.off.Load() {
		return errNoPower
	}
	return d.inner.Remove(name)
}

// List lists a folder.
func (d *slowDisk) List(dir string) ([]string, error) {
	if d.off.Load() {
		return nil, errNoPower
	}
	return d.inner.List(dir)
}

// SyncDir takes the time of a flush.
func (d *slowDisk) SyncDir(dir string) error {
	d.wait()
	if d.off.Load() {
		return errNoPower
	}
	return d.inner.SyncDir(dir)
}

type slowFile struct {
	factlog.File
	disk *slowDisk
}

// Datasync takes the time of a flush. What the power leaves when it goes meanwhile is not flushed.
func (f slowFile) Datasync() error {
	f.disk.wait()
	if f.disk.off.Load() {
		return errNoPower
	}
	return f.File.Datasync()
}
