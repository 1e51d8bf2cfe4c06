package uplink

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"gatehouse/sync/durable"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// saved is what is kept over a restart.
type saved struct {
	Location fact.LocationID    `cbor:"1,keyasint"`
	Sender   outbox.SenderState `cbor:"2,keyasint"`
	Runs     []savedRun         `cbor:"3,keyasint"`
}

// savedRun is an outbox.Run.
type savedRun struct {
	Incarnation fact.Incarnation `cbor:"1,keyasint"`
	First       uint64           `cbor:"2,keyasint"`
	Last        uint64           `cbor:"3,keyasint"`
	Position    uint64           `cbor:"4,keyasint"`
}

// runs is what is known of the log.
type runs []outbox.Run

func end(r outbox.Run) uint64 { return r.Position + r.Last - r.First }

func (r *runs) add(dot fact.Dot, position uint64) {
	if n := len(*r); n > 0 {
		last := &(*r)[n-1]
		if position <= end(*last) {
			return
		}
		if last.Incarnation == dot.Incarnation && last.Last+1 == dot.Seq && end(*last)+1 == position {
			last.Last++
			return
		}
	}
	*r = append(*r, outbox.Run{Incarnation: dot.Incarnation, First: dot.Seq, Last: dot.Seq, Position: position})
}

func (r *runs) trim(through uint64) {
	*r = slices.DeleteFunc(*r, func(run outbox.Run) bool { return end(run) <= through })
	if len(*r) > 0 && (*r)[0].Position <= through {
		first := &(*r)[0]
		first.First += through + 1 - first.Position
		first.Position = through + 1
	}
}

// restore makes the sender from what was saved and from the log behind it. A file that is damaged, or of another log,
// is no loss: the whole log is read.
func (u *Uplink) restore() {
	var was saved
	data, err := os.ReadFile(u.statePath())
	if err == nil {
		err = wire.Unmarshal(data, &was)
	}
	if err != nil || was.Location != u.options.Location || !u.sameLog(was.Runs) {
		if !errors.Is(err, os.ErrNotExist) {
			u.log.Warn("uplink: what was saved is not used; the whole log is read", "err", err)
		}
		was = saved{}
	}
	for _, run := range was.Runs {
		u.runs = append(u.runs, outbox.Run(run))
	}
	if n := len(u.runs); n > 0 {
		u.next = end(u.runs[n-1]) + 1
	}
	for before := uint64(0); before != u.next; {
		before = u.next
		u.look(context.Background())
	}
	config := u.options.Sender
	config.Location, config.Program, config.Keys = u.options.Location, u.options.Program, u.options.Keys
	u.sender = outbox.NewSender(config, u.runs, was.Sender, u.nowMS())
	u.note()
}

// sameLog compares the newest fact that was known with what stands at its position.
func (u *Uplink) sameLog(known []savedRun) (same bool) {
	if len(known) == 0 {
		return true
	}
	last := known[len(known)-1]
	position := end(outbox.Run(last))
	err := u.options.Log.Read(context.Background(), position, func(f Fact) bool {
		dot, _ := dotOf(f.Payload)
		same = f.Position == position && dot == fact.Dot{Incarnation: last.Incarnation, Seq: last.Last}
		return false
	})
	return err == nil && same
}

// save keeps the sender's state. A failure costs a handshake after the next start, so it is only told.
func (u *Uplink) save(state outbox.SenderState) {
	now := saved{Location: u.options.Location, Sender: state}
	for _, run := range u.runs {
		now.Runs = append(now.Runs, savedRun(run))
	}
	data, err := wire.Marshal(now)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(u.statePath()), 0o700)
	}
	if err == nil {
		err = durable.Replace(u.statePath(), data, 0o600)
	}
	if err != nil {
		u.log.Warn("uplink: how far headquarters is can't be saved", "err", err)
	}
}
