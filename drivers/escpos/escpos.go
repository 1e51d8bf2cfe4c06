package escpos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

const (
	answerLimit = time.Second      // a real-time answer
	printLimit  = 12 * time.Second // a long slip
	lookEvery   = 500 * time.Millisecond
	writeMax    = 256 // bytes at once, so that cancelling is quick
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "escpos",
		Summary: "ticket printer with ESC/POS on a serial line, with paper status",
		Settings: map[string]string{
			"port":    "name of the serial port on the board",
			"baud":    "speed of the port (default 19200)",
			"columns": "characters of a line, 24 to 64 (default 42)",
			"code":    "how a slip's code is printed: qr (the default), code128 or none",
			"cut":     "partial (the default), full or none",
			"drawer":  "which drawer is opened behind each slip: none (the default), pin2 or pin5",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newPrinter(host, settings) },
	}
}

// Printer is one printer on a port of its own.
type Printer struct {
	drivers.Faults
	line   *dialog.Line[drivers.Port]
	name   string
	layout Layout
	low    atomic.Bool
}

func newPrinter(host drivers.Host, settings drivers.Settings) (p *Printer, err error) {
	p = &Printer{}
	if p.name, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	baud, err := settings.Within("baud", 19200, 1200, 921_600)
	if err != nil {
		return nil, err
	}
	if p.layout.Columns, err = settings.Within("columns", 42, 24, 64); err != nil {
		return nil, err
	}
	if p.layout.Code, err = settings.OneOf("code", CodeQR, CodeBars, CodeNone); err != nil {
		return nil, err
	}
	if p.layout.Cut, err = settings.OneOf("cut", CutPartial, CutFull, CutNone); err != nil {
		return nil, err
	}
	p.layout.Drawer, err = settings.OneOf("drawer", DrawerNone, DrawerFirst, DrawerSecond)
	p.line = dialog.Serial(host, p.name, drivers.SerialMode{Baud: baud})
	return p, err
}

// PaperLow reports whether the printer said, when it was asked last, that there is little paper left.
func (p *Printer) PaperLow() bool { return p.low.Load() }

// Print prints a slip and returns when it is out. After an error that wraps drivers.ErrOffline it may be out or not.
func (p *Printer) Print(ctx context.Context, slip drivers.Slip) error {
	document, err := p.layout.Encode(slip)
	if err != nil {
		return err
	}
	return p.with(ctx, "print", func(t *talk) error {
		if err := t.write(document); err != nil {
			return err
		}
		return t.finish()
	})
}

// Probe asks whether the printer is there and can print.
func (p *Printer) Probe(ctx context.Context) error {
	return p.with(ctx, "ask", func(*talk) error { return nil })
}

// with does something with a printer that says that it can print.
func (p *Printer) with(ctx context.Context, what string, do func(t *talk) error) error {
	err := p.line.Do(ctx, func(port drivers.Port, fresh bool) error {
		t := &talk{Printer: p, ctx: ctx, port: port}
		if fresh {
			before, err := dialog.Drain(ctx, port)
			if before > 0 {
				p.Note(ErrBabble)
			}
			if err != nil {
				return err
			}
		}
		if err := t.check(); err != nil {
			return err
		}
		return do(t)
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("escpos: %s on port %s: %w", what, p.name, err)
	}
	return err
}

// talk is one slip's dialog.
type talk struct {
	*Printer
	ctx   context.Context
	port  drivers.Port
	waits bool // for the answer to GS r, which may come among those to real-time questions
	out   bool // it has come
}

// check asks whether the printer can print.
func (t *talk) check() error {
	for _, question := range []byte{askPaper, askPrinter} {
		answer, err := t.ask(question)
		if err != nil {
			return err
		}
		err = judge(question, answer)
		if errors.Is(err, ErrPaused) {
			return t.whyOffline()
		}
		if err != nil {
			return err
		}
		if question == askPaper {
			t.low.Store(nearEnd(answer))
		}
	}
	return nil
}

// whyOffline says why a printer is offline.
func (t *talk) whyOffline() error {
	answer, err := t.ask(askOffline)
	if err != nil {
		return err
	}
	err = judge(askOffline, answer)
	if errors.Is(err, errAsk) {
		if answer, err = t.ask(askError); err != nil {
			return err
		}
		return judge(askError, answer)
	}
	return cmp.Or(err, ErrPaused)
}

// ask asks a real-time question.
func (t *talk) ask(question byte) (answer byte, err error) {
	if err := t.write([]byte{dle, 4, question}); err != nil {
		return 0, err
	}
	err = dialog.Await(t.ctx, t.port, answerLimit, func(received []byte) bool {
		for _, b := range received {
			if t.hear(b) {
				answer = b
			}
		}
		return answer != 0
	})
	return answer, err
}

// hear takes a byte, and reports whether it is the answer to a real-time question.
func (t *talk) hear(b byte) bool {
	switch {
	case realTime(b):
		return true
	case t.waits && queued(b):
		t.out = true
	default:
		t.Note(fmt.Errorf("%w (%02X)", ErrBabble, b))
	}
	return false
}

func (t *talk) write(data []byte) error {
	for len(data) > 0 {
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		n := min(len(data), writeMax)
		if _, err := t.port.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// finish waits until the slip is out, and looks meanwhile what may keep it from that.
func (t *talk) finish() error {
	if err := t.write([]byte{gs, 'r', askSensor}); err != nil {
		return err
	}
	t.waits = true
	for begin := time.Now(); time.Since(begin) < printLimit; {
		if err := t.listen(); err != nil {
			return err
		}
		out := t.out // what is asked from here on is of the whole slip
		if checked := t.check(); checked != nil || out {
			return checked
		}
	}
	return fmt.Errorf("the slip did not end within %v: %w", printLimit, drivers.ErrOffline)
}

// listen waits a moment for the slip to be out.
func (t *talk) listen() error {
	if t.out {
		return nil
	}
	err := dialog.Await(t.ctx, t.port, lookEvery, func(received []byte) bool {
		for _, b := range received {
			t.hear(b)
		}
		return t.out
	})
	if errors.Is(err, drivers.ErrOffline) && t.ctx.Err() == nil {
		return nil // a port that is gone is told by the next question
	}
	return err
}
