package ledger_test

import (
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// writer writes the facts of one run of a gateway.
type writer struct {
	incarnation fact.Incarnation
	clock       fact.Clock
	wallMS      int64
	trust       fact.Trust
	records     []fact.Record
}

func newWriter(incarnation uint64, start time.Time) *writer {
	return &writer{
		incarnation: fact.Incarnation(incarnation), clock: fact.Clock{Boot: incarnation}, wallMS: start.UnixMilli(), trust: fact.ClockSynced,
	}
}

func (w *writer) after(d time.Duration, f fact.Fact) {
	w.wallMS += d.Milliseconds()
	w.records = append(w.records, fact.Record{
		Dot: fact.Dot{Incarnation: w.incarnation, Seq: uint64(len(w.records) + 1)},
		At:  w.clock.At(w.wallMS, w.wallMS, w.trust), Fact: f,
	})
}

var june = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// visit is a car that stays two hours and pays by card.
func (w *writer) visit(id fact.TicketID) {
	w.after(0, fact.EntryGranted{Gate: "in", Ticket: id, Plate: "AB123", Priced: fact.Regular, Spot: "A1", Reason: fact.ReasonPlate})
	w.after(5*time.Second, fact.VehiclePassed{Gate: "in", Direction: fact.Inward, Ticket: id})
	w.after(time.Minute, fact.TicketParked{Ticket: id, Spot: "A2", Held: "A1"})
	w.after(2*time.Hour, fact.PaymentReceived{Payment: "P1" + fact.PaymentID(id), Ticket: id, AmountMinor: 450, Method: fact.MethodCreditCard})
	w.after(time.Minute, fact.ExitGranted{Gate: "out", Ticket: id, FeeMinor: 450, PaidMinor: 450, Reason: fact.ReasonPaid})
	w.after(10*time.Second, fact.VehiclePassed{Gate: "out", Direction: fact.Outward, Ticket: id})
}

func TestAVisitFromEntryToExit(t *testing.T) {
	book := ledger.NewBook(zone(t, "Europe/Berlin"))
	w := newWriter(1, june)
	w.visit("T1")
	open := int64(0)
	for i, r := range w.records {
		book.Fold([]fact.Record{r})
		if i < len(w.records)-1 {
			open = book.Open()[fact.Regular]
		}
	}
	if open != 1 || book.Open()[fact.Regular] != 0 {
		t.Errorf("open before the exit %d, after it %d", open, book.Open()[fact.Regular])
	}
	ticket, _ := book.Ticket("T1")
	if ticket.Status != ledger.TicketCompleted || ticket.Spot != "A2" || ticket.PaidMinor != 450 || ticket.LeftMS-ticket.EnteredMS != 7_335_000 {
		t.Errorf("%+v", ticket)
	}
	hours := book.Hours()
	if len(hours) != 2 || hours[0].Hour != 10 || hours[0].Entries != 1 || hours[1].Hour != 12 || hours[1].Exits != 1 {
		t.Fatalf("%+v", hours)
	}
	if h := hours[1]; h.Sessions != 1 || h.RevenueMinor[fact.MethodCreditCard] != 450 || h.StayMS != 7_335_000 || h.NetMinor() != 450 {
		t.Errorf("%+v", h)
	}
}

func TestARefundIsNoNegativeRevenue(t *testing.T) {
	book := ledger.NewBook(time.UTC)
	w := newWriter(1, june)
	w.after(0, fact.PaymentReceived{Payment: "P1", AmountMinor: 900, Method: fact.MethodCash})
	w.after(0, fact.PaymentReceived{Payment: "P2", AmountMinor: -400, Method: fact.MethodCash})
	w.after(0, fact.FeeOwed{Ticket: "T1", AmountMinor: 250})
	book.Fold(w.records)
	h := book.Hours()[0]
	if h.ReceivedMinor() != 900 || h.RefundMinor != 400 || h.NetMinor() != 500 || h.OwedMinor != 250 || h.Payments != 1 {
		t.Errorf("%+v", h)
	}
}

func TestACarThatStandsInsideHasNotBackedOut(t *testing.T) {
	book := ledger.NewBook(time.UTC)
	w := newWriter(1, june)
	w.after(0, fact.EntryGranted{Gate: "in", Ticket: "T1", Priced: fact.EV})
	w.after(0, fact.VehicleBackedOut{Gate: "in", Direction: fact.Inward, Ticket: "T1"})
	w.after(0, fact.EntryGranted{Gate: "in", Ticket: "T2", Priced: fact.EV})
	w.after(0, fact.VehiclePassed{Gate: "in", Direction: fact.Inward, Ticket: "T2"})
	w.after(0, fact.VehicleBackedOut{Gate: "in", Direction: fact.Inward, Ticket: "T2"})
	book.Fold(w.records)
	first, _ := book.Ticket("T1")
	second, _ := book.Ticket("T2")
	if first.Status != ledger.TicketCancelled || second.Status != ledger.TicketActive || book.Open()[fact.EV] != 1 {
		t.Errorf("%v %v %v", first.Status, second.Status, book.Open())
	}
}

func TestARevocationWinsOverAnIssueThatComesLater(t *testing.T) {
	w := newWriter(1, june)
	w.after(0, fact.PassIssued{Pass: "M1", Plate: "AB123", UntilMS: 1})
	w.after(0, fact.PassRevoked{Pass: "M1"})
	w.after(0, fact.PassIssued{Pass: "M1", Plate: "CD456", UntilMS: 2})
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		book := ledger.NewBook(time.UTC)
		for _, i := range order {
			book.Fold(w.records[i : i+1])
		}
		if pass, _ := book.Pass("M1"); !pass.Revoked || pass.Plate != "CD456" {
			t.Errorf("%v: %+v", order, pass)
		}
	}
}

