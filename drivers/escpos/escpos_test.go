package escpos_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/escpos"
)

var layout = escpos.Layout{Columns: 42, Code: escpos.CodeQR, Cut: escpos.CutPartial, Drawer: escpos.DrawerNone}

func TestGoldenDocument(t *testing.T) {
	bars := layout
	bars.Code, bars.Cut, bars.Drawer = escpos.CodeBars, escpos.CutFull, escpos.DrawerSecond
	for _, c := range []struct {
		layout escpos.Layout
		slip   drivers.Slip
		want   string
	}{ // the commands as python-escpos' constants.py and Epson's reference have them
		{layout, drivers.Slip{Lines: []string{"Köln €5"}, QR: "T1"},
			"1b40 1b7413 1b6101 1b4501 4b946c6e20d535 0a 1b4500" +
				"1d286b0400314132 00 1d286b0300314306 1d286b0300314531 1d286b0500315030 5431 1d286b0300315130 0a 1b6403 1d5601"},
		{bars, drivers.Slip{QR: "A{1"},
			"1b40 1b7413 1b6101 1d6850 1d7702 1d4802 1d6b49 06 7b42 417b7b31 0a 1b6403 1d5600 1b7001 3264"},
	} {
		got, err := c.layout.Encode(c.slip)
		if want := strings.ReplaceAll(c.want, " ", ""); err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%+v is\n%x, %v, want\n%s", c.slip, got, err, want)
		}
	}
}

// What is printed is what was meant, and no text is an order to the printer.
func TestAnyTextIsOnlyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringN(0, 100, 200), 0, 10).Draw(t, "lines")
		document, err := layout.Encode(drivers.Slip{Lines: lines, QR: rapid.StringMatching(`[ -~]{0,60}`).Draw(t, "code")})
		if err != nil {
			t.Fatal(err)
		}
		var machine escpos.Machine
		slips := 0
		for _, b := range document {
			if e, happened := machine.Push(b); happened {
				if e.Slip == nil {
					t.Fatalf("%q made the printer do %+v", lines, e)
				}
				slips++
			}
		}
		if slips != 1 || machine.Skipped != 0 {
			t.Fatalf("%q: %d slips, %d bytes skipped", lines, slips, machine.Skipped)
		}
	})
}

func TestASlipIsReadBack(t *testing.T) {
	long := "Straße der Völkerfreundschaft 12, Großröhrsdorf, naß"
	document, err := layout.Encode(drivers.Slip{Lines: []string{long, "日本 \x1b@ 5 €"}, QR: "T0123-4"})
	if err != nil {
		t.Fatal(err)
	}
	var machine escpos.Machine
	var slip escpos.Slip
	for _, b := range document {
		if e, happened := machine.Push(b); happened && e.Slip != nil {
			slip = *e.Slip
		}
	}
	want := []string{"Straße der Völkerfreundschaft 12,", "Großröhrsdorf, naß", "?? ?@ 5 €", ""}
	if !slices.Equal(slip.Lines, want) || slip.QR != "T0123-4" || !slip.Cut {
		t.Errorf("%+v, want lines %q", slip, want)
	}
}

func FuzzMachine(f *testing.F) {
	document, _ := layout.Encode(drivers.Slip{Lines: []string{"Riverside"}, QR: "T1"})
	f.Add(document)
	f.Add([]byte("\x10\x04\x01\x1dr\x01\x1bp\x00\x10\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var machine escpos.Machine
		for _, b := range data {
			if e, happened := machine.Push(b); happened && e.Slip != nil && len(e.Slip.Lines) > 1000 {
				t.Errorf("%X: %d lines", data, len(e.Slip.Lines))
			}
		}
		if machine.Skipped > uint64(len(data)) {
			t.Errorf("%X: %d bytes skipped", data, machine.Skipped)
		}
	})
}

var settings = drivers.Settings{
	"port": "uart1", "baud": int64(19200), "columns": int64(32), "code": "qr", "cut": "partial", "drawer": "none",
}

func bench() (drivertest.Bench, *escpos.Simulator) {
	host := drivertest.NewHost()
	simulator := escpos.NewSimulator(host.Wire("uart1").Far())
	return drivertest.Bench{Driver: escpos.Driver(), Settings: settings, Host: host, Names: []string{"uart1"}, Far: simulator.Run}, simulator
}

func TestPrinterKeepsTheContract(t *testing.T) {
	drivertest.TestPrinter(t, func() drivertest.PrinterBench {
		b, simulator := bench()
		return drivertest.PrinterBench{
			Bench:    b,
			Printed:  func() int { return len(simulator.Slips()) },
			TakeAway: func() { simulator.SetPaper(0) },
			Mute:     func() { simulator.MuteAfter(0) },
		}
	})
}

// visit gives a printer to play.
func visit(t *testing.T, play func(t *testing.T, host *drivertest.Host, print func() error, simulator *escpos.Simulator, device *escpos.Printer)) {
	synctest.Test(t, func(t *testing.T) {
		b, simulator := bench()
		device, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		go simulator.Run()
		printer := device.(*escpos.Printer)
		play(t, b.Host, func() error {
			return printer.Print(t.Context(), drivers.Slip{Lines: []string{"Riverside", "1", "2", "3", "4", "5"}, QR: "T1"})
		}, simulator, printer)
		b.Host.Close()
	})
}

