package zvt_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/zvt"
	"gatehouse/sync/fact"
)

func bytesOf(t testing.TB, text string) []byte {
	data, err := hex.DecodeString(strings.NewReplacer(" ", "", "-", "").Replace(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Statuses as terminals sent them, from the tests of Portalum.Zvt.
func TestGoldenStatuses(t *testing.T) {
	for text, want := range map[string]zvt.Status{
		"040F1E276C29280048693CF0F1F941626272756368206475726368204B756E6465": {Result: 0x6C},
		"040F77270004000000002040" + "0B000470" + "0C223953" + "0D1006" + "0E2512" + "170001" + "1970" + "22F0F8EEEEEEEEEEEE4771" + "2928004869" +
			"2A313030343631373633202020202020" + "3B3631313830340000" + "3CF0F1F447454E2E4E522E3A363131383034" + "490978" + "870470" + "88000470" +
			"8A2E" + "8BF1F74465626974204D61737465726361726400": {AmountMinor: 2040, Currency: 978, Receipt: 470, Trace: 470, CardType: 0x2E},
		"04-0F-6C-27-00-04-00-00-00-00-20-40-0C-21-09-16-0D-11-01-0E-99-99-22-F0-F8-EE-EE-EE-EE-EE-EE-47-71-A0-01-29-00-00-00-06-87-00-05-0B-00-00-00-8A-06-8B-F1-F1-4D-41-53-54-45-52-43-41-52-44-00-06-2E-2F-08-1F-12-01-01-1F-10-01-03-60-1B-43-07-A0-00-00-00-04-10-10-44-10-44-65-62-69-74-20-4D-61-73-74-65-72-63-61-72-64-1F-2B-04-10-01-60-05": {
			AmountMinor: 2040, Receipt: 5, CardType: 6,
		},
		"04-0F-44-27-6C-04-00-00-00-00-12-00-49-09-78-0C-11-33-39-0D-08-17-22-F0-F0-0B-00-00-00-19-60-29-52-50-02-95-8B-F0-F1-00": {
			Result: 0x6C, AmountMinor: 1200, Currency: 978,
		},
	} {
		data := bytesOf(t, text)
		a, used, err := zvt.ParseAPDU(append(data, bytes.Repeat([]byte{0}, 300)...))
		if err != nil || a.Command != zvt.StatusInfo || used == 0 {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := zvt.ParseStatus(data[3:]); err != nil || got != want {
			t.Errorf("%s\nis   %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

// Frames as the tests of ecrterm (Python) have them; DLE in a message is doubled.
func TestGoldenFrames(t *testing.T) {
	for message, want := range map[string]string{
		"80 00 00":                              "10 02 80 00 00 10 03 F5 1F",
		"84 9C 00":                              "10 02 84 9C 00 10 03 C3 41",
		"06 00 06 12 34 56 BA 09 78":            "10 02 06 00 06 12 34 56 BA 09 78 10 03 24 C3",
		"06 01 0A 04 00 00 00 01 10 00 49 0978": "10 02 06 01 0A 04 00 00 00 01 10 10 00 49 09 78 10 03 F2 FF",
		"05 01 03 12 34 56":                     "10 02 05 01 03 12 34 56 10 03 E0 43",
		"06 D1 19 00 47 65 73 61 6D 74 20 20 20 20 20 20 30 20 20 20 20 20 20 20 30 2C 30 30": "10 02 06 D1 19 00 47 65 73 61 6D 74 " +
			"20 20 20 20 20 20 30 20 20 20 20 20 20 20 30 2C 30 30 10 03 B5 AB",
	} {
		if got := zvt.AppendFrame(nil, bytesOf(t, message)); !bytes.Equal(got, bytesOf(t, want)) {
			t.Errorf("%s is % X, want %s", message, got, want)
		}
	}
}

// PA00P015, chapter "Structure of an APDU": a length of FF says that it stands in the two bytes behind it, the low one first.
func TestTheLengthOfAMessage(t *testing.T) {
	for length, head := range map[int]string{0: "00", 254: "FE", 255: "FF FF 00", 256: "FF 00 01", 8192: "FF 00 20"} {
		message := zvt.APDU{Command: zvt.StatusInfo, Data: bytes.Repeat([]byte{0x10}, length)}
		data := message.AppendTo(nil)
		if want := bytesOf(t, "04 0F "+head); !bytes.HasPrefix(data, want) || len(data) != len(want)+length {
			t.Errorf("%d bytes: % X…, want % X", length, data[:5], want)
		}
		for cut := range data {
			if _, used, err := zvt.ParseAPDU(data[:cut]); used != 0 || err != nil {
				t.Fatalf("%d of %d bytes: used %d, %v", cut, len(data), used, err)
			}
		}
		got, used, err := zvt.ParseAPDU(append(data, 0x06))
		if err != nil || used != len(data) || !bytes.Equal(got.Data, message.Data) {
			t.Errorf("%d bytes: used %d of %d, %v", length, used, len(data), err)
		}
	}
	if _, _, err := zvt.ParseAPDU(bytesOf(t, "04 0F FF 01 20")); !errors.Is(err, zvt.ErrGarbage) {
		t.Errorf("more than is allowed: %v", err)
	}
}

func TestWhatIsFramedIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		apdu := rapid.SliceOfN(rapid.SampledFrom([]byte{0x10, 0x02, 0x03, 0x06, 0x15, 0x00, 0xFF}), 1, 50).Draw(t, "message")
		noise := rapid.SliceOfN(rapid.ByteRange(0x20, 0x7F), 0, 20).Draw(t, "noise")
		var splitter zvt.Splitter
		var frames [][]byte
		for _, b := range append(noise, zvt.AppendFrame(nil, apdu)...) {
			if found, data := splitter.Push(b); found == zvt.FoundFrame {
				frames = append(frames, bytes.Clone(data))
			}
		}
		if len(frames) != 1 || !bytes.Equal(frames[0], apdu) || splitter.Skipped != uint64(len(noise)) {
			t.Fatalf("% X after % X: % X, %d skipped", apdu, noise, frames, splitter.Skipped)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(zvt.Status{AmountMinor: 1250, Currency: 978, Receipt: 7}.AppendTo(nil))
	f.Add([]byte{0x27, 0, 0x06, 0x82, 0xFF, 0xFF})
	f.Add(zvt.AppendFrame(nil, []byte{0x80, 0, 0}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := zvt.ParseStatus(data); err == nil {
			again, err := zvt.ParseStatus(s.AppendTo(nil))
			if err != nil || again != s && s.AmountMinor < 1e12 {
				t.Errorf("% X is %+v, then %+v, %v", data, s, again, err)
			}
		}
		if a, used, err := zvt.ParseAPDU(data); err == nil && used > 0 && len(a.Data) < 0xFF && used == 3+len(a.Data) && !bytes.Equal(a.AppendTo(nil), data[:used]) {
			t.Errorf("% X is %+v", data, a)
		}
		var splitter zvt.Splitter
		for _, b := range data {
			splitter.Push(b)
		}
	})
}

// wire is a TCP connection on a fake wire, which works in a bubble.
type wire struct {
	drivers.Port
	net.Conn // nil: for what a test does not use
}

func (w wire) Read(p []byte) (int, error)       { return w.Port.Read(p) }
func (w wire) Write(p []byte) (int, error)      { return w.Port.Write(p) }
func (w wire) Close() error                     { return w.Port.Close() }
func (w wire) SetReadDeadline(time.Time) error  { return nil }
func (w wire) SetWriteDeadline(time.Time) error { return nil }

// bench is a driver and its terminal, on a serial port or on a connection.
func bench(serial bool) (drivertest.Bench, *zvt.Simulator) {
	host := drivertest.NewHost()
	simulator := zvt.NewSimulator(host.Wire("pt").Far(), serial)
	b := drivertest.Bench{
		Host: host, Names: []string{"pt"}, Far: simulator.Run,
		Settings: drivers.Settings{"port": "pt", "baud": int64(9600), "card_s": int64(60), "password": "123456", "currency": "EUR"},
		Driver: zvt.DriverWith(func(context.Context, string) (net.Conn, error) {
			port, err := host.Serial("pt", drivers.SerialMode{})
			return wire{Port: port}, err
		}),
	}
	if !serial {
		b.Settings = drivers.Settings{"address": "192.168.1.50:20007", "card_s": int64(60)}
	}
	return b, simulator
}

func TestTerminalKeepsTheContract(t *testing.T) {
	steps := []zvt.Step{
		drivertest.TerminalApproves: zvt.Approve, drivertest.TerminalDeclines: zvt.Decline, drivertest.TerminalLosesReply: zvt.LoseReply,
		drivertest.TerminalLosesOrder: zvt.LoseOrder, drivertest.TerminalWaits: zvt.Wait,
	}
	for name, serial := range map[string]bool{"serial": true, "TCP": false} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestTerminal(t, func() drivertest.TerminalBench {
				b, simulator := bench(serial)
				return drivertest.TerminalBench{
					Bench: b, Charged: simulator.Charged,
					Script: func(script ...drivertest.TerminalStep) {
						for _, step := range script {
							simulator.Script(steps[step])
						}
					},
					Garble: func() {
						garbage := []byte("\x00\xFF\x10\x02\x80\x00\x00\x10\x03\xFF\xFF\x10\x02half")
						if !serial {
							garbage = []byte("\x04\x0F\x02\x27\x00") // a status that nobody asked for
							garbage[2] = 2
						}
						_, _ = b.Host.Wire("pt").Far().Write(garbage)
					},
				}
			})
		})
	}
}

var order = drivers.PaymentOrder{Payment: "P1", Amount: fact.Money{Minor: 1250, Currency: "EUR"}}

// session gives a terminal to play, over each transport.
func session(t *testing.T, play func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, host *drivertest.Host)) {
	for _, serial := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b, simulator := bench(serial)
			device, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			go simulator.Run()
			play(t, device.(*zvt.Terminal), simulator, b.Host)
			time.Sleep(time.Minute)
			b.Host.Close()
		})
	}
}

// The connection is cut while the card is read, and the bank says yes: the payment is found, and not taken twice.
func TestACutConnectionLosesNoMoney(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, host *drivertest.Host) {
		simulator.Script(zvt.Approve, zvt.Wait)
		if answer, err := device.Pay(t.Context(), drivers.PaymentOrder{Payment: "P0", Amount: order.Amount}); err != nil || answer.Outcome != drivers.PaymentApproved {
			t.Fatalf("%+v, %v", answer, err)
		}
		time.AfterFunc(5*time.Second, host.Wire("pt").HangUp)
		if answer, err := device.Pay(t.Context(), order); !errors.Is(err, drivers.ErrOffline) || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("%+v, %v", answer, err)
		}
		if answer, err := device.Status(t.Context(), "P1"); err != nil || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("while the customer stands there: %+v, %v", answer, err)
		}
		if _, err := device.Pay(t.Context(), drivers.PaymentOrder{Payment: "P2", Amount: order.Amount}); err == nil {
			t.Error("another payment was begun meanwhile")
		}
		simulator.Finish(true)
		answer, err := device.Status(t.Context(), "P1")
		again, err2 := device.Pay(t.Context(), order)
		if err != nil || err2 != nil || again != answer {
			t.Errorf("status %+v, %v; paid again %+v, %v", answer, err, again, err2)
		}
		taken := 1
		if answer.Outcome == drivers.PaymentApproved {
			taken = 2
		}
		if simulator.Charged() != taken {
			t.Errorf("%+v, and %d charged", answer, simulator.Charged())
		}
	})
}

