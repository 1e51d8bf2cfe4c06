package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// live makes snapshots of the chain, one for each role however many read it.
type live struct {
	server *Server
	places chan struct{} // one for each stream that is open

	mu   sync.Mutex
	kept map[Role]snapshot
}

// snapshot is a State as JSON.
type snapshot struct {
	begun time.Time // on this machine's clock, before it was read
	now   time.Time // on headquarters' clock
	json  []byte
}

// timed is the snapshot with its time.
func (s *snapshot) timed() []byte {
	return append(fmt.Appendf(nil, `{"now":"%s",`, s.now.Format(time.RFC3339Nano)), s.json[1:]...)
}

func newLive(s *Server) *live {
	return &live{server: s, places: make(chan struct{}, streamsMax), kept: map[Role]snapshot{}}
}

// State is the State as JSON, with a field more, now. It is for whoever made the request that ctx belongs to, and was read
// after since.
func (s *Server) State(ctx context.Context, since time.Time) ([]byte, error) {
	shot, err := s.live.snapshot(ctx, since)
	if err != nil {
		return nil, err
	}
	return shot.timed(), nil
}

// LocationState is one location as JSON, as GET …/locations/{id} answers it, with a field more, now; nil: nobody knows it.
func (s *Server) LocationState(ctx context.Context, location string) ([]byte, error) {
	l, err := s.summary(location)
	if err != nil {
		return nil, nil
	}
	text, err := json.Marshal(s.locationOf(ctx, &l))
	if err != nil {
		return nil, fmt.Errorf("api: the location can't be written as JSON: %w", err)
	}
	return (&snapshot{now: s.Now().UTC(), json: text}).timed(), nil
}

func (l *live) snapshot(ctx context.Context, since time.Time) (snapshot, error) {
	role := whoOf(ctx).role
	l.mu.Lock()
	defer l.mu.Unlock()
	if kept := l.kept[role]; kept.json != nil && kept.begun.After(since) {
		return kept, nil
	}
	shot := snapshot{begun: time.Now(), now: l.server.Now().UTC()}
	text, err := json.Marshal(l.server.stateOf(ctx))
	if err != nil {
		return shot, fmt.Errorf("api: the state can't be written as JSON: %w", err)
	}
	shot.json = text
	l.kept[role] = shot
	return shot, nil
}

// changed makes a frame for Stream: the state, if it is not what the last frame was.
func (s *Server) changed() func(context.Context, time.Time) ([]byte, error) {
	var last []byte
	return func(ctx context.Context, since time.Time) ([]byte, error) {
		shot, err := s.live.snapshot(ctx, since)
		if err != nil || bytes.Equal(shot.json, last) {
			return nil, err
		}
		last = shot.json
		return shot.timed(), nil
	}
}

// Stream keeps a request open and sends server-sent events named state: what frame makes, at once and after changes, at
// most one a second, and nothing where frame returns nothing. A comment keeps a quiet stream alive. It returns when the
// client goes away or reads too slowly, or the request's context ends.
func (s *Server) Stream(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error)) {
	select {
	case s.live.places <- struct{}{}:
	default:
		w.Header().Set("Retry-After", "10")
		problem(codeManyStreams, fmt.Sprintf("%d live streams are open already", streamsMax), "close some pages, or ask for single answers").write(w)
		return
	}
	defer func() { <-s.live.places }()
	ctx := r.Context()
	changes := s.Changes(ctx)
	first, err := frame(ctx, time.Now())
	if err != nil {
		s.problemOf(err).write(w)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := eventWriter{w, http.NewResponseController(w)}
	if out.begin() != nil || out.send(first, true) != nil {
		return
	}
	heartbeat := time.NewTicker(heartbeatEvery)
	defer heartbeat.Stop()
	for {
		beat, goes := next(ctx, changes, heartbeat.C)
		if !goes {
			return
		}
		data, err := frame(ctx, time.Now())
		if err != nil || out.send(data, beat) != nil {
			return
		}
	}
}

// next waits until the next frame is due, and says if it is for a heartbeat, and if the stream goes on.
func next(ctx context.Context, changes <-chan struct{}, heartbeat <-chan time.Time) (beat, goes bool) {
	pause := time.NewTimer(streamEvery)
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
