package simdisk

import (
	"bytes"
	"io"
	"math/rand/v2"
	"syscall"
)

// file is a handle.
type file struct {
	disk  *Disk
	name  string
	inode *inode
	epoch int
}

// enter begins an operation on the handle and takes the disk's lock if it may go on.
func (f *file) enter(op Op) error {
	err := f.disk.begin(op, f.name)
	if err == nil {
		f.disk.mu.Lock()
		if f.epoch != f.disk.epoch {
			f.disk.mu.Unlock()
			err = ErrCut
		}
	}
	return err
}

// ReadAt reads what the page cache holds.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if err := f.enter(OpRead); err != nil {
		return 0, err
	}
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.inode.cache)) {
		return 0, io.EOF
	}
	n := copy(p, f.inode.cache[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt writes to the page cache. A write that fails, or that the disk has no room for, may have been done in part.
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	failure := f.disk.begin(OpWrite, f.name)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.epoch != f.disk.epoch {
		return 0, ErrCut
	}
	if failure != nil {
		p = p[:rand.New(f.disk.rng).IntN(len(p)+1)]
	} else if room := f.disk.room(f.inode, off); room < int64(len(p)) {
		p, failure = p[:room], syscall.ENOSPC
		f.disk.fired.add(NoSpace)
	}
	f.inode.write(p, off)
	return len(p), failure
}

// write puts bytes in the page cache and makes the sectors that they touch pending, whole.
func (n *inode) write(p []byte, off int64) {
	if grown := off + int64(len(p)) - int64(len(n.cache)); grown > 0 {
		n.cache = append(n.cache, make([]byte, grown)...)
	}
	end := off + int64(copy(n.cache[off:], p))
	size := int64(len(n.cache))
	for at := off - off%SectorBytes; at < end; at += SectorBytes {
		n.pending = append(n.pending, sector{at, bytes.Clone(n.cache[at:min(at+SectorBytes, size)]), size})
	}
}

// keep puts one pending write on the disk, and the size that goes with it.
func (n *inode) keep(s sector) {
	if grown := s.size - int64(len(n.durable)); grown > 0 {
		n.durable = append(n.durable, make([]byte, grown)...)
	}
	copy(n.durable[s.at:], s.bytes)
}

// Datasync puts the pending writes on the disk, unless it lies. If it fails, some are on the disk, and the others never
// will be although a reader sees them.
func (f *file) Datasync() error {
	failure := f.disk.begin(OpDatasync, f.name)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.epoch != f.disk.epoch {
		return ErrCut
	}
	random := rand.New(f.disk.rng)
	var left []sector
	for _, s := range f.inode.pending {
		switch {
		case failure != nil:
			if random.IntN(2) == 0 {
				f.inode.keep(s)
			}
		case f.disk.lies(f.disk.dataLie):
			left = append(left, s)
		default:
			f.inode.keep(s)
		}
	}
	f.inode.pending = left
	return failure
}

// Size returns the length that a reader sees.
func (f *file) Size() (int64, error) {
	if err := f.enter(OpSize); err != nil {
		return 0, err
	}
	defer f.disk.mu.Unlock()
	return int64(len(f.inode.cache)), nil
}

// Close does nothing: the page cache outlives the handle.
func (f *file) Close() error { return nil }
