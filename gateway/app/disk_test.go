package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog/simdisk"
)

func TestAStalledDiskLetsVehiclesThroughAndNothingElse(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.arrive("OUT", "") // a vehicle inside wants out and is about to pay
		ticket := b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 999"}).Ticket
		b.passes("IN")
		b.wait(3 * time.Hour)
		entered := b.raises("IN")

		b.disk.hold.shut()
		b.devices["OUT-camera"].see("B-AB 999")
		b.arrive("IN", "B-AB 123")
		b.wait(290 * time.Millisecond)
		expect(b, "raises before the patience is over", b.raises("IN"), entered)
		b.wait(20 * time.Millisecond)
		expect(b, "raises after it", b.raises("IN"), entered+1)
		paid := b.later(lot.PayTicket{Ticket: ticket, AmountMinor: 100})
		b.wait(5 * time.Second)
		expect(b, "payment orders while the disk stalls", b.devices["OUT-terminal"].count("pay"), 0)
		expect(b, "answers while the disk stalls", paid.done.Load(), false)
		expect(b, "raises in all", b.raises("IN"), entered+1)
		b.disk.hold.letGo()
		b.wait(2 * time.Second)

		expect(b, "payment orders once it answers", b.devices["OUT-terminal"].count("pay"), 1)
		expect(b, "answers once it answers", paid.granted(), true)
		expect(b, "raises once it answers", b.raises("IN"), entered+1)
		late := factsOf[fact.CommitsLate](b)
		expect(b, "facts of late commits", len(late), 1)
		for _, l := range late {
			if l.StallMS < 5_000 || l.FirstSeq > l.LastSeq {
				b.t.Errorf("late commit %+v", l)
			}
		}
		expect(b, "alerts", strings.Contains(b.alerts(), "disk_stalled"), false)
	})
}

func TestATicketIsPrintedOnlyOnceItsFactIsDurable(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.arrive("IN", "")
		b.disk.hold.shut()
		b.devices["IN-column"].press(drivers.ButtonTicket)
		b.wait(4 * time.Second)
		expect(b, "raises", b.raises("IN"), 1)
		expect(b, "tickets printed while the disk stalls", b.devices["IN-column"].count("print"), 0)
		b.disk.hold.letGo()
		b.wait(time.Second)
		expect(b, "tickets printed", b.devices["IN-column"].count("print"), 1)
		expect(b, "raises", b.raises("IN"), 1)
	})
}

func TestAGateThatWaitsForTheDiskWaits(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.site = strings.Replace(b.site, `id = "IN"`, `disk_stall = "wait"`+"\n"+`id = "IN"`, 1)
		b.start()
		b.disk.hold.shut()
		b.arrive("IN", "B-AB 123")
		b.wait(5 * time.Second)
		expect(b, "raises while the disk stalls", b.raises("IN"), 0)
		expect(b, "welcomes while the disk stalls", b.devices["IN-column"].count("show Welcome / Zone"), 0)
		b.disk.hold.letGo()
		b.wait(time.Second)
		expect(b, "raises once it answers", b.raises("IN"), 1)
		expect(b, "facts of late commits", len(factsOf[fact.CommitsLate](b)), 0)
	})
}

func TestAStallThatLetNothingOutIsNotCalledLate(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.hold.shut()
		issued := b.later(lot.IssuePass{Raw: "B-AB 1", FromMS: 1, UntilMS: 1 << 50})
		b.wait(time.Second)
		expect(b, "answered while the disk stalls", issued.done.Load(), false)
		b.disk.hold.letGo()
		b.wait(time.Second)
		expect(b, "answered", issued.granted(), true)
		expect(b, "facts of late commits", len(factsOf[fact.CommitsLate](b)), 0)
	})
}

