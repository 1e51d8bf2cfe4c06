package lot

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

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
	for _, t := range l.open {
		l.dirty.add(TableTickets, string(t.ID))
	}
	for _, t := range l.closed.ring {
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
	for _, key := range l.requestOrder {
		l.dirty.add(TableRequests, string(key))
	}
	for i := range l.hours {
		l.dirty.add(TableHours, hourKey(l.hours[i].StartMS))
	}
	for _, digest := range slices.Sorted(maps.Keys(l.promises)) {
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
		if t := l.tickets[fact.TicketID(k.key)]; t != nil && t.Open() {
			return t
		}
	case TableClosedTickets, TableRecent:
		if t := l.tickets[fact.TicketID(k.key)]; t != nil && !t.Open() {
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
		if r := l.requests[fact.RequestKey(k.key)]; r != nil {
			return r
		}
	case TableHours:
		if h := l.findHour(k.key); h != nil {
			return h
		}
	case TableTariffs:
		if p := l.promises[k.key]; p != nil {
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
			l.closed.load(t)
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
			l.promises[key] = p
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
		l.sensing[i] = occupancy.Restore(state.Sensed, state.Confidence)
		l.teach(i, learned)
	}
	return nil
}

func (l *Lot) loadTicket(value []byte) error {
	t := &Ticket{}
	if err := wire.Unmarshal(value, t); err != nil {
		return err
	}
	t.Lost = t.Lost || t.LostMinor > 0 // older versions wrote the price alone
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

// hour is the total of the hour that holds a moment, made if need be.
func (l *Lot) hour(wallMS int64) *Hour {
	if len(l.hours) == 0 || wallMS >= l.hourUntilMS { // a clock that went back adds to the newest hour
		l.turnHour(wallMS)
	}
	l.dirty.add(TableHours, l.hourKey)
	return &l.hours[len(l.hours)-1]
}

// turnHour makes the hour that holds a moment the newest one, if it is not, and notes until when it is.
func (l *Lot) turnHour(wallMS int64) {
	at := time.UnixMilli(wallMS).In(l.cfg.Zone)
	_, offsetS := at.Zone()
	startMS := wallMS - mod(wallMS+int64(offsetS)*1_000, hourMS) // civil hours: some zones are half an hour off
	if n := len(l.hours); n == 0 || l.hours[n-1].StartMS < startMS {
		l.endHours(startMS)
		l.addHour(Hour{StartMS: startMS, OccupiedUntil: startMS})
	}
	l.hourKey, l.hourUntilMS = hourKey(l.hours[len(l.hours)-1].StartMS), startMS+hourMS
	if _, changes := at.ZoneBounds(); !changes.IsZero() {
		l.hourUntilMS = min(l.hourUntilMS, changes.UnixMilli())
	}
}

// quietHoursMax is how many hours without any fact are written down before the next one.
const quietHoursMax = 24

// endHours ends the newest hour, and has the quiet ones follow it, since when nothing changed.
func (l *Lot) endHours(untilMS int64) {
	if len(l.hours) == 0 {
		return
	}
	newest := &l.hours[len(l.hours)-1]
	endMS := newest.StartMS + hourMS
	l.stayOccupied(newest, endMS)
	l.dirty.add(TableHours, hourKey(newest.StartMS))
	if untilMS-endMS > quietHoursMax*hourMS {
		return // nobody was there to know
	}
	for ; endMS+hourMS <= untilMS; endMS += hourMS {
		quiet := Hour{StartMS: endMS, OccupiedUntil: endMS}
		l.stayOccupied(&quiet, endMS+hourMS)
		l.addHour(quiet)
		l.dirty.add(TableHours, hourKey(endMS))
	}
}

// addHour begins an hour.
func (l *Lot) addHour(h Hour) {
	h.PeakInside, h.PeakOccupied = l.meta.LoopInside, int64(l.counts.all[fact.SpotOccupied])
	l.hours = append(l.hours, h)
	if len(l.hours) > hoursMax {
		l.dirty.add(TableHours, hourKey(l.hours[0].StartMS))
		l.hours = l.hours[1:]
	}
}

// stayOccupied counts the time up to a moment for the spots that are occupied.
func (l *Lot) stayOccupied(h *Hour, untilMS int64) {
	if untilMS > h.OccupiedUntil {
		h.OccupiedMS += int64(l.counts.all[fact.SpotOccupied]) * (untilMS - h.OccupiedUntil)
		h.OccupiedUntil = untilMS
	}
}

// OccupiedMS is the time that spots were occupied in an hour, added up, and for how long that is known: in the newest hour,
// until now.
func (l *Lot) OccupiedMS(h Hour) (spotMS, knownMS int64) {
	if h.StartMS == l.hours[len(l.hours)-1].StartMS {
		l.stayOccupied(&h, min(max(h.OccupiedUntil, l.now.WallMS), h.StartMS+hourMS))
	}
	return h.OccupiedMS, h.OccupiedUntil - h.StartMS
}

func hourKey(startMS int64) string { return fmt.Sprintf("%016x", uint64(startMS)) }

func (l *Lot) findHour(key string) *Hour {
	startMS, err := strconv.ParseUint(key, 16, 64)
	for i := len(l.hours) - 1; i >= 0 && err == nil; i-- {
		if l.hours[i].StartMS == int64(startMS) {
			return &l.hours[i]
		}
	}
	return nil
}

func (l *Lot) restoreHour(h Hour) {
	at := len(l.hours)
	for at > 0 && l.hours[at-1].StartMS > h.StartMS {
		at--
	}
	l.hours = append(l.hours, Hour{})
	copy(l.hours[at+1:], l.hours[at:])
	l.hours[at] = h
	l.hourUntilMS = 0
}

const (
	hourMS = 3_600_000
	dayMS  = 24 * hourMS
)

// mod is the remainder that is never negative.
func mod(a, b int64) int64 { return (a%b + b) % b }

// remember keeps the answer to an idempotency key.
func (l *Lot) remember(f fact.RequestHandled, wallMS int64) {
	l.restoreRequest(f.Key, &request{Handled: f, AtMS: wallMS})
	l.dirty.add(TableRequests, string(f.Key))
	if len(l.requestOrder) > requestsMax {
		l.forget()
	}
}

func (l *Lot) restoreRequest(key fact.RequestKey, r *request) {
	if l.requests[key] == nil {
		l.requestOrder = append(l.requestOrder, key)
	}
	l.requests[key] = r
}

// forget drops the oldest remembered answer.
func (l *Lot) forget() {
	key := l.requestOrder[0]
	l.requestOrder = l.requestOrder[1:]
	delete(l.requests, key)
	l.dirty.add(TableRequests, string(key))
}

// expireRequests forgets the answers that are old enough.
func (l *Lot) expireRequests() {
	for len(l.requestOrder) > 0 {
		r := l.requests[l.requestOrder[0]]
		if r != nil && l.now.WallMS-r.AtMS < l.cfg.Policy.RequestKeepMS {
			return
		}
		l.forget()
	}
}
