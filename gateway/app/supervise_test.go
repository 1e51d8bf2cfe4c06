package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
)

func TestAHungBarrierHoldsNobodyUp(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 1"})
		b.passes("IN")
		b.devices["IN-barrier"].hold.shut()
		b.arrive("IN", "B-AB 2")
		b.arrive("OUT", "B-AB 1")
		b.wait(5 * time.Millisecond)
		expect(b, "raises of the other gate", b.raises("OUT"), 1)
		expect(b, "answers", b.submit(lot.CorrectCount{Inside: 7}).Granted, true)
		b.wait(5 * time.Second)
		expect(b, "alert", strings.Contains(b.alerts(), "device_offline IN-barrier"), true)

		for range 20 { // a page on which somebody presses "open" again and again
			b.submit(lot.RaiseGate{Gate: 0})
			b.wait(time.Second)
		}
		b.devices["IN-barrier"].hold.letGo()
		b.wait(time.Second)
		if raises := b.raises("IN"); raises > 3 {
			b.t.Errorf("%d raises at once, for vehicles that had been waiting then", raises)
		}
		b.submit(lot.RaiseGate{Gate: 0})
		b.wait(time.Second)
		expect(b, "alert after it came back", strings.Contains(b.alerts(), "device_offline IN-barrier"), false)
		expect(b, "changes told", b.logged.with("device o", "device=IN-barrier"), 2)
	})
}

func TestOrdersToADeviceThatTakesNoneAreDropped(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.devices["IN-barrier"].hold.shut()
		for range 200 {
			b.submit(lot.RaiseGate{Gate: 0})
		}
		b.wait(time.Millisecond)
		expect(b, "offline at once", strings.Contains(b.alerts(), "device_offline IN-barrier"), true)
		b.devices["IN-barrier"].hold.letGo()
		b.wait(time.Second)
		if raises := b.raises("IN"); raises > 65 {
			b.t.Errorf("%d raises", raises)
		}
	})
}

func TestADeviceThatFailsIsTriedAgainAndToldOfOnce(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		camera := b.devices["IN-camera"]
		camera.lose(fmt.Errorf("cable: %w", drivers.ErrOffline))
		b.wait(5 * time.Minute)
		expect(b, "alert", strings.Contains(b.alerts(), "device_offline IN-camera"), true)
		expect(b, "offline told", b.logged.with("device offline", "device=IN-camera"), 1)
		camera.lose(nil)
		b.wait(20 * time.Second)
		b.arrive("IN", "B-AB 1")
		b.wait(time.Second)
		expect(b, "raises", b.raises("IN"), 1)
		expect(b, "alert after it came back", strings.Contains(b.alerts(), "device_offline IN-camera"), false)
		expect(b, "changes told", b.logged.with("device o", "device=IN-camera"), 2)
	})
}

// startWithout starts a gateway while a device is away, which comes back: both are told.
func startWithout(b *bench, device string) {
	b.t.Helper()
	b.devices[device].lose(drivers.ErrOffline)
	b.start()
	b.wait(time.Second)
	expect(b, "alert", strings.Contains(b.alerts(), "device_offline "+device), true)
	b.devices[device].lose(nil)
	b.wait(20 * time.Second)
	expect(b, "alert after it came back", strings.Contains(b.alerts(), "device_offline "+device), false)
}

// A barrier's relay that is away is known before a vehicle waits for it, and so is that it is back.
func TestWhatNobodyNeedsYetIsAsked(t *testing.T) {
	inBubble(t, func(b *bench) {
		startWithout(b, "IN-barrier")
		expect(b, "raises", b.raises("IN"), 0)
	})
}

// A relay board is unplugged at night, long after it did what it was told: that is known before the next vehicle comes.
func TestWhatIsUnpluggedWhileNobodyNeedsIt(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.submit(lot.RaiseGate{Gate: 0})
		b.wait(time.Hour)
		expect(b, "raises", b.raises("IN"), 1)
		expect(b, "changes told of what is there", b.logged.with("device o", "device=IN-barrier"), 0)
		b.devices["IN-barrier"].lose(fmt.Errorf("cable: %w", drivers.ErrOffline))
		b.wait(70 * time.Second)
		expect(b, "alert", strings.Contains(b.alerts(), "device_offline IN-barrier"), true)
		b.devices["IN-barrier"].lose(nil)
		b.wait(20 * time.Second)
		expect(b, "alert after it came back", strings.Contains(b.alerts(), "device_offline IN-barrier"), false)
		expect(b, "raises without a vehicle", b.raises("IN"), 1)
	})
}