// At night the terminal closed its day by itself, and numbers receipts anew: the first payment of the day has the number of
// the last one of yesterday, and its amount. It is a payment of its own, also when its answer was lost.
func TestReceiptsAreNumberedAnew(t *testing.T) {
	for _, step := range []zvt.Step{zvt.Approve, zvt.LoseReply} {
		session(t, func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, host *drivertest.Host) {
			pay := func(id fact.PaymentID) (drivers.PaymentAnswer, error) {
				return device.Pay(t.Context(), drivers.PaymentOrder{Payment: id, Amount: order.Amount})
			}
			if answer, err := pay("P1"); err != nil || answer.Outcome != drivers.PaymentApproved {
				t.Fatalf("%+v, %v", answer, err)
			}
			simulator.CloseDay()
			simulator.Script(step)
			answer, err := pay("P2")
			if step == zvt.LoseReply {
				host.Wire("pt").HangUp()
				time.Sleep(10 * time.Second)
				answer, err = device.Status(t.Context(), "P2")
			}
			if err != nil || answer.Outcome != drivers.PaymentApproved || simulator.Charged() != 2 {
				t.Errorf("step %d: %+v, %v, %d charged", step, answer, err, simulator.Charged())
			}
		})
	}
}

// The driver gave up, the terminal did not: its late yes is refused or found, and what the driver says is what was charged.
func TestALateReplyIsToldAsItIs(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, _ *drivertest.Host) {
		simulator.Script(zvt.LateReply)
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		if _, err := device.Pay(ctx, order); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.Sleep(30 * time.Second)
		answer, err := device.Status(t.Context(), "P1")
		charged := answer.Outcome == drivers.PaymentApproved
		if err != nil || charged != (simulator.Charged() == 1) {
			t.Errorf("%+v, %v, charged %d times", answer, err, simulator.Charged())
		}
	})
}

