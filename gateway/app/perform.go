package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// makeDevices makes every device of the site.
func (a *App) makeDevices() {
	for _, described := range a.options.Site.Devices {
		d := a.newDevice(described)
		a.devices = append(a.devices, d)
		at := described.Gate
		if described.Use == site.UseSign {
			at = described.Floor
		}
		if a.byUse[described.Use] == nil {
			a.byUse[described.Use] = map[int][]*device{}
		}
		a.byUse[described.Use][at] = append(a.byUse[described.Use][at], d)
	}
}

// perform sends the effects of a step on their way. It never waits: each device has a queue.
func (a *App) perform(step uint64, effects []lot.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case lot.MoveBarrier:
			a.moveBarrier(step, e)
		case lot.ShowFace:
			face := drivers.Face{Lines: e.Face.Lines, Colour: drivers.Colour(e.Face.Colour)}
			for _, d := range slices.Concat(a.displaysOf(e.Gate), a.byUse[site.UseLight][e.Gate], a.byUse[site.UseReader][e.Gate]) {
				a.show(step, d, face)
			}
		case lot.ShowSign:
			for _, d := range a.byUse[site.UseSign][e.Floor] {
				a.show(step, d, signFace(e))
			}
		case lot.PrintTicket:
			a.print(e)
		case lot.AskPayment:
			order := drivers.PaymentOrder{Payment: e.Payment, Amount: e.Amount}
			a.askTerminal(e.Gate, e.Payment, patience{payWait, payTake}, func(ctx context.Context, t drivers.Terminal) (drivers.PaymentAnswer, error) {
				return t.Pay(ctx, order)
			})
		case lot.AskPaymentStatus:
			a.askTerminal(e.Gate, e.Payment, patience{whileItMatters, statusTake}, func(ctx context.Context, t drivers.Terminal) (drivers.PaymentAnswer, error) {
				return t.Status(ctx, e.Payment)
			})
		}
	}
}

// moveBarrier moves every arm of a gate: a wide one has two.
func (a *App) moveBarrier(step uint64, e lot.MoveBarrier) {
	command, waits := drivers.BarrierCommand(e.Command), whileItMatters
	if command == drivers.BarrierRaise || command == drivers.BarrierLower {
		waits = moveWait
	}
	given := a.moves.give(step, e, func() {
		for _, d := range a.byUse[site.UseBarrier][e.Gate] {
			barrier, _ := d.driver.(drivers.Barrier)
			d.order(order{patience: patience{waits, moveTake}, do: func(ctx context.Context) error { return barrier.Do(ctx, command) }})
		}
	})
	if !given {
		a.options.Log.Warn("an order to an arm waited for the disk and is overtaken", "gate", a.options.Site.Lot.Gates[e.Gate].ID, "command", e.Command)
	}
}

// displaysOf are the displays of a gate: its own, or its column's.
func (a *App) displaysOf(gate int) []*device {
	if own := a.byUse[site.UseDisplay][gate]; len(own) > 0 {
		return own
	}
	return a.byUse[site.UseColumn][gate]
}

// only is the one device of a use at a gate; nil if there is none.
func (a *App) only(use site.Use, gate int) *device {
	if all := a.byUse[use][gate]; len(all) > 0 {
		return all[0]
	}
	return nil
}

func signFace(e lot.ShowSign) drivers.Face {
	face := drivers.Face{Lines: []string{fmt.Sprint(e.Available)}, Count: e.Available, Total: e.Total, Unknown: e.Unknown}
	if e.Available == 0 {
		face.Colour = drivers.ColourRed
	}
	return face
}

func (a *App) print(e lot.PrintTicket) {
	d := a.only(site.UsePrinter, e.Gate)
	if d == nil {
		d = a.only(site.UseColumn, e.Gate)
	}
	if d == nil {
		return
	}
	printer, prints := d.driver.(drivers.Printer)
	if !prints {
		return
	}
	slip := drivers.Slip{Lines: e.Lines, QR: string(e.Ticket)}
	d.order(order{
		patience: patience{printWait, printTake},
		do:       func(ctx context.Context) error { return printer.Print(ctx, slip) },
		then:     d.tellPaper,
	})
}

// tellPaper tells what a printer said of its paper when it was asked last.
func (d *device) tellPaper(err error) {
	watcher, watches := d.driver.(drivers.PaperWatcher)
	switch {
	case !watches, errors.Is(err, errGivenUp):
	case err == nil:
		d.conditions.set(d.ID, paperOf(watcher.PaperLow()))
	default:
		d.conditions.forget(d.ID) // what it said of its paper may be why it prints no more
	}
}

// paperOf says whether a printer has paper enough: who hears of it at the last ticket hears of it too late.
func paperOf(low bool) drivers.Condition {
	if low {
		return drivers.Condition{ID: "paper", Value: 1, State: drivers.ConditionWarning, Note: "there is little paper left", Do: "Put in a new roll of paper soon."}
	}
	return drivers.Condition{ID: "paper", Note: "there is paper enough"}
}

// askTerminal asks a terminal for a payment, or what became of one, and tells the lot what it said: that nobody knows,
// if it said nothing.
func (a *App) askTerminal(
	gate int, payment fact.PaymentID, p patience, ask func(context.Context, drivers.Terminal) (drivers.PaymentAnswer, error),
) {
	d := a.only(site.UseTerminal, gate)
	if d == nil {
		return
	}
	terminal, _ := d.driver.(drivers.Terminal)
	var answer drivers.PaymentAnswer
	d.order(order{
		patience: p,
		do: func(ctx context.Context) (err error) {
			answer, err = ask(ctx, terminal)
			return err
		},
		then: func(err error) {
			if err != nil {
				answer = drivers.PaymentAnswer{Outcome: drivers.PaymentUnknown}
			}
			d.submit(lot.PaymentAnswered{
				Payment: payment, Outcome: lot.PaymentOutcome(answer.Outcome), Method: answer.Method, Reference: answer.Reference,
			})
		},
	})
}
