package zvt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// errBusy is a terminal that is still at something.
var errBusy = errors.New("zvt: the terminal is busy")

// outcome is what a command has come to.
type outcome struct {
	status    Status
	hasStatus bool
	aborted   byte // the reason of an abort, with isAborted
	isAborted bool
}

// command sends a command and waits until it is completed. It never takes money: a status with an amount that comes of it is
// of the past.
func (t *Terminal) command(ctx context.Context, a APDU, limit time.Duration) (outcome, error) {
	if err := t.begin(ctx, a); err != nil {
		return outcome{}, err
	}
	o, err := t.await(ctx, limit)
	if err == nil && o.isAborted {
		err = fmt.Errorf("%w: %s", ErrRefused, reasonText(o.aborted))
	}
	return o, err
}

// begin sends a command and waits for its acknowledgement. What else comes first is late: a status among it is refused, on
// which the terminal takes that payment back.
func (t *Terminal) begin(ctx context.Context, a APDU) error {
	if err := t.link.send(ctx, a); err != nil {
		return err
	}
	for deadline := time.Now().Add(answerLimit); ; {
		answer, err := t.link.receive(ctx, time.Until(deadline))
		switch {
		case err != nil:
			return err
		case answer.Command>>8 == acknowledged>>8, answer.Command == refusedClass<<8:
			return nil
		case answer.Command>>8 == refusedClass && (byte(answer.Command) == 0x9C || byte(answer.Command) == 0xA0):
			return errBusy
		case answer.Command>>8 == refusedClass:
			return fmt.Errorf("%w: %s", ErrRefused, reasonText(byte(answer.Command)))
		}
		if err := t.answerLate(ctx, answer); err != nil {
			return err
		}
		if !time.Now().Before(deadline) {
			return fmt.Errorf("no acknowledgement within %v: %w", answerLimit, drivers.ErrOffline)
		}
	}
}

// answerLate answers a message that belongs to nothing any more.
func (t *Terminal) answerLate(ctx context.Context, a APDU) error {
	reply := acknowledged
	switch {
	case a.Command>>8 == acknowledged>>8 || a.Command>>8 == refusedClass:
		return nil
	case a.Command == StatusInfo:
		reply = refusedNoGoods
		t.Note(ErrLate)
	}
	return t.link.send(ctx, APDU{Command: reply})
}

// hearOut waits, on a new connection, until the terminal has said what it still had to say of the last one. Nothing in a
// message tells which command it answers.
func (t *Terminal) hearOut(ctx context.Context) error {
	for range inboxMax {
		a, err := t.link.receive(ctx, quiet)
		if ctx.Err() == nil && errors.Is(err, drivers.ErrOffline) && len(t.link.inbox) == 0 {
			return nil // quiet, or the port is gone, which the next message tells
		}
		if err != nil {
			return err
		}
		if err := t.answerLate(ctx, a); err != nil {
			return err
		}
	}
	return fmt.Errorf("it babbles: %w", drivers.ErrOffline)
}

// await acknowledges what comes until the command is completed or aborted. An intermediate status gives it more time.
func (t *Terminal) await(ctx context.Context, limit time.Duration) (o outcome, err error) {
	begin := time.Now()
	for deadline := begin.Add(limit); ; {
		a, err := t.link.receive(ctx, time.Until(deadline))
		if err != nil {
			return o, err
		}
		switch a.Command {
		case StatusInfo:
			if o.status, err = ParseStatus(a.Data); err != nil {
				t.Note(err)
			} else {
				o.hasStatus = true
			}
		case Intermediate:
			deadline = time.Now().Add(limit)
		case Abort:
			o.isAborted = true
			if len(a.Data) > 0 {
				o.aborted = a.Data[0]
			}
		}
		if a.Command>>8 == acknowledged>>8 || a.Command>>8 == refusedClass {
			continue // of a message before
		}
		if err := t.link.send(ctx, APDU{Command: acknowledged}); err != nil {
			return o, err
		}
		if a.Command == Completion || a.Command == Abort {
			return o, nil
		}
		if time.Since(begin) > totalLimit {
			return o, fmt.Errorf("it did not end within %v: %w", totalLimit, drivers.ErrOffline)
		}
	}
}