// Whatever goes wrong with whatever payments: what the driver says in the end is what was charged.
func TestNoMoneyIsLostOrTakenTwice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.SampledFrom([]zvt.Step{zvt.Approve, zvt.Decline, zvt.LoseReply, zvt.LoseOrder, zvt.LoseAck, zvt.Wait, zvt.Garble}), 1, 6).Draw(r, "steps")
		cuts := rapid.SliceOfN(rapid.IntRange(0, 90), 6, 6).Draw(r, "cuts")
		synctest.Test(t, func(t *testing.T) {
			b, simulator := bench(rapid.Bool().Draw(r, "serial"))
			made, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			device := made.(*zvt.Terminal)
			go simulator.Run()
			approved := 0
			for i, step := range steps {
				simulator.Script(step)
				o := order
				o.Payment = fact.PaymentID(fmt.Sprint("P", i))
				if cuts[i]%3 == 0 {
					time.AfterFunc(time.Duration(cuts[i])*time.Second, b.Host.Wire("pt").HangUp)
				}
				answer, err := device.Pay(t.Context(), o)
				simulator.Finish(i%2 == 0)
				for try := 0; answer.Outcome == drivers.PaymentUnknown && try < 20; try++ {
					time.Sleep(10 * time.Second)
					answer, err = device.Status(t.Context(), o.Payment)
				}
				if answer.Outcome == drivers.PaymentApproved {
					approved++
				}
				if answer.Outcome == drivers.PaymentUnknown || approved != simulator.Charged() {
					r.Fatalf("steps %v, cuts %v: payment %d is %+v, %v; %d approved, %d charged", steps, cuts, i, answer, err, approved, simulator.Charged())
				}
			}
			b.Host.Close()
		})
	})
}