func TestWhoReadsOrCommandsDuringAStallGetsAnAnswer(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.hold.shut()
		corrected := b.later(lot.CorrectCount{Inside: 7, Request: lot.Request{Key: "count"}})
		asked := time.Now()
		if err := b.app.View(b.t.Context(), func(*lot.Lot) {}); !errors.Is(err, context.DeadlineExceeded) {
			b.t.Errorf("a read of what is not durable: %v", err)
		}
		expect(b, "patience of a read", time.Since(asked), 2*time.Second)
		b.wait(10 * time.Second)
		expect(b, "the command has an answer", corrected.failed(context.DeadlineExceeded), true)
		b.disk.hold.letGo()
		b.wait(time.Second)
		b.submit(lot.CorrectCount{Inside: 7, Request: lot.Request{Key: "count"}})
		expect(b, "corrections", len(factsOf[fact.CountCorrected](b)), 1)
		b.view(func(l *lot.Lot) { expect(b, "inside", l.Inside().Loops, 7) })
	})
}

// The watchdog must not restart a machine whose disk does not answer: vehicles pass by policy, and what was decided would be
// lost.
func TestAStalledDiskStarvesNoWatchdog(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.hold.shut()
		b.arrive("IN", "B-AB 1")
		for range 10 {
			b.wait(5 * time.Second)
			ctx, cancel := context.WithTimeout(b.t.Context(), time.Second)
			if err := b.app.Alive(ctx); err != nil {
				b.t.Errorf("not alive: %v", err)
			}
			cancel()
		}
		b.disk.hold.letGo()
		b.wait(time.Second)
	})
}

// TestAFlushThatFailsLosesAndDoublesNothing lets each of the next operations of the disk fail, with every outcome
// that the disk may make of it: no acknowledged command is lost, none is done twice, and each grant raises once.
func TestAFlushThatFailsLosesAndDoublesNothing(t *testing.T) {
	for nth := 1; nth <= 3; nth++ {
		for _, op := range []simdisk.Op{simdisk.OpDatasync, simdisk.OpWrite} {
			for seed := range uint64(campaign(2, 50)) {
				t.Run(fmt.Sprintf("operation %d of kind %d, seed %d", nth, op, seed), func(t *testing.T) {
					inBubble(t, func(b *bench) { failedFlush(b, seed, simdisk.Fault{Op: op, Nth: nth, Err: syscall.EIO}) })
				})
			}
		}
	}
}

func failedFlush(b *bench, seed uint64, fault simdisk.Fault) {
	b.disk = newHeldDisk(seed)
	b.start()
	b.disk.Inject(fault)
	var commands []*submitted
	b.disk.hold.shut() // so that there is something in each flush
	b.arrive("IN", "B-AB 1")
	for i := range 6 {
		commands = append(commands, b.later(lot.RequestEntry{Gate: 0, Raw: fmt.Sprintf("M-X %d", i), Request: lot.Request{Key: fact.RequestKey(fmt.Sprint(i))}}))
		if i == 2 {
			b.disk.hold.letGo()
			b.wait(time.Millisecond)
		}
	}
	b.wait(5 * time.Second)
	tickets := map[fact.TicketID]int{}
	for _, c := range commands {
		if !c.granted() {
			b.t.Fatalf("a command got no answer: %v", c.err)
		}
		tickets[c.result.Ticket]++
	}
	granted := factsOf[fact.EntryGranted](b)
	expect(b, "grants", len(granted), 7)
	for _, g := range granted {
		tickets[g.Ticket]++
	}
	for id, n := range tickets {
		if n > 2 {
			b.t.Errorf("ticket %s is there %d times", id, n)
		}
	}
	if b.disk.Fired(simdisk.Failure) == 0 {
		b.t.Error("nothing failed")
	}
	b.stop()
	b.start()
	b.view(func(l *lot.Lot) { expect(b, "open tickets after a restart", len(l.OpenTickets()), 7) })
}

