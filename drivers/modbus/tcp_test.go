package modbus_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/modbus"
)

func networkBus(t *testing.T, host *drivertest.Host, port string) *modbus.Bus {
	t.Helper()
	bus, err := modbus.InNetwork("net").Bus(host, port, modbus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return bus
}

// The request and the reply are those of the protocol's document (Modbus messaging on TCP/IP, implementation guide 1.0b,
// section 4) with our number and unit: a head with a number, which the reply repeats, in place of the CRC.
func TestGoldenFramesOnTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		bus, wire := networkBus(t, host, "tcp://10.0.0.5"), host.Wire("net").Far()
		go func() {
			request := make([]byte, 64)
			n, _ := wire.Read(request)
			if got := hex.EncodeToString(request[:n]); got != "000100000006110300050001" {
				t.Errorf("asked %s", got)
			}
			reply, _ := hex.DecodeString("0001000000051103021234")
			_, _ = wire.Write(reply[:4]) // in two pieces, as a network may cut it
			time.Sleep(time.Millisecond)
			_, _ = wire.Write(reply[4:])
		}()
		out := make([]uint16, 1)
		if err := bus.ReadRegisters(t.Context(), 0x11, modbus.FunctionReadHoldings, 5, out); err != nil || out[0] != 0x1234 {
			t.Errorf("%x, %v", out, err)
		}
		host.Close()
	})
}

// A device that is alone in the network has the unit 255, or 0 (section 4.4.2.3 of the same document); on a serial line these
// are nobody's address.
func TestADeviceInTheNetworkIsItsOwnUnit(t *testing.T) {
	for _, unit := range []byte{0, 1, 247, 255} {
		synctest.Test(t, func(t *testing.T) {
			host, simulator := drivertest.NewHost(), &modbus.Simulator{}
			bus := networkBus(t, host, "tcp://10.0.0.5")
			simulator.Slave(unit).SetBit(3, false)
			go func() { _ = simulator.ServeTCP(host.Wire("net").Far()) }()
			if err := bus.Write(t.Context(), modbus.WriteCoil(unit, 3, true)); err != nil || !simulator.Slave(unit).Bit(3) {
				t.Errorf("unit %d: %v", unit, err)
			}
			host.Close()
		})
	}
	for _, port := range []string{"rs485", "rtu+tcp://10.0.0.5"} {
		for _, slave := range []byte{0, 248, 255} {
			if err := networkBus(t, drivertest.NewHost(), port).Write(t.Context(), modbus.WriteCoil(slave, 3, true)); !errors.Is(err, drivers.ErrSettings) {
				t.Errorf("%s: slave %d: %v", port, slave, err)
			}
		}
	}
}

// A simulated device answers over a real connection, and over a converter that passes RTU through.
func TestOverARealConnection(t *testing.T) {
	for prefix, serve := range map[string]func(*modbus.Simulator, net.Conn) error{
		"tcp://":     func(s *modbus.Simulator, c net.Conn) error { return s.ServeTCP(c) },
		"rtu+tcp://": func(s *modbus.Simulator, c net.Conn) error { return s.Serve(c) },
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		simulator := &modbus.Simulator{}
		simulator.Slave(9).SetBit(3, false)
		served := make(chan struct{})
		go func() {
			defer close(served)
			if connection, err := listener.Accept(); err == nil {
				_ = serve(simulator, connection)
			}
		}()
		bus, err := modbus.NewBuses().Bus(drivertest.NewHost(), prefix+listener.Addr().String(), modbus.Options{Timeout: modbus.TimeoutMax})
		if err != nil {
			t.Fatal(err)
		}
		err = bus.Write(t.Context(), modbus.WriteCoil(9, 3, true))
		for range 100 { // a machine that is busy may be too late for one
			if err != nil {
				err = bus.Write(t.Context(), modbus.WriteCoil(9, 3, true))
			}
		}
		if err != nil || !simulator.Slave(9).Bit(3) {
			t.Errorf("%s: %v", prefix, err)
		}
		listener.Close()
		<-served
	}
}

