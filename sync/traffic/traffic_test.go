package traffic_test

import (
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/traffic"
)

const noonMS = 1_790_000_000_000/86_400_000*86_400_000 + 12*3_600_000

func begun(seed uint64) *traffic.Lot {
	l := traffic.New(traffic.Options{Location: "lot", Seed: seed, Spots: 40, PerDay: 500, StartMS: noonMS})
	l.Start(fact.NewIncarnation(noonMS, 1), noonMS, fact.Dot{}, [32]byte{})
	return l
}

func TestADayIsWhole(t *testing.T) {
	l := begun(1)
	inside, received, fees := map[fact.TicketID]bool{}, int64(0), int64(0)
	entries, last := 0, fact.Record{Dot: fact.Dot{Seq: 1}}
	for l.NextMS() < noonMS+86_400_000 {
		record := l.Next()
		if record.Dot.Seq != last.Dot.Seq+1 || record.At.HLC <= last.At.HLC {
			t.Fatalf("%+v after %+v", record, last)
		}
		last = record
		switch f := record.Fact.(type) {
		case fact.EntryGranted:
			entries++
			inside[f.Ticket] = true
		case fact.PaymentReceived:
			received += f.AmountMinor
		case fact.ExitGranted:
			if !inside[f.Ticket] {
				t.Fatalf("%s leaves and never came", f.Ticket)
			}
			delete(inside, f.Ticket)
			fees += f.FeeMinor
		}
	}
	if entries < 200 || received < fees || fees == 0 {
		t.Errorf("%d entries, %d received, %d owed", entries, received, fees)
	}
}

func TestOneSeedOneSequence(t *testing.T) {
	a, b := begun(3), begun(3)
	c := a.Clone(0)
	d := a.Clone(1)
	differs := false
	for range 500 {
		want := a.Next()
		if b.Next() != want || c.Next() != want {
			t.Fatal("two lots of one seed differ")
		}
		differs = differs || d.Next() != want
	}
	if !differs {
		t.Error("a clone with dice of its own did the same")
	}
}