// A vehicle comes while a slow board is being asked: the question is given up, and says nothing.
func TestAQuestionGivesWayToAnOrder(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.submit(lot.RaiseGate{Gate: 0})
		b.wait(30 * time.Second)
		barrier := b.devices["IN-barrier"]
		barrier.mu.Lock()
		barrier.slow = true
		barrier.mu.Unlock()
		b.wait(35 * time.Second)
		b.submit(lot.RaiseGate{Gate: 0})
		b.wait(50 * time.Millisecond)
		expect(b, "raises", b.raises("IN"), 2)
		expect(b, "changes told", b.logged.with("device o", "device=IN-barrier"), 0)
		b.wait(90 * time.Second)
		expect(b, "told that it does not answer", b.logged.with("device offline", "device=IN-barrier"), 1)
	})
}

// At night nobody shows a reader anything, and no car is seen: they are online all the same once they listen again.
func TestWhatListensAgainIsOnline(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.add("IN-reader", "reader", "gate", "IN")
		b.start()
		for _, name := range []string{"IN-reader", "IN-camera"} {
			b.devices[name].lose(fmt.Errorf("cable: %w", drivers.ErrOffline))
			b.wait(5 * time.Minute)
			expect(b, "alert", strings.Contains(b.alerts(), "device_offline "+name), true)
			expect(b, "told", b.logged.with("device offline", "device="+name), 1)
			b.devices[name].lose(nil)
			b.wait(2 * time.Minute)
			expect(b, "alert after it came back", strings.Contains(b.alerts(), "device_offline "+name), false)
			expect(b, "back told", b.logged.with("device online", "device="+name), 1)
		}
	})
}

// A sensor that speaks only of changes is silent when all is well: that its device is lost is all that tells of its silence.
func TestASpotWhoseContactIsLostIsNotFreeForEver(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.site = strings.Replace(b.site, "period_ms = 30000", "period_ms = 0", 1)
		b.start()
		unknown := func() (count int) {
			b.view(func(l *lot.Lot) { count = l.Tally().Unknown })
			return count
		}
		for range 5 {
			b.devices["sensor"].sample(0, 2500)
			b.wait(5 * time.Second)
		}
		b.wait(time.Hour)
		expect(b, "unknown spots of a sensor that has nothing to say", unknown(), 0)
		b.devices["sensor"].lose(fmt.Errorf("cable: %w", drivers.ErrOffline))
		b.wait(time.Minute)
		expect(b, "unknown spots once it is lost", unknown(), 1)
		b.devices["sensor"].lose(nil)
		b.wait(20 * time.Second)
		for range 5 {
			b.devices["sensor"].sample(0, 2500)
			b.wait(5 * time.Second)
		}
		expect(b, "unknown spots once it speaks again", unknown(), 0)
	})
}

func TestALoopThatIsLostCannotBeBelieved(t *testing.T) {
	for name, lose := range map[string]func(b *bench, d *device){
		"away": func(_ *bench, d *device) { d.lose(errors.New("no such line")) },
		"panics": func(b *bench, d *device) {
			d.panicIn("watch")
			d.watched <- func(*fake) error { panic("slice bounds out of range") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				b.site = strings.ReplaceAll(b.site, "direction =", "closing = \"gateway\"\ndirection =")
				b.start()
				b.submit(lot.RaiseGate{Gate: 0})
				b.devices["IN-closing"].set(active)
				b.wait(time.Second)
				lose(b, b.devices["IN-closing"])
				b.wait(5 * time.Minute)
				expect(b, "the arm comes down on who may stand there", b.devices["IN-barrier"].count("lower"), 0)
				expect(b, "alert", strings.Contains(b.alerts(), "device_offline IN-closing"), true)
				b.view(func(l *lot.Lot) {
					expect(b, "faults", fmt.Sprint(l.GateView(0).Faults), "[loop_failed]")
				})
				expect(b, "offline told", b.logged.with("device offline", "device=IN-closing"), 1)
				expect(b, "online told", b.logged.with("device online", "device=IN-closing"), 0)
			})
		})
	}
}

