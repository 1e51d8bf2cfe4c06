package uplink

import (
	"context"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

const (
	// readPause is the least time between two looks for new facts: a look costs some reads of the disk's cache, and
	// facts wait for company longer than that anyway.
	readPause = 100 * time.Millisecond
	// readAgain is when the log is asked again after it didn't answer: it is being opened anew.
	readAgain = time.Second
	// readFacts is how many facts one look takes, so that acknowledgements are heard between.
	readFacts = 20_000
	// statusEvery is how often the rates are measured.
	statusEvery = time.Second
)

// loop owns the sender.
func (u *Uplink) loop(ctx context.Context) {
	yieldToGates()
	timer := time.NewTimer(0)
	defer timer.Stop()
	reading := time.NewTimer(0)
	defer reading.Stop()
	armed := true
	ticker := time.NewTicker(statusEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			u.save(u.sender.State())
			return
		case <-u.facts:
			if !armed {
				armed = true
				reading.Reset(time.Until(u.readAt))
			}
		case <-reading.C:
			armed = false
			u.look(ctx)
			u.packAgain(ctx)
		case <-u.links:
			u.link(ctx)
		case ack := <-u.acks:
			u.step(ctx, outbox.Acked{Ack: ack})
		case <-u.changed:
			u.step(ctx, outbox.LiveChanged{})
		case <-timer.C:
			u.step(ctx, outbox.Woken{})
		case now := <-ticker.C:
			u.measure(ctx, now)
		}
		timer.Reset(time.Until(u.wake))
	}
}

func (u *Uplink) nowMS() int64 { return time.Since(u.origin).Milliseconds() }

// link tells the sender of connections, each of them.
func (u *Uplink) link(ctx context.Context) {
	ups := u.ups.Load()
	if u.linked && (ups != u.seenUps || !u.up.Load()) {
		u.linked, u.unread = false, nil
		u.step(ctx, outbox.LinkDown{})
	}
	if ups != u.seenUps && u.up.Load() {
		u.look(ctx)
		u.linked = true
		u.step(ctx, outbox.LinkUp{})
	}
	u.seenUps = ups
}

// look reads the facts that have become durable.
func (u *Uplink) look(ctx context.Context) {
	u.readAt = time.Now().Add(readPause)
	var found []outbox.Produced
	err := u.options.Log.Read(ctx, u.next, func(f Fact) bool {
		if dot, ok := dotOf(f.Payload); ok {
			found = append(found, outbox.Produced{Dot: dot, Position: f.Position})
		}
		u.next = f.Position + 1
		return len(found) < readFacts
	})
	for _, event := range found {
		u.runs.Add(event.Dot, event.Position)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		u.readAt = time.Now().Add(readAgain)
		u.Produced()
	case len(found) == readFacts:
		u.Produced()
	}
	if u.sender == nil {
		return // the first look: the sender is made of it
	}
	for _, event := range found {
		u.step(ctx, event)
	}
}

// dotOf names a fact, whoever wrote it.
func dotOf(payload []byte) (fact.Dot, bool) {
	record, err := wire.DecodeRecord(payload)
	return record.Dot, err == nil || record.Dot.Seq != 0
}

// step tells the sender what happened, and does what it says.
func (u *Uplink) step(ctx context.Context, event outbox.SenderEvent) {
	if event == nil {
		return
	}
	for events := []outbox.SenderEvent{event}; len(events) > 0; events = events[1:] {
		for _, effect := range u.sender.Step(u.nowMS(), events[0]) {
			if next := u.do(ctx, effect); next != nil {
				events = append(events, next)
			}
		}
	}
	u.wake = u.origin.Add(time.Duration(u.sender.WakeMS()) * time.Millisecond)
	u.note()
}

