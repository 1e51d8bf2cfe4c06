package drivers

import "sync"

// Faults counts what made no sense to a driver, and keeps the last of it for people: an error that names what came and
// says what to do. Drivers embed it; the app tells the log. The zero value is ready.
type Faults struct {
	mu    sync.Mutex
	count uint64
	last  error
}

// Note takes note of something that made no sense.
func (f *Faults) Note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	f.last = err
}

// Skipped counts what made no sense.
func (f *Faults) Skipped() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Fault is the last thing that made no sense, or nil.
func (f *Faults) Fault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}
