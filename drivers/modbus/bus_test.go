package modbus_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/modbus"
)

const baud = 19200

// wired is a bus with simulated slaves 1 and 2, each with ten registers and ten bits.
type wired struct {
	*modbus.Bus
	host      *drivertest.Host
	simulator *modbus.Simulator
}

func wire(t *testing.T) *wired {
	w := &wired{host: drivertest.NewHost(), simulator: &modbus.Simulator{Mode: drivers.SerialMode{Baud: baud}, Turnaround: 10 * time.Millisecond}}
	for _, address := range []byte{1, 2} {
		for i := range uint16(10) {
			w.simulator.Slave(address).SetRegister(i, 100*uint16(address)+i)
			w.simulator.Slave(address).SetBit(i, i%2 == 1)
		}
	}
	bus, err := modbus.NewBuses().Bus(w.host, "rs485", modbus.Options{Mode: drivers.SerialMode{Baud: baud}})
	if err != nil {
		t.Fatal(err)
	}
	w.Bus = bus
	go func() { _ = w.simulator.Serve(w.host.Wire("rs485").Far()) }()
	return w
}

// end takes the wire away, and lets the simulator finish.
func (w *wired) end() {
	w.host.Close()
	time.Sleep(time.Second)
}

func (w *wired) read(t *testing.T, slave byte) error {
	out := make([]uint16, 3)
	err := w.ReadRegisters(t.Context(), slave, modbus.FunctionReadHoldings, 2, out)
	if want := 100*uint16(slave) + 2; err == nil && (out[0] != want || out[2] != want+2) {
		t.Errorf("slave %d: %v", slave, out)
	}
	return err
}

// bubble runs a test with a bus of its own in fake time.
func bubble(t *testing.T, test func(t *testing.T, w *wired)) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(t)
		test(t, w)
		if open := w.host.OpenNow(); len(open) != 0 {
			t.Errorf("left open: %v", open)
		}
		w.end()
	})
}

func TestOrders(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		if err := w.read(t, 1); err != nil {
			t.Error(err)
		}
		bits := make([]bool, 9)
		if err := w.ReadBits(t.Context(), 2, modbus.FunctionReadCoils, 1, bits); err != nil || !bits[0] || bits[1] || !bits[8] {
			t.Errorf("bits %v, error %v", bits, err)
		}
		if err := w.Write(t.Context(), modbus.WriteCoil(2, 4, true)); err != nil || !w.simulator.Slave(2).Bit(4) {
			t.Errorf("coil %v, error %v", w.simulator.Slave(2).Bit(4), err)
		}
		if err := w.Write(t.Context(), modbus.WriteRegisters(1, 2, 102)); err != nil || len(w.simulator.Slave(1).Writes()) != 1 {
			t.Errorf("%d writings, error %v", len(w.simulator.Slave(1).Writes()), err)
		}
		err := w.Write(t.Context(), modbus.WriteCoil(1, 99, true))
		if !errors.Is(err, drivers.ErrUnsupported) || errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "illegal address") {
			t.Errorf("an address that is not there: %v", err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.Write(cancelled, modbus.WriteCoil(2, 6, true)); !errors.Is(err, context.Canceled) || w.simulator.Slave(2).Bit(6) {
			t.Errorf("cancelled before: %v", err)
		}
	})
}

