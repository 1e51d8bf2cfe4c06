package drivertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// TerminalStep is how a simulated terminal treats one order.
type TerminalStep uint8

// The steps of a TerminalBench's script.
const (
	TerminalApproves TerminalStep = iota
	TerminalDeclines
	TerminalLosesReply // approves, and its reply is lost
	TerminalLosesOrder // never gets the order
	TerminalWaits      // waits for a card that nobody shows
)

// TerminalBench is a Bench for a payment terminal.
type TerminalBench struct {
	Bench
	Script  func(steps ...TerminalStep) // what the terminal does with its next orders
	Charged func() int                  // how many payments it took
	Garble  func()                      // sends what makes no sense
}

// TestTerminal checks a drivers.Terminal.
func TestTerminal(t *testing.T, setUp func() TerminalBench) {
	var bench TerminalBench
	fresh := func() Bench {
		bench = setUp()
		return bench.Bench
	}
	checkSettings(t, setUp().Bench)
	in(t, "it approves and declines", fresh, func(t *testing.T, device any) {
		bench.Script(TerminalApproves, TerminalDeclines)
		first := pay(t, device, "P1", drivers.PaymentApproved, nil)
		if first.Reference == "" || first.Method == fact.MethodUnknown {
			t.Errorf("approved as %+v: want a reference and a method", first)
		}
		pay(t, device, "P2", drivers.PaymentDeclined, nil)
		status(t, device, "P1", drivers.PaymentApproved)
		status(t, device, "P2", drivers.PaymentDeclined)
	})
	in(t, "the same payment is charged once", fresh, func(t *testing.T, device any) {
		first := pay(t, device, "P1", drivers.PaymentApproved, nil)
		if second := pay(t, device, "P1", drivers.PaymentApproved, nil); second != first || bench.Charged() != 1 {
			t.Errorf("charged %d times: %+v, then %+v", bench.Charged(), first, second)
		}
	})
	in(t, "after a lost reply Status tells the truth", fresh, func(t *testing.T, device any) {
		bench.Script(TerminalLosesReply, TerminalLosesOrder)
		pay(t, device, "P1", drivers.PaymentUnknown, drivers.ErrOffline)
		status(t, device, "P1", drivers.PaymentApproved)
		pay(t, device, "P2", drivers.PaymentUnknown, drivers.ErrOffline)
		status(t, device, "P2", drivers.PaymentNotFound)
		pay(t, device, "P2", drivers.PaymentApproved, nil)
		if bench.Charged() != 2 {
			t.Errorf("charged %d times, want 2", bench.Charged())
		}
	})
	in(t, "nonsense changes nothing and is counted", fresh, func(t *testing.T, device any) {
		bench.Garble()
		pay(t, device, "P1", drivers.PaymentApproved, nil)
		if device.(Skipper).Skipped() == 0 {
			t.Error("nonsense was not counted")
		}
	})
	in(t, "cancelling ends it within a second", fresh, func(t *testing.T, device any) {
		checkCancelled(t, func(ctx context.Context) error { return payError(ctx, device, "P1") })
		bench.Script(TerminalWaits)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- payError(ctx, device, "P2") }()
		time.Sleep(settleTime)
		cancel()
		checkEnd(t, ended)
		pay(t, device, "P3", drivers.PaymentApproved, nil)
	})
	in(t, "an absent device is an error, and heals", fresh, func(t *testing.T, device any) {
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return payError(ctx, device, "P1") })
		bench.restore()
		pay(t, device, "P2", drivers.PaymentApproved, nil)
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return payError(ctx, device, "P3") })
		bench.restore()
		pay(t, device, "P4", drivers.PaymentApproved, nil)
	})
}

func payError(ctx context.Context, device any, payment fact.PaymentID) error {
	order := drivers.PaymentOrder{Payment: payment, Amount: fact.Money{Minor: 1250, Currency: "EUR"}}
	_, err := device.(drivers.Terminal).Pay(ctx, order)
	return err
}

func pay(t *testing.T, device any, payment fact.PaymentID, want drivers.PaymentOutcome, wantErr error) drivers.PaymentAnswer {
	t.Helper()
	order := drivers.PaymentOrder{Payment: payment, Amount: fact.Money{Minor: 1250, Currency: "EUR"}}
	answer, err := device.(drivers.Terminal).Pay(t.Context(), order)
	if answer.Outcome != want || !errors.Is(err, wantErr) {
		t.Errorf("pay %s: %+v, %v: want outcome %d, error %v", payment, answer, err, want, wantErr)
	}
	return answer
}

func status(t *testing.T, device any, payment fact.PaymentID, want drivers.PaymentOutcome) {
	t.Helper()
	answer, err := device.(drivers.Terminal).Status(t.Context(), payment)
	if answer.Outcome != want || err != nil {
		t.Errorf("status of %s: %+v, %v: want outcome %d", payment, answer, err, want)
	}
}
