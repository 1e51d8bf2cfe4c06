package zvt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
	"gatehouse/sync/fact"
)

// The errors of payments.
var (
	ErrLate      = errors.New("zvt: the terminal told late of a payment, and was refused, so that it takes it back: check the network")
	ErrRefused   = errors.New("zvt: the terminal refuses")
	ErrNoRepeat  = errors.New("zvt: the terminal does not repeat its last receipt (06 20), so that after a lost answer only its paper tells: compare it with the payments that are open, and write forgets = true in the site file")
	ErrNoReceipt = errors.New("zvt: a payment counts as not taken because the terminal refuses to tell its last receipt (06 20), as one does that has none: look at its paper, and if it never repeats one write forgets = true in the site file")
	ErrForgotten = errors.New("zvt: the payment was begun before a restart, and its terminal does not tell payments by our number: look at its receipts")
)

const (
	answerLimit   = 5 * time.Second // T3: 80 00 00
	abortLimit    = 700 * time.Millisecond
	quiet         = 250 * time.Millisecond
	totalLimit    = 5 * time.Minute
	rememberedMax = 1000
	configByte    = 0xBE // receipts, start and administration by us, with intermediate statuses
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return DriverWith(func(ctx context.Context, address string) (net.Conn, error) {
		return (&net.Dialer{Timeout: answerLimit}).DialContext(ctx, "tcp", address)
	})
}

// DriverWith is Driver with another way to connect.
func DriverWith(dial Dial) drivers.Driver {
	return drivers.Driver{
		Name:    "zvt",
		Summary: "payment terminal with ZVT, over TCP or a serial line",
		Settings: map[string]string{
			"address":   `where the terminal listens, such as "192.168.1.50:20007" (TCP)`,
			"port":      "name of the serial port on the board, in place of an address",
			"baud":      "speed of the serial port (default 9600)",
			"stop_bits": "of the serial port, 1 or 2, as the terminal has it (default 1)",
			"password":  "the terminal's password for tills, six digits (default 000000)",
			"currency":  "the terminal's currency (default EUR)",
			"forgets":   "true if the terminal does not repeat its last receipt (06 20): a payment whose answer was lost stays unknown (default false; the driver finds out by itself, but for one that refuses from its first day on)",
			"card_s":    "how long the terminal may wait for a card, 10 to 300 (default 90)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) {
			return newTerminal(dial, host, settings)
		},
	}
}

// Terminal is one payment terminal.
type Terminal struct {
	drivers.Faults
	line     *dialog.Line[drivers.Port]
	name     string
	serial   bool
	password []byte
	currency fact.Currency
	card     time.Duration

	// Whoever has the line uses what follows.
	link     *link
	last     Status                                   // the last receipt that the terminal is known to have
	lastSeen bool                                     // that is known
	forgets  bool                                     // it does not repeat its last receipt
	pending  *pending                                 // a payment of which nobody knows how it ended
	answers  map[fact.PaymentID]drivers.PaymentAnswer // how payments ended
	order    []fact.PaymentID                         // of answers, oldest first
	mu       sync.Mutex                               // for answers and order, which a payment that was never sent changes as well
}

// pending is a payment whose end is not known.
type pending struct {
	order   drivers.PaymentOrder
	reached bool // the terminal has said that it begins
}

func newTerminal(dial Dial, host drivers.Host, settings drivers.Settings) (*Terminal, error) {
	t := &Terminal{answers: map[fact.PaymentID]drivers.PaymentAnswer{}}
	address, err := settings.Text("address", "")
	if err != nil {
		return nil, err
	}
	port, err := settings.Text("port", "")
	if err != nil {
		return nil, err
	}
	mode := drivers.SerialMode{}
	if mode.Baud, err = settings.Within("baud", 9600, 1200, 921_600); err != nil {
		return nil, err
	}
	mode.StopBits, err = settings.Within("stop_bits", 1, 1, 2)
	if err != nil {
		return nil, err
	}
	switch _, _, bad := net.SplitHostPort(address); {
	case address == "" && port == "":
		return nil, fmt.Errorf("%w: address is missing: write the terminal's address, or the name of a serial port as port", drivers.ErrSettings)
	case address != "" && port != "":
		return nil, fmt.Errorf("%w: port = %q: there is an address as well: write one of the two, and not both", drivers.ErrSettings, port)
	case address != "" && bad != nil:
		return nil, fmt.Errorf("%w: address = %q: write a host and a port, such as \"192.168.1.50:20007\"", drivers.ErrSettings, address)
	}
	if err := t.readMoney(settings); err != nil {
		return nil, err
	}
	t.name, t.serial = address+port, port != ""
	t.line = dialog.Serial(host, port, mode)
	if !t.serial {
		t.line = dialog.New(func(ctx context.Context) (drivers.Port, error) {
			conn, err := dial(ctx, address)
			if err != nil {
				return nil, fmt.Errorf("%w: connect: %w", drivers.ErrOffline, err)
			}
			return dialog.InNetwork(conn, frameLimit), nil
		})
	}
	return t, nil
}

func (t *Terminal) readMoney(settings drivers.Settings) error {
	password, err := settings.Text("password", "000000")
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(password, 10, 32)
	if err != nil || len(password) != 6 {
		return fmt.Errorf("%w: password: write six digits in quotes", drivers.ErrSettings)
	}
	t.password = bcd(int64(number), 3)
	currency, err := settings.Text("currency", "EUR")
	if err == nil && currencyNumbers[fact.Currency(currency)] == 0 {
		err = fmt.Errorf("%w: currency = %q: write the code of a currency that ZVT terminals take, such as EUR", drivers.ErrSettings, currency)
	}
	if err != nil {
		return err
	}
	t.currency = fact.Currency(currency)
	if t.forgets, err = settings.Bool("forgets"); err != nil {
		return err
	}
	cardS, err := settings.Within("card_s", 90, 10, 300)
	t.card = time.Duration(cardS) * time.Second
	return err
}

