package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"gatehouse/sync/fact"
)

// Book holds all rows of one location in memory: the ledger without a store, for simulations and to hold stores against.
type Book struct {
	zone     *time.Location
	rows     Rows
	hours    map[HourKey]*Sums
	refusals map[Refusal]int64
	payments map[fact.Dot]Payment
	spots    map[fact.SpotID]Spot
	alerts   map[alertKey]Alert
	steps    map[ClockStep]bool
	open     [SpotTypes]int64
}

// NewBook is an empty book of a location in a zone.
func NewBook(zone *time.Location) *Book {
	return &Book{
		zone: zone, rows: NewRows(), hours: map[HourKey]*Sums{}, refusals: map[Refusal]int64{}, payments: map[fact.Dot]Payment{},
		spots: map[fact.SpotID]Spot{}, alerts: map[alertKey]Alert{}, steps: map[ClockStep]bool{},
	}
}

// Fold folds facts that are new.
func (b *Book) Fold(records []fact.Record) Change {
	c := Fold(b.zone, b.rows, records)
	b.Put(c)
	return c
}

// Put adds a change to what the book holds.
func (b *Book) Put(c Change) {
	for _, t := range c.Tickets {
		b.rows.Tickets[t.ID] = t
	}
	for _, r := range c.Reservations {
		b.rows.Reservations[r.ID] = r
	}
	for _, p := range c.Passes {
		b.rows.Passes[p.ID] = p
	}
	for _, h := range c.Hours {
		if b.hours[h.HourKey] == nil {
			b.hours[h.HourKey] = &Sums{}
		}
		b.hours[h.HourKey].Add(h.Sums, 1)
	}
	for _, r := range c.Refusals {
		count := r.Count
		r.Count = 0
		b.refusals[r] += count
	}
	for _, p := range c.Payments {
		b.payments[p.Dot] = p
	}
	b.putNewest(c)
	for i := range c.Open {
		b.open[i] += c.Open[i]
	}
}

func (b *Book) putNewest(c Change) {
	for _, s := range c.Spots {
		if old, found := b.spots[s.ID]; !found || s.Newer(&old) {
			b.spots[s.ID] = s
		}
	}
	for _, a := range c.Alerts {
		key := alertKey{a.Kind, a.Subject}
		if old, found := b.alerts[key]; !found || a.Newer(&old) {
			b.alerts[key] = a
		}
	}
	for _, step := range c.Steps {
		b.steps[step] = true
	}
}

// Open is the number of open visits by the type that is priced.
func (b *Book) Open() [SpotTypes]int64 { return b.open }

// Hours are the sums of all hours, those of clocks that were set later moved to where they belong.
func (b *Book) Hours() []Hour {
	hours := make([]Hour, 0, len(b.hours))
	for _, key := range slices.SortedFunc(maps.Keys(b.hours), HourKey.compare) {
		hours = append(hours, Hour{key, *b.hours[key]})
	}
	// any order: the order of steps of a boot doesn't matter to their sum
	return Redate(hours, slices.Collect(maps.Keys(b.steps)), b.zone)
}

// Ticket finds a visit.
func (b *Book) Ticket(id fact.TicketID) (Ticket, bool) {
	if t := b.rows.Tickets[id]; t != nil {
		return *t, true
	}
	return Ticket{}, false
}

// Reservation finds a reservation.
func (b *Book) Reservation(id fact.ReservationID) (Reservation, bool) {
	if r := b.rows.Reservations[id]; r != nil {
		return *r, true
	}
	return Reservation{}, false
}

// Pass finds a pass.
func (b *Book) Pass(id fact.PassID) (Pass, bool) {
	if p := b.rows.Passes[id]; p != nil {
		return *p, true
	}
	return Pass{}, false
}

// Alerts are all that facts raised, sorted.
func (b *Book) Alerts() []Alert {
	alerts := make([]Alert, 0, len(b.alerts))
	for _, key := range slices.SortedFunc(maps.Keys(b.alerts), compareAlertKeys) {
		alerts = append(alerts, b.alerts[key])
	}
	return alerts
}

