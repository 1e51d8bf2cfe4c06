package uplink

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"gatehouse/sync/durable"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// saved is what is kept over a restart.
type saved struct {
	Location fact.LocationID    `cbor:"1,keyasint"`
	Sender   outbox.SenderState `cbor:"2,keyasint"`
	Runs     outbox.Runs        `cbor:"3,keyasint"`
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
	u.runs = was.Runs
	if n := len(u.runs); n > 0 {
		u.next = u.runs[n-1].End() + 1
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
func (u *Uplink) sameLog(known outbox.Runs) (same bool) {
	if len(known) == 0 {
		return true
	}
	last := known[len(known)-1]
	position := last.End()
	err := u.options.Log.Read(context.Background(), position, func(f Fact) bool {
		dot, _ := dotOf(f.Payload)
		same = f.Position == position && dot == fact.Dot{Incarnation: last.Incarnation, Seq: last.Last}
		return false
	})
	return err == nil && same
}

// save keeps the sender's state. A failure costs a handshake after the next start, so it is only told.
func (u *Uplink) save(state outbox.SenderState) {
	data, err := wire.Marshal(saved{Location: u.options.Location, Sender: state, Runs: u.runs})
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
