package qrscanner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/qrscanner"
)

var settings = drivers.Settings{"port": "uart1", "baud": int64(115200), "prefix": "]Q3", "suffix": "\x03"}

func TestReaderKeepsTheContract(t *testing.T) {
	drivertest.TestReader(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		simulator := qrscanner.NewSimulator(host.Wire("uart1").Far())
		scans := 0
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{Driver: qrscanner.Driver(), Settings: settings, Host: host, Names: []string{"uart1"}},
			Report: func(any) {
				scans++
				_ = simulator.Scan(fmt.Sprintf("]Q3T%d\x03", scans))
			},
			Garble: func(any) {
				_ = simulator.Scan("no prefix")
				_ = simulator.Scan("]Q3no suffix")
				_ = simulator.Scan("]Q3\xFF\xFE\x03")
				_ = simulator.Scan("]Q3" + strings.Repeat("z", 3000))
			},
		}
	})
}

// visit runs a scanner while play sends bytes, and tells the codes and the last fault.
func visit(t *testing.T, play func(host *drivertest.Host, send func(string))) (codes []string, fault error) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		device, err := qrscanner.Driver().Make(host, drivers.Settings{"port": "uart1"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				_ = device.(drivers.Reader).Read(ctx, func(s drivers.Shown) { codes = append(codes, fmt.Sprint(s.Kind, " ", s.Text)) })
				time.Sleep(time.Second)
			}
		}()
		synctest.Wait()
		play(host, func(text string) { _, _ = host.Wire("uart1").Far().Write([]byte(text)) })
		time.Sleep(5 * time.Second)
		cancel()
		<-done
		fault = device.(*qrscanner.Scanner).Fault()
	})
	return codes, fault
}

func TestLineEndsAndRepeats(t *testing.T) {
	codes, fault := visit(t, func(_ *drivertest.Host, send func(string)) {
		send("T1\r\nT2\rR3\n\r\n\n")
		for range 4 {
			time.Sleep(time.Second)
			send("T9\r")
		}
		send("T1")
		time.Sleep(300 * time.Millisecond)
		send("0\r")
	})
	if want := []string{"ticket T1", "ticket T2", "reservation R3", "ticket T9", "ticket T10"}; !slices.Equal(codes, want) || fault != nil {
		t.Errorf("codes %q, fault %v: want %q", codes, fault, want)
	}
}

// What a scanner is set to write round a code is none of the code; without it a line is none, and is told.
func TestPrefixAndSuffix(t *testing.T) {
	for _, c := range []struct {
		settings   drivers.Settings
		line, want string
		fault      error
	}{
		{drivers.Settings{"prefix": "]Q1", "suffix": "\x03"}, "]Q1T7\x03", "T7", nil}, // AIM identifier, ETX
		{drivers.Settings{"prefix": "\x02", "suffix": "\x03"}, "\x02T7\x03", "T7", nil},
		{drivers.Settings{"prefix": "]Q1"}, "T7", "", qrscanner.ErrFrame},
		{drivers.Settings{"suffix": "\t"}, "T7", "", qrscanner.ErrFrame},
		{drivers.Settings{"prefix": "T7", "suffix": "7T7"}, "T7T7", "", qrscanner.ErrFrame}, // they don't share a letter
		{drivers.Settings{"prefix": "T"}, "T", "", qrscanner.ErrUnreadable},
		{drivers.Settings{}, "T7\x03", "", qrscanner.ErrUnreadable},
	} {
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			c.settings["port"] = "uart1"
			device, err := qrscanner.Driver().Make(host, c.settings)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_ = qrscanner.NewSimulator(host.Wire("uart1").Far()).Scan(c.line)
			got := ""
			_ = device.(drivers.Reader).Read(ctx, func(s drivers.Shown) { got = s.Text })
			if fault := device.(*qrscanner.Scanner).Fault(); got != c.want || !errors.Is(fault, c.fault) {
				t.Errorf("%v, %q: %q, fault %v", c.settings, c.line, got, fault)
			}
		})
	}
}

// A code of the greatest length that comes in pieces of any size is whole.
func TestALongCodeInPieces(t *testing.T) {
	code := "T" + strings.Repeat("x", credentials.TextMax-1)
	for _, size := range []int{1, 7, 127, 128, 129} {
		codes, fault := visit(t, func(_ *drivertest.Host, send func(string)) {
			for rest := code + "\r\n"; rest != ""; {
				piece := rest[:min(size, len(rest))]
				send(piece)
				rest = rest[len(piece):]
				time.Sleep(time.Millisecond)
			}
		})
		if !slices.Equal(codes, []string{"ticket " + code}) || fault != nil {
			t.Errorf("in pieces of %d: %q, fault %v", size, codes, fault)
		}
	}
}

// A scanner without a line end, and one that is unplugged within a code: nothing of it is shown with what comes later, and
// no fault repeats a code.
func TestHalfACode(t *testing.T) {
	codes, fault := visit(t, func(host *drivertest.Host, send func(string)) {
		send("SECRET")
		time.Sleep(2 * time.Second)
		send("T1\r")
		time.Sleep(2 * time.Second)
		send("HALF")
		host.Wire("uart1").HangUp()
		time.Sleep(3 * time.Second)
		send("T2\r")
	})
	if !slices.Equal(codes, []string{"ticket T1", "ticket T2"}) {
		t.Errorf("codes %q", codes)
	}
	if !errors.Is(fault, qrscanner.ErrHalf) || strings.Contains(fault.Error(), "SECRET") {
		t.Errorf("fault %v", fault)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("T1\r\nT2\n"))
	f.Add([]byte(strings.Repeat("x", 500) + "\rT\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var lines qrscanner.Lines
		var got []string
		for _, b := range append(data, '\n') {
			if line, err := lines.Push(b); err == nil && len(line) > 0 {
				got = append(got, string(line))
			}
		}
		var want []string
		for _, line := range strings.FieldsFunc(string(data), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if len(line) <= qrscanner.LineMax {
				want = append(want, line)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: lines %q, want %q", data, got, want)
		}
	})
}

func TestLinesTakeNoMemory(t *testing.T) {
	var lines qrscanner.Lines
	if allocations := testing.AllocsPerRun(100, func() {
		for _, b := range []byte("T0123456789\r\n") {
			if _, err := lines.Push(b); err != nil {
				t.Error(err)
			}
		}
	}); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, qrscanner.Driver(), map[string]drivers.Settings{
		"port is missing: write the name": {},
		"baud = 5: write 1200 to 921600":  {"port": "a", "baud": int64(5)},
		`suffix = "`:                      {"port": "a", "suffix": strings.Repeat("x", 33)},
	})
}
