package lot_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// failer is what checks need of a test: *testing.T and *rapid.T are both.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// kept are state records as a journal keeps them, by table and key.
type kept map[string][]byte

// archived is the first table that a start does not read.
const archived = 128

// take takes over what changed since the last time.
func (k kept) take(t failer, l *lot.Lot) {
	l.Dirty(func(table uint8, key string, value any) {
		at := string([]byte{table}) + key
		if value == nil {
			delete(k, at)
			return
		}
		data, err := wire.Marshal(value)
		if err != nil {
			t.Fatalf("record %d/%s: %v", table, key, err)
		}
		k[at] = data
	})
}

// load puts what a start reads into a fresh lot.
func (k kept) load(t failer, cfg *lot.Config) *lot.Lot {
	fresh := newLot(t, cfg)
	for _, at := range slices.Sorted(maps.Keys(k)) {
		if at[0] >= archived {
			continue
		}
		if err := fresh.Load(at[0], at[1:], k[at]); err != nil {
			t.Fatal(err)
		}
	}
	return fresh
}

// everything is all that a lot remembers.
func everything(t failer, l *lot.Lot) kept {
	k := kept{}
	l.DirtyAll()
	k.take(t, l)
	return k
}

func newLot(t failer, cfg *lot.Config) *lot.Lot {
	fresh, err := lot.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// folded is the lot that the facts alone lead to.
func folded(t failer, cfg *lot.Config, records []fact.Record) *lot.Lot {
	fresh := newLot(t, cfg)
	for _, r := range records {
		fresh.Apply(r)
	}
	return fresh
}

// sameState compares all that two lots remember and a start would read, but for the baselines, which no fact tells.
func sameState(t failer, got, want kept) {
	t.Helper()
	for _, at := range slices.Sorted(maps.Keys(merged(got, want))) {
		if at[0] < archived && at[0] != lot.TableBaselines && !bytes.Equal(got[at], want[at]) {
			t.Fatalf("record %d/%s differs\n got %s\nwant %s", at[0], at[1:], readable(at, got[at]), readable(at, want[at]))
		}
	}
}

func merged(a, b kept) kept {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// readable is a stored record for people.
func readable(at string, data []byte) string {
	if data == nil {
		return "nothing"
	}
	var value any = &map[uint64]any{}
	switch at[0] {
	case lot.TableMeta:
		value = &lot.Meta{}
	case lot.TableGates:
		value = &lot.GateState{}
	case lot.TableSpots:
		value = &lot.SpotState{}
	case lot.TableTickets:
		value = &lot.Ticket{}
	case lot.TableReservations:
		value = &lot.Reservation{}
	case lot.TablePasses:
		value = &lot.Pass{}
	case lot.TableHours:
		value = &lot.Hour{}
	}
	if err := wire.Unmarshal(data, value); err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(fmt.Sprintf("%+v", value), "&")
}

// sound recounts everything that a lot counts, and checks what must always hold.
func sound(t failer, l *lot.Lot) {
	t.Helper()
	cfg := l.Config()
	holder := map[fact.TicketID]fact.SpotID{}
	all, types, floors := lot.Tally{}, map[fact.SpotType]lot.Tally{}, map[int]lot.Tally{}
	for i := range cfg.Spots {
		spot, state := &cfg.Spots[i], l.SpotState(int32(i))
		count(&all, state.Status())
		byType, byFloor := types[spot.Type], floors[spot.Floor]
		count(&byType, state.Status())
		count(&byFloor, state.Status())
		types[spot.Type], floors[spot.Floor] = byType, byFloor
		if state.Ticket == "" {
			continue
		}
		if other := holder[state.Ticket]; other != "" {
			t.Fatalf("ticket %s has spots %s and %s", state.Ticket, other, spot.ID)
		}
		holder[state.Ticket] = spot.ID
	}
	if l.Tally() != all {
		t.Fatalf("the lot counts %+v, and it is %+v", l.Tally(), all)
	}
	for kind, want := range types {
		if got := l.TallyOfType(kind); got != want {
			t.Fatalf("the lot counts %+v of type %s, and it is %+v", got, kind, want)
		}
	}
	for floor, want := range floors {
		if got := l.TallyOfFloor(floor); got != want {
			t.Fatalf("the lot counts %+v on floor %d, and it is %+v", got, floor, want)
		}
		if shown, unknown := l.SignOf(floor); !unknown && shown > want.Available {
			t.Fatalf("the sign of floor %d shows %d free, and there are %d", floor, shown, want.Available)
		}
	}
	soundTickets(t, l, holder)
}

// soundTickets checks open tickets against the spots that are theirs.
func soundTickets(t failer, l *lot.Lot, holder map[fact.TicketID]fact.SpotID) {
	t.Helper()
	open := map[fact.TicketID]bool{}
	for _, ticket := range l.OpenTickets() {
		open[ticket.ID] = true
		if ticket.Parked && (ticket.Spot == "" || holder[ticket.ID] != ticket.Spot) {
			t.Fatalf("ticket %s is parked on %s, which is not its own", ticket.ID, ticket.Spot)
		}
		if spot, held := holder[ticket.ID]; held && spot != ticket.Spot {
			t.Fatalf("ticket %s has spot %s, and thinks it is %s", ticket.ID, spot, ticket.Spot)
		}
	}
	for ticket, spot := range holder {
		if !open[ticket] {
			t.Fatalf("spot %s is held for ticket %s, which is not open", spot, ticket)
		}
	}
}

// count adds one spot to a tally.
func count(tally *lot.Tally, status fact.SpotStatus) {
	tally.Total++
	switch status {
	case fact.SpotAvailable:
		tally.Available++
	case fact.SpotOccupied:
		tally.Occupied++
	case fact.SpotReserved:
		tally.Reserved++
	case fact.SpotHeld:
		tally.Held++
	case fact.SpotMaintenance:
		tally.Maintenance++
	default:
		tally.Unknown++
	}
}
