package journal_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// The tables of the model.
const (
	tableTotals = 1
	tableOpen   = 4
	tableRecent = 5 // closed visits that a fact may still change, and that a start must therefore load
	tableClosed = journal.ArchiveTable
)

// recentMax is how many closed visits the model remembers, as few as a State may.
const recentMax = journal.DrainFacts

// model is a State small enough to be right: visits that open, close and open again, and totals.
type model struct {
	totals totals
	open   map[string]visit
	closed map[string]visit // the recent ones
	order  []string         // in which they closed
	dirty  []dirt
}

type totals struct {
	Facts uint64   `cbor:"1,keyasint"`
	Money int64    `cbor:"2,keyasint"`
	Last  fact.Dot `cbor:"3,keyasint"`
}

type visit struct {
	Spot string `cbor:"1,keyasint"`
	Paid int64  `cbor:"2,keyasint"`
	// Closed is the number of the fact that closed the visit.
	Closed uint64 `cbor:"3,keyasint"`
}

type dirt struct {
	table uint8
	key   string
}

func newModel() journal.State { return emptyModel() }

func emptyModel() *model {
	return &model{open: map[string]visit{}, closed: map[string]visit{}}
}

func (*model) Version() uint64 { return 2 }

func (m *model) Apply(r fact.Record) {
	m.totals.Facts++
	m.totals.Last = r.Dot
	m.touch(tableTotals, "")
	switch f := r.Fact.(type) {
	case fact.EntryGranted:
		m.put(string(f.Ticket), visit{Spot: string(f.Spot)})
	case fact.PaymentReceived:
		m.totals.Money += f.AmountMinor
		if v, found := m.open[string(f.Ticket)]; found {
			v.Paid += f.AmountMinor
			m.put(string(f.Ticket), v)
		}
	case fact.TicketCorrected:
		if f.Close {
			m.close(string(f.Ticket))
		} else {
			m.reopen(string(f.Ticket))
		}
	}
}

func (m *model) touch(table uint8, key string) {
	m.dirty = append(m.dirty, dirt{table, key})
}

func (m *model) put(key string, v visit) {
	m.open[key] = v
	m.touch(tableOpen, key)
}

func (m *model) close(key string) {
	v, found := m.open[key]
	if !found {
		return
	}
	v.Closed = m.totals.Facts
	delete(m.open, key)
	m.closed[key] = v
	m.touch(tableOpen, key)
	m.touch(tableRecent, key)
	m.touch(tableClosed, key)
	if m.order = append(m.order, key); len(m.order) > recentMax {
		delete(m.closed, m.order[0])
		m.touch(tableRecent, m.order[0])
		m.order = m.order[1:]
	}
}

func (m *model) reopen(key string) {
	v, found := m.closed[key]
	if !found {
		return
	}
	v.Closed = 0
	delete(m.closed, key)
	m.order = slices.DeleteFunc(m.order, func(k string) bool { return k == key })
	m.touch(tableRecent, key)
	m.touch(tableClosed, key)
	m.put(key, v)
}

func (m *model) Load(table uint8, key string, value []byte) error {
	switch table {
	case tableTotals:
		return wire.Unmarshal(value, &m.totals)
	case tableOpen:
		var v visit
		err := wire.Unmarshal(value, &v)
		m.open[key] = v
		return err
	case tableRecent:
		var v visit
		err := wire.Unmarshal(value, &v)
		m.closed[key] = v
		m.order = append(m.order, key)
		slices.SortFunc(m.order, func(a, b string) int { return cmp.Compare(m.closed[a].Closed, m.closed[b].Closed) })
		return err
	}
	return fmt.Errorf("table %d", table)
}

func (m *model) Dirty(yield func(uint8, string, any)) {
	for _, d := range m.dirty {
		yield(d.table, d.key, m.value(d))
	}
	m.dirty = nil
}

func (m *model) value(d dirt) any {
	from := m.open
	switch d.table {
	case tableTotals:
		return m.totals
	case tableRecent, tableClosed:
		from = m.closed
	}
	if v, found := from[d.key]; found {
		return v
	}
	return nil
}

// difference describes where two models differ in what a restart must remember; empty if nowhere.
func difference(got, want *model) string {
	var lines []string
	if got.totals != want.totals {
		lines = append(lines, fmt.Sprintf("totals %+v, want %+v", got.totals, want.totals))
	}
	if d := mapDifference(got.open, want.open); d != "" {
		lines = append(lines, "open: "+d)
	}
	if d := mapDifference(got.closed, want.closed); d != "" {
		lines = append(lines, "closed: "+d)
	}
	return strings.Join(lines, "; ")
}

// mapDifference counts the keys whose visits differ and shows one.
func mapDifference(got, want map[string]visit) string {
	count, example := 0, ""
	note := func(key string) {
		count++
		example = fmt.Sprintf("%s: %v, want %v", key, got[key], want[key])
	}
	for key, v := range want {
		if w, found := got[key]; !found || v != w {
			note(key)
		}
	}
	for key := range got {
		if _, found := want[key]; !found {
			note(key)
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("%d differ, like %s", count, example)
}

// script makes facts one after the other, such that every kind of change occurs.
type script struct {
	incarnation fact.Incarnation
	seq         uint64
	at          fact.Stamp
}

func newScript(run int) *script {
	s := &script{incarnation: fact.NewIncarnation(1_790_000_000_000+int64(run)*60_000, uint16(run))}
	s.at = fact.Stamp{WallMS: 1_790_000_000_000, Boot: uint64(s.incarnation), Trust: fact.ClockSynced}
	return s
}

func (s *script) record(f fact.Fact) fact.Record {
	s.seq++
	s.at.WallMS++
	s.at.MonoMS++
	s.at.HLC = uint64(s.at.WallMS) << 16
	return fact.Record{Dot: fact.Dot{Incarnation: s.incarnation, Seq: s.seq}, At: s.at, Fact: f}
}

// next is the n-th visit's next fact, by a fixed cycle: entry, payment, close, and for each tenth a re-opening.
func (s *script) next() fact.Record {
	n, step := s.seq/4, s.seq%4
	ticket := fact.TicketID(fmt.Sprintf("T%s-%06d", s.incarnation, n))
	switch {
	case step == 0:
		spot := fact.SpotID(fmt.Sprint("P", n%500))
		return s.record(fact.EntryGranted{Gate: "in-1", Ticket: ticket, Spot: spot, Plate: "MKA1234", Reason: fact.ReasonPlate})
	case step == 1:
		return s.record(fact.PaymentReceived{Ticket: ticket, AmountMinor: int64(100 + n), Method: fact.MethodCash})
	case step == 2 && n%3 != 0:
		return s.record(fact.TicketCorrected{Ticket: ticket, Close: true, Actor: "test"})
	case step == 3 && n%10 == 1:
		return s.record(fact.TicketCorrected{Ticket: ticket, Actor: "test"})
	}
	return s.record(fact.SpotChanged{Spot: "P1", After: fact.SpotOccupied})
}

func (s *script) take(n int) []fact.Record {
	records := make([]fact.Record, n)
	for i := range records {
		records[i] = s.next()
	}
	return records
}

// dirtyAll has the next Dirty yield everything.
func (m *model) dirtyAll() {
	m.touch(tableTotals, "")
	for _, key := range slices.Sorted(maps.Keys(m.open)) {
		m.touch(tableOpen, key)
	}
	for _, key := range m.order {
		m.touch(tableRecent, key)
		m.touch(tableClosed, key)
	}
}