// authorise takes a payment. Until its end is known it is pending.
func (t *Terminal) authorise(ctx context.Context, order drivers.PaymentOrder) (drivers.PaymentAnswer, error) {
	data := append([]byte{fieldAmount}, bcd(order.Amount.Minor, 6)...)
	data = append(append(data, fieldCurrency), bcd(int64(currencyNumbers[t.currency]), 2)...)
	t.pending = &pending{order: order}
	err := t.begin(ctx, APDU{Command: Authorisation, Data: data})
	if errors.Is(err, ErrRefused) {
		return t.ended(drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined}), nil
	}
	var o outcome
	if err == nil {
		t.pending.reached = true
		o, err = t.await(ctx, t.card)
	}
	if err != nil {
		t.cancel(ctx)
		return drivers.PaymentAnswer{}, unknown(err)
	}
	ours := o.status.AmountMinor == order.Amount.Minor && !o.status.repeats(t.last)
	switch {
	case o.hasStatus && o.status.Result != 0, o.isAborted && !o.hasStatus:
		return t.ended(drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined}), nil
	case o.hasStatus && ours && !o.isAborted:
		t.last, t.lastSeen = o.status, true
		return t.ended(o.status.answer()), nil
	}
	return drivers.PaymentAnswer{}, fmt.Errorf("it ended without a status that is this payment's: %w", drivers.ErrOffline)
}

// unknown makes any failure within a payment one of which nobody knows the end.
func unknown(err error) error {
	if errors.Is(err, drivers.ErrOffline) || errors.Is(err, errBusy) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", drivers.ErrOffline, err)
}

// forget takes note of a terminal that does not repeat its last receipt.
func (t *Terminal) forget() {
	t.forgets = true
	t.Note(ErrNoRepeat)
}

// cancel has the terminal ask for no card any more, so that the next customer does not pay this bill.
func (t *Terminal) cancel(ctx context.Context) {
	short, stop := context.WithTimeout(context.WithoutCancel(ctx), abortLimit)
	defer stop()
	_ = t.link.send(short, APDU{Command: CancelCommand}) // whether it helped is for settle to find out
}

// ended takes note of how the pending payment ended.
func (t *Terminal) ended(answer drivers.PaymentAnswer) drivers.PaymentAnswer {
	payment := t.pending.order.Payment
	t.pending = nil
	t.remember(payment, answer)
	return answer
}

func (t *Terminal) remember(payment fact.PaymentID, answer drivers.PaymentAnswer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.answers[payment]; !known {
		t.order = append(t.order, payment)
	}
	t.answers[payment] = answer
	if len(t.order) > rememberedMax {
		delete(t.answers, t.order[0])
		t.order = t.order[1:]
	}
}

func (t *Terminal) known(payment fact.PaymentID) (answer drivers.PaymentAnswer, found bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	answer, found = t.answers[payment]
	return answer, found
}

// settle finds out how the pending payment ended, if there is one. One that is still going on stays pending.
func (t *Terminal) settle(ctx context.Context) error {
	if t.pending == nil {
		return nil
	}
	if t.forgets {
		return t.giveUp(ctx)
	}
	before := t.last
	err := t.askLast(ctx)
	if errors.Is(err, errBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	if t.forgets {
		return t.giveUp(ctx)
	}
	switch {
	case !t.last.repeats(before) && t.last.AmountMinor == t.pending.order.Amount.Minor && t.last.Result == 0:
		t.ended(t.last.answer())
	case t.pending.reached:
		t.ended(drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined})
	default:
		t.ended(drivers.PaymentAnswer{Outcome: drivers.PaymentNotFound})
	}
	return nil
}

// giveUp ends the pending payment as one of which nobody knows the end, once the terminal is at rest.
func (t *Terminal) giveUp(ctx context.Context) error {
	_, err := t.command(ctx, APDU{Command: StatusEnquiry, Data: t.password}, answerLimit)
	if errors.Is(err, errBusy) {
		return nil
	}
	if err != nil && !errors.Is(err, ErrRefused) {
		return err
	}
	t.Note(fmt.Errorf("%w (payment %s)", ErrNoRepeat, t.pending.order.Payment))
	t.ended(drivers.PaymentAnswer{Outcome: drivers.PaymentUnknown})
	return nil
}

// askLast asks for the last receipt. A terminal that has none refuses; one that has told of a receipt, and refuses or has
// nothing to say, never repeats any.
func (t *Terminal) askLast(ctx context.Context) error {
	if err := t.begin(ctx, APDU{Command: RepeatReceipt, Data: t.password}); err != nil {
		switch {
		case errors.Is(err, ErrRefused) && t.last.Receipt == 0:
			t.lastSeen = true
			if t.pending != nil {
				t.Note(fmt.Errorf("%w (payment %s)", ErrNoReceipt, t.pending.order.Payment))
			}
			return nil
		case errors.Is(err, ErrRefused):
			t.forget()
			return nil
		}
		return unknown(err)
	}
	o, err := t.await(ctx, answerLimit)
	switch {
	case err != nil:
		return err
	case !o.isAborted && !o.hasStatus && t.pending == nil:
		t.forget()
		return nil
	case o.isAborted, !o.hasStatus, o.status.Receipt == 0: // a late word about something else is no receipt
		return fmt.Errorf("the terminal does not tell its last receipt: look at its receipts: %w", drivers.ErrOffline)
	}
	t.last, t.lastSeen = o.status, true
	return nil
}
