package terminal_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/terminal"
	"gatehouse/sync/fact"
)

func TestGoldenFrames(t *testing.T) {
	for frame, fields := range map[string][]string{
		"$STATUS,7,P1*42\r\n":                        {"STATUS", "7", "P1"},
		"$PAY,12,P0123-4,1250,EUR*46\r\n":            {"PAY", "12", "P0123-4", "1250", "EUR"},
		"$APPROVED,12,P0123-4,A1,credit_card*77\r\n": {"APPROVED", "12", "P0123-4", "A1", "credit_card"},
	} {
		if got := string(terminal.Encode(fields...)); got != frame {
			t.Errorf("%q is %q, want %q", fields, got, frame)
		}
		if got, ok := terminal.Decode(strings.TrimSpace(frame)); !ok || !slices.Equal(got, fields) {
			t.Errorf("%q is %q, %v", frame, got, ok)
		}
	}
	if got := string(terminal.Encode("A$", "b*c", "ü\n")); !strings.HasPrefix(got, "$A?,b?c,??*") {
		t.Errorf("what can't be sent became %q", got)
	}
}

// One damaged byte anywhere: the frame is dropped, never misunderstood.
func TestADamagedFrameIsDropped(t *testing.T) {
	frame := terminal.Encode("APPROVED", "12", "P0123-4", "A1", "credit_card")
	for at := range frame[:len(frame)-2] {
		for bit := range 8 {
			damaged := slices.Clone(frame)
			damaged[at] ^= 1 << bit
			for _, fields := range split(damaged) {
				t.Errorf("byte %d, bit %d: %q", at, bit, fields)
			}
		}
	}
}

func split(data []byte) (frames [][]string) {
	var splitter terminal.Splitter
	for _, b := range data {
		if fields, complete := splitter.Push(b); complete {
			frames = append(frames, fields)
		}
	}
	return frames
}

func TestAFrameIsFoundBehindNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		noise := rapid.SliceOfN(rapid.Byte(), 0, 400).Draw(t, "noise")
		fields := rapid.SliceOfN(rapid.StringMatching(`[!-#%-)+\--~]{0,12}`), 1, 6).Draw(t, "fields")
		frames := split(append(noise, terminal.Encode(fields...)...))
		if len(frames) == 0 || !slices.Equal(frames[len(frames)-1], fields) {
			t.Fatalf("%q, then %q: %q", noise, fields, frames)
		}
	})
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("$STATUS,7,P1*42\r\n"))
	f.Add([]byte("x$$PAY,12,P0123-4,1250,EUR*46\n*"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, fields := range split(data) {
			if again := split(terminal.Encode(fields...)); len(again) != 1 || !slices.Equal(again[0], fields) {
				t.Errorf("%q comes back as %q", fields, again)
			}
		}
	})
}

var settings = drivers.Settings{"port": "uart1", "baud": int64(115200), "card_s": int64(60)}

func bench() (drivertest.Bench, *terminal.Simulator) {
	host := drivertest.NewHost()
	simulator := terminal.NewSimulator(host.Wire("uart1").Far())
	return drivertest.Bench{
		Driver: terminal.Driver(), Settings: settings, Host: host, Names: []string{"uart1"}, Far: simulator.Run,
	}, simulator
}

func TestTerminalKeepsTheContract(t *testing.T) {
	steps := []terminal.Step{
		drivertest.TerminalApproves: terminal.Approve, drivertest.TerminalDeclines: terminal.Decline,
		drivertest.TerminalLosesReply: terminal.LoseReply, drivertest.TerminalLosesOrder: terminal.LoseOrder,
		drivertest.TerminalWaits: terminal.Wait,
	}
	drivertest.TestTerminal(t, func() drivertest.TerminalBench {
		b, simulator := bench()
		return drivertest.TerminalBench{
			Bench: b, Charged: simulator.Charged,
			Script: func(script ...drivertest.TerminalStep) {
				for _, step := range script {
					simulator.Script(steps[step])
				}
			},
			Garble: func() {
				_, _ = b.Host.Wire("uart1").Far().Write([]byte("\x00\xFF$APPROVED,1,P1,A1,credit_card*00\r\n$HELLO*42\r\n"))
			},
		}
	})
}

var order = drivers.PaymentOrder{Payment: "P1", Amount: fact.Money{Minor: 1250, Currency: "EUR"}}

// session runs a terminal and its driver.
func session(t *testing.T, play func(t *testing.T, device drivers.Terminal, simulator *terminal.Simulator, host *drivertest.Host)) {
	synctest.Test(t, func(t *testing.T) {
		b, simulator := bench()
		device, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		go simulator.Run()
		play(t, device.(drivers.Terminal), simulator, b.Host)
		b.Host.Close()
	})
}

func TestACustomerTakesTheirTime(t *testing.T) {
	session(t, func(t *testing.T, device drivers.Terminal, simulator *terminal.Simulator, _ *drivertest.Host) {
		simulator.Script(terminal.Wait)
		time.AfterFunc(45*time.Second, func() { _ = simulator.Finish(true) })
		answer, err := device.Pay(t.Context(), order)
		if err != nil || answer.Outcome != drivers.PaymentApproved || answer.Method != fact.MethodCreditCard {
			t.Errorf("%+v, %v", answer, err)
		}
	})
}