func TestAGrantWhoseFlushFailsRaisesOnce(t *testing.T) {
	for seed := range uint64(campaign(4, 50)) {
		inBubble(t, func(b *bench) {
			b.disk = newHeldDisk(seed)
			b.start()
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
			b.arrive("IN", "B-AB 1")
			b.wait(200 * time.Millisecond)
			expect(b, "raises while the outcome is unknown", b.raises("IN"), 0)
			b.wait(5 * time.Second)
			expect(b, "raises", b.raises("IN"), 1)
			expect(b, "grants", len(factsOf[fact.EntryGranted](b)), 1)
			b.passes("IN")
			expect(b, "raises after the passage", b.raises("IN"), 1)
			b.view(func(l *lot.Lot) { expect(b, "open tickets", len(l.OpenTickets()), 1) })
		})
	}
}

func TestAnEntryGrantedEarlyOnAFailedDiskIsDeclaredLate(t *testing.T) {
	for seed := range uint64(campaign(4, 50)) { // the failed flush may have reached the disk or not
		inBubble(t, func(b *bench) {
			b.disk = newHeldDisk(seed)
			b.start()
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpOpen, Nth: 1, Err: syscall.EIO})
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpList, Nth: 1, Err: syscall.EIO})
			b.arrive("IN", "B-AB 1")
			b.wait(10 * time.Second)
			expect(b, "raises", b.raises("IN"), 1)
			expect(b, "late commits", len(factsOf[fact.CommitsLate](b)), 1)
		})
	}
}

func TestTheLogIsOpenedAgainAndAgainUntilItCanBe(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.Inject(simdisk.Fault{Op: simdisk.OpAny, Nth: 1, Err: syscall.EIO, Forever: true})
		corrected := b.later(lot.CorrectCount{Inside: 7})
		b.arrive("IN", "B-AB 1")
		b.wait(400 * time.Millisecond)
		expect(b, "raises on a dead disk", b.raises("IN"), 1)
		b.passes("IN")
		b.arrive("IN", "B-AB 2")
		b.wait(400 * time.Millisecond)
		expect(b, "raises on a dead disk", b.raises("IN"), 2)
		expect(b, "health", health(b, "journal"), false)
		b.passes("IN")
		b.wait(2 * time.Minute)
		expect(b, "failed openings", b.logged.with("log can't be opened") < 20, true)
		b.disk.Heal()
		b.wait(20 * time.Second)
		expect(b, "health", health(b, "journal"), true)
		expect(b, "the first command's answer came too late", corrected.failed(context.DeadlineExceeded), true)
		expect(b, "corrections", len(factsOf[fact.CountCorrected](b)), 1)
		expect(b, "entries", len(factsOf[fact.EntryGranted](b)), 2)
		expect(b, "passages", len(factsOf[fact.VehiclePassed](b)), 2)
		b.view(func(l *lot.Lot) { expect(b, "inside", l.Inside().Loops, 9) })
	})
}

func TestNobodyWaitsForALogThatIsBeingOpenedAnew(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.Inject(simdisk.Fault{Op: simdisk.OpWrite, Nth: 1, Err: syscall.EIO})
		b.later(lot.CorrectCount{Inside: 7})
		b.disk.hold.shut()
		b.wait(time.Second) // by now the disk hangs in the opening
		b.arrive("IN", "B-AB 1")
		b.wait(310 * time.Millisecond)
		expect(b, "raises while the log is being opened", b.raises("IN"), 1)
		b.passes("IN")
		b.disk.hold.letGo()
		b.wait(time.Minute)
		expect(b, "passages", len(factsOf[fact.VehiclePassed](b)), 1)
		expect(b, "corrections", len(factsOf[fact.CountCorrected](b)), 1)
	})
}

