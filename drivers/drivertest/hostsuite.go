package drivertest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"gatehouse/drivers"
)

// hostLimit is how long HostSuite waits for what must happen. It also runs in real time, on real ports and busy machines.
const hostLimit = time.Minute

// HostBench is a drivers.Host with the far side of one thing of each kind. The output's maximum is a minute at least.
type HostBench struct {
	Host                  drivers.Host
	Input, Output, Serial string            // their names
	Drive                 func(active bool) // closes and opens the contact
	Active                func() bool       // the state of the relay
	Edges                 func() int        // how many edges the relay has made
	Far                   io.ReadWriter     // the far side of the serial port
	HangUp                func()            // pulls the serial port's plug and puts it back

	// What a board lacks stays empty.
	Group      []string // two inputs
	DriveGroup func(index int, active bool)
	I2C        string // a bus
	AttachI2C  func(address uint16, device BusDevice)
	SPI        string
	AttachSPI  func(device BusDevice)
}

// TestHost checks a drivers.Host, in a bubble or in real time as the caller likes.
func TestHost(t *testing.T, bench HostBench) {
	testInput(t, bench)
	testOutput(t, bench)
	testPort(t, bench)
	if len(bench.Group) > 0 {
		testGroup(t, bench)
	}
	if bench.I2C != "" {
		testI2C(t, bench)
		testMultiplexers(t, bench)
	}
	if bench.SPI != "" {
		testSPI(t, bench)
	}
}

func testInput(t *testing.T, bench HostBench) {
	input, err := bench.Host.Input(bench.Input)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bench.Host.Input(bench.Input); err == nil {
		t.Error("an input was opened twice")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	levels, ended := make(chan bool, 16), make(chan error, 1)
	go func() { ended <- input.Watch(ctx, func(active bool, _ time.Time) { levels <- active }) }()
	for _, want := range []bool{false, true, false, true} {
		bench.Drive(want)
		select {
		case got := <-levels:
			if got != want {
				t.Fatalf("input is %v, want %v", got, want)
			}
		case <-time.After(hostLimit):
			t.Fatalf("input did not report %v", want)
		}
	}
	cancel()
	expectEnd(t, ended)
	if err := input.Close(); err != nil {
		t.Error(err)
	}
	again, err := bench.Host.Input(bench.Input)
	if err != nil {
		t.Fatalf("opened again: %v", err)
	}
	again.Close()
}

func expectEnd(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v: want the context's error", err)
		}
	case <-time.After(hostLimit):
		t.Fatal("cancelled, it did not end")
	}
}

func testOutput(t *testing.T, bench HostBench) {
	output, err := bench.Host.Output(bench.Output)
	if err != nil {
		t.Fatal(err)
	}
	if bench.Edges() != 0 || bench.Active() {
		t.Fatalf("opening the output made %d edges, active %v", bench.Edges(), bench.Active())
	}
	if err := output.Set(false); err != nil || bench.Edges() != 0 {
		t.Errorf("the state it has made %d edges, error %v", bench.Edges(), err)
	}
	if err := output.Pulse(20 * time.Millisecond); err != nil {
		t.Error(err)
	}
	eventually(t, "the pulse ends", func() bool { return bench.Edges() == 2 && !bench.Active() })
	if err := output.Pulse(time.Minute); err != nil || !bench.Active() {
		t.Errorf("a pulse has begun: active %v, error %v", bench.Active(), err)
	}
	if err := output.Close(); err != nil || bench.Active() || bench.Edges() != 4 {
		t.Errorf("closed in a pulse: active %v, %d edges, error %v", bench.Active(), bench.Edges(), err)
	}
	again, err := bench.Host.Output(bench.Output)
	if err != nil || bench.Edges() != 4 {
		t.Fatalf("opened again: %d edges, %v", bench.Edges(), err)
	}
	again.Close()
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hostLimit); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func testPort(t *testing.T, bench HostBench) {
	port, err := bench.Host.Serial(bench.Serial, drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 8)
	if n, err := port.Read(chunk); n != 0 || err != nil {
		t.Errorf("an idle port reads (%d, %v), want (0, nil)", n, err)
	}
	far := collect(bench.Far)
	if _, err := port.Write([]byte{0xFF, 0, 3, 0x11, 0x13, '\r', '\n'}); err != nil {
		t.Error(err)
	}
	eventually(t, "bytes reach the far side unchanged", func() bool { return far() == "\xFF\x00\x03\x11\x13\r\n" })
	sent := "\xFF\x07\xFF\x05\x00\x11\x13\x03\x04\r\n\x7F"
	if _, err := bench.Far.Write([]byte(sent)); err != nil {
		t.Error(err)
	}
	got := ""
	eventually(t, "bytes arrive unchanged", func() bool {
		n, err := port.Read(chunk)
		got += string(chunk[:n])
		return err == nil && got == sent
	})
	bench.HangUp()
	eventually(t, "a hang-up is an error", func() bool {
		_, err := port.Read(chunk)
		return errors.Is(err, drivers.ErrOffline)
	})
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	if _, err := port.Read(chunk); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a closed port reads with error %v", err)
	}
	if again, err := bench.Host.Serial(bench.Serial, drivers.SerialMode{Baud: 9600}); err != nil {
		t.Errorf("opened again: %v", err)
	} else {
		again.Close()
	}
}

// collect reads in the background all that arrives.
func collect(r io.Reader) func() string {
	var mu sync.Mutex
	var all []byte
	go func() {
		chunk := make([]byte, 64)
		for {
			n, err := r.Read(chunk)
			mu.Lock()
			all = append(all, chunk[:n]...)
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return string(all)
	}
}