// After a restart the driver says that it does not know, and does not say that the payment may be sent again.
func TestARestartForgetsAndSaysSo(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, _ *zvt.Simulator, _ *drivertest.Host) {
		answer, err := device.Status(t.Context(), "P9")
		if err != nil || answer.Outcome != drivers.PaymentUnknown || !errors.Is(device.Fault(), zvt.ErrForgotten) {
			t.Errorf("%+v, %v, fault %v", answer, err, device.Fault())
		}
	})
}

// A terminal that repeats no receipt takes payments all the same. One whose answer was lost stays unknown, says so, and does
// not keep the next customer waiting.
func TestATerminalThatRepeatsNothing(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, _ *drivertest.Host) {
		simulator.SetForgets(true)
		simulator.Script(zvt.Approve, zvt.LoseReply, zvt.Approve)
		pay := func(id string) (drivers.PaymentAnswer, error) {
			return device.Pay(t.Context(), drivers.PaymentOrder{Payment: fact.PaymentID(id), Amount: order.Amount})
		}
		if answer, err := pay("P1"); err != nil || answer.Outcome != drivers.PaymentApproved {
			t.Fatalf("%+v, %v", answer, err)
		}
		if answer, err := pay("P2"); err == nil || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("a lost answer: %+v, %v", answer, err)
		}
		if answer, err := device.Status(t.Context(), "P2"); err != nil || answer.Outcome != drivers.PaymentUnknown || !errors.Is(device.Fault(), zvt.ErrNoRepeat) {
			t.Errorf("%+v, %v, fault %v", answer, err, device.Fault())
		}
		if answer, err := pay("P3"); err != nil || answer.Outcome != drivers.PaymentApproved {
			t.Errorf("the next customer: %+v, %v", answer, err)
		}
		if answer, err := pay("P2"); err != nil || answer.Outcome != drivers.PaymentUnknown {
			t.Errorf("the unknown payment again: %+v, %v", answer, err)
		}
	})
}

// A terminal that always refuses to repeat a receipt looks at first like one that has none. Once it has told of a payment, it
// is known for what it is: a later one whose answer was lost stays unknown, and the next customer is not kept waiting.
func TestATerminalThatRefusesToRepeat(t *testing.T) {
	for _, c := range []struct {
		forgets bool
		script  []zvt.Step
		lost    drivers.PaymentOutcome
		fault   error
	}{
		{false, []zvt.Step{zvt.Approve, zvt.LoseReply, zvt.Approve}, drivers.PaymentUnknown, zvt.ErrNoRepeat},
		{false, []zvt.Step{zvt.LoseReply, zvt.Approve}, drivers.PaymentDeclined, zvt.ErrNoReceipt},
		{true, []zvt.Step{zvt.LoseReply, zvt.Approve}, drivers.PaymentUnknown, zvt.ErrNoRepeat},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, simulator := bench(false)
			b.Settings["forgets"] = c.forgets
			made, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			device := made.(*zvt.Terminal)
			simulator.SetRefuses(true)
			simulator.Script(c.script...)
			go simulator.Run()
			for i, step := range c.script {
				id := fact.PaymentID(fmt.Sprint("P", i))
				answer, err := device.Pay(t.Context(), drivers.PaymentOrder{Payment: id, Amount: order.Amount})
				if step == zvt.Approve {
					if err != nil || answer.Outcome != drivers.PaymentApproved {
						t.Errorf("%+v: %s is %+v, %v", c, id, answer, err)
					}
					continue
				}
				answer, err = device.Status(t.Context(), id)
				if err != nil || answer.Outcome != c.lost || !errors.Is(device.Fault(), c.fault) || !strings.Contains(device.Fault().Error(), "forgets = true") {
					t.Errorf("%+v: %s is %+v, %v, fault %v", c, id, answer, err, device.Fault())
				}
			}
			b.Host.Close()
		})
	}
}