// Each trouble is a fault with a name and a hint, costs no more than its timeout, and harms the other slave in nothing.
func TestEachTroubleIsANamedFault(t *testing.T) {
	for _, c := range []struct {
		trouble modbus.Trouble
		kind    modbus.FaultKind
	}{
		{modbus.TroubleMute, modbus.FaultNoAnswer},
		{modbus.TroubleGarbles, modbus.FaultGarbage},
		{modbus.TroubleHalves, modbus.FaultHalfFrame},
		{modbus.TroubleImposter, modbus.FaultWrongSlave},
		{modbus.TroubleLate, modbus.FaultNoAnswer},
		{modbus.TroubleBusy, modbus.FaultDevice},
		{modbus.TroubleRefuses, modbus.FaultFunction},
		{modbus.TroubleOtherCode, modbus.FaultGarbage},
	} {
		bubble(t, func(t *testing.T, w *wired) {
			w.simulator.Slave(1).SetTrouble(c.trouble)
			began := time.Now()
			err := w.read(t, 1)
			var fault *modbus.Fault
			if !errors.As(err, &fault) || fault.Kind != c.kind || fault.Slave != 1 || w.Count(c.kind) != 1 || fault.Kind.Hint() == "" || !strings.Contains(err.Error(), fault.Kind.Hint()) {
				t.Errorf("trouble %d: %v, want fault %v", c.trouble, err, c.kind)
			}
			if took := time.Since(began); took > 100*time.Millisecond {
				t.Errorf("trouble %d took %v", c.trouble, took)
			}
			if err := w.read(t, 2); err != nil {
				t.Errorf("trouble %d of slave 1: slave 2: %v", c.trouble, err)
			}
			time.Sleep(time.Second)
			w.simulator.Slave(1).SetTrouble(modbus.TroubleNone)
			if err := w.read(t, 1); err != nil {
				t.Errorf("trouble %d, mended: %v", c.trouble, err)
			}
		})
	}
}

// A reply that comes when another slave is asked, or the same one again, is not taken for the new one's.
func TestALateReplyIsNobodysReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		answers, misses := 0, 0
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		w.simulator.Slave(1).SetTrouble(modbus.TroubleLate)
		poll := func(slave byte, start uint16) modbus.Poll {
			return modbus.Poll{
				Request: modbus.Request{Slave: slave, Function: modbus.FunctionReadHoldings, Start: start, Count: 1}, Period: 30 * time.Millisecond,
				Deliver: func(r modbus.Reply, err error) {
					switch want := 100*uint16(slave) + start; {
					case err != nil:
						misses++
					case r.Register(0) != want:
						t.Errorf("slave %d, register %d: %d", slave, start, r.Register(0))
					default:
						answers++
					}
				},
			}
		}
		if err := w.Run(ctx, []modbus.Poll{poll(1, 3), poll(1, 6), poll(2, 3), poll(2, 6)}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
		if answers < 20 || misses < 5 || w.Count(modbus.FaultLateReply) == 0 {
			t.Errorf("%d answers, %d misses, %d late replies", answers, misses, w.Count(modbus.FaultLateReply))
		}
	})
}

// Who is asked the same again gets the late reply to the first question: the reply to the second is then still to come, and
// is nobody else's.
func TestTheReplyAfterALateOneIsNobodysReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		w.simulator.Slave(1).SetTrouble(modbus.TroubleLate)
		ctx, cancel := context.WithCancel(t.Context())
		open := make(chan error, 1)
		go func() { open <- w.Run(ctx, nil) }() // keeps the port open
		synctest.Wait()
		read := func(register uint16) bool {
			out := make([]uint16, 1)
			err := w.ReadRegisters(ctx, 1, modbus.FunctionReadHoldings, register, out)
			if err == nil && out[0] != 100+register {
				t.Errorf("register %d: %d", register, out[0])
			}
			return err == nil
		}
		for pause := range 100 * time.Millisecond / time.Millisecond {
			tries := 1
			for !read(3) && tries < 9 {
				tries++
			}
			if tries == 1 || tries == 9 {
				t.Errorf("answered at try %d", tries)
			}
			time.Sleep(pause * time.Millisecond)
			read(6)
			time.Sleep(time.Second)
		}
		cancel()
		<-open
	})
}