func TestHoursOfAClockThatWasNeverSetMoveWhenItIs(t *testing.T) {
	book := ledger.NewBook(time.UTC)
	w := newWriter(7, time.Date(1970, 1, 1, 0, 10, 0, 0, time.UTC))
	w.trust = fact.ClockUnset
	w.visit("T1")
	book.Fold(w.records)
	if hours := book.Hours(); hours[0].Day != 19700101 || hours[0].Boot != 7 {
		t.Fatalf("%+v", hours)
	}
	step := june.UnixMilli() - w.wallMS
	w.wallMS, w.trust = june.UnixMilli(), fact.ClockSynced
	w.after(0, fact.ClockChanged{From: fact.ClockUnset, To: fact.ClockSynced, StepMS: step})
	book.Fold(w.records[len(w.records)-1:])
	sessions := int64(0)
	for _, h := range book.Hours() {
		if h.Day != 20260601 || h.Boot != 0 {
			t.Errorf("%+v", h.HourKey)
		}
		sessions += h.Sessions
	}
	if sessions != 1 {
		t.Errorf("%d sessions", sessions)
	}
}

func TestAClockFarInTheFutureWinsNothingBack(t *testing.T) {
	// The clock of one run was ten years ahead; the logical clock goes on from there in the next one.
	book := ledger.NewBook(time.UTC)
	w := newWriter(1, june.AddDate(10, 0, 0))
	w.after(0, fact.EntryGranted{Gate: "in", Ticket: "T1", Priced: fact.Regular})
	next := newWriter(2, june)
	next.clock.Resume(w.records[0].At)
	next.after(0, fact.VehiclePassed{Gate: "in", Direction: fact.Inward, Ticket: "T1"})
	next.after(0, fact.VehiclePassed{Gate: "out", Direction: fact.Outward, Ticket: "T1"})
	book.Fold(next.records)
	book.Fold(w.records)
	if ticket, _ := book.Ticket("T1"); ticket.Status != ledger.TicketCompleted {
		t.Errorf("%v", ticket.Status)
	}
}

