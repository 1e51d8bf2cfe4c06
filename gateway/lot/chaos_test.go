package lot_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// TestAnything lets anything happen in any order, and checks after each event what must always hold.
func TestAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		happen(t, draw(t, 1_000))
	})
}

// draw is a script of up to so many bytes, each as likely as any other; rapid shortens it when it fails.
func draw(t *rapid.T, most int) []byte {
	seed := rapid.Uint64().Draw(t, "seed")
	script := make([]byte, rapid.IntRange(0, most).Draw(t, "length"))
	dice := rand.New(rand.NewPCG(seed, 1))
	for i := range script {
		script[i] = byte(dice.Uint32())
	}
	return script
}

// TestSameEventsSameBytes runs everything twice.
func TestSameEventsSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		script := draw(t, 300)
		once, again := happen(t, script), happen(t, script)
		if !bytes.Equal(once.trace.Bytes(), again.trace.Bytes()) {
			t.Fatal("the same events led to other bytes")
		}
	})
}

// FuzzAnything is TestAnything by the fuzzer.
func FuzzAnything(f *testing.F) {
	f.Add([]byte("\x00"))
	f.Add([]byte("an entry, an exit, and some words that mean something else"))
	f.Add(bytes.Repeat([]byte{11, 0, 1, 2, 12, 1, 0, 9, 3}, 30))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) <= 1_000 {
			happen(t, script)
		}
	})
}

// chaos makes events of bytes. Indexes of gates and spots are always good: they come from the shell's own tables.
type chaos struct {
	*teller
	script []byte
	trace  bytes.Buffer
	// checkpoint is what a journal wrote last, and how many facts it had then.
	checkpoint kept
	behind     int
	granted    map[grantAt]fact.Dot
	raised     map[fact.Dot]int
	ids        map[byte][]string // by their first letter
}

// grantAt is the leave of a ticket's vehicle to pass a gate.
type grantAt struct {
	gate   fact.GateID
	ticket fact.TicketID
}

// happen carries out a script.
func happen(t failer, script []byte) *chaos {
	c := &chaos{
		teller: newTeller(t), script: script, granted: map[grantAt]fact.Dot{}, raised: map[fact.Dot]int{}, ids: map[byte][]string{},
	}
	c.cfg.Policy.RequestKeepMS = 1 << 50 // forgetting keys is no fact
	c.cfg.Policy.MaxStayMS = 20 * 3_600_000
	if c.pick(2) == 0 {
		c.given("period_ms", "60000")
	}
	if c.pick(3) == 0 {
		c.given("plate_inside", "deny")
	}
	c.watch = c.watched
	c.keep()
	for len(c.script) > 0 {
		c.event()
		sound(t, c.lot)
		c.look()
	}
	c.check()
	return c
}

// pick takes the next byte as a choice of n.
func (c *chaos) pick(n int) int {
	if len(c.script) == 0 {
		return 0
	}
	b := c.script[0]
	c.script = c.script[1:]
	return int(b) % n
}

func choice[T any](c *chaos, from ...T) T { return from[c.pick(len(from))] }

// watched checks what one step came to.
func (c *chaos) watched(out lot.Out) {
	for _, r := range out.Facts {
		payload, err := wire.EncodeRecord(nil, r)
		if err != nil {
			c.t.Fatal(err)
		}
		c.trace.Write(payload)
		c.note(r)
	}
	fmt.Fprintf(&c.trace, "%+v %+v %d\n", out.Urgent, out.Effects, out.WakeMS)
	for _, effect := range out.Effects {
		order, is := effect.(lot.MoveBarrier)
		if !is || order.Command != gate.CommandRaise || order.Cause != gate.CauseVend || order.Ticket == "" || order.Retry > 0 {
			continue
		}
		cause, known := c.granted[grantAt{c.cfg.Gates[order.Gate].ID, order.Ticket}]
		if c.raised[cause]++; !known || c.raised[cause] > 1 {
			c.t.Fatalf("the barrier rises %d times for the grant of ticket %s (known: %t)", c.raised[cause], order.Ticket, known)
		}
	}
}

