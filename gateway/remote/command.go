package remote

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// taken is a command that was taken, with what became of it.
type taken struct {
	command policy.Command
	result  wire.Result
}

// takenMax is how many are remembered: headquarters repeats one while a person waits for it, and no longer.
const takenMax = 16

// command records a command, carries it out and tells what became of it. One that comes again, because the answer was lost, is
// answered again, and nothing else.
func (r *Remote) command(ctx context.Context, c *policy.Command) {
	for _, before := range r.taken {
		if before.command == *c {
			r.send(ctx, &before.result)
			return
		}
	}
	refused := r.desk.Take(c, r.options.Now().MonoMS)
	code, note := wire.Refused, ""
	if refused != nil {
		note = refused.Error()
	} else {
		code, note = r.obey(ctx, c)
	}
	r.log.Warn("remote: a command of headquarters", "verb", c.Verb.String(), "gate", c.Gate, "actor", c.Actor, "reason", c.Reason, "result", code, "note", note)
	result := wire.Result{Location: r.options.Location, ID: c.ID, Code: code, Note: clip(note)}
	if refused == nil {
		r.taken = append(r.taken[max(0, len(r.taken)+1-takenMax):], taken{*c, result})
	}
	r.send(ctx, &result)
	if c.Verb == policy.Restart && code == wire.Done && r.options.Restart != nil {
		r.options.Restart()
	}
}

// obey records a command that was taken, and carries it out.
func (r *Remote) obey(ctx context.Context, c *policy.Command) (wire.ResultCode, string) {
	event, err := r.eventOf(ctx, c)
	if err != nil {
		return wire.Refused, err.Error()
	}
	record := fact.CommandTaken{ID: c.ID, Verb: c.Verb.String(), Gate: c.Gate, Ticket: c.Ticket, Actor: clip(c.Actor), Note: clip(c.Reason)}
	if _, err := r.options.Lot.Submit(ctx, lot.CommandTaken{Fact: record}); err != nil {
		return wire.Failed, err.Error()
	}
	if event == nil {
		return wire.Done, ""
	}
	result, err := r.options.Lot.Submit(ctx, event)
	if err != nil {
		return wire.Failed, err.Error()
	}
	if p := result.Problem; p != nil {
		return wire.Refused, p.Message + "; " + p.Hint
	}
	return wire.Done, ""
}

var errNoGate = errors.New("remote: there is no such gate here")

// eventOf is what a command asks of the lot, as a person on site would; nil: nothing.
func (r *Remote) eventOf(ctx context.Context, c *policy.Command) (lot.Event, error) {
	at, found := -1, false
	if c.Gate != "" {
		if err := r.options.Lot.View(ctx, func(l *lot.Lot) { at, found = l.Gate(c.Gate) }); err != nil {
			return nil, err
		}
	}
	needsGate := c.Verb != policy.Restart && (c.Verb != policy.FreeExit || c.Gate != "")
	if needsGate && !found {
		return nil, fmt.Errorf("%w: %q", errNoGate, c.Gate)
	}
	request := lot.Request{Actor: clip("headquarters: " + c.Actor)}
	note := clip(c.Reason)
	switch c.Verb {
	case policy.OpenOnce:
		return lot.RaiseGate{Request: request, Gate: at, Note: note}, nil
	case policy.StartHold:
		return lot.HoldGate{Request: request, Gate: at, Note: note}, nil
	case policy.EndHold:
		return lot.EndHold{Request: request, Gate: at, Note: note}, nil
	case policy.FreeExit:
		if !found {
			at = -1
		}
		return lot.FreeExit{Request: request, Ticket: c.Ticket, Gate: at, Note: note}, nil
	}
	return nil, nil
}