func TestLateFactsRestateAClosedDay(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	w := newWriter(1, june)
	w.visit("T1")
	change := ledger.NewBook(berlin).Fold(w.records)
	if same := ledger.Restate(change.Hours, berlin, june.Add(6*time.Hour).UnixMilli()); len(same) != 0 {
		t.Errorf("the same day: %+v", same)
	}
	late := ledger.Restate(change.Hours, berlin, june.AddDate(0, 0, 3).UnixMilli())
	if len(late) != 1 || late[0].Day != 20260601 || late[0].On != 20260604 || late[0].NetMinor() != 450 || late[0].Sessions != 1 {
		t.Errorf("%+v", late)
	}
}

// randomFacts are facts about few things, so that they meet.
func randomFacts(t *rapid.T) []fact.Record {
	ticket := rapid.SampledFrom([]fact.TicketID{"", "T1", "T2", "T3"})
	reservation := rapid.SampledFrom([]fact.ReservationID{"", "R1", "R2"})
	spot := rapid.SampledFrom([]fact.SpotID{"", "A1", "A2"})
	direction := rapid.SampledFrom([]fact.Direction{fact.Inward, fact.Outward})
	amount := rapid.Int64Range(-500, 2_000)
	makers := []func() fact.Fact{
		func() fact.Fact {
			return fact.EntryGranted{
				Ticket: ticket.Draw(t, "ticket"), Spot: spot.Draw(t, "spot"), Reservation: reservation.Draw(t, "reservation"),
				Priced: rapid.SampledFrom(fact.SpotTypes()).Draw(t, "type"), Plate: rapid.SampledFrom([]fact.Plate{"A", "B"}).Draw(t, "plate"),
			}
		},
		func() fact.Fact { return fact.EntryReadmitted{Ticket: ticket.Draw(t, "ticket")} },
		func() fact.Fact { return fact.EntryDenied{Reason: fact.ReasonFull} },
		func() fact.Fact {
			return fact.ExitGranted{Ticket: ticket.Draw(t, "ticket"), FeeMinor: amount.Draw(t, "fee"), Gate: "out"}
		},
		func() fact.Fact { return fact.ExitDenied{Reason: fact.ReasonUnpaid} },
		func() fact.Fact {
			return fact.VehiclePassed{Ticket: ticket.Draw(t, "ticket"), Direction: direction.Draw(t, "direction")}
		},
		func() fact.Fact {
			return fact.VehicleBackedOut{Ticket: ticket.Draw(t, "ticket"), Direction: direction.Draw(t, "direction")}
		},
		func() fact.Fact {
			return fact.PaymentReceived{Ticket: ticket.Draw(t, "ticket"), AmountMinor: amount.Draw(t, "amount"), Method: fact.MethodCash}
		},
		func() fact.Fact { return fact.FeeOwed{Ticket: ticket.Draw(t, "ticket"), AmountMinor: 300} },
		func() fact.Fact { return fact.TicketLost{Ticket: ticket.Draw(t, "ticket"), Plate: "C"} },
		func() fact.Fact {
			return fact.TicketCorrected{Ticket: ticket.Draw(t, "ticket"), Close: rapid.Bool().Draw(t, "close")}
		},
		func() fact.Fact {
			return fact.TicketParked{Ticket: ticket.Draw(t, "ticket"), Spot: spot.Draw(t, "spot")}
		},
		func() fact.Fact {
			return fact.TicketSuspected{Ticket: ticket.Draw(t, "ticket"), Reason: rapid.SampledFrom([]fact.Reason{fact.ReasonOverlong, fact.ReasonMissedExit}).Draw(t, "why")}
		},
		func() fact.Fact {
			return fact.SpotChanged{Spot: spot.Draw(t, "spot"), After: rapid.SampledFrom([]fact.SpotStatus{fact.SpotAvailable, fact.SpotOccupied}).Draw(t, "status")}
		},
		func() fact.Fact { return fact.GateFaulted{Gate: "in", Fault: fact.FaultStuckOpen} },
		func() fact.Fact { return fact.GateRecovered{Gate: "in", Fault: fact.FaultStuckOpen} },
		func() fact.Fact {
			return fact.ReservationMade{Reservation: reservation.Draw(t, "reservation"), User: "u", StartMS: 1, EndMS: 2}
		},
		func() fact.Fact {
			return fact.ReservationEdited{Reservation: reservation.Draw(t, "reservation"), StartMS: amount.Draw(t, "start"), EndMS: 9}
		},
		func() fact.Fact {
			return fact.ReservationEnded{Reservation: reservation.Draw(t, "reservation"), Status: fact.ReservationCancelled}
		},
		func() fact.Fact {
			return fact.ReservationSpot{Reservation: reservation.Draw(t, "reservation"), Spot: spot.Draw(t, "spot")}
		},
		func() fact.Fact { return fact.PassIssued{Pass: "M1", UntilMS: amount.Draw(t, "until")} },
		func() fact.Fact { return fact.PassRevoked{Pass: "M1"} },
		func() fact.Fact { return fact.ClockChanged{StepMS: amount.Draw(t, "step")} },
	}
	var records []fact.Record
	for incarnation := range uint64(rapid.IntRange(1, 3).Draw(t, "runs")) {
		w := newWriter(incarnation+1, june)
		w.trust = fact.Trust(rapid.IntRange(0, 2).Draw(t, "trust"))
		for range rapid.IntRange(1, 25).Draw(t, "facts") {
			w.after(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes"))*time.Minute, rapid.SampledFrom(makers).Draw(t, "maker")())
		}
		records = append(records, w.records...)
	}
	return records
}

func TestAnyOrderAndAnyCutEndInTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := randomFacts(t)
		want := ledger.NewBook(time.UTC)
		want.Fold(records)

		shuffled := append([]fact.Record(nil), records...)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		got := ledger.NewBook(time.UTC)
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(t, "cut")
			got.Fold(shuffled[:n])
			shuffled = shuffled[n:]
		}
		if got.Digest() != want.Digest() {
			t.Fatalf("another digest in another order\nwant %+v\ngot  %+v", want.Hours(), got.Hours())
		}
	})
}

func TestTrailsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var trail ledger.Trail
		for range rapid.IntRange(0, 20).Draw(t, "traces") {
			trail, _ = trail.Add(ledger.Trace{
				Dot:  fact.Dot{Incarnation: fact.Incarnation(rapid.Uint64().Draw(t, "incarnation")), Seq: rapid.Uint64().Draw(t, "seq")},
				Kind: fact.Kind(rapid.IntRange(1, 255).Draw(t, "kind")), Flag: rapid.Bool().Draw(t, "flag"), Unset: rapid.Bool().Draw(t, "unset"),
				HLC: rapid.Uint64().Draw(t, "hlc"), WallMS: rapid.Int64Range(-1<<50, 1<<50).Draw(t, "wall"), Minor: rapid.Int64().Draw(t, "minor"),
			})
		}
		buf := trail.Append(nil)
		again, err := ledger.ParseTrail(buf)
		if err != nil || string(again.Append(nil)) != string(buf) || len(again) != len(trail) {
			t.Fatalf("%v\n%v\n%v", err, trail, again)
		}
	})
}

func FuzzParseTrail(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		trail, err := ledger.ParseTrail(data)
		if err == nil && len(trail) > 200 {
			t.Error("a trail without bound")
		}
	})
}

// A gateway whose clock was years ahead in one run is heard in the next, which seems to be older: once the first is quiet.
func TestAClockThatWasAheadSilencesNobody(t *testing.T) {
	chain := ledger.NewChain()
	says := func(run fact.Incarnation, serial uint64, minute int64) bool {
		return chain.SetLive(wire.Live{Location: "p8", Incarnation: run, Serial: serial}, 1+minute*60_000)
	}
	if !says(2040, 7, 0) || says(2026, 1, 1) || !says(2040, 8, 1) {
		t.Error("a run that speaks gives way to one that seems older")
	}
	if says(2026, 2, 2) || !says(2026, 3, 4) || !says(2026, 4, 5) || says(2026, 4, 9) {
		t.Error("the run after it is not heard, or heard twice")
	}
}