func TestBabbleIsCountedAndTheBusLivesOn(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		good, bad := 0, 0
		far := w.host.Wire("rs485").Far()
		stop := time.AfterFunc(500*time.Millisecond, func() {
			for range 200 { // a device that talks at full speed
				_, _ = far.Write([]byte("\x01\x03\x55\xAA\x00\x00\xFF\x7F\x01\x04"))
				time.Sleep(5 * time.Millisecond)
			}
		})
		defer stop.Stop()
		err := w.Run(ctx, []modbus.Poll{{
			Request: modbus.Request{Slave: 1, Function: modbus.FunctionReadInputs, Count: 10}, Period: 50 * time.Millisecond,
			Deliver: func(r modbus.Reply, err error) {
				switch {
				case err != nil:
					bad++
				case r.Register(9) != 109:
					t.Errorf("register 9 is %d", r.Register(9))
				default:
					good++
				}
			},
		}})
		if !errors.Is(err, context.DeadlineExceeded) || good < 15 || w.Count(modbus.FaultBabble) == 0 {
			t.Errorf("%d good, %d bad, %d babble, ended with %v", good, bad, w.Count(modbus.FaultBabble), err)
		}
	})
}

func TestADeadSlaveIsAskedSeldomAndASilentBusIsOneFault(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		w.simulator.Slave(1).SetTrouble(modbus.TroubleMute)
		good := map[byte]int{}
		poll := func(slave byte) modbus.Poll {
			return modbus.Poll{
				Request: modbus.Request{Slave: slave, Function: modbus.FunctionReadHoldings, Count: 1}, Period: 100 * time.Millisecond,
				Deliver: func(_ modbus.Reply, err error) {
					if err == nil {
						good[slave]++
					}
				},
			}
		}
		time.AfterFunc(20*time.Second, func() { w.simulator.Slave(1).SetTrouble(modbus.TroubleNone) })
		time.AfterFunc(30*time.Second, func() {
			w.simulator.Slave(1).SetTrouble(modbus.TroubleMute)
			w.simulator.Slave(2).SetTrouble(modbus.TroubleMute)
		})
		began := time.Now()
		err := w.Run(t.Context(), []modbus.Poll{poll(1), poll(2)})
		var fault *modbus.Fault
		if !errors.As(err, &fault) || fault.Kind != modbus.FaultBusSilent || !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("it ended with %v", err)
		}
		if took := time.Since(began); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("it ended after %v", took)
		}
		if asked := w.simulator.Slave(1).Requests(); good[2] < 295 || good[1] < 80 || asked > 125 {
			t.Errorf("slave 2 answered %d times, slave 1 %d times and was asked %d times", good[2], good[1], asked)
		}
	})
}

// A slave that is there and refuses all that it is asked is none that works: the run ends with what it says, and an adapter or a
// cable is not blamed. One among others only loses its turns.
func TestASlaveThatOnlyRefuses(t *testing.T) {
	for trouble, want := range map[modbus.Trouble]error{modbus.TroubleBusy: drivers.ErrOffline, modbus.TroubleRefuses: drivers.ErrUnsupported} {
		for _, alone := range []bool{true, false} {
			bubble(t, func(t *testing.T, w *wired) {
				w.simulator.Slave(1).SetTrouble(trouble)
				good := 0
				polls := []modbus.Poll{}
				for slave := byte(1); slave == 1 || !alone && slave == 2; slave++ {
					polls = append(polls, modbus.Poll{
						Request: modbus.Request{Slave: slave, Function: modbus.FunctionReadHoldings, Count: 1}, Period: 100 * time.Millisecond,
						Deliver: func(_ modbus.Reply, err error) {
							if err == nil {
								good++
							}
						},
					})
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				err := w.Run(ctx, polls)
				asked := w.simulator.Slave(1).Requests()
				if alone && (!errors.Is(err, want) || w.Count(modbus.FaultBusSilent) != 0 || asked != 3) {
					t.Errorf("trouble %d: asked %d times, ended with %v", trouble, asked, err)
				}
				if !alone && (!errors.Is(err, context.DeadlineExceeded) || good < 95 || asked > 10) {
					t.Errorf("trouble %d: asked %d times, its neighbour answered %d times, ended with %v", trouble, asked, good, err)
				}
			})
		}
	}
}

// spaced is a wire that notes how long it was quiet between an answer and the next request.
type spaced struct {
	io.ReadWriter
	answered time.Time
	gaps     []time.Duration
}

func (s *spaced) Read(p []byte) (int, error) {
	n, err := s.ReadWriter.Read(p)
	if n > 0 && !s.answered.IsZero() {
		s.gaps = append(s.gaps, time.Since(s.answered))
	}
	return n, err
}

func (s *spaced) Write(p []byte) (int, error) {
	s.answered = time.Now()
	return s.ReadWriter.Write(p)
}

// Between two frames the wire is quiet for 3.5 characters at least, however busy the bus is.
func TestTheBusKeepsTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, simulator := drivertest.NewHost(), modbus.Simulator{}
		simulator.Slave(1).SetRegister(0, 1)
		bus, err := modbus.NewBuses().Bus(host, "rs485", modbus.Options{Mode: drivers.SerialMode{Baud: 9600, Parity: 'E'}})
		if err != nil {
			t.Fatal(err)
		}
		wire, served := &spaced{ReadWriter: host.Wire("rs485").Far()}, make(chan error)
		go func() { served <- simulator.Serve(wire) }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = bus.Run(ctx, []modbus.Poll{{
			Request: modbus.Request{Slave: 1, Function: modbus.FunctionReadHoldings, Count: 1}, Period: time.Millisecond,
			Deliver: func(modbus.Reply, error) {},
		}})
		host.Close()
		<-served
		if len(wire.gaps) < 100 || slices.Min(wire.gaps) < 4_010_416 {
			t.Errorf("%d gaps, the shortest of %v", len(wire.gaps), slices.Min(wire.gaps))
		}
	})
}