// What can go wrong has the names that it has on a wire.
func TestFaultsOnTCP(t *testing.T) {
	ask := func(t *testing.T, answer func(wire io.Writer, request []byte)) (*modbus.Bus, error) {
		host := drivertest.NewHost()
		bus, wire := networkBus(t, host, "tcp://10.0.0.5:1502"), host.Wire("net").Far()
		go func() {
			request := make([]byte, 64)
			for {
				n, err := wire.Read(request)
				if err != nil {
					return
				}
				if n > 0 {
					answer(wire, request[:n])
				}
			}
		}()
		err := bus.ReadRegisters(t.Context(), 1, modbus.FunctionReadHoldings, 0, make([]uint16, 1))
		host.Close()
		return bus, err
	}
	reply := func(request []byte, number, slave byte) []byte {
		return []byte{0, number, 0, 0, 0, 5, slave, 3, 2, 0, 7}
	}
	for name, c := range map[string]struct {
		answer func(wire io.Writer, request []byte)
		want   modbus.FaultKind
	}{
		"no answer":         {func(io.Writer, []byte) {}, modbus.FaultNoAnswer},
		"an earlier number": {func(wire io.Writer, request []byte) { _, _ = wire.Write(reply(request, request[1]-1, 1)) }, modbus.FaultLateReply},
		"another unit":      {func(wire io.Writer, request []byte) { _, _ = wire.Write(reply(request, request[1], 2)) }, modbus.FaultWrongSlave},
		"no Modbus at all":  {func(wire io.Writer, _ []byte) { _, _ = wire.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, modbus.FaultGarbage},
	} {
		synctest.Test(t, func(t *testing.T) {
			bus, err := ask(t, c.answer)
			if !errors.Is(err, drivers.ErrOffline) || bus.Count(c.want) == 0 {
				t.Errorf("%s: %v, %d of %v", name, err, bus.Count(c.want), c.want)
			}
			if c.want == modbus.FaultGarbage && !errors.Is(err, modbus.ErrNotTCP) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestAddressesInTheNetwork(t *testing.T) {
	for _, port := range []string{"tcp://", "tcp://:502", "tcp://a:b:c", "rtu+tcp://"} {
		if _, err := modbus.NewBuses().Bus(drivertest.NewHost(), port, modbus.Options{}); !errors.Is(err, drivers.ErrSettings) {
			t.Errorf("%s: %v", port, err)
		}
	}
	bus, err := modbus.NewBuses().Bus(drivertest.NewHost(), "tcp://127.0.0.1:1", modbus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Write(t.Context(), modbus.WriteCoil(1, 0, true)); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("where nobody listens: %v", err)
	}
}

// A device in the network that is away is dialled once for all who share it, and nobody waits for it longer than they may.
func TestADeviceThatIsAwayHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away, dialled := errors.New("no route to host"), 0
		buses := modbus.NewBuses()
		buses.Dial = func(ctx context.Context, _ drivers.Host, _ string) (drivers.Port, error) {
			dialled++
			select {
			case <-time.After(3 * time.Second):
				return nil, away
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		bus, err := buses.Bus(drivertest.NewHost(), "tcp://10.0.0.5", modbus.Options{})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var devices sync.WaitGroup
		ends := func(after time.Duration, want error, do func(context.Context) error) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			devices.Go(func() {
				defer cancel()
				if err := do(ctx); !errors.Is(err, want) || time.Since(begun) > after {
					t.Errorf("%v after %v, want %v within %v", err, time.Since(begun), want, after)
				}
			})
			synctest.Wait()
		}
		poll := func(ctx context.Context) error { return bus.Run(ctx, nil) }
		ends(time.Second, context.DeadlineExceeded, poll) // it dials, and goes
		ends(500*time.Millisecond, context.DeadlineExceeded, func(ctx context.Context) error { return bus.Write(ctx, modbus.WriteCoil(1, 0, true)) })
		for range 5 {
			ends(10*time.Second, away, poll)
		}
		devices.Wait()
		if took := time.Since(begun); dialled != 2 || took != 4*time.Second {
			t.Errorf("dialled %d times, and it took %v", dialled, took)
		}
	})
}
