package simdisk

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
)

// Op is a kind of disk operation.
type Op uint8

// The operations. OpAny stands for every one of them.
const (
	OpAny Op = iota
	OpOpen
	OpCreate
	OpRename
	OpRemove
	OpList
	OpSyncDir
	OpRead
	OpWrite
	OpDatasync
	OpSize
)

// Operation is one operation that is about to be done.
type Operation struct {
	Op        Op
	Name      string
	Number    int   // counts from 1 over the life of the disk
	LatencyMS int64 // what SetLatency says it takes
}

// Fault is an error to come: the Nth operation (from 1, counted from Inject on) of kind Op fails with Err; with
// Forever, so do all later ones.
type Fault struct {
	Op      Op
	Nth     int
	Err     error
	Forever bool
}

// Lie is what a flush that returns nil has not done.
type Lie uint8

// The lies.
const (
	Honest    Lie = iota
	KeepsNone     // nothing was put on the disk
	KeepsSome     // about half was
)

// Class is a kind of fault, for counting.
type Class uint8

// The classes.
const (
	Failure    Class = iota // an injected error
	NoSpace                 // the capacity was reached
	FalseFlush              // a write or name that a lying flush left pending
	PowerCut                // a cut
	LostSector              // a pending write that a cut dropped
	LostName                // a pending directory operation that a cut dropped
	Rot                     // a flipped bit
	Stall                   // an operation of at least 100 ms
	classes
)

// stallMS is where Stall begins to count: two gate budgets (50 ms).
const stallMS = 100

type counters [classes]atomic.Int64

func (c *counters) add(class Class) { c.many(class, 1) }

func (c *counters) many(class Class, n int) { c[class].Add(int64(n)) }

// Fired returns how often a class of fault struck, on this disk and all that share a clone's ancestry with it.
func (d *Disk) Fired(class Class) int { return int(d.fired[class].Load()) }

// Inject adds a fault.
func (d *Disk) Inject(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &f)
}

// SetLies makes flushes of files and of directories lie from now on.
func (d *Disk) SetLies(data, directory Lie) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dataLie, d.dirLie = data, directory
}

// SetCapacity limits the bytes of all files together; 0 means no limit. Beyond it a write fails with ENOSPC.
func (d *Disk) SetCapacity(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.capacity = bytes
}

// Heal takes back all faults to come, all lies and the limit of capacity. What they did stays done.
func (d *Disk) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults, d.dataLie, d.dirLie, d.capacity = nil, Honest, Honest, 0
}

// SetLatency sets how many virtual milliseconds each operation takes. Nothing sleeps: see ElapsedMS and OnOperation.
func (d *Disk) SetLatency(latency func(Operation) int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latency = latency
}

// SDCard is a latency of a bad SD card: a flush takes 25 ms, one in a hundred 400 ms, one in five thousand 5 s.
func SDCard(seed uint64) func(Operation) int64 {
	random := rand.New(rand.NewPCG(seed, 2))
	return func(op Operation) int64 {
		if op.Op != OpDatasync && op.Op != OpSyncDir {
			return 0
		}
		switch n := random.IntN(5000); {
		case n == 0:
			return 5000
		case n <= 50:
			return 400
		}
		return 25
	}
}

// ElapsedMS returns the virtual milliseconds that all operations took.
func (d *Disk) ElapsedMS() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.elapsedMS
}

// OnOperation sets a function that is called before each operation, with no lock held: it may Clone the disk, or sleep
// for the operation's latency.
func (d *Disk) OnOperation(hook func(Operation)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hook = hook
}

// begin counts an operation, takes its time and returns the error that a fault has in store for it.
func (d *Disk) begin(kind Op, name string) error {
	d.mu.Lock()
	d.number++
	op := Operation{Op: kind, Name: filepath.Base(name), Number: d.number}
	if d.latency != nil {
		op.LatencyMS = d.latency(op)
	}
	if d.elapsedMS += op.LatencyMS; op.LatencyMS >= stallMS {
		d.fired.add(Stall)
	}
	hook, err := d.hook, d.failure(kind)
	d.mu.Unlock()
	if hook != nil {
		hook(op)
	}
	return err
}

// failure counts an operation against every fault and returns the error of the first that strikes.
func (d *Disk) failure(kind Op) (err error) {
	for _, f := range d.faults {
		if f.Op != OpAny && f.Op != kind {
			continue
		}
		f.Nth--
		if err == nil && (f.Nth == 0 || f.Forever && f.Nth < 0) {
			err = f.Err
			d.fired.add(Failure)
		}
	}
	return err
}

// lies reports whether one thing stays pending in a flush.
func (d *Disk) lies(lie Lie) bool {
	if lie == Honest || lie == KeepsSome && rand.New(d.rng).IntN(2) == 0 {
		return false
	}
	d.fired.add(FalseFlush)
	return true
}

// room returns how many bytes a write to file at off may have.
func (d *Disk) room(file *inode, off int64) int64 {
	if d.capacity == 0 {
		return 1 << 62
	}
	free := d.capacity
	for _, other := range d.names {
		free -= int64(len(other.cache))
	}
	return max(0, int64(len(file.cache))+free-off)
}

// Flip turns one bit of a file over, on the disk and for readers. Bits count from the lowest of the first byte.
func (d *Disk) Flip(name string, bit int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file := d.names[name]
	file.cache[bit/8] ^= 1 << (bit % 8)
	if bit/8 < int64(len(file.durable)) {
		file.durable[bit/8] ^= 1 << (bit % 8)
	}
	d.fired.add(Rot)
}

// Bytes returns a copy of what a reader sees of a file; nil if there is none.
func (d *Disk) Bytes(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return nil
	}
	return bytes.Clone(d.names[name].cache)
}

// Put makes a file with these bytes, durable at once.
func (d *Disk) Put(name string, content []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file := &inode{cache: bytes.Clone(content), durable: bytes.Clone(content)}
	d.names[name], d.saved[name] = file, file
}
