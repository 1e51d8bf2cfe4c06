package simdisk

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"gatehouse/sync/factlog"
)

// SectorBytes is what a disk writes whole or not at all.
const SectorBytes = 512

// ErrCut is what a file handle from before a power cut returns.
var ErrCut = errors.New("simdisk: the power was cut")

// Disk is a simulated disk. Make one with New.
type Disk struct {
	mu    sync.Mutex
	names map[string]*inode // what a reader sees
	saved map[string]*inode // what is on the disk
	moves []move            // directory operations that are pending, oldest first
	epoch int               // number of cuts
	rng   *rand.PCG

	hook      func(Operation)
	number    int // operations so far
	latency   func(Operation) int64
	elapsedMS int64
	capacity  int64 // 0: no limit
	faults    []*Fault
	dataLie   Lie
	dirLie    Lie
	fired     *counters
}

var _ factlog.Disk = (*Disk)(nil)

// inode is one file, whatever its name.
type inode struct {
	cache   []byte   // what a reader sees
	durable []byte   // what is on the disk
	pending []sector // written and not flushed, oldest first
}

// sector is a sector as one pending write left it.
type sector struct {
	at    int64
	bytes []byte // never changed, so clones share it
	size  int64  // of the file after this write
}

// move is one pending directory operation: the names that it takes away and gives.
type move struct {
	dir      string
	from, to string // either may be empty
	file     *inode
}

// New returns an empty disk. Every path is in an existing folder.
func New(seed uint64) *Disk {
	return &Disk{
		names: map[string]*inode{}, saved: map[string]*inode{},
		rng: rand.NewPCG(seed, 0), fired: new(counters),
	}
}

// Clone returns an independent copy: files, pending writes, faults and lies, but not the hook. Handles to the old
// disk stay with it.
func (d *Disk) Clone() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	rng := *d.rng
	c := &Disk{
		names: map[string]*inode{}, saved: map[string]*inode{}, epoch: d.epoch, rng: &rng,
		number: d.number, latency: d.latency, elapsedMS: d.elapsedMS, capacity: d.capacity,
		dataLie: d.dataLie, dirLie: d.dirLie, fired: d.fired,
	}
	copies := map[*inode]*inode{}
	copyOf := func(file *inode) *inode {
		if file != nil && copies[file] == nil {
			copies[file] = &inode{slices.Clone(file.cache), slices.Clone(file.durable), slices.Clone(file.pending)}
		}
		return copies[file]
	}
	for name, file := range d.names {
		c.names[name] = copyOf(file)
	}
	for name, file := range d.saved {
		c.saved[name] = copyOf(file)
	}
	for _, m := range d.moves {
		m.file = copyOf(m.file)
		c.moves = append(c.moves, m)
	}
	for _, f := range d.faults {
		copied := *f
		c.faults = append(c.faults, &copied)
	}
	return c
}

// Open opens a file.
func (d *Disk) Open(name string) (factlog.File, error) {
	if err := d.begin(OpOpen, name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &file{disk: d, name: name, inode: d.names[name], epoch: d.epoch}, nil
}

// Create makes an empty file. A file of that name is replaced, not emptied: its old bytes may come back with a cut.
func (d *Disk) Create(name string) (factlog.File, error) {
	if err := d.begin(OpCreate, name); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.change(move{dir: filepath.Dir(name), to: name, file: &inode{}})
	return &file{disk: d, name: name, inode: d.names[name], epoch: d.epoch}, nil
}

// Rename moves a file within its folder.
func (d *Disk) Rename(from, to string) error {
	if err := d.begin(OpRename, from); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[from] == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	if filepath.Dir(from) != filepath.Dir(to) {
		return &fs.PathError{Op: "rename", Path: from, Err: syscall.EXDEV}
	}
	d.change(move{dir: filepath.Dir(to), from: from, to: to, file: d.names[from]})
	return nil
}

// Remove takes a name away; handles to the file work on.
func (d *Disk) Remove(name string) error {
	if err := d.begin(OpRemove, name); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	d.change(move{dir: filepath.Dir(name), from: name})
	return nil
}

// List returns the names in dir, sorted.
func (d *Disk) List(dir string) ([]string, error) {
	if err := d.begin(OpList, dir); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if filepath.Dir(name) == filepath.Clean(dir) {
			names = append(names, filepath.Base(name))
		}
	}
	return names, nil
}

// SyncDir makes the pending operations of dir durable, unless it lies.
func (d *Disk) SyncDir(dir string) error {
	if err := d.begin(OpSyncDir, dir); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var left []move
	for _, m := range d.moves {
		if m.dir != filepath.Clean(dir) || d.lies(d.dirLie) {
			left = append(left, m)
			continue
		}
		m.apply(d.saved)
	}
	d.moves = left
	return nil
}

// change does a directory operation where a reader sees it at once and a cut may undo it.
func (d *Disk) change(m move) {
	m.apply(d.names)
	d.moves = append(d.moves, m)
}

func (m move) apply(names map[string]*inode) {
	if m.from != "" {
		delete(names, m.from)
	}
	if m.to != "" {
		names[m.to] = m.file
	}
}