func TestWhatKeepsAPrinterFromPrinting(t *testing.T) {
	for want, breakIt := range map[error]func(*escpos.Simulator){ // the bits of DLE EOT 1 to 4 are those of Epson's reference
		escpos.ErrPaper:  func(s *escpos.Simulator) { s.SetPaper(0) },
		escpos.ErrCover:  func(s *escpos.Simulator) { s.SetCover(true) },
		escpos.ErrJam:    func(s *escpos.Simulator) { s.SetFault(escpos.FaultCutter) },
		escpos.ErrHot:    func(s *escpos.Simulator) { s.SetFault(escpos.FaultHot) },
		escpos.ErrBroken: func(s *escpos.Simulator) { s.SetFault(escpos.FaultBroken) },
	} {
		visit(t, func(t *testing.T, _ *drivertest.Host, print func() error, simulator *escpos.Simulator, _ *escpos.Printer) {
			breakIt(simulator)
			if err := print(); !errors.Is(err, want) || errors.Is(err, drivers.ErrOffline) || len(simulator.Slips()) != 0 {
				t.Errorf("error %v, want %v", err, want)
			}
		})
	}
}

// The roll ends in the middle of a ticket: that is known within a moment, and the ticket does not count as printed.
func TestThePaperEndsWithinATicket(t *testing.T) {
	visit(t, func(t *testing.T, _ *drivertest.Host, print func() error, simulator *escpos.Simulator, device *escpos.Printer) {
		simulator.SetNearEnd(true)
		simulator.SetPaper(3)
		begin := time.Now()
		if err := print(); !errors.Is(err, escpos.ErrPaper) || time.Since(begin) > 2*time.Second || len(simulator.Slips()) != 0 {
			t.Errorf("after %v: error %v, %d slips", time.Since(begin), err, len(simulator.Slips()))
		}
		if !device.PaperLow() {
			t.Error("nobody was told that the paper was low")
		}
	})
}

// The answer that a slip is out may come at any moment, also while a real-time question is being asked: it is never missed.
func TestASlipIsOutAtAnyMoment(t *testing.T) {
	visit(t, func(t *testing.T, _ *drivertest.Host, print func() error, simulator *escpos.Simulator, device *escpos.Printer) {
		for slip := time.Duration(0); slip < 1500*time.Millisecond; slip += 7 * time.Millisecond {
			simulator.SetPace(slip, 30*time.Millisecond)
			begin := time.Now()
			if err := print(); err != nil || time.Since(begin) > slip+time.Second {
				t.Fatalf("a slip of %v: %v after %v", slip, err, time.Since(begin))
			}
		}
		if device.Skipped() != 0 {
			t.Errorf("%d skipped: %v", device.Skipped(), device.Fault())
		}
	})
}

// It goes mute, or its plug is pulled, while it prints: nobody knows whether the slip is out, and that is what is said.
func TestNobodyKnowsWhetherItPrinted(t *testing.T) {
	for _, pulled := range []bool{false, true} {
		visit(t, func(t *testing.T, host *drivertest.Host, print func() error, simulator *escpos.Simulator, _ *escpos.Printer) {
			simulator.MuteAfter(2) // the paper, the printer
			if pulled {
				time.AfterFunc(250*time.Millisecond, host.Wire("uart1").HangUp)
			}
			if err := print(); !errors.Is(err, drivers.ErrOffline) || len(simulator.Slips()) != 1 {
				t.Errorf("pulled %v: error %v, %d slips", pulled, err, len(simulator.Slips()))
			}
			simulator.MuteAfter(-1)
			if err := print(); err != nil || len(simulator.Slips()) != 2 {
				t.Errorf("pulled %v: then error %v, %d slips", pulled, err, len(simulator.Slips()))
			}
		})
	}
}

// Babble before the answers is told and does not count as an answer.
func TestBabbleIsNoAnswer(t *testing.T) {
	visit(t, func(t *testing.T, host *drivertest.Host, print func() error, simulator *escpos.Simulator, device *escpos.Printer) {
		_, _ = host.Wire("uart1").Far().Write(bytes.Repeat([]byte{0xFF, 0x80, 0x00}, 20))
		if err := print(); err != nil || len(simulator.Slips()) != 1 || device.Skipped() == 0 {
			t.Errorf("error %v, %d slips, %d skipped", err, len(simulator.Slips()), device.Skipped())
		}
	})
}

func TestWhatCantBePrintedIsRefused(t *testing.T) {
	host := drivertest.NewHost()
	device, err := escpos.Driver().Make(host, settings)
	if err != nil {
		t.Fatal(err)
	}
	for _, slip := range []drivers.Slip{
		{QR: "Größe"}, {QR: strings.Repeat("x", 600)}, {Lines: []string{strings.Repeat("x", 600)}}, {Lines: make([]string, 201)},
	} {
		if err := device.(drivers.Printer).Print(context.Background(), slip); !errors.Is(err, escpos.ErrSlip) || host.Opened() != 0 {
			t.Errorf("%d lines, code %d: %v", len(slip.Lines), len(slip.QR), err)
		}
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, escpos.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":                {},
		"columns = 10: write 24 to 64":                   {"port": "a", "columns": int64(10)},
		`cut = "half": write one of partial, full, none`: {"port": "a", "cut": "half"},
	})
}
