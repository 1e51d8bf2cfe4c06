package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// heartbeatEvery keeps proxies and phones from closing a quiet stream.
	heartbeatEvery = 15 * time.Second
	// writeWithin is how long a client may take to read what a stream sends.
	writeWithin = 10 * time.Second
)

// Live serves the state of something and streams of it, to the API and to the page. However many read it, a change costs
// at most one snapshot for each role.
type Live struct {
	source LiveSource
	places chan struct{} // one for each stream that is open

	mu   sync.Mutex
	kept map[Role]snapshot
}

// LiveSource is what a Live shows.
type LiveSource struct {
	// Read is the state, for whoever made the request of the context, and what the clock there said.
	Read func(ctx context.Context) (state any, now time.Time, err error)
	// Changes sends whenever something may have changed, until ctx ends.
	Changes func(ctx context.Context) <-chan struct{}
	// Refuse is an error of Read as a problem.
	Refuse func(err error) *Problem
	Most   int           // streams that are open at once; each costs a connection and a snapshot now and then
	Every  time.Duration // the least time between two snapshots of one stream
}

// snapshot is a state as JSON.
type snapshot struct {
	begun time.Time // on this machine's clock, before it was read
	now   time.Time // on the source's clock
	json  []byte
}

// Timed is a JSON object with a field more, now.
func Timed(object []byte, now time.Time) []byte {
	return append(fmt.Appendf(nil, `{"now":"%s",`, now.UTC().Format(time.RFC3339Nano)), object[1:]...)
}

// NewLive makes a Live.
func NewLive(source LiveSource) *Live {
	return &Live{source: source, places: make(chan struct{}, source.Most), kept: map[Role]snapshot{}}
}

// Open is how many streams are open.
func (l *Live) Open() int { return len(l.places) }

// State is the state as JSON, with a field more, now. It is for whoever made the request that ctx belongs to, and was
// read after since.
func (l *Live) State(ctx context.Context, since time.Time) ([]byte, error) {
	s, err := l.snapshot(ctx, since)
	if err != nil {
		return nil, err
	}
	return Timed(s.json, s.now), nil
}

func (l *Live) snapshot(ctx context.Context, since time.Time) (snapshot, error) {
	role := Who(ctx).Role
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.kept[role]; kept.json != nil && kept.begun.After(since) {
		return kept, nil
	}
	s := snapshot{begun: time.Now()}
	state, now, err := l.source.Read(ctx)
	if err != nil {
		return s, fmt.Errorf("rest: the state can't be read: %w", err)
	}
	if s.json, err = json.Marshal(state); err != nil {
		return s, fmt.Errorf("rest: the state can't be written as JSON: %w", err)
	}
	s.now = now
	l.kept[role] = s
	return s, nil
}

// Changed makes a frame for Stream: the state, if it is not what the last frame was.
func (l *Live) Changed() func(context.Context, time.Time) ([]byte, error) {
	var last []byte
	return func(ctx context.Context, since time.Time) ([]byte, error) {
		s, err := l.snapshot(ctx, since)
		if err != nil || bytes.Equal(s.json, last) {
			return nil, err
		}
		last = s.json
		return Timed(s.json, s.now), nil
	}
}

// Stream keeps a request open and sends server-sent events named state: what frame makes, read after the time that frame
// is given: at once and after every change, as often as the source allows, and nothing where frame returns nothing. A
// comment keeps a quiet stream alive. It returns when the client goes away or reads too slowly, or the request's context
// ends.
func (l *Live) Stream(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error)) {
	select {
	case l.places <- struct{}{}:
	default:
		w.Header().Set("Retry-After", "10")
		NewProblem(CodeManyStreams, fmt.Sprintf("%d live streams are open already", l.source.Most), "close some pages, or ask for single answers").Write(w)
		return
	}
	defer func() { <-l.places }()
	ctx := r.Context()
	changes := l.source.Changes(ctx)
	first, err := frame(ctx, time.Now())
	if err != nil {
		l.source.Refuse(err).Write(w)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return // its connection is for the next request: a stream that nobody hears would hold it
	}
	out := eventWriter{w, http.NewResponseController(w)}
	if out.begin() != nil || out.send(first, true) != nil {
		return
	}
	heartbeat := time.NewTicker(heartbeatEvery)
	defer heartbeat.Stop()
	for {
		beat, goes := l.next(ctx, changes, heartbeat.C)
		if !goes {
			return
		}
		data, err := frame(ctx, time.Now())
		if err != nil || out.send(data, beat) != nil {
			return
		}
	}
}

// next waits until the next frame is due, and reports whether it is for a heartbeat and whether the stream goes on.
func (l *Live) next(ctx context.Context, changes <-chan struct{}, heartbeat <-chan time.Time) (beat, goes bool) {
	pause := time.NewTimer(l.source.Every)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false, false
	case <-pause.C:
	}
	select {
	case <-ctx.Done():
		return false, false
	case <-changes:
		return false, true
	case <-heartbeat:
		return true, true
	}
}

// eventWriter writes server-sent events.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// begin has a client that loses the stream ask for it again soon.
func (e *eventWriter) begin() error {
	_ = e.control.SetReadDeadline(time.Time{}) // the server's own is for requests that end
	_, err := fmt.Fprint(e.w, "retry: 1000\n\n")
	return err
}

// send writes an event, if there is data, or else a heartbeat, if one is due.
func (e *eventWriter) send(data []byte, beat bool) error {
	if data == nil && !beat {
		return nil
	}
	_ = e.control.SetWriteDeadline(time.Now().Add(writeWithin)) // where there is none, the server's own holds
	var err error
	if data == nil {
		_, err = fmt.Fprint(e.w, ": still here\n\n")
	} else {
		_, err = fmt.Fprintf(e.w, "event: state\ndata: %s\n\n", data)
	}
	if err != nil {
		return err
	}
	return e.control.Flush()
}
