package column_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/drivertest"
	"gatehouse/sync/fact"
)

func TestGoldenLines(t *testing.T) {
	for line, fields := range map[string][]string{
		"SCAN|T0123-4\r\n":                     {"SCAN", "T0123-4"},
		"SHOW|7|GREEN|Frei: 12|Grüß Gott\r\n":  {"SHOW", "7", "GREEN", "Frei: 12", "Grüß Gott"},
		"PRINT|8||50%25 off|a%7Cb|%0A%00\r\n":  {"PRINT", "8", "", "50% off", "a|b", "\n\x00"},
		"FAIL|8|PAPER\r\n":                     {"FAIL", "8", "PAPER"},
		"CARD|%1B%7F\r\n":                      {"CARD", "\x1b\x7f"},
		"PRINT|9|R0123-5|Riverside||12:00\r\n": {"PRINT", "9", "R0123-5", "Riverside", "", "12:00"},
	} {
		if got := string(column.Encode(fields...)); got != line {
			t.Errorf("%q is %q, want %q", fields, got, line)
		}
		if got, err := column.Decode(strings.TrimSuffix(line, "\r\n")); err != nil || !slices.Equal(got, fields) {
			t.Errorf("%q is %q, %v", line, got, err)
		}
	}
}

func TestBrokenLinesAreErrors(t *testing.T) {
	for _, line := range []string{"SCAN|%", "SCAN|%4", "SCAN|%4g", "SCAN|%zz", "SCAN|\xFF", "SCAN|%FF", "SCAN|\x07"} {
		if fields, err := column.Decode(line); err == nil {
			t.Errorf("%q is %q", line, fields)
		}
	}
}

func TestWhatIsSentArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(rapid.StringN(0, 20, 40), 1, 8).Draw(t, "fields")
		var splitter column.Splitter
		var lines []string
		for _, b := range append(column.Encode(fields...), '\n') {
			if line, complete := splitter.Push(b); complete {
				lines = append(lines, line)
			}
		}
		if len(fields) == 1 && fields[0] == "" {
			return // an empty line means nothing
		}
		if len(lines) != 1 {
			t.Fatalf("%q: lines %q", fields, lines)
		}
		if got, err := column.Decode(lines[0]); err != nil || !slices.Equal(got, fields) {
			t.Fatalf("%q came as %q, %v", fields, got, err)
		}
	})
}

func TestALineThatIsTooLongIsDroppedWhole(t *testing.T) {
	var splitter column.Splitter
	var lines []string
	for _, b := range []byte(strings.Repeat("x", column.LineMax+1) + "\nDONE|1\r\n" + strings.Repeat("y", column.LineMax) + "\n") {
		if line, complete := splitter.Push(b); complete {
			lines = append(lines, line[:6])
		}
	}
	if !slices.Equal(lines, []string{"DONE|1", "yyyyyy"}) || splitter.Skipped != 1 {
		t.Errorf("lines %q, skipped %d", lines, splitter.Skipped)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("PRINT|8||50%25 off|a%7Cb|%0A%00")
	f.Add("FAIL|8|PAPER")
	f.Fuzz(func(t *testing.T, line string) {
		fields, err := column.Decode(line)
		if err != nil {
			return
		}
		again, err := column.Decode(strings.TrimSuffix(string(column.Encode(fields...)), "\r\n"))
		if err != nil || !slices.Equal(again, fields) {
			t.Errorf("%q is %q, then %q, %v", line, fields, again, err)
		}
	})
}

var settings = drivers.Settings{"port": "uart1", "baud": int64(115200)}

// bench is a column's driver and the column.
func bench() (drivertest.Bench, *column.Simulator) {
	host := drivertest.NewHost()
	simulator := column.NewSimulator(host.Wire("uart1").Far())
	return drivertest.Bench{
		Driver: column.Driver(), Settings: settings, Host: host, Names: []string{"uart1"}, Far: simulator.Run,
	}, simulator
}

// attended is a bench whose reader is running.
func attended() (drivertest.Bench, *column.Simulator) {
	b, simulator := bench()
	b.Attend = func(ctx context.Context, device any) error {
		return device.(drivers.Reader).Read(ctx, func(drivers.Shown) {})
	}
	return b, simulator
}

func TestReaderKeepsTheContract(t *testing.T) {
	drivertest.TestReader(t, func() drivertest.ListenerBench {
		b, simulator := bench()
		scans := 0
		return drivertest.ListenerBench{
			Bench: b,
			Report: func(any) {
				scans++
				_ = simulator.Scan(fmt.Sprintf("T%d", scans))
			},
			Garble: func(any) {
				far := b.Host.Wire("uart1").Far()
				_, _ = far.Write([]byte("\x00\xFF|||\r\nSCAN\nSCAN|\nBUTTON|FIRE\nDONE|x\nFAIL|1\n" + strings.Repeat("z", 4000) + "\n"))
			},
		}
	})
}

func TestDisplayKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		b, simulator := attended()
		return drivertest.DisplayBench{Bench: b, Shown: func() string {
			lines, colour := simulator.Shown()
			return fmt.Sprint(lines, colour)
		}}
	})
}

func TestPrinterKeepsTheContract(t *testing.T) {
	drivertest.TestPrinter(t, func() drivertest.PrinterBench {
		b, simulator := attended()
		return drivertest.PrinterBench{
			Bench:    b,
			Printed:  func() int { return len(simulator.Slips()) },
			TakeAway: func() { simulator.SetPaper(false) },
			Mute:     func() { simulator.SetMute(true) },
		}
	})
}

