package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers/all"
	"gatehouse/drivers/column"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/escpos"
	"gatehouse/drivers/magnetic"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/osdp"
	"gatehouse/drivers/zvt"
	"gatehouse/gateway/app"
	"gatehouse/gateway/site"
)

// troubledSite is a lot with a device of each family that can be troubled from its far side. It has no fire contact: one that
// is lost counts as a fire, which is the one fault that raises barriers, on purpose.
const troubledSite = siteText + `
[[spots]]
numbers = ["22"]
zone = "A"
type = "regular"
sensor = "ceiling"
[[device]]
id = "in-arming"
driver = "contact"
role = "arming_loop"
gate = "IN"
settings = { input = "in1" }
[[device]]
id = "in-closing"
driver = "loop"
role = "closing_loop"
gate = "IN"
settings = { presence = "in2" }
[[device]]
id = "in-barrier"
driver = "relaybarrier"
role = "barrier"
gate = "IN"
settings = { raise = "k1", hold = "k2", lower = "k3" }
[[device]]
id = "in-column"
driver = "column"
role = "column"
gate = "IN"
settings = { port = "uart1" }
[[device]]
id = "in-camera"
driver = "hikvision"
role = "camera"
gate = "IN"
[[device]]
id = "in-cards"
driver = "wiegand"
role = "reader"
gate = "IN"
settings = { d0 = "in3", d1 = "in4" }
[[device]]
id = "out-arming"
driver = "modbuscontact"
role = "arming_loop"
gate = "OUT"
settings = { port = "rs485", slave = 2, input = 1 }
[[device]]
id = "out-closing"
driver = "modbuscontact"
role = "closing_loop"
gate = "OUT"
settings = { port = "rs485", slave = 2, input = 2 }
[[device]]
id = "out-barrier"
driver = "coilbarrier"
role = "barrier"
gate = "OUT"
settings = { port = "rs485", slave = 1, raise = 1, hold = 2, lower = 3 }
[[device]]
id = "out-camera"
driver = "platerecognizer"
role = "camera"
gate = "OUT"
[[device]]
id = "out-scanner"
driver = "qrscanner"
role = "reader"
gate = "OUT"
settings = { port = "uart2" }
[[device]]
id = "out-cards"
driver = "osdp"
role = "reader"
gate = "OUT"
settings = { port = "uart3" }
[[device]]
id = "out-terminal"
driver = "zvt"
role = "terminal"
gate = "OUT"
settings = { port = "uart4" }
[[device]]
id = "out-printer"
driver = "escpos"
role = "printer"
gate = "OUT"
settings = { port = "uart5" }
[[device]]
id = "spot-21"
driver = "ultrasonic"
role = "sensor"
spots = ["21"]
settings = { port = "uart6" }
[[device]]
id = "spot-22"
driver = "magnetic"
role = "sensor"
spots = ["22"]
settings = { bus = "i2c1" }
[[device]]
id = "supply"
driver = "ups"
role = "monitor"
settings = { mains_lost = "in5", gauge = "max17040", bus = "i2c1" }
`

// street is the far sides of those devices.
type street struct {
	host   *drivertest.Host
	relays *modbus.Simulator
	field  *magnetic.Simulator
	dice   *rand.Rand
	app    *app.App
}

func newStreet(seed uint64) *street {
	s := &street{host: drivertest.NewHost(), relays: &modbus.Simulator{}, field: magnetic.NewSimulator("hmc5883l"), dice: rand.New(rand.NewPCG(seed, 1))}
	s.host.FakeI2C("i2c1").Attach(0x1E, s.field)
	for relay := range uint16(3) {
		s.relays.Slave(1).SetBit(relay, false)
	}
	s.relays.Slave(1).SetFlashes(true)
	s.relays.Slave(2).SetBit(0, true) // a vehicle stands on the arming loop of either gate
	s.relays.Slave(2).SetBit(1, false)
	s.host.FakeInput("in1").Drive(true)
	for _, run := range []func() error{
		column.NewSimulator(s.host.Wire("uart1").Far()).Run, func() error { return s.relays.Serve(s.host.Wire("rs485").Far()) },
		osdp.NewSimulator(s.host.Wire("uart3").Far()).Run, zvt.NewSimulator(s.host.Wire("uart4").Far(), true).Run,
		escpos.NewSimulator(s.host.Wire("uart5").Far()).Run,
	} {
		go func() { _ = run() }() // ends with its wire
	}
	return s
}

func (s *street) pick(names ...string) string { return names[s.dice.IntN(len(names))] }