func TestADeviceThatCannotBeMadeIsOffline(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.devices["IN-camera"].makes = fmt.Errorf("%w: baud = -1", drivers.ErrSettings)
		b.devices["IN-barrier"].panicIn("make")
		b.devices["IN-arming"].makes = errors.New("no such input")
		b.site = strings.Replace(b.site, `driver = "fake"
role = "terminal"
gate = "OUT"
settings = { name = "OUT-terminal" }`, `driver = "useless"
role = "terminal"
gate = "OUT"`, 1)
		b.start()
		b.wait(time.Second)
		for _, name := range []string{"IN-camera", "IN-barrier", "IN-arming", "OUT-terminal"} {
			expect(b, "alert of "+name, strings.Contains(b.alerts(), "device_offline "+name), true)
			expect(b, "changes told of "+name, b.logged.with("device offline", "device="+name), 1)
		}
		ticket := b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 1"}).Ticket
		b.devices["IN-closing"].set(active)
		b.wait(time.Second)
		b.devices["IN-closing"].set(inactive)
		b.wait(3 * time.Hour)
		b.arrive("OUT", "B-AB 1")
		b.wait(time.Second)
		expect(b, "raises without a terminal", b.raises("OUT"), 1)
		b.view(func(l *lot.Lot) {
			left, _ := l.Ticket(ticket)
			expect(b, "owed", left.OwedMinor, 600)
		})
	})
}

func TestAPanicOfADriverStaysWithItsDevice(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.devices["IN-camera"].panicIn("watch")
		b.devices["IN-column"].panicIn("order")
		b.devices["OUT-camera"].panicIn("http")
		b.start()
		b.arrive2("IN") // the display panics
		b.wait(time.Minute)
		expect(b, "alert of the camera", strings.Contains(b.alerts(), "device_offline IN-camera"), true)
		expect(b, "alert of the column", strings.Contains(b.alerts(), "device_offline IN-column"), true)
		posted := httptest.NewRecorder()
		post := httptest.NewRequest(http.MethodPost, "/OUT-camera", nil)
		post.RemoteAddr = "127.0.0.1:5000"
		b.app.DeviceHandler().ServeHTTP(posted, post)
		synctest.Wait()
		expect(b, "answer to the camera's post", posted.Code, http.StatusInternalServerError)
		expect(b, "alert of the other camera", strings.Contains(b.alerts(), "device_offline OUT-camera"), true)
		b.devices["IN-camera"].panicIn("")
		b.devices["IN-column"].panicIn("")
		b.wait(time.Minute)
		expect(b, "alert of the column, healed", strings.Contains(b.alerts(), "device_offline IN-column"), false)
	})
}

// arrive2 has a vehicle stand at a gate whose camera sees nothing.
func (b *bench) arrive2(gate string) {
	b.devices[gate+"-arming"].set(active)
	b.wait(3 * time.Second)
}

func TestATerminalThatComesBackIsAskedAgain(t *testing.T) {
	inBubble(t, func(b *bench) {
		startWithout(b, "OUT-terminal")
		b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 1"})
		b.passes("IN")
		b.wait(3 * time.Hour)
		b.arrive("OUT", "B-AB 1")
		b.wait(time.Second)
		expect(b, "payment orders", b.devices["OUT-terminal"].count("pay"), 1)
		expect(b, "raises", b.raises("OUT"), 1)
	})
}

func TestADisplayThatWasAwayShowsItsFaceAgain(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		column := b.devices["IN-column"]
		column.lose(drivers.ErrOffline)
		b.arrive("IN", "B-AB 1")
		b.wait(time.Second)
		expect(b, "raises", b.raises("IN"), 1)
		shown := len(column.took())
		column.lose(nil)
		b.wait(2 * time.Second)
		expect(b, "shown soon after", len(column.took()) > shown, true)
		before := column.count("show")
		b.wait(time.Minute)
		if again := column.count("show") - before; again < 3 || again > 6 {
			b.t.Errorf("shown %d times in a minute", again)
		}
	})
}

func TestSensorsThatBabbleHoldNoVehicleUp(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		busy := make(chan struct{})
		read := make(chan error, 1)
		go func() { read <- b.app.View(b.t.Context(), func(*lot.Lot) { <-busy }) }()
		synctest.Wait()
		for range 5_000 {
			b.devices["sensor"].sample(0, 2500)
		}
		told := make(chan struct{})
		go func() {
			b.devices["IN-arming"].set(active)
			b.devices["IN-camera"].see("B-AB 1")
			close(told)
		}()
		synctest.Wait()
		expect(b, "health of the inbox", health(b, "inbox"), false)
		close(busy)
		<-told
		b.wait(100 * time.Millisecond)
		if err := <-read; err != nil {
			b.t.Error(err)
		}
		expect(b, "raises", b.raises("IN"), 1)
		expect(b, "health of the inbox", health(b, "inbox"), true)
	})
}