func TestTwoDevicesShareABus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wire(t)
		buses := modbus.NewBuses()
		options := modbus.Options{Mode: drivers.SerialMode{Baud: baud}}
		first, err := buses.Bus(w.host, "rs485", options)
		if err != nil {
			t.Fatal(err)
		}
		second, err := buses.Bus(w.host, "rs485", options)
		if err != nil || first != second {
			t.Errorf("two buses on one port: %v", err)
		}
		if _, err := buses.Bus(w.host, "rs485", modbus.Options{Mode: drivers.SerialMode{Baud: 9600}}); !errors.Is(err, drivers.ErrSettings) {
			t.Errorf("another speed on the same port: %v", err)
		}
		other := modbus.Options{Mode: drivers.SerialMode{Baud: baud, StopBits: 2}}
		if _, err := buses.Bus(w.host, "rs485", other); err == nil || !strings.Contains(err.Error(), "19200 baud 8N1: write the same baud, parity and stop_bits") {
			t.Errorf("other stop bits on the same port: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- first.Run(ctx, []modbus.Poll{{
				Request: modbus.Request{Slave: 1, Function: modbus.FunctionReadHoldings, Count: 10}, Period: time.Millisecond, // never idle
				Deliver: func(modbus.Reply, error) {},
			}})
		}()
		time.Sleep(time.Second)
		began := time.Now()
		if err := second.Write(t.Context(), modbus.WriteCoil(2, 0, true)); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 80*time.Millisecond {
			t.Errorf("an order waited %v behind polls", took)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		w.end()
	})
}