// visit runs a column while play uses it, and returns what was shown and pressed.
func visit(t *testing.T, play func(t *testing.T, device *column.Column, simulator *column.Simulator)) []drivers.Shown {
	var shown []drivers.Shown
	synctest.Test(t, func(t *testing.T) {
		b, simulator := bench()
		device, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go simulator.Run()
		go func() {
			ended <- device.(drivers.Reader).Read(ctx, func(s drivers.Shown) { shown = append(shown, s) })
		}()
		synctest.Wait()
		play(t, device.(*column.Column), simulator)
		synctest.Wait()
		cancel()
		<-ended
		b.Host.Close()
	})
	return shown
}

func TestAVisitAtTheColumn(t *testing.T) {
	got := visit(t, func(t *testing.T, device *column.Column, simulator *column.Simulator) {
		_ = simulator.Press(drivers.ButtonTicket)
		if err := device.Print(t.Context(), drivers.Slip{Lines: []string{"Riverside", "50 % | now"}, QR: "T1"}); err != nil {
			t.Error(err)
		}
		if slips := simulator.Slips(); len(slips) != 1 || slips[0].QR != "T1" || slips[0].Lines[1] != "50 % | now" {
			t.Errorf("slips %+v", slips)
		}
		_ = simulator.Scan("T1")
		_ = simulator.Scan("R2")
		_ = simulator.Tap("04A2B3")
		_ = simulator.Press(drivers.ButtonHelp)
	})
	want := []drivers.Shown{
		{Button: drivers.ButtonTicket},
		{Kind: fact.CredentialTicket, Text: "T1"},
		{Kind: fact.CredentialReservation, Text: "R2"},
		{Kind: fact.CredentialCard, Text: "04A2B3"},
		{Button: drivers.ButtonHelp},
	}
	if !slices.Equal(got, want) {
		t.Errorf("shown %+v\nwant  %+v", got, want)
	}
}

// A phone lies on the scanner for five seconds: one showing. It comes back three seconds later: another.
func TestACodeThatStaysInViewIsShownOnce(t *testing.T) {
	got := visit(t, func(_ *testing.T, _ *column.Column, simulator *column.Simulator) {
		for range 10 {
			_ = simulator.Scan("T1")
			time.Sleep(500 * time.Millisecond)
		}
		time.Sleep(3 * time.Second)
		_ = simulator.Scan("T1")
		_ = simulator.Press(drivers.ButtonHelp)
		_ = simulator.Press(drivers.ButtonHelp)
	})
	if len(got) != 4 {
		t.Errorf("shown %+v, want the code twice and the button twice", got)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	visit(t, func(t *testing.T, device *column.Column, simulator *column.Simulator) {
		simulator.SetPaper(false)
		err := device.Print(t.Context(), drivers.Slip{Lines: []string{"x"}})
		if !errors.Is(err, column.ErrRefused) || !strings.Contains(err.Error(), "PAPER") || errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		err = device.Print(t.Context(), drivers.Slip{Lines: []string{strings.Repeat("x", column.LineMax)}})
		if err == nil || !strings.Contains(err.Error(), "shorten it") {
			t.Errorf("a slip that is too long: %v", err)
		}
	})
}

// The answer to an order that was given up must not pass for the answer to the next one.
func TestALateAnswerIsNotTheNextOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := bench()
		device, _ := b.Driver.Make(b.Host, b.Settings)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- device.(drivers.Reader).Read(ctx, func(drivers.Shown) {}) }()
		synctest.Wait()
		far := b.Host.Wire("uart1").Far()
		if err := device.(drivers.Printer).Print(t.Context(), drivers.Slip{Lines: []string{"first"}}); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("unanswered: %v", err)
		}
		chunk := make([]byte, 200)
		n, _ := far.Read(chunk)
		order := strings.Split(string(chunk[:n]), "|")[1]
		second := make(chan error, 1)
		go func() { second <- device.(drivers.Printer).Print(t.Context(), drivers.Slip{Lines: []string{"second"}}) }()
		synctest.Wait()
		_, _ = far.Write(column.Encode("DONE", order))
		if err := <-second; !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("the second order took the first one's answer: %v", err)
		}
		cancel()
		<-ended
		b.Host.Close()
	})
}

// The plug is pulled while a ticket prints: that is known at once, and not after the limit for answers.
func TestAPulledPlugEndsAnOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := bench()
		device, _ := b.Driver.Make(b.Host, b.Settings)
		ended := make(chan error, 1)
		go func() { ended <- device.(drivers.Reader).Read(t.Context(), func(drivers.Shown) {}) }()
		synctest.Wait()
		start := time.Now()
		time.AfterFunc(time.Second, b.Host.Wire("uart1").HangUp)
		err := device.(drivers.Printer).Print(t.Context(), drivers.Slip{Lines: []string{"x"}})
		if waited := time.Since(start); !errors.Is(err, drivers.ErrOffline) || waited > 2*time.Second {
			t.Errorf("after %v: %v", waited, err)
		}
		if err := <-ended; !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("read: %v", err)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, column.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":       {},
		"baud = \"fast\": write a whole number": {"port": "a", "baud": "fast"},
	})
}

func TestWhatCantBeACredentialIsNotShown(t *testing.T) {
	shown := visit(t, func(_ *testing.T, _ *column.Column, simulator *column.Simulator) {
		_ = simulator.Scan("T1\x00")
		_ = simulator.Scan("T1\n")
		_ = simulator.Scan("T2")
	})
	if want := (drivers.Shown{Kind: fact.CredentialTicket, Text: "T2"}); len(shown) != 1 || shown[0] != want {
		t.Errorf("shown %+v, want only %+v", shown, want)
	}
}