// do carries out an effect and returns what the sender must hear of it.
func (u *Uplink) do(ctx context.Context, effect outbox.SenderEffect) outbox.SenderEvent {
	switch effect := effect.(type) {
	case outbox.SayHello:
		if err := u.Send(ctx, &effect.Hello); err != nil {
			u.log.Debug("uplink: no hello", "err", err)
		}
	case outbox.SendBatch:
		return u.pack(ctx, effect)
	case outbox.SendLive:
		poke(u.live)
	case outbox.SaveSender:
		u.save(effect.State)
	case outbox.Trim:
		return u.trim(effect.Through)
	case outbox.SenderNotice:
		u.log.Warn("uplink: "+noticeText(effect.Notice), "standing", effect.Standing.String())
		if u.options.Notice != nil {
			u.options.Notice(effect)
		}
	}
	return nil
}

func noticeText(kind outbox.SenderNoticeKind) string {
	switch kind {
	case outbox.StandingChanged:
		return "headquarters regards this gateway otherwise than before"
	case outbox.SequenceReused:
		return "headquarters has other facts of these names: this card was restored; a new incarnation must begin"
	case outbox.ReceiverRestored:
		return "headquarters knows less than before, and gets it again"
	case outbox.NoCommonVersion:
		return "headquarters speaks another version; facts are kept until one side is updated"
	}
	return "notice"
}

// pack reads facts, packs what fits, and sends it.
func (u *Uplink) pack(ctx context.Context, ask outbox.SendBatch) outbox.SenderEvent {
	batch, first, err := u.read(ctx, ask)
	switch {
	case err != nil: // the log is being opened anew
		u.unread = &ask
		u.readAt = time.Now().Add(readAgain)
		u.Produced()
		return nil
	case len(batch.Records) == 0:
		last := ask.Position
		if first > last {
			last = first - 1
		}
		return outbox.Unreadable{First: ask.Position, Last: last}
	}
	data, err := wire.PackBatch(&batch, u.options.Signer)
	if err != nil {
		u.log.Error("uplink: a batch can't be packed", "err", err, "position", ask.Position)
		return outbox.Unreadable{First: ask.Position, Last: ask.Position}
	}
	if err := u.publish(ctx, mqtt.KindFacts, data); err != nil {
		u.log.Debug("uplink: no batch", "err", err) // it will be sent again
	}
	return outbox.Packed{Position: ask.Position, Count: len(batch.Records)}
}

// packAgain packs what could not be read before.
func (u *Uplink) packAgain(ctx context.Context) {
	if ask := u.unread; ask != nil {
		u.unread = nil
		u.step(ctx, u.pack(ctx, *ask))
	}
}

// read fills a batch. It has no record if the first can't be read; first is the position of the next that can.
func (u *Uplink) read(ctx context.Context, ask outbox.SendBatch) (batch wire.Batch, first uint64, err error) {
	batch = ask.Head
	size, expected := 0, ask.Position
	err = u.options.Log.Read(ctx, ask.Position, func(f Fact) bool {
		if first == 0 {
			first = f.Position
		}
		if f.Position != expected {
			return false
		}
		if len(batch.Records) == 0 && !begin(&batch, f) {
			first = f.Position + 1
			return false
		}
		if size += len(f.Payload); size > wire.BatchMaxRecordBytes {
			return false
		}
		batch.Records = append(batch.Records, append([]byte(nil), f.Payload...))
		expected++
		return len(batch.Records) < ask.Max
	})
	return batch, first, err
}

// begin gives a batch the chain before its first record.
func begin(batch *wire.Batch, f Fact) bool {
	switch {
	case batch.Lost > 0:
		batch.Before = f.Hash
	case f.Proven:
		batch.Before = f.Before
	default: // only the fact before it knew, and that one was of another incarnation
		record, err := wire.DecodeRecord(f.Payload)
		started, is := record.Fact.(fact.GatewayStarted)
		if err != nil || !is {
			return false
		}
		batch.Before = started.ParentHash
	}
	return true
}

func (u *Uplink) trim(through uint64) outbox.SenderEvent {
	if err := u.options.Log.Trim(through); err != nil {
		u.log.Warn("uplink: the log is not trimmed", "through", through, "err", err)
		return nil
	}
	u.runs.Trim(through)
	return outbox.Trimmed{From: through + 1}
}