func TestACustomerWhoNeverComes(t *testing.T) {
	session(t, func(t *testing.T, device drivers.Terminal, simulator *terminal.Simulator, _ *drivertest.Host) {
		simulator.Script(terminal.Wait)
		if answer, err := device.Pay(t.Context(), order); !errors.Is(err, drivers.ErrOffline) || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("%+v, %v", answer, err)
		}
		if answer, err := device.Status(t.Context(), "P1"); err != nil || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("status while a card is asked for: %+v, %v", answer, err)
		}
		_ = simulator.Finish(false)
		if answer, err := device.Status(t.Context(), "P1"); err != nil || answer.Outcome != drivers.PaymentDeclined {
			t.Errorf("status after: %+v, %v", answer, err)
		}
	})
}

// The plug is pulled while the card is being read, and the bank says yes.
func TestAPulledPlugLosesNoMoney(t *testing.T) {
	session(t, func(t *testing.T, device drivers.Terminal, simulator *terminal.Simulator, host *drivertest.Host) {
		simulator.Script(terminal.Wait)
		time.AfterFunc(5*time.Second, host.Wire("uart1").HangUp)
		if answer, err := device.Pay(t.Context(), order); !errors.Is(err, drivers.ErrOffline) || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("%+v, %v", answer, err)
		}
		_ = simulator.Finish(true)
		answer, err := device.Status(t.Context(), "P1")
		if err != nil || answer.Outcome != drivers.PaymentApproved || simulator.Charged() != 1 {
			t.Errorf("%+v, %v, charged %d times", answer, err, simulator.Charged())
		}
	})
}

// A method that we don't know is no reason to forget that money was taken.
func TestAnUnknownMethodIsStillAPayment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := bench()
		device, _ := b.Driver.Make(b.Host, b.Settings)
		far := b.Host.Wire("uart1").Far()
		go func() {
			chunk := make([]byte, 100)
			n, _ := far.Read(chunk)
			fields := split(chunk[:n])[0]
			_, _ = far.Write(terminal.Encode("APPROVED", fields[1], "P2", "stale", "cash"))
			_, _ = far.Write(terminal.Encode("APPROVED", fields[1], fields[2], "A9", "seashells"))
		}()
		answer, err := device.(drivers.Terminal).Pay(t.Context(), order)
		if want := (drivers.PaymentAnswer{Outcome: drivers.PaymentApproved, Reference: "A9"}); err != nil || answer != want {
			t.Errorf("%+v, %v", answer, err)
		}
	})
}

// The answer to an order that was given up comes late: it is not the answer to the next one.
func TestALateAnswerIsNotTheNextOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := bench()
		device, _ := b.Driver.Make(b.Host, b.Settings)
		far := b.Host.Wire("uart1").Far()
		go func() {
			chunk := make([]byte, 100)
			_, _ = far.Read(chunk) // the first order is not answered
			n, _ := far.Read(chunk)
			fields := split(chunk[:n])[0]
			for _, late := range [][]string{{"NOTFOUND", "99999", "P1"}, {"DECLINED", fields[1], "P2"}} {
				_, _ = far.Write(terminal.Encode(late...))
				time.Sleep(time.Second)
			}
			_, _ = far.Write(terminal.Encode("APPROVED", fields[1], "P1", "A1", "mobile_pay"))
		}()
		if _, err := device.(drivers.Terminal).Status(t.Context(), "P1"); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("unanswered: %v", err)
		}
		if answer, err := device.(drivers.Terminal).Status(t.Context(), "P1"); err != nil || answer.Outcome != drivers.PaymentApproved {
			t.Errorf("%+v, %v", answer, err)
		}
	})
}

// The driver leaves while a card is asked for: the next customer must not pay for them.
func TestACancelledPaymentIsNotAskedForAnyMore(t *testing.T) {
	session(t, func(t *testing.T, device drivers.Terminal, simulator *terminal.Simulator, _ *drivertest.Host) {
		simulator.Script(terminal.Wait)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := device.Pay(ctx, order); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		synctest.Wait()
		_ = simulator.Finish(true) // the next customer's card
		if answer, err := device.Status(t.Context(), "P1"); err != nil || answer.Outcome != drivers.PaymentDeclined || simulator.Charged() != 0 {
			t.Errorf("%+v, %v, charged %d times", answer, err, simulator.Charged())
		}
	})
}

func TestWhatCantBePaidIsRefused(t *testing.T) {
	session(t, func(t *testing.T, device drivers.Terminal, _ *terminal.Simulator, host *drivertest.Host) {
		for _, wrong := range []drivers.PaymentOrder{
			{Payment: "P1", Amount: fact.Money{Minor: 0, Currency: "EUR"}},
			{Payment: "P1", Amount: fact.Money{Minor: -5, Currency: "EUR"}},
			{Payment: "P1", Amount: fact.Money{Minor: 5}},
			{Payment: "P,1", Amount: order.Amount},
			{Payment: "", Amount: order.Amount},
			{Payment: fact.PaymentID(strings.Repeat("P", 65)), Amount: order.Amount},
		} {
			if answer, err := device.Pay(t.Context(), wrong); err == nil || host.Opened() != 0 {
				t.Errorf("%+v: %+v, opened %d ports", wrong, answer, host.Opened())
			}
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, terminal.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":       {},
		"baud = \"fast\": write a whole number": {"port": "a", "baud": "fast"},
		"card_s = 5: write 10 to 300":           {"port": "a", "card_s": int64(5)},
	})
}