// look reads everything that people and programs can read.
func (c *chaos) look() {
	c.lot.Alerts()
	c.lot.Inside()
	c.lot.Decisions()
	c.lot.Hours(0, c.wallMS)
	c.lot.ReservationsOf("u")
	for i := range c.cfg.Gates {
		c.lot.GateView(i)
	}
	for _, id := range c.ids['T'] {
		t, found := c.lot.Ticket(fact.TicketID(id))
		if !found {
			continue
		}
		a := c.lot.Account(&t, c.stamp())
		if a.DueMinor < 0 || a.Fee.TotalMinor < 0 || a.DurationMS < 0 || a.Fee.SubtotalMinor+a.Fee.TaxMinor != a.Fee.TotalMinor {
			c.t.Fatalf("the account of %s is %+v", t.ID, a)
		}
	}
}

// leaves checks that what an exit is settled at was paid or is owed.
func (c *chaos) leaves(exit fact.ExitGranted) {
	prepaid := map[fact.ReservationID]int64{}
	covered := int64(0)
	for _, r := range c.records {
		switch f := r.Fact.(type) {
		case fact.ReservationMade:
			prepaid[f.Reservation] = f.PrepaidMinor
		case fact.EntryGranted:
			if f.Ticket == exit.Ticket {
				covered += prepaid[f.Reservation]
			}
		case fact.PaymentReceived:
			if f.Ticket == exit.Ticket {
				covered += f.AmountMinor
			}
		case fact.FeeOwed:
			if f.Ticket == exit.Ticket {
				covered += f.AmountMinor
			}
		}
	}
	if exit.FeeMinor < 0 || exit.FeeMinor > covered || exit.TaxMinor < 0 || exit.TaxMinor > exit.FeeMinor {
		c.t.Fatalf("ticket %s leaves for %d (tax %d), and %d is paid or owed", exit.Ticket, exit.FeeMinor, exit.TaxMinor, covered)
	}
}

// note keeps identifiers for later, and who was granted what.
func (c *chaos) note(r fact.Record) {
	switch f := r.Fact.(type) {
	case fact.EntryGranted:
		c.granted[grantAt{f.Gate, f.Ticket}] = r.Dot
		c.know(string(f.Ticket))
	case fact.EntryReadmitted:
		c.granted[grantAt{f.Gate, f.Ticket}] = r.Dot
	case fact.ExitGranted:
		c.granted[grantAt{f.Gate, f.Ticket}] = r.Dot
		c.leaves(f)
	case fact.TicketLost:
		c.know(string(f.Ticket))
	case fact.PaymentRequested:
		c.know(string(f.Payment))
	case fact.ReservationMade:
		c.know(string(f.Reservation))
	case fact.PassIssued:
		c.know(string(f.Pass))
	}
}

func (c *chaos) know(id string) { c.ids[id[0]] = append(c.ids[id[0]], id) }

// known is one of the latest identifiers of a kind; now and then one that is none.
func (c *chaos) known(letter byte) string {
	ids := c.ids[letter]
	if len(ids) == 0 || c.pick(16) == 0 {
		return "rubbish"
	}
	return ids[len(ids)-1-c.pick(min(len(ids), 4))]
}

