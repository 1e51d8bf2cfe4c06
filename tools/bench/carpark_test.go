package main

import (
	"slices"
	"testing"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// TestCarpark has vehicles come and go, and counts them in every way there is.
func TestCarpark(t *testing.T) {
	c, err := halfFull(100, 40)
	if err != nil {
		t.Fatal(err)
	}
	facts, steps := map[fact.Kind]int{}, map[decision]int{}
	c.handle = func(kind decision, now fact.Stamp, event lot.Event) lot.Out {
		out := c.lot.Step(now, event)
		steps[kind]++
		for _, record := range out.Facts {
			facts[record.Fact.Kind()]++
		}
		return out
	}
	const vehicles = 30
	c.pace(vehicles)
	if err := c.check(); err != nil {
		t.Error(err)
	}
	for _, kind := range []fact.Kind{fact.KindEntryGranted, fact.KindPaymentRequested, fact.KindPaymentReceived, fact.KindExitGranted, fact.KindTicketParked} {
		if facts[kind] != vehicles {
			t.Errorf("%d facts of kind %d, not one for each vehicle", facts[kind], kind)
		}
	}
	if facts[fact.KindVehiclePassed] != 2*vehicles || facts[fact.KindSpotChanged] != 2*vehicles {
		t.Errorf("facts: %v", facts)
	}
	if steps[entryByPlate] != vehicles || steps[exitByPlate] != vehicles || steps[exitAfterPay] != vehicles {
		t.Errorf("decisions: %v", steps)
	}
	if in := c.lot.Inside(); in.Tickets != 40 || in.Loops != 40 || in.Spots != 40 || c.left != vehicles || len(c.inside) != 40 {
		t.Errorf("%+v, and %d have left", in, c.left)
	}
	if alerts := c.lot.Alerts(); len(alerts) > 0 {
		t.Errorf("%+v", alerts)
	}
}

// A vehicle that does not get in is an error and no figure.
func TestFullCarparkIsNoMeasurement(t *testing.T) {
	c, err := halfFull(10, 8)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c.come(0)
		c.runOut()
	}
	if err := c.check(); err == nil {
		t.Error("one vehicle more than spots was let in")
	}
}

func TestAgendaKeepsTheOrder(t *testing.T) {
	var a agenda
	var done []int
	for i, atMS := range []int64{30, 10, 20, 10} {
		a.add(atMS, func() { done = append(done, i) })
	}
	for a.next() != never {
		a.take().do()
	}
	if want := []int{1, 3, 2, 0}; !slices.Equal(done, want) {
		t.Errorf("%v, not %v", done, want)
	}
}

// The same facts are a transaction of bbolt with all that they are about.
func TestTransactionHasWhatAnEntryChanges(t *testing.T) {
	c, err := halfFull(20, 5)
	if err != nil {
		t.Fatal(err)
	}
	var entries int
	c.handle = func(kind decision, now fact.Stamp, event lot.Event) lot.Out {
		out := c.lot.Step(now, event)
		if kind != entryByPlate {
			return out
		}
		entries++
		transaction, err := c.asTransaction(out.Facts)
		if err != nil {
			t.Fatal(err)
		}
		for bucket, record := range transaction {
			if len(record.Key) == 0 || len(record.Value) == 0 {
				t.Errorf("bucket %d gets nothing", bucket)
			}
		}
		if size, err := frameBytes(out.Facts); err != nil || size%frameAlign != 0 || size <= frameHeadBytes {
			t.Errorf("%d bytes in the log, %v", size, err)
		}
		return out
	}
	c.pace(1)
	if entries != 1 {
		t.Errorf("%d entries", entries)
	}
}
