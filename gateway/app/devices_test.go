package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// gatekeeper holds up whoever passes while it is shut.
type gatekeeper struct {
	mu   sync.Mutex
	open chan struct{} // nil: not shut
}

func (g *gatekeeper) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gatekeeper) letGo() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.open)
	g.open = nil
}

func (g *gatekeeper) pass() {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	if open != nil {
		<-open
	}
}

type level = drivers.Level

const (
	active   = drivers.LevelActive
	inactive = drivers.LevelInactive
)

// device is the far side of one device: whatever the site makes of it.
type device struct {
	makes   error
	hold    gatekeeper
	watched chan func(*fake) error // done by the watcher; an error ends it
	answer  drivers.PaymentAnswer

	mu     sync.Mutex
	level  level
	panics string // which call panics: make, watch, order, http
	away   error  // what orders and watching fail with
	slow   bool   // whoever asks it gives up
	orders []string
}

func newDevice() *device {
	return &device{watched: make(chan func(*fake) error), answer: drivers.PaymentAnswer{Outcome: drivers.PaymentApproved}}
}

// set changes a contact.
func (d *device) set(to level) {
	d.mu.Lock()
	d.level = to
	d.mu.Unlock()
	d.watched <- func(f *fake) error {
		f.reportLevel(to)
		return nil
	}
}

func (d *device) see(plate string) {
	d.watched <- func(f *fake) error {
		f.reportPlate(drivers.PlateRead{Raw: plate, Confidence: 990})
		return nil
	}
}

func (d *device) press(button drivers.Button) {
	d.watched <- func(f *fake) error {
		f.reportShown(drivers.Shown{Button: button})
		return nil
	}
}

func (d *device) sample(channel int, distanceMM int32) {
	d.watched <- func(f *fake) error {
		f.reportSample(drivers.Sample{Channel: channel, Kind: drivers.SampleDistance, DistanceMM: distanceMM})
		return nil
	}
}

// lose takes the device away, and back with nil. Whoever watches it notices.
func (d *device) lose(err error) {
	d.mu.Lock()
	d.away = err
	d.mu.Unlock()
	if err != nil {
		select {
		case d.watched <- func(*fake) error { return err }:
		default: // nobody watches
		}
	}
}

// panicIn has a call panic from now on: make, watch, order or http; none with "".
func (d *device) panicIn(call string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.panics = call
}

// mayPanic panics if this call is to.
func (d *device) mayPanic(call string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.panics == call {
		panic("index out of range")
	}
}

func (d *device) gone() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.away
}

// took lists the orders that were carried out.
func (d *device) took() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.orders...)
}

// count counts the orders that begin with a word.
func (d *device) count(word string) int {
	n := 0
	for _, order := range d.took() {
		if strings.HasPrefix(order, word) {
			n++
		}
	}
	return n
}

// catalog has one driver, which is any device.
func catalog(devices map[string]*device) drivers.Catalog {
	return drivers.Catalog{{
		Name: "fake", Settings: map[string]string{"name": "which one"},
		Make: func(_ drivers.Host, settings drivers.Settings) (any, error) {
			d := devices[settings["name"].(string)]
			d.mayPanic("make")
			return &fake{device: d}, d.makes
		},
	}, {
		Name: "useless", Make: func(drivers.Host, drivers.Settings) (any, error) { return struct{}{}, nil },
	}}
}

// fake is a driver of every contract.
type fake struct {
	*device
	reportLevel  func(drivers.Level)
	reportPlate  func(drivers.PlateRead)
	reportShown  func(drivers.Shown)
	reportSample func(drivers.Sample)

	drivers.Faults
	reportCondition func(drivers.Condition)
}

func (f *fake) watch(ctx context.Context) error {
	f.mayPanic("watch")
	if err := f.gone(); err != nil {
		return err
	}
	for {
		select {
		case do := <-f.watched:
			if err := do(f); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fake) Watch(ctx context.Context, report func(drivers.Level)) error {
	f.reportLevel = report
	f.mayPanic("watch")
	if f.gone() == nil {
		f.mu.Lock()
		now := f.level
		f.mu.Unlock()
		report(now)
	}
	return f.watch(ctx)
}

func (f *fake) See(ctx context.Context, report func(drivers.PlateRead)) error {
	f.reportPlate = report
	return f.watch(ctx)
}

func (f *fake) Read(ctx context.Context, report func(drivers.Shown)) error {
	f.reportShown = report
	return f.watch(ctx)
}

func (f *fake) Sense(ctx context.Context, report func(drivers.Sample)) error {
	f.reportSample = report
	return f.watch(ctx)
}

func (f *fake) Monitor(ctx context.Context, report func(drivers.Condition)) error {
	f.reportCondition = report
	return f.watch(ctx)
}

// obey takes an order. While it is held up it heeds no context, as drivers should not do.
func (f *fake) obey(ctx context.Context, order string) error {
	f.hold.pass()
	f.mayPanic("order")
	if err := f.gone(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, order)
	return nil
}

func (f *fake) Do(ctx context.Context, command drivers.BarrierCommand) error {
	return f.obey(ctx, []string{"raise", "hold", "release", "lower", "stop"}[command])
}

func (f *fake) Probe(ctx context.Context) error {
	f.mayPanic("order")
	f.mu.Lock()
	slow := f.slow
	f.mu.Unlock()
	if slow {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.gone()
}

func (f *fake) Show(ctx context.Context, face drivers.Face) error {
	return f.obey(ctx, "show "+strings.Join(face.Lines, " / "))
}

func (f *fake) Print(ctx context.Context, slip drivers.Slip) error {
	return f.obey(ctx, "print "+slip.QR)
}

func (f *fake) Pay(ctx context.Context, order drivers.PaymentOrder) (drivers.PaymentAnswer, error) {
	return f.answer, f.obey(ctx, fmt.Sprint("pay ", order.Amount))
}

func (f *fake) Status(ctx context.Context, payment fact.PaymentID) (drivers.PaymentAnswer, error) {
	return f.answer, f.obey(ctx, fmt.Sprint("status ", payment))
}

func (f *fake) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	f.mayPanic("http")
	w.WriteHeader(http.StatusOK)
}

// logLines keeps what was logged.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *logLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(line))
	return len(line), nil
}

// with counts the lines that hold all these texts.
func (l *logLines) with(texts ...string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, line := range l.lines {
		found := true
		for _, text := range texts {
			found = found && strings.Contains(line, text)
		}
		if found {
			n++
		}
	}
	return n
}
