package wiegand

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "wiegand",
		Summary: "card reader or keypad with Wiegand wires (26, 34, 37 bits; keys of 4 or 8 bits)",
		Settings: map[string]string{
			"d0":         "name of the input of the wire D0 (active_low on the board)",
			"d1":         "name of the input of the wire D1 (active_low on the board)",
			"silence_ms": "a frame ends after so long without a bit, 5 to 200 (default 25)",
		},
		Wires: map[string]drivers.Wire{"d0": drivers.WirePulses, "d1": drivers.WirePulses},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newReader(host, settings) },
	}
}

// Reader is one reader.
type Reader struct {
	drivers.Faults
	host    drivers.Host
	wires   []string
	silence time.Duration
}

func newReader(host drivers.Host, settings drivers.Settings) (*Reader, error) {
	r := &Reader{host: host}
	for _, key := range []string{"d0", "d1"} {
		name, err := settings.Named(key, "one of the board's inputs")
		if err != nil {
			return nil, err
		}
		r.wires = append(r.wires, name)
	}
	if r.wires[0] == r.wires[1] {
		return nil, fmt.Errorf("%w: d1 = %q is also d0: write the input of the other wire", drivers.ErrSettings, r.wires[1])
	}
	silenceMS, err := settings.Within("silence_ms", 25, 5, 200)
	r.silence = time.Duration(silenceMS) * time.Millisecond
	return r, err
}

// edgesMax bounds the edges that wait to be looked at: some frames.
const edgesMax = 512

// Read reports cards and typed codes until ctx ends or the inputs are lost.
func (r *Reader) Read(ctx context.Context, report func(drivers.Shown)) error {
	group, err := r.host.Group(r.wires)
	if err != nil {
		return fmt.Errorf("wiegand: open inputs %v: %w", r.wires, err)
	}
	defer group.Close()
	edges, ended := make(chan drivers.Edge, edgesMax), make(chan error, 1)
	go func() {
		ended <- group.Watch(ctx, func(e drivers.Edge) {
			select {
			case edges <- e:
			case <-ctx.Done():
			}
		})
	}()
	s := session{reader: r, report: report}
	return s.run(edges, ended)
}

// session is what one Read has gathered.
type session struct {
	reader  *Reader
	report  func(drivers.Shown)
	frame   Frame
	keypad  credentials.Keypad
	repeats credentials.Repeats
}

// run takes edges until the watch ends.
func (s *session) run(edges <-chan drivers.Edge, ended <-chan error) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case e := <-edges:
			s.take(e)
			timer.Reset(s.reader.silence)
		case <-timer.C:
			if s.frame.Begun() {
				s.end(time.Now())
			}
		case err := <-ended:
			return fmt.Errorf("wiegand: watch inputs %v: %w", s.reader.wires, err)
		}
	}
}

// take takes an edge; only active ones are bits.
func (s *session) take(e drivers.Edge) {
	if s.frame.Over(s.reader.silence, e.At) {
		s.end(e.At)
	}
	if e.Active {
		s.frame.Push(e.Index, e.Lost, e.At)
	} else if e.Lost > 0 && s.frame.Begun() {
		s.frame.lost += e.Lost
	}
}

// end reports what a frame says.
func (s *session) end(now time.Time) {
	read, err := s.frame.End()
	if err != nil {
		s.reader.Note(err)
		return
	}
	shown := credentials.CardShown(read.Card.String())
	if read.Key != 0 {
		code, complete := s.keypad.Press(read.Key, now)
		if !complete {
			return
		}
		shown = credentials.Code(code)
	}
	if !s.repeats.Seen(shown, now) {
		s.report(shown)
	}
}