// Pay takes a payment and waits for the customer. The same payment again is not charged again.
func (t *Terminal) Pay(ctx context.Context, order drivers.PaymentOrder) (answer drivers.PaymentAnswer, err error) {
	if order.Payment == "" || order.Amount.Minor <= 0 || order.Amount.Minor >= 1e12 || order.Amount.Currency != t.currency {
		return answer, fmt.Errorf("zvt: pay %s: %v can't be paid here: the terminal takes %s", order.Payment, order.Amount, t.currency)
	}
	sent := false
	answer, err = t.do(ctx, "pay", order.Payment, func() (drivers.PaymentAnswer, error) {
		if err := t.prepare(ctx); err != nil {
			return drivers.PaymentAnswer{}, err
		}
		if known, found := t.known(order.Payment); found && known.Outcome != drivers.PaymentNotFound {
			return known, nil
		}
		sent = true
		return t.authorise(ctx, order)
	})
	if _, found := t.known(order.Payment); err != nil && !sent && !found {
		t.remember(order.Payment, drivers.PaymentAnswer{Outcome: drivers.PaymentNotFound})
	}
	return answer, err
}

// prepare has the last payment at its end, and the last receipt known.
func (t *Terminal) prepare(ctx context.Context) error {
	if err := t.settle(ctx); err != nil {
		return err
	}
	if t.pending != nil {
		return fmt.Errorf("payment %s has not ended: %w", t.pending.order.Payment, drivers.ErrOffline)
	}
	if t.lastSeen || t.forgets {
		return nil
	}
	return t.askLast(ctx)
}

// Status says what became of a payment. PaymentUnknown without an error means that the terminal is still at it, or that a
// restart has made the driver forget it (ErrForgotten as the Fault).
func (t *Terminal) Status(ctx context.Context, payment fact.PaymentID) (drivers.PaymentAnswer, error) {
	return t.do(ctx, "status of", payment, func() (drivers.PaymentAnswer, error) {
		if err := t.settle(ctx); err != nil {
			return drivers.PaymentAnswer{}, err
		}
		if known, found := t.known(payment); found {
			return known, nil
		}
		if t.pending != nil && t.pending.order.Payment == payment {
			return drivers.PaymentAnswer{}, nil
		}
		if _, err := t.command(ctx, APDU{Command: StatusEnquiry, Data: t.password}, answerLimit); err != nil {
			return drivers.PaymentAnswer{}, err
		}
		t.Note(ErrForgotten)
		return drivers.PaymentAnswer{}, nil
	})
}

// Reverse takes a payment of today back, by its reference.
func (t *Terminal) Reverse(ctx context.Context, reference string) error {
	if len(reference) < 4 {
		return fmt.Errorf("zvt: reverse %q: it is no reference of this terminal", reference)
	}
	receipt, err := strconv.ParseUint(reference[:4], 10, 16)
	if err != nil {
		return fmt.Errorf("zvt: reverse %q: it is no reference of this terminal", reference)
	}
	data := append(append([]byte(nil), t.password...), fieldReceipt)
	return t.simple(ctx, "reverse "+reference, APDU{Command: Reversal, Data: append(data, bcd(int64(receipt), 2)...)})
}

// EndOfDay has the terminal hand its payments in.
func (t *Terminal) EndOfDay(ctx context.Context) error {
	return t.simple(ctx, "end of day", APDU{Command: EndOfDay, Data: t.password})
}

func (t *Terminal) simple(ctx context.Context, what string, a APDU) error {
	_, err := t.do(ctx, what, "", func() (drivers.PaymentAnswer, error) {
		if err := t.settle(ctx); err != nil {
			return drivers.PaymentAnswer{}, err
		}
		if t.pending != nil {
			return drivers.PaymentAnswer{}, errBusy
		}
		t.last, t.lastSeen = Status{}, false // it may make a receipt, or wipe them
		_, err := t.command(ctx, a, t.card)
		return drivers.PaymentAnswer{}, err
	})
	return err
}

// do speaks with the terminal, which is registered on each new connection.
func (t *Terminal) do(
	ctx context.Context, what string, payment fact.PaymentID, call func() (drivers.PaymentAnswer, error),
) (answer drivers.PaymentAnswer, err error) {
	var refused error // the terminal has answered: the connection is good
	err = t.line.Do(ctx, func(port drivers.Port, fresh bool) (err error) {
		if fresh {
			t.link = &link{port: port, serial: t.serial, faults: &t.Faults}
			if err := t.register(ctx); err != nil {
				return err
			}
		}
		answer, err = call()
		if errors.Is(err, ErrRefused) {
			refused = err
			return nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return drivers.PaymentAnswer{}, ctx.Err()
	}
	return drivers.PaymentAnswer{}, fmt.Errorf("zvt: %s %s: terminal %s: %w", what, payment, t.name, err)
}

func (t *Terminal) register(ctx context.Context) error {
	data := append(append([]byte(nil), t.password...), configByte)
	data = append(append(data, bcd(int64(currencyNumbers[t.currency]), 2)...), fieldService, 1, fieldTLV, 0)
	if _, err := t.command(ctx, APDU{Command: Registration, Data: data}, answerLimit); err != nil {
		return err
	}
	return t.hearOut(ctx)
}