func (c *chaos) event() {
	switch c.pick(17) {
	case 0, 1, 2:
		longest := choice(c, time.Hour, time.Hour, 15*time.Minute, 26*time.Hour)
		c.pass(choice(c, 0, 300*time.Millisecond, time.Second, 3*time.Second, 3*time.Second, 20*time.Second, 5*time.Minute, longest))
	case 3, 4:
		c.happenAtGate()
	case 5:
		c.step(lot.PlateSeen{
			Gate: c.pick(2), Raw: c.plate(), Confidence: choice[uint16](c, 950, 300, 700), Vehicle: choice(c, fact.AnyType, fact.Large, fact.Compact),
			EventID: choice(c, "", "e1", "e2"),
		})
	case 6:
		shown := choice(c,
			lot.Shown{Kind: fact.CredentialTicket, Text: c.known('T')}, lot.Shown{Kind: fact.CredentialCard, Text: "C1"},
			lot.Shown{Kind: fact.CredentialReservation, Text: c.known('R')},
		)
		shown.Gate = c.pick(2)
		c.step(shown)
	case 7:
		c.step(choice[lot.Event](c, lot.TicketPressed{Gate: c.pick(2)}, lot.HelpPressed{Gate: c.pick(2)}))
	case 8:
		c.step(lot.SpotRead{Spot: int32(c.pick(6)), Reading: c.reading()})
	case 9:
		c.see(int32(c.pick(6)), choice[int32](c, 900, 2400))
	case 10:
		c.answer()
	case 11:
		c.commands("enter IN " + c.plate())
	case 12:
		c.commands("loop OUT arming on", "+500ms plate OUT "+c.plate()+" 950")
		c.answer()
		c.commands("leave OUT")
	case 13:
		c.commands("loop "+choice(c, "IN", "OUT")+" arming on", "+500ms wait")
	case 14:
		c.fromOutside()
	case 15:
		c.request()
	case 16:
		c.restart()
	}
}

func (c *chaos) answer() {
	outcome := choice(c, lot.PaymentApproved, lot.PaymentApproved, lot.PaymentDeclined, lot.PaymentUnknown, lot.PaymentNotFound)
	c.step(lot.PaymentAnswered{Payment: fact.PaymentID(c.known('P')), Outcome: outcome, Method: fact.MethodCreditCard, Reference: "r"})
}

// plate is one of a few, so that they meet again.
func (c *chaos) plate() string {
	return choice(c, "B-AA1", "B-AA2", "B-OO10", "B-0010", "none", "B-AA1", "Ж\xff"+strings.Repeat("é", 200))
}

func (c *chaos) reading() occupancy.Reading {
	return choice(c,
		occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 900}, occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 2400},
		occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 1950}, occupancy.Reading{Kind: occupancy.Alive},
		occupancy.Reading{Kind: occupancy.Interference}, occupancy.Reading{Kind: occupancy.NoObject}, occupancy.Reading{Sensor: 3},
	)
}

func (c *chaos) happenAtGate() {
	i := c.pick(2)
	switch c.pick(3) {
	case 0:
		c.step(lot.LoopChanged{Gate: i, Loop: gate.Loop(c.pick(2)), Level: choice(c, gate.Occupied, gate.Clear, gate.Occupied, gate.Clear, gate.Failed)})
	case 1:
		c.step(lot.ArmChanged{Gate: i, Up: c.pick(2) == 1, Down: c.pick(2) == 1})
	case 2:
		c.through(i)
	}
}

// fromOutside is what the shell and the house report.
func (c *chaos) fromOutside() {
	on := c.pick(2) == 1
	switch c.pick(7) {
	case 0:
		c.step(lot.FireChanged{Active: on && c.pick(4) == 0})
	case 1:
		c.step(lot.StopChanged{Gate: c.pick(2), Active: on && c.pick(4) == 0})
	case 2:
		c.step(lot.DeviceChanged{Device: "d", Gate: c.pick(3) - 1, Role: lot.Role(c.pick(int(lot.RoleSign) + 1)), Online: on, Note: "gone"})
	case 3:
		c.trust = choice(c, fact.ClockSynced, fact.ClockHeld, fact.ClockUnset)
		stepMS := choice[int64](c, 0, 3_600_000, -7_200_000, 864_000_000, -30_000)
		c.wallMS += stepMS
		c.step(lot.ClockChanged{To: c.trust, StepMS: stepMS})
	case 4:
		c.step(lot.DiskChanged{Stalled: on})
	case 5:
		c.step(lot.CommitsLate{Fact: fact.CommitsLate{FirstSeq: 1, LastSeq: 2, StallMS: 400}})
	case 6:
		c.step(lot.LogDamaged{Fact: fact.LogDamaged{First: 3, Last: 4}})
	}
}