// trouble does one thing that happens to wires and to what is on them.
func (s *street) trouble() {
	wire := s.pick("uart1", "uart2", "uart3", "uart4", "uart5", "uart6", "rs485")
	troubles := []modbus.Trouble{
		modbus.TroubleNone, modbus.TroubleMute, modbus.TroubleGarbles, modbus.TroubleHalves, modbus.TroubleImposter,
		modbus.TroubleLate, modbus.TroubleBusy, modbus.TroubleOtherCode, modbus.TroubleRefuses,
	}
	switch s.dice.IntN(9) {
	case 0: // garbage, or babble
		_, _ = s.host.Wire(wire).Far().Write(s.garbage(1 + s.dice.IntN(3000)))
	case 1: // the plug is pulled, in the middle of whatever is on its way
		_, _ = s.host.Wire(wire).Far().Write(s.garbage(1 + s.dice.IntN(10)))
		s.host.Wire(wire).HangUp()
	case 2: // it is away for a while, or another program holds it
		name := s.pick(wire, "in1", "in2", "in3", "in5", "k1", "k2", "k3", "i2c1")
		s.host.Lose(name)
		time.AfterFunc(time.Duration(s.dice.IntN(60))*time.Second, func() { s.host.Restore(name) })
	case 3:
		s.host.FakeI2C("i2c1").Stick(s.dice.IntN(2) == 0)
	case 4:
		s.field.Garble()
	case 5, 6:
		s.relays.Slave(byte(1 + s.dice.IntN(2))).SetTrouble(troubles[s.dice.IntN(len(troubles))])
	case 7: // noise on the wires of a card reader
		for range s.dice.IntN(40) {
			in := s.host.FakeInput(s.pick("in3", "in4"))
			in.Drive(true)
			in.Drive(false)
		}
	case 8:
		post := httptest.NewRequest("POST", "/"+s.pick("in-camera", "out-camera"), bytes.NewReader(s.garbage(1+s.dice.IntN(3000))))
		post.RemoteAddr = "127.0.0.1:1"
		post.Header.Set("Content-Type", s.pick("application/json", "application/xml", "multipart/form-data; boundary=x", ""))
		s.app.DeviceHandler().ServeHTTP(httptest.NewRecorder(), post)
	}
}

func (s *street) garbage(length int) []byte {
	bytes := make([]byte, length)
	for i := range bytes {
		bytes[i] = byte(s.dice.Uint32())
	}
	return bytes
}

// mend ends all troubles.
func (s *street) mend() {
	s.host.FakeI2C("i2c1").Stick(false)
	for slave := range byte(2) {
		s.relays.Slave(slave + 1).SetTrouble(modbus.TroubleNone)
	}
	time.Sleep(5 * time.Minute) // what was away is back by then, and has been tried again
}

// raised says which barriers were moved.
func (s *street) raised() (moved []string) {
	for _, relay := range []string{"k1", "k2", "k3"} {
		if len(s.host.FakeOutput(relay).Edges()) > 0 {
			moved = append(moved, relay)
		}
	}
	for _, write := range s.relays.Slave(1).Writes() {
		if write.Value != modbus.CoilOff {
			moved = append(moved, fmt.Sprintf("coil %X", write.Start))
		}
	}
	return moved
}

// TestNoTroubleOfADeviceRaisesABarrier troubles all devices of a gateway, with vehicles at its gates: garbage, half frames,
// replies of the wrong slave, late ones, babble, pulled plugs, a stuck bus, lines that are away. No relay moves. Once all is
// mended, a press of the button raises the arm. With GATEHOUSE_CAMPAIGN it does so a hundred times.
func TestNoTroubleOfADeviceRaisesABarrier(t *testing.T) {
	seeds := uint64(2)
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		seeds = 100
	}
	for seed := range seeds {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			s := newStreet(seed)
			parsed, err := site.Parse("site.toml", []byte(troubledSite), all.Catalog())
			if err != nil {
				t.Fatal(err)
			}
			s.app, err = app.New(app.Options{
				Site: site.Loaded{Site: parsed}, DataDir: dir, Catalog: all.Catalog(), Host: s.host, Clock: app.NewDemoClock(time.Now(), 1),
				Log: slog.New(slog.DiscardHandler), Disk: newHeldDisk(1), SegmentBytes: segmentBytes,
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.app.Run(ctx) }()
			time.Sleep(10 * time.Second)
			for range 200 {
				s.trouble()
				time.Sleep(time.Duration(s.dice.IntN(3000)) * time.Millisecond)
			}
			s.mend()
			if moved := s.raised(); len(moved) > 0 {
				t.Errorf("seed %d: %v moved, and nobody asked for it", seed, moved)
			}
			_, _ = s.host.Wire("uart1").Far().Write(column.Encode("BUTTON", "TICKET"))
			time.Sleep(time.Second)
			if moved := s.raised(); !slices.Equal(moved, []string{"k1"}) {
				t.Errorf("seed %d: after a press of the button %v moved, want k1 alone", seed, moved)
			}
			cancel()
			s.host.Close()
			if err := <-ended; err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}