// TestAnOwnerThatIsBusyLetsNobodyThroughTwice: the disk answers while the owner does something else, and the owner
// learns of the answer only after the vehicle's patience is over.
func TestAnOwnerThatIsBusyLetsNobodyThroughTwice(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		for n := range 6 { // which of the two it hears of first is left to chance
			b.disk.hold.shut()
			b.arrive("IN", fmt.Sprint("B-AB ", n))
			busy := make(chan struct{})
			go b.app.View(b.t.Context(), func(*lot.Lot) { <-busy })
			synctest.Wait()
			b.disk.hold.letGo()
			b.wait(400 * time.Millisecond)
			close(busy)
			b.wait(time.Second)
			expect(b, "raises", b.raises("IN"), n+1)
			b.passes("IN")
		}
		expect(b, "late commits", len(factsOf[fact.CommitsLate](b)), 0)
	})
}

// health reports whether a check is well.
func health(b *bench, id string) bool {
	for _, check := range b.app.Health().Checks {
		if check.ID == id {
			return check.Severity == lot.Info
		}
	}
	b.t.Fatalf("there is no check %q", id)
	return false
}

func TestAFullDiskKeepsWhatWasAcknowledged(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.disk.SetCapacity(segmentBytes * 3 / 2) // a segment, and no room for the next
		b.start()
		filled := fill(b)
		if filled.acknowledged == 0 || b.disk.Fired(simdisk.NoSpace) == 0 {
			b.t.Fatalf("the disk was not filled: %+v", filled)
		}
		if tries := b.logged.with("disk failed; opening the log anew"); tries > 10 {
			b.t.Errorf("the log was opened %d times in 11 s", tries)
		}
		expect(b, "health of a full disk", health(b, "journal") && health(b, "log_room"), false)
		b.arrive("IN", "B-AB 1")
		b.wait(400 * time.Millisecond)
		expect(b, "raises on a full disk", b.raises("IN"), 1)
		b.disk.SetCapacity(0)
		b.wait(time.Minute)
		expect(b, "grants once there is room", len(factsOf[fact.EntryGranted](b)), 1)
		expect(b, "health once there is room", health(b, "journal") && health(b, "log_room"), true)
		counted := map[int64]bool{}
		for _, f := range factsOf[fact.CountCorrected](b) {
			if counted[f.After] {
				b.t.Errorf("the count %d is there twice", f.After)
			}
			counted[f.After] = true
		}
		for n := range filled.acknowledged {
			if !counted[n+1] {
				b.t.Errorf("the count %d was acknowledged and is lost", n+1)
			}
		}
	})
}

type filling struct{ acknowledged int64 }

// fill corrects the count, with facts of a kilobyte, until the log takes no more.
func fill(b *bench) (f filling) {
	const atOnce = 16
	who := strings.Repeat("x", 1000)
	for {
		var batch []*submitted
		for i := range int64(atOnce) {
			c := &submitted{}
			batch = append(batch, c)
			go func() {
				c.result, c.err = b.app.Submit(b.t.Context(), lot.CorrectCount{Inside: f.acknowledged + i + 1, Request: lot.Request{Actor: who}})
				c.done.Store(true)
			}()
		}
		b.wait(11 * time.Second)
		for _, c := range batch {
			if !c.granted() {
				return f
			}
		}
		f.acknowledged += atOnce
	}
}

func TestAnEndDuringAFailureKeepsWhatLeft(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.Inject(simdisk.Fault{Op: simdisk.OpAny, Nth: 1, Err: syscall.EIO, Forever: true})
		b.arrive("IN", "B-AB 1")
		b.wait(2 * time.Second)
		expect(b, "raises on a dead disk", b.raises("IN"), 1)
		b.disk.Heal()
		b.stop() // between two attempts to open the log
		expect(b, "grants", len(factsOf[fact.EntryGranted](b)), 1)
		expect(b, "late commits", len(factsOf[fact.CommitsLate](b)), 1)
	})
}