func TestTheChainCountsWhatItsLocationsDo(t *testing.T) {
	chain := ledger.NewChain()
	for _, id := range []fact.LocationID{"p8", "p9"} {
		chain.SetLocation(ledger.Location{ID: id, Zone: zone(t, "Europe/Berlin"), Currency: "EUR"})
		w := newWriter(1, june)
		w.visit("T1")
		w.after(0, fact.EntryGranted{Gate: "in", Ticket: "T2", Priced: fact.EV})
		w.after(0, fact.GateFaulted{Gate: "in", Fault: fact.FaultBrokenArm})
		chain.Add(id, ledger.NewBook(zone(t, "Europe/Berlin")).Fold(w.records))
	}
	live := func(location fact.LocationID, serial uint64, free uint32) wire.Live {
		return wire.Live{Location: location, Incarnation: 1, Serial: serial, Types: []wire.LiveType{{Type: fact.Regular, Total: 100, Available: free, Occupied: 100 - free}}}
	}
	chain.SetLive(live("p8", 2, 40), 1)
	chain.SetLive(live("p9", 1, 10), 1)
	if chain.SetLive(live("p8", 1, 99), 1) {
		t.Error("an old live message won")
	}
	chain.SetLive(live("p8", 3, 41), 1)
	if spots := chain.Spots(); spots.Total != 200 || spots.Available != 51 || spots.Occupied != 149 {
		t.Errorf("%+v", spots)
	}
	if day := chain.Day(20260601); day.NetMinor() != 900 || day.Sessions != 2 {
		t.Errorf("%+v", day)
	}
	if chain.Open()[fact.EV] != 2 {
		t.Errorf("%v", chain.Open())
	}
	nowMS := june.Add(4 * time.Hour).UnixMilli()
	if s, _ := chain.Summary("p8", nowMS); s.Alerts != 1 || s.Today.NetMinor() != 450 || s.Facts != 8 || len(chain.Summaries(nowMS)) != 2 {
		t.Errorf("%+v", s)
	}
	w := newWriter(2, june.Add(time.Hour))
	w.clock.Resume(fact.Stamp{HLC: uint64(june.AddDate(0, 0, 1).UnixMilli()) << 16})
	w.after(0, fact.GateRecovered{Gate: "in", Fault: fact.FaultBrokenArm})
	chain.Add("p8", ledger.NewBook(time.UTC).Fold(w.records))
	if len(chain.Alerts("p8")) != 0 || len(chain.Alerts("p9")) != 1 {
		t.Error("the fault that is gone is still there")
	}
}

// What another aggregator counted takes the place of what was counted here, and what the lot said of itself stays.
func TestALocationThatWasReadAgainTakesItsPlace(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	visits := func(tickets ...fact.TicketID) ledger.Change {
		w := newWriter(1, june)
		for _, ticket := range tickets {
			w.visit(ticket)
		}
		w.after(0, fact.EntryGranted{Gate: "in", Ticket: "open", Priced: fact.EV})
		return ledger.NewBook(berlin).Fold(w.records)
	}
	chain, fresh := ledger.NewChain(), ledger.NewChain()
	for _, id := range []fact.LocationID{"p8", "p9"} {
		chain.SetLocation(ledger.Location{ID: id, Zone: berlin, Currency: "EUR"})
		chain.Add(id, visits("T1"))
	}
	chain.SetLive(wire.Live{Location: "p8", Incarnation: 1, Serial: 1, Types: []wire.LiveType{{Type: fact.Regular, Total: 100, Available: 40}}}, 7)
	fresh.SetLocation(ledger.Location{ID: "p8", Zone: berlin, Currency: "EUR"})
	fresh.Add("p8", visits("T1", "T2"))
	for range 2 {
		chain.Take(fresh, "p8")
	}
	if day := chain.Day(20260601); day.Sessions != 3 {
		t.Errorf("%+v", day)
	}
	if s, _ := chain.Summary("p8", june.UnixMilli()); s.Today.Sessions != 2 || s.LiveAtMS != 7 || chain.Spots().Total != 100 || chain.Open()[fact.EV] != 2 {
		t.Errorf("%+v %+v", s, chain.Open())
	}
	chain.Take(fresh, "p9") // nothing was read of it
	if s, _ := chain.Summary("p9", june.UnixMilli()); s.Today.Sessions != 1 {
		t.Errorf("%+v", s)
	}
}
