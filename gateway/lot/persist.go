package lot

import (
	"fmt"
	"maps"
	"slices"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// dirtySet lists the state records that changed since they were last taken, each once.
type dirtySet struct {
	list []dirtyKey
	has  map[dirtyKey]struct{}
}

type dirtyKey struct {
	table Table
	key   string
}

func (d *dirtySet) add(table Table, key string) {
	k := dirtyKey{table, key}
	if _, found := d.has[k]; found {
		return
	}
	if d.has == nil {
		d.has = map[dirtyKey]struct{}{}
	}
	d.has[k] = struct{}{}
	d.list = append(d.list, k)
}

// Dirty yields the state records that changed since the last call. A nil value is a record that is gone. The
// values hold until the next Step or Apply.
func (l *Lot) Dirty(yield func(table uint8, key string, value any)) {
	for _, k := range l.dirty.list {
		yield(k.table, k.key, l.stored(k))
	}
	l.dirty.list = l.dirty.list[:0]
	clear(l.dirty.has)
}

// DirtyAll has the next Dirty yield everything: for a journal that can't know what its predecessor wrote.
func (l *Lot) DirtyAll() {
	l.dirty.add(TableMeta, "")
	for i := range l.cfg.Gates {
		l.dirty.add(TableGates, string(l.cfg.Gates[i].ID))
	}
	for i := range l.cfg.Spots {
		l.dirty.add(TableSpots, string(l.cfg.Spots[i].ID))
		l.storeBaselinesOf(i)
	}
	for _, t := range l.tickets.open {
		l.dirty.add(TableTickets, string(t.ID))
	}
	for _, t := range l.tickets.closed.ring {
		if t != nil {
			l.dirty.add(TableTickets, string(t.ID))
			l.dirty.add(TableClosedTickets, string(t.ID))
			l.dirty.add(TableRecent, string(t.ID))
		}
	}
	for _, r := range l.book.Reservations() {
		l.dirty.add(TableReservations, string(r.ID))
		if !r.Live() {
			l.dirty.add(TableEndedReservations, string(r.ID))
		}
	}
	for _, p := range l.book.Passes() {
		l.dirty.add(TablePasses, string(p.ID))
	}
	for _, key := range l.answers.order {
		l.dirty.add(TableRequests, string(key))
	}
	for i := range l.hours.list {
		l.dirty.add(TableHours, hourKey(l.hours.list[i].StartMS))
	}
	for _, digest := range slices.Sorted(maps.Keys(l.tariffs.promises)) {
		l.dirty.add(TableTariffs, digest)
	}
	for _, coupon := range slices.Sorted(maps.Keys(l.burnt)) {
		l.dirty.add(TableCoupons, coupon)
	}
}

// stored is the present value of a state record.
func (l *Lot) stored(k dirtyKey) any {
	switch k.table {
	case TableMeta:
		return l.meta
	case TableGates:
		return l.gates[l.gateIndex[fact.GateID(k.key)]]
	case TableSpots:
		return l.spots[l.spotIndex[fact.SpotID(k.key)]]
	case TableTickets:
		if t := l.tickets.byID[fact.TicketID(k.key)]; t != nil && t.Open() {
			return t
		}
	case TableClosedTickets, TableRecent:
		if t := l.tickets.byID[fact.TicketID(k.key)]; t != nil && !t.Open() {
			return t
		}
	case TableReservations:
		if r, found := l.book.ByID(fact.ReservationID(k.key)); found && (r.Live() || r.Right > 0) {
			return r // a voucher that was used is remembered as long as somebody may come with it again
		}
	case TableEndedReservations:
		if r, found := l.book.ByID(fact.ReservationID(k.key)); found && !r.Live() {
			return r
		}
	case TablePasses:
		if p, found := l.book.PassByID(fact.PassID(k.key)); found {
			return p
		}
	case TableRequests:
		if r := l.answers.byKey[fact.RequestKey(k.key)]; r != nil {
			return r
		}
	case TableHours:
		if h := l.findHour(k.key); h != nil {
			return h
		}
	case TableTariffs:
		if p := l.tariffs.promises[k.key]; p != nil {
			return p
		}
	case TableCoupons:
		if ticket, found := l.burnt[k.key]; found {
			return ticket
		}
	case TableBaselines:
		if b, found := l.learned(l.spotIndex[fact.SpotID(k.key)]); found {
			return b
		}
	}
	return nil
}

// Load restores one stored state record. Records may come in any order of tables below 128.
func (l *Lot) Load(table uint8, key string, value []byte) error {
	var err error
	switch table {
	case TableMeta:
		err = wire.Unmarshal(value, &l.meta)
		l.restoreLent()
	case TableGates:
		if i, found := l.gateIndex[fact.GateID(key)]; found {
			err = wire.Unmarshal(value, &l.gates[i])
		}
	case TableSpots:
		err = l.loadSpot(fact.SpotID(key), value)
	case TableTickets:
		err = l.loadTicket(value)
	case TableRecent:
		t := &Ticket{}
		if err = wire.Unmarshal(value, t); err == nil {
			l.keepTicket(t)
			l.tickets.closed.load(t)
		}
	case TableReservations:
		var r Reservation
		if err = wire.Unmarshal(value, &r); err == nil {
			l.book.Load([]Reservation{r}, nil)
		}
	case TablePasses:
		var p Pass
		if err = wire.Unmarshal(value, &p); err == nil {
			l.book.Load(nil, []Pass{p})
		}
	case TableRequests:
		r := &request{}
		if err = wire.Unmarshal(value, r); err == nil {
			l.restoreRequest(fact.RequestKey(key), r)
		}
	case TableHours:
		var h Hour
		if err = wire.Unmarshal(value, &h); err == nil {
			l.restoreHour(h)
		}
	case TableTariffs:
		p := &promise{}
		if err = wire.Unmarshal(value, p); err == nil {
			l.tariffs.promises[key] = p
		}
	case TableCoupons:
		var ticket fact.TicketID
		if err = wire.Unmarshal(value, &ticket); err == nil {
			l.burnt[key] = ticket
		}
	case TableBaselines:
		err = l.loadBaselines(fact.SpotID(key), value)
	default:
		return fmt.Errorf("lot: stored table %d is not known to this version", table)
	}
	if err != nil {
		return fmt.Errorf("lot: stored record %d/%s: %w", table, key, err)
	}
	return nil
}

func (l *Lot) loadSpot(id fact.SpotID, value []byte) error {
	var state SpotState
	if err := wire.Unmarshal(value, &state); err != nil {
		return err
	}
	if i, found := l.spotIndex[id]; found {
		l.restoreSpot(i, state)
		learned, _ := l.learned(i) // its record may have come first
		l.sensing.spots[i] = occupancy.Restore(state.Sensed, state.Confidence)
		l.teach(i, learned)
	}
	return nil
}

func (l *Lot) loadTicket(value []byte) error {
	t := &Ticket{}
	if err := wire.Unmarshal(value, t); err != nil {
		return err
	}
	l.keepTicket(t)
	l.insertTicket(t)
	switch {
	case t.Parked:
	case t.VacatedMS != 0:
		l.roam(t)
	case t.Status != TicketAdmitted:
		l.expect(t)
	}
	return nil
}