func TestAnEndWhoseFlushFailsTriesOnceMore(t *testing.T) {
	for seed := range uint64(campaign(3, 50)) {
		inBubble(t, func(b *bench) {
			b.disk = newHeldDisk(seed)
			b.start()
			b.disk.hold.shut()
			corrected := b.later(lot.CorrectCount{Inside: 7})
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
			b.later(lot.CorrectCount{Inside: 8})
			b.cancel()
			b.disk.hold.letGo()
			b.stop()
			expect(b, "corrections", len(factsOf[fact.CountCorrected](b)), 2)
			expect(b, "the command was answered", corrected.granted(), true)
		})
	}
}

func TestAnEndDoesNotWaitForEverForADisk(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.hold.shut()
		corrected := b.later(lot.CorrectCount{Inside: 7})
		began := time.Now()
		if err := b.end(); err == nil {
			b.t.Error("it ended well")
		}
		if waited := time.Since(began); waited < 9*time.Second || waited > 14*time.Second {
			b.t.Errorf("it ended after %v", waited)
		}
		synctest.Wait() // whoever commanded hears of it in the same moment
		expect(b, "the command failed", corrected.done.Load() && !corrected.granted(), true)
		b.disk.hold.letGo()
		b.wait(time.Minute) // what waited for the disk ends too
	})
}

func TestAFactThatCannotBeWrittenEndsTheRun(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		good := b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 1", Request: lot.Request{Key: "good"}})
		bad := b.later(lot.RequestEntry{Gate: 0, Raw: "B-AB 2", Request: lot.Request{Key: "bad\xff"}})
		if err := <-b.ended; err == nil {
			b.t.Error("it went on")
		}
		b.app = nil
		b.wait(time.Second)
		expect(b, "the command failed", bad.done.Load() && bad.err != nil, true)
		b.start()
		b.view(func(l *lot.Lot) {
			expect(b, "open tickets", len(l.OpenTickets()), 1)
			_, found := l.Ticket(good.Ticket)
			expect(b, "the acknowledged ticket is there", found, true)
		})
	})
}

// TestAnyDiskWeather lets flushes fail, stall and run out of room at random under a load of commands and vehicles,
// with restarts between: what was acknowledged is there exactly once.
func TestAnyDiskWeather(t *testing.T) {
	for seed := range uint64(campaign(6, 500)) {
		dice := rand.New(rand.NewPCG(seed, 1))
		storms := make([]string, 5)
		for i := range storms {
			storms[i] = []string{"eio write", "eio sync", "eio any", "stall", "full", "restart", "calm"}[dice.IntN(7)]
		}
		t.Run(fmt.Sprint(seed, storms), func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.disk = newHeldDisk(seed)
				weather(b, storms)
			})
		})
	}
}

// campaign is how often to do something: few times before every commit, many times in a campaign.
func campaign(few, many int) int {
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		return many
	}
	return few
}

func weather(b *bench, storms []string) {
	var commands []*submitted
	n := int64(0)
	b.start()
	for _, storm := range storms {
		switch storm {
		case "eio write":
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpWrite, Nth: 1 + int(n%3), Err: syscall.EIO})
		case "eio sync":
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1 + int(n%3), Err: syscall.EIO})
		case "eio any":
			b.disk.Inject(simdisk.Fault{Op: simdisk.OpAny, Nth: 1, Err: syscall.EIO, Forever: true})
		case "stall":
			b.disk.hold.shut()
		case "full":
			b.disk.SetCapacity(1)
		case "restart":
			b.stop()
			b.start()
		}
		for range 5 {
			n++
			commands = append(commands, b.later(lot.CorrectCount{Inside: n}))
			b.wait(100 * time.Millisecond)
		}
		if storm == "stall" {
			b.disk.hold.letGo()
		}
		b.disk.Heal()
		b.wait(20 * time.Second)
	}
	counted := map[int64]int{}
	for _, f := range factsOf[fact.CountCorrected](b) {
		counted[f.After]++
	}
	for i, c := range commands {
		if times := counted[int64(i)+1]; !c.done.Load() || times > 1 || c.granted() && times != 1 {
			b.t.Errorf("command %d: %v, and %d facts", i+1, c.err, times)
		}
	}
}

