package terminal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

const (
	replyLimit = 3 * time.Second // what is answered at once is answered within it
	orderMax   = 10_000          // orders are numbered below it
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "terminal",
		Summary: "payment terminal on a serial line (frames $…*HH)",
		Settings: map[string]string{
			"port":   "name of the serial port on the board",
			"baud":   "115200 (the default)",
			"card_s": "how long the terminal waits for a card, 10 to 300 (default 60)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newTerminal(host, settings) },
	}
}

// Terminal is one payment terminal.
type Terminal struct {
	drivers.Faults
	host  drivers.Host
	name  string
	mode  drivers.SerialMode
	card  time.Duration
	turn  chan struct{} // holds a token while somebody uses what follows
	port  drivers.Port  // nil: not open
	input Splitter
	order int
}

// ErrFrame is the fault of bytes that are no answer.
var ErrFrame = errors.New("terminal: an answer that can't be understood: check the cable, the baud rate and the terminal's application")

func newTerminal(host drivers.Host, settings drivers.Settings) (*Terminal, error) {
	name, err := settings.Named("port", "one of the board's serial ports")
	if err != nil {
		return nil, err
	}
	baud, err := settings.Int("baud", 115200)
	if err != nil {
		return nil, err
	}
	cardS, err := settings.Within("card_s", 60, 10, 300)
	if err != nil {
		return nil, err
	}
	return &Terminal{
		host: host, name: name, mode: drivers.SerialMode{Baud: baud}, card: time.Duration(cardS) * time.Second,
		turn: make(chan struct{}, 1), order: int(time.Now().UnixMilli() % orderMax), // not the last run's numbers
	}, nil
}

// Pay takes a payment and waits for the customer. One payment is taken at a time.
func (t *Terminal) Pay(ctx context.Context, order drivers.PaymentOrder) (drivers.PaymentAnswer, error) {
	if order.Amount.Minor <= 0 || len(order.Amount.Currency) != 3 {
		return drivers.PaymentAnswer{}, fmt.Errorf("terminal: pay %s: %v can't be paid", order.Payment, order.Amount)
	}
	return t.ask(ctx, "pay", order.Payment, func() (drivers.PaymentAnswer, error) {
		a, err := t.exchange(ctx, replyLimit, "PAY", order.Payment, strconv.FormatInt(order.Amount.Minor, 10), string(order.Amount.Currency))
		if err == nil && a.waiting {
			a, err = t.await(ctx, t.card+replyLimit, order.Payment)
		}
		if ctx.Err() != nil && t.port != nil {
			t.send("CANCEL", order.Payment)
		}
		return a.PaymentAnswer, err
	})
}

// Status says what became of a payment. The outcome PaymentUnknown without an error means that the terminal is
// still waiting for a card.
func (t *Terminal) Status(ctx context.Context, payment fact.PaymentID) (drivers.PaymentAnswer, error) {
	return t.ask(ctx, "status of", payment, func() (drivers.PaymentAnswer, error) {
		a, err := t.exchange(ctx, replyLimit, "STATUS", payment)
		return a.PaymentAnswer, err
	})
}

// ask runs one call on the open port. After any error but the context's the port is given up.
func (t *Terminal) ask(ctx context.Context, what string, payment fact.PaymentID, call func() (drivers.PaymentAnswer, error)) (drivers.PaymentAnswer, error) {
	if !validID(payment) {
		return drivers.PaymentAnswer{}, fmt.Errorf("terminal: %s %q: the id can't be sent", what, payment)
	}
	if ctx.Err() != nil {
		return drivers.PaymentAnswer{}, ctx.Err()
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return drivers.PaymentAnswer{}, ctx.Err()
	}
	answer, err := drivers.PaymentAnswer{}, t.open()
	if err == nil {
		answer, err = call()
	}
	if err == nil {
		return answer, nil
	}
	if ctx.Err() == nil {
		t.giveUp()
	}
	return drivers.PaymentAnswer{}, fmt.Errorf("terminal: %s %s: port %s: %w", what, payment, t.name, err)
}

func (t *Terminal) open() error {
	if t.port != nil {
		return nil
	}
	port, err := t.host.Serial(t.name, t.mode)
	if err != nil {
		return err
	}
	t.port, t.input = port, Splitter{}
	return nil
}

func (t *Terminal) giveUp() {
	if t.port != nil {
		t.port.Close()
		t.port = nil
	}
}

// exchange sends an order and waits for the first answer to it.
func (t *Terminal) exchange(ctx context.Context, limit time.Duration, verb string, payment fact.PaymentID, more ...string) (answer, error) {
	if err := t.send(verb, payment, more...); err != nil {
		return answer{}, err
	}
	return t.await(ctx, limit, payment)
}

func (t *Terminal) send(verb string, payment fact.PaymentID, more ...string) error {
	t.order = (t.order + 1) % orderMax
	fields := append([]string{verb, strconv.Itoa(t.order), string(payment)}, more...)
	_, err := t.port.Write(Encode(fields...))
	return err
}

// await waits for an answer to the last order.
func (t *Terminal) await(ctx context.Context, limit time.Duration, payment fact.PaymentID) (answer, error) {
	chunk := make([]byte, 64)
	for start := time.Now(); time.Since(start) < limit; {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		n, err := t.port.Read(chunk)
		if err != nil {
			return answer{}, err
		}
		if a, found := t.pick(chunk[:n], payment); found {
			return a, nil
		}
	}
	return answer{}, fmt.Errorf("no answer within %v, ask for the status: %w", limit, drivers.ErrOffline)
}

// pick looks for the last answer to the present order; answers to earlier ones are late, and dropped.
func (t *Terminal) pick(chunk []byte, payment fact.PaymentID) (picked answer, found bool) {
	before := t.input.Skipped
	for _, b := range chunk {
		fields, complete := t.input.Push(b)
		if !complete {
			continue
		}
		a, understood := parseAnswer(fields)
		switch {
		case !understood:
			t.Note(fmt.Errorf("%w (port %s)", ErrFrame, t.name))
		case a.order == t.order && a.payment == payment:
			picked, found = a, true
		}
	}
	if dropped := t.input.Skipped - before; dropped > 0 {
		t.Note(fmt.Errorf("%w (port %s, %d bytes)", ErrFrame, t.name, dropped))
	}
	return picked, found
}