func TestAReadThatPanicsIsAnError(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		if err := b.app.View(b.t.Context(), func(*lot.Lot) { panic("nil pointer") }); err == nil {
			b.t.Error("no error")
		}
		b.submit(lot.CorrectCount{Inside: 7})
		b.view(func(l *lot.Lot) { expect(b, "inside", l.Inside().Loops, 7) })
	})
}

func TestAReadThatIsGivenUpReadsNoMore(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		busy := make(chan struct{})
		go b.app.View(b.t.Context(), func(*lot.Lot) { <-busy })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(b.t.Context(), time.Second)
		defer cancel()
		ran := false
		if err := b.app.View(ctx, func(*lot.Lot) { ran = true }); !errors.Is(err, context.DeadlineExceeded) {
			b.t.Errorf("the read: %v", err)
		}
		close(busy)
		b.wait(time.Second)
		expect(b, "it was read after that", ran, false)
	})
}

func TestTheEndCarriesOutWhatWasDecided(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.disk.hold.shut()
		b.arrive("IN", "B-AB 1")
		b.cancel()
		b.wait(100 * time.Millisecond)
		expect(b, "raises before the flush", b.raises("IN"), 0)
		b.disk.hold.letGo()
		b.stop()
		expect(b, "raises", b.raises("IN"), 1)
	})
}

func TestTheEndCarriesOutWhatAwaitsItsTurn(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.devices["IN-barrier"].hold.shut() // it is slow
		b.submit(lot.RaiseGate{Gate: 0})
		b.submit(lot.HoldGate{Gate: 0})
		b.cancel()
		b.wait(500 * time.Millisecond)
		b.devices["IN-barrier"].hold.letGo()
		b.stop()
		expect(b, "orders", fmt.Sprint(b.devices["IN-barrier"].took()), "[raise raise hold]")
	})
}

func TestTheEndDecidesOnWhatHasArrived(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		busy := make(chan struct{})
		go b.app.View(b.t.Context(), func(*lot.Lot) { <-busy })
		synctest.Wait()
		var commands []*submitted
		for n := range int64(20) {
			commands = append(commands, b.later(lot.CorrectCount{Inside: n}))
		}
		b.cancel()
		close(busy)
		b.stop()
		for n, c := range commands {
			expect(b, fmt.Sprintf("command %d was answered", n), c.granted(), true)
		}
	})
}

func TestTheEndDoesNotWaitForEverForADevice(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.devices["IN-barrier"].hold.shut()
		b.submit(lot.RaiseGate{Gate: 0})
		began := time.Now()
		b.stop()
		if waited := time.Since(began); waited > 4*time.Second {
			b.t.Errorf("it ended after %v", waited)
		}
		expect(b, "it names the device", b.logged.with("devices don't stop", "IN-barrier"), 1)
		b.devices["IN-barrier"].hold.letGo()
	})
}

func TestListenersHearOfChangesAFewTimesASecond(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.wait(time.Second)
		ctx, cancel := context.WithCancel(b.t.Context())
		heard := b.app.Changes(ctx)
		b.wait(10 * time.Second)
		expect(b, "changes where nothing changes", len(heard), 0)
		for range 50 {
			b.submit(lot.CorrectCount{Inside: 7})
		}
		b.devices["IN-arming"].set(active)
		b.wait(time.Second)
		expect(b, "changes", len(heard), 1)
		cancel()
	})
}

// The owner is busy and its inbox is full, and meanwhile a car parks: a sensor that says so once has said it.
func TestTheLastWordOfASensorIsNeverDropped(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		heard, last := 0, int32(0)
		b.view(func(l *lot.Lot) {
			l.OnSensing(func(h lot.Heard) {
				if !h.Tick {
					heard, last = heard+1, h.Reading.DistanceMM
				}
			})
		})
		var busy gatekeeper
		busy.shut()
		go b.app.View(b.t.Context(), func(*lot.Lot) { busy.pass() })
		synctest.Wait()
		for range 5_000 {
			b.devices["sensor"].sample(0, 2500)
		}
		b.devices["sensor"].sample(0, 900)
		synctest.Wait()
		busy.letGo()
		b.wait(time.Millisecond)
		b.view(func(*lot.Lot) {
			expect(b, "the last reading in mm", last, 900)
			expect(b, "not all of them", heard > 0 && heard < 5_000, true)
		})
		expect(b, "health of the inbox", health(b, "inbox"), true)
	})
}