func TestARunWithoutPollsKeepsThePortOpen(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx, nil) }()
		time.Sleep(time.Hour)
		for range 5 {
			if err := w.read(t, 1); err != nil {
				t.Error(err)
			}
		}
		if opened := w.host.Opened(); opened != 1 {
			t.Errorf("the port was opened %d times", opened)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// noBoard is a host that can't be compared with another.
type noBoard struct {
	drivers.Host
	why []string
}

func TestABusOfAnyHost(t *testing.T) {
	options := modbus.Options{Mode: drivers.SerialMode{Baud: baud}}
	if _, err := modbus.NewBuses().Bus(noBoard{why: []string{"the board file is broken"}}, "rs485", options); err != nil {
		t.Error(err)
	}
}

func TestAPulledPlugIsOfflineAndHeals(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		poll := modbus.Poll{
			Request: modbus.Request{Slave: 1, Function: modbus.FunctionReadHoldings, Count: 1}, Period: 100 * time.Millisecond,
			Deliver: func(modbus.Reply, error) {},
		}
		time.AfterFunc(time.Second, func() { w.host.Lose("rs485") })
		if err := w.Run(t.Context(), []modbus.Poll{poll}); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("it ended with %v", err)
		}
		if err := w.read(t, 1); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("an order: %v", err)
		}
		w.host.Restore("rs485")
		if err := w.read(t, 1); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAdapterThatHearsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		simulator := modbus.Simulator{Mode: drivers.SerialMode{Baud: baud}}
		simulator.Slave(1).SetBit(0, false)
		bus, err := modbus.NewBuses().Bus(host, "rs485", modbus.Options{Mode: drivers.SerialMode{Baud: baud}, Echo: true})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = simulator.Serve(echoing{host.Wire("rs485")}) }()
		if err := bus.Write(t.Context(), modbus.WriteCoil(1, 0, true)); err != nil {
			t.Error(err)
		}
		simulator.Slave(1).SetTrouble(modbus.TroubleMute)
		if err := bus.Write(t.Context(), modbus.WriteCoil(1, 0, false)); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("the echo alone passes for an answer: %v", err)
		}
		host.Close()
	})
}

// echoing sends back whatever it receives, before anybody answers.
type echoing struct{ wire *drivertest.Wire }

func (e echoing) Read(p []byte) (int, error) {
	n, err := e.wire.Far().Read(p)
	_, _ = e.wire.Far().Write(p[:n])
	return n, err
}

func (e echoing) Write(p []byte) (int, error) { return e.wire.Far().Write(p) }

// delivered are the times at which a slave's polls are answered within ten seconds.
func delivered(t *testing.T, w *wired, period time.Duration, beside func(ctx context.Context)) (at []time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	begun, ended := time.Now(), make(chan struct{})
	go func() {
		defer close(ended)
		time.Sleep(100 * time.Millisecond) // the polls have begun
		beside(ctx)
	}()
	poll := modbus.Poll{
		Request: modbus.Request{Slave: 1, Function: modbus.FunctionReadHoldings, Start: 2, Count: 3}, Period: period,
		Deliver: func(_ modbus.Reply, err error) {
			if err != nil {
				t.Error(err)
			}
			at = append(at, time.Since(begun))
		},
	}
	if err := w.Run(ctx, []modbus.Poll{poll}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	<-ended
	return at
}

// Slaves are asked whether they are there, one of them dead: no poll is later by that.
func TestAProbeDelaysNoPoll(t *testing.T) {
	var without, with []time.Duration
	bubble(t, func(t *testing.T, w *wired) {
		without = delivered(t, w, 230*time.Millisecond, func(context.Context) {})
	})
	probes := 0
	bubble(t, func(t *testing.T, w *wired) {
		with = delivered(t, w, 230*time.Millisecond, func(ctx context.Context) {
			for ctx.Err() == nil {
				there, gone := w.Probe(ctx, 2, modbus.FunctionReadCoils, 0), w.Probe(ctx, 9, modbus.FunctionReadCoils, 0)
				if ctx.Err() == nil && (there != nil || !errors.Is(gone, drivers.ErrOffline)) {
					t.Errorf("the one that is there: %v; the other: %v", there, gone)
				}
				probes++
			}
		})
	})
	if !slices.Equal(with, without) || probes < 20 {
		t.Errorf("%d times, polls were answered at %v, and without at %v", probes, with, without)
	}
}

// A bus that is polled as fast as it can has no lull, and its slaves are asked all the same.
func TestAProbeOfABusWithoutALull(t *testing.T) {
	bubble(t, func(t *testing.T, w *wired) {
		delivered(t, w, time.Millisecond, func(ctx context.Context) {
			begun := time.Now()
			err := w.Probe(ctx, 2, modbus.FunctionReadCoils, 0)
			if took := time.Since(begun); err != nil || took < time.Second || took > 1200*time.Millisecond {
				t.Errorf("after %v: %v", took, err)
			}
		})
	})
}