// request is one of the commands of people and programs.
func (c *chaos) request() {
	by := lot.Request{Actor: "ann", Key: choice[fact.RequestKey](c, "", "", "k1", "k2"), Digest: [16]byte{byte(c.pick(2))}}
	i, spot := c.pick(2), int32(c.pick(6))
	kind := choice(c, fact.Regular, fact.Regular, fact.Regular, fact.Large, fact.Handicapped, fact.EV, fact.AnyType)
	startMS := c.wallMS + choice[int64](c, 0, 5, 20, 45, 600)*60_000
	endMS := startMS + choice[int64](c, 30, 60, 600, 90, -5)*60_000
	switch c.pick(17) {
	case 0:
		c.step(lot.RequestEntry{Request: by, Gate: i, Raw: c.plate()})
	case 1:
		c.step(lot.RequestExit{Request: by, Gate: i, Raw: c.plate()})
	case 2:
		c.step(lot.PayTicket{Request: by, Ticket: fact.TicketID(c.known('T')), Method: fact.MethodCash, AmountMinor: choice[int64](c, 1, 100, 301, 0, -5)})
	case 3:
		c.step(lot.SetSpot{Request: by, Spot: spot, Status: choice(c, fact.SpotAvailable, fact.SpotOccupied, fact.SpotReserved), Vehicle: "v"})
	case 4:
		c.step(lot.ServiceSpot{Request: by, Spot: spot, Out: c.pick(2) == 1})
	case 5, 6:
		c.step(lot.MakeReservation{Request: by, User: "u", SpotType: kind, Raw: c.plate(), StartMS: startMS, EndMS: endMS, PrepaidMinor: choice[int64](c, 0, 500, -1)})
	case 7:
		c.step(lot.EditReservation{Request: by, Reservation: fact.ReservationID(c.known('R')), SpotType: kind, Raw: c.plate(), StartMS: startMS, EndMS: endMS})
	case 8:
		c.step(lot.CancelReservation{Request: by, Reservation: fact.ReservationID(c.known('R'))})
	case 9:
		c.step(lot.RaiseGate{Request: by, Gate: i})
	case 10:
		c.step(lot.LowerGate{Request: by, Gate: i})
	case 11:
		c.step(choice[lot.Event](c, lot.HoldGate{Request: by, Gate: i}, lot.EndHold{Request: by, Gate: i}))
	case 12:
		c.step(lot.ConfirmGate{Request: by, Gate: i})
	case 13:
		c.step(lot.CorrectCount{Request: by, Inside: int64(c.pick(9))})
	case 14:
		c.step(lot.CorrectTicket{Request: by, Ticket: fact.TicketID(c.known('T')), Close: c.pick(2) == 1})
	case 15:
		c.step(lot.IssuePass{Request: by, Raw: c.plate(), Card: choice(c, "", "C1"), SpotType: kind, FromMS: c.wallMS, UntilMS: c.wallMS + 86_400_000})
	case 16:
		c.step(lot.RevokePass{Request: by, Pass: fact.PassID(c.known('M'))})
	}
}

// keep is a checkpoint.
func (c *chaos) keep() { c.checkpoint, c.behind = maps.Clone(c.kept), len(c.records) }

// restart cuts the power: the last checkpoint and the facts behind it are there, save the very last ones perhaps.
func (c *chaos) restart() {
	switch c.pick(4) {
	case 0:
		c.keep()
		return
	case 1:
		c.records = c.records[:max(c.behind, len(c.records)-c.pick(4))]
	}
	restored := c.checkpoint.load(c.t, c.cfg)
	for _, r := range c.records[c.behind:] {
		restored.Apply(r)
	}
	state := everything(c.t, restored)
	sameState(c.t, state, everything(c.t, folded(c.t, c.cfg, c.records)))
	c.kept = state
	c.boot()
	c.keep()
}
