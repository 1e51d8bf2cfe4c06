package recorder

import (
	"context"
	"encoding/base64"
	"log/slog"
	"sync"
	"time"

	"gatehouse/gateway/occupancy"
)

const (
	// waitingMax is how much may wait for the disk: ten seconds of what 2,000 spots say at worst.
	waitingMax = 1 << 20
	// filesMax files share MaxBytes, so that a new one costs an eighth of the past at most.
	filesMax = 8
	// writeEvery is how old a row gets before it is written.
	writeEvery = time.Second
	// steppedMS is how far the wall clock may be from a file's times before a new file begins.
	steppedMS = 1_000
)

// Options say what is recorded and where.
type Options struct {
	Dir      string
	MaxBytes int64
	Spots    []string // names by index; "" is not recorded
	Log      *slog.Logger
}

// Heard is one call of a spot's detector: a reading, or a tick.
type Heard struct {
	Spot           int32
	WallMS, MonoMS int64
	Before         *occupancy.Spot // as it was before the call
	Config         *occupancy.Config
	Reading        occupancy.Reading
	Tick           bool
}

// Status is how the recording goes. Rows counts what was heard and not dropped at once, Dropped what is in no file.
type Status struct {
	Rows, Dropped uint64 // since the start
	Err           error  // what the disk said last; nil: it is well
}

// Recorder takes what sensors say. It is safe for concurrent use. A nil Recorder records nothing.
type Recorder struct {
	options Options
	names   [][]byte // as they stand in a row; nil is not recorded

	mu       sync.Mutex // held for no longer than it takes to copy a row
	waiting  []byte     // for the disk
	cuts     []int      // where in waiting a new file begins
	file     uint64     // how many were begun
	begun    []uint64   // per spot: the file in which it has begun
	inFile   int64      // bytes of the present file
	anchorMS int64      // wall time of the present file less monotonic time
	row      []byte
	moment   []byte
	status   Status
}

// New makes a recorder. Run writes what it hears.
func New(o Options) *Recorder {
	r := &Recorder{options: o, names: make([][]byte, len(o.Spots)), begun: make([]uint64, len(o.Spots))}
	for i, name := range o.Spots {
		if name != "" {
			r.names[i] = appendText(nil, name)
		}
	}
	return r
}

// Status is how the recording goes.
func (r *Recorder) Status() Status {
	if r == nil {
		return Status{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Anew has a spot begin anew with the next call: its detector was changed by something that is no call.
func (r *Recorder) Anew(spot int32) {
	if r == nil || spot < 0 || int(spot) >= len(r.begun) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun[spot] = 0
}

// Hear takes one call before the detector gets it, and never waits.
func (r *Recorder) Hear(h Heard) {
	if r == nil || h.Spot < 0 || int(h.Spot) >= len(r.names) || r.names[h.Spot] == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	anchorMS := h.WallMS - h.MonoMS
	if r.file == 0 || r.inFile >= r.options.MaxBytes/filesMax || max(anchorMS-r.anchorMS, r.anchorMS-anchorMS) > steppedMS {
		r.begin(anchorMS)
	}
	r.row = r.row[:0]
	if r.begun[h.Spot] != r.file {
		r.row = r.appendBegin(r.row, &h)
	}
	r.row = appendCall(r.row, r.anchorMS+h.MonoMS, r.names[h.Spot], &h)
	if len(r.waiting)+len(r.row) > waitingMax {
		r.status.Dropped++
		r.begun[h.Spot] = 0
		return
	}
	r.begun[h.Spot] = r.file
	r.waiting = append(r.waiting, r.row...)
	r.inFile += int64(len(r.row))
	r.status.Rows++
}

// begin has the next row be the first of a new file.
func (r *Recorder) begin(anchorMS int64) {
	r.file++
	r.anchorMS, r.inFile = anchorMS, int64(len(Header))
	if n := len(r.cuts); n == 0 || r.cuts[n-1] < len(r.waiting) {
		r.cuts = append(r.cuts, len(r.waiting))
	}
}

// appendBegin appends the row with which a spot begins.
func (r *Recorder) appendBegin(to []byte, h *Heard) []byte {
	r.moment = occupancy.AppendMoment(r.moment[:0], &occupancy.Moment{AtMS: h.MonoMS, Config: *h.Config, Spot: *h.Before})
	to = appendStart(to, r.anchorMS+h.MonoMS, r.names[h.Spot], KindBegin)
	to = append(to, ",,,,,,"...)
	to = base64.StdEncoding.AppendEncode(to, r.moment)
	return append(to, '\n')
}

// Run writes what was heard until ctx ends, and then the rest.
func (r *Recorder) Run(ctx context.Context) {
	if r == nil {
		return
	}
	ring := ring{dir: r.options.Dir, maxBytes: r.options.MaxBytes}
	defer ring.close()
	ticker := time.NewTicker(writeEvery)
	defer ticker.Stop()
	var spare []byte
	for ended := false; !ended; {
		select {
		case <-ctx.Done():
			ended = true
		case <-ticker.C:
		}
		var cuts []int
		spare, cuts = r.take(spare)
		if len(spare) > 0 {
			r.tell(ring.write(spare, cuts))
		}
	}
}

// take takes what waits, and gives an empty buffer for what comes.
func (r *Recorder) take(empty []byte) (waiting []byte, cuts []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting, cuts = r.waiting, r.cuts
	r.waiting, r.cuts = empty[:0], nil
	if n := len(cuts); n > 0 && cuts[n-1] == len(waiting) { // a file of which no row is here yet
		cuts, r.cuts = cuts[:n-1], []int{0}
	}
	return waiting, cuts
}

// tell notes what the disk said. What it did not take is lost; then a new file begins, in which all spots begin anew.
func (r *Recorder) tell(lost int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch was := r.status.Err; {
	case err != nil && was == nil:
		r.options.Log.Warn("sensor readings can't be recorded; it is tried again", "dir", r.options.Dir, "err", err)
	case err == nil && was != nil:
		r.options.Log.Info("sensor readings are recorded again", "dir", r.options.Dir)
	}
	r.status.Err = err
	r.status.Dropped += uint64(lost)
	if err != nil {
		r.inFile = r.options.MaxBytes
	}
}