// The arm is to be lowered, and the order waits for the disk; meanwhile a vehicle comes under it, and turns it at once. The
// order that waited must not lower it then.
func TestAnOrderThatWaitedForTheDiskLowersNothingThatWasTurnedMeanwhile(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.site = strings.Replace(b.site, "direction = \"in\"\n", "direction = \"in\"\nclosing = \"gateway\"\n", 1)
		b.start()
		barrier := b.devices["IN-barrier"]
		b.arrive("IN", "B-AB 1")
		b.passes("IN")
		b.wait(10 * time.Second)
		expect(b, "lowered behind the first", barrier.count("lower"), 1)
		b.arrive("IN", "B-AB 2")
		b.wait(5 * time.Second) // until the arm is taken to be up
		for _, edge := range []struct {
			loop  string
			level level
		}{{"IN-closing", active}, {"IN-arming", inactive}, {"IN-closing", inactive}} {
			b.wait(500 * time.Millisecond)
			b.devices[edge.loop].set(edge.level)
		}
		b.wait(950 * time.Millisecond)
		b.disk.hold.shut()
		b.arrive("OUT", "B-XX 1") // a fact that waits
		b.wait(100 * time.Millisecond)
		expect(b, "lowered before the disk answers", barrier.count("lower"), 1)
		b.devices["IN-closing"].set(active)
		b.wait(time.Millisecond)
		orders := len(barrier.took())
		expect(b, "turned at once", barrier.took()[orders-1], "raise")
		b.disk.hold.letGo()
		b.wait(time.Second)
		expect(b, "orders after it was turned", len(barrier.took()), orders)
	})
}

// STOP is pressed while a grant waits for the disk: the arm does not move before STOP is over.
func TestAGrantThatWaitedForTheDiskMovesNoStoppedArm(t *testing.T) {
	inBubble(t, func(b *bench) {
		stop := b.add("IN-stop", "stop", "gate", "IN")
		b.start()
		b.disk.hold.shut()
		b.arrive("IN", "B-AB 1")
		b.wait(50 * time.Millisecond)
		stop.set(active)
		b.wait(50 * time.Millisecond)
		b.disk.hold.letGo()
		b.wait(10 * time.Second)
		expect(b, "raises of a stopped arm", b.raises("IN"), 0)
		expect(b, "stops", b.devices["IN-barrier"].count("stop"), 1)
		stop.set(inactive)
		b.wait(time.Second)
		expect(b, "raises after it", b.raises("IN"), 1)
	})
}

// A hold is over, and the order to let go waits for the disk; meanwhile there is a fire, which holds the arm.
func TestAReleaseThatWaitedForTheDiskEndsNoFiresHold(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.site += "[[device]]\nid = \"fire\"\ndriver = \"fake\"\nrole = \"fire\"\nsettings = { name = \"fire\" }\n"
		fire := newDevice()
		b.devices["fire"] = fire
		b.start()
		barrier := b.devices["IN-barrier"]
		b.submit(lot.HoldGate{Gate: 0})
		b.wait(10 * time.Second)
		b.submit(lot.EndHold{Gate: 0})
		b.wait(950 * time.Millisecond)
		b.disk.hold.shut()
		b.arrive("OUT", "B-XX 1") // a fact that waits
		b.wait(100 * time.Millisecond)
		fire.set(active)
		b.wait(20 * time.Millisecond)
		b.disk.hold.letGo()
		b.wait(10 * time.Second)
		expect(b, "released while it burns", barrier.count("release"), 0)
		expect(b, "last order", barrier.took()[len(barrier.took())-1], "hold")
		fire.set(inactive)
		b.wait(10 * time.Second)
		expect(b, "released after it", barrier.count("release"), 1)
	})
}