// DropAlerts forgets the alerts of some kinds.
func (b *Book) DropAlerts(kinds ...AlertKind) {
	maps.DeleteFunc(b.alerts, func(key alertKey, _ Alert) bool { return slices.Contains(kinds, key.kind) })
}

// Digest is the SHA-256 of all rows in a canonical form. Equal sets of facts have equal digests, whatever their order.
func (b *Book) Digest() [32]byte {
	w := digester{}
	for _, id := range slices.Sorted(maps.Keys(b.rows.Tickets)) {
		w.ticket(b.rows.Tickets[id])
	}
	for _, id := range slices.Sorted(maps.Keys(b.rows.Reservations)) {
		w.reservation(b.rows.Reservations[id])
	}
	for _, id := range slices.Sorted(maps.Keys(b.rows.Passes)) {
		w.pass(b.rows.Passes[id])
	}
	for _, key := range slices.SortedFunc(maps.Keys(b.hours), HourKey.compare) {
		w.hour(key, b.hours[key])
	}
	for _, key := range slices.SortedFunc(maps.Keys(b.refusals), compareRefusals) {
		w.refusal(key, b.refusals[key])
	}
	for _, dot := range slices.SortedFunc(maps.Keys(b.payments), compareDots) {
		w.payment(b.payments[dot])
	}
	for _, id := range slices.Sorted(maps.Keys(b.spots)) {
		s := b.spots[id]
		w.text("spot", string(s.ID))
		w.int(int64(s.Status), s.AtMS)
	}
	for _, a := range b.Alerts() {
		w.text("alert", string(a.Kind), a.Subject, a.Detail)
		w.int(truth(a.Active), a.AtMS)
	}
	w.int(b.open[:]...)
	return sha256.Sum256(w.buf)
}

// digester writes rows in their canonical form.
type digester struct{ buf []byte }

func (d *digester) text(texts ...string) {
	for _, text := range texts {
		d.buf = binary.AppendUvarint(d.buf, uint64(len(text)))
		d.buf = append(d.buf, text...)
	}
}

func (d *digester) int(values ...int64) {
	for _, value := range values {
		d.buf = binary.AppendVarint(d.buf, value)
	}
}

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func (d *digester) ticket(t *Ticket) {
	d.text("ticket", string(t.ID), string(t.Trail.Append(nil)), string(t.Plate), string(t.EntryGate), string(t.ExitGate),
		string(t.Reservation), string(t.Pass), t.Tariff, string(t.Spot))
	d.int(int64(t.Credential), int64(t.Priced), int64(t.Status), t.EnteredMS, t.LeftMS, t.FeeMinor, t.PaidMinor, t.OwedMinor, int64(t.Suspect))
}

func (d *digester) reservation(r *Reservation) {
	d.text("reservation", string(r.ID), string(r.Trail.Append(nil)), string(r.User), string(r.Plate), string(r.Spot), string(r.Ticket))
	d.int(r.PrepaidMinor, int64(r.SpotType), r.StartMS, r.EndMS, int64(r.Status))
}

func (d *digester) pass(p *Pass) {
	d.text("pass", string(p.ID), string(p.Trail.Append(nil)), string(p.User), string(p.Plate), p.Card)
	d.int(int64(p.SpotType), p.FromMS, p.UntilMS, truth(p.Revoked))
}

// hour leaves out what is zero: a row that came to nothing is none.
func (d *digester) hour(key HourKey, s *Sums) {
	if s.IsZero() {
		return
	}
	d.text("hour")
	d.int(int64(key.Day), int64(key.Hour), int64(key.Boot))
	for _, column := range s.columns() {
		d.int(*column)
	}
}

func (d *digester) refusal(r Refusal, count int64) {
	if count == 0 {
		return
	}
	d.text("refusal")
	d.int(int64(r.Day), int64(r.Hour), int64(r.Boot), truth(r.Exit), int64(r.Reason), count)
}

func (d *digester) payment(p Payment) {
	d.text("payment", string(p.ID), string(p.Ticket), string(p.Reservation), p.Reference)
	d.int(int64(p.Dot.Incarnation), int64(p.Dot.Seq), p.AmountMinor, int64(p.Method), p.AtMS)
}