func TestReversalAndEndOfDay(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, simulator *zvt.Simulator, _ *drivertest.Host) {
		answer, err := device.Pay(t.Context(), order)
		if err != nil || answer.Reference != "0001-000001" {
			t.Fatalf("%+v, %v", answer, err)
		}
		if err := device.Reverse(t.Context(), answer.Reference); err != nil || simulator.Charged() != 0 {
			t.Errorf("reversed: %v, %d charged", err, simulator.Charged())
		}
		if err := device.EndOfDay(t.Context()); err != nil {
			t.Error(err)
		}
		if err := device.Reverse(t.Context(), "x"); err == nil {
			t.Error("a reference that is none was reversed")
		}
	})
}

// The driver on a real connection.
func TestOverRealTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = zvt.NewSimulator(conn, false).Run() // until the test ends
	}()
	device, err := zvt.Driver().Make(drivertest.NewHost(), drivers.Settings{"address": listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := device.(drivers.Terminal).Pay(t.Context(), order)
	if err != nil || answer.Outcome != drivers.PaymentApproved || answer.Method != fact.MethodCreditCard {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestWhatCantBePaidIsRefused(t *testing.T) {
	session(t, func(t *testing.T, device *zvt.Terminal, _ *zvt.Simulator, host *drivertest.Host) {
		for _, wrong := range []drivers.PaymentOrder{
			{Payment: "P1", Amount: fact.Money{Minor: 0, Currency: "EUR"}}, {Payment: "P1", Amount: fact.Money{Minor: 5, Currency: "CHF"}},
			{Payment: "", Amount: order.Amount}, {Payment: "P1", Amount: fact.Money{Minor: 1e12, Currency: "EUR"}},
		} {
			if answer, err := device.Pay(t.Context(), wrong); err == nil || host.Opened() != 0 {
				t.Errorf("%+v: %+v, opened %d ports", wrong, answer, host.Opened())
			}
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, zvt.Driver(), map[string]drivers.Settings{
		"address is missing: write the terminal's address": {},
		"and not both": {"address": "a:1", "port": "b"},
		`address = "terminal": write a host and a port`: {"address": "terminal"},
		"password: write six digits":                    {"port": "a", "password": "12"},
		`currency = "ZZZ": write the code`:              {"port": "a", "currency": "ZZZ"},
		"card_s = 5: write 10 to 300":                   {"port": "a", "card_s": int64(5)},
	})
}

func TestParsingTakesNoMemory(t *testing.T) {
	data := zvt.APDU{Command: zvt.StatusInfo, Data: zvt.Status{AmountMinor: 1250, Currency: 978, Receipt: 7}.AppendTo(nil)}.AppendTo(nil)
	frame := zvt.AppendFrame(nil, data)
	var splitter zvt.Splitter
	parse := func() {
		for _, b := range frame {
			if found, apdu := splitter.Push(b); found == zvt.FoundFrame {
				a, _, err := zvt.ParseAPDU(apdu)
				if _, err2 := zvt.ParseStatus(a.Data); err != nil || err2 != nil {
					t.Error(err, err2)
				}
			}
		}
	}
	parse()
	if allocations := testing.AllocsPerRun(100, parse); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func BenchmarkParse(b *testing.B) {
	data := zvt.APDU{Command: zvt.StatusInfo, Data: zvt.Status{AmountMinor: 1250, Currency: 978, Receipt: 7}.AppendTo(nil)}.AppendTo(nil)
	b.ReportAllocs()
	for b.Loop() {
		a, _, err := zvt.ParseAPDU(data)
		if _, err2 := zvt.ParseStatus(a.Data); err != nil || err2 != nil {
			b.Fatal(err, err2)
		}
	}
}
