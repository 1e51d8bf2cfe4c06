package line_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
)

// Device drivers of periph get the pins that its documents promise, which its own back end does not keep.
func TestPinsForPeriph(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		lamp := line.PinOf("lamp", output(t, l.host, "lamp"))
		if err := lamp.Out(gpio.High); err != nil || l.chip.High("k3") || len(l.edges("k3")) != 1 {
			t.Errorf("high %v, %d edges, error %v", l.chip.High("k3"), len(l.edges("k3")), err)
		}
		if err := lamp.Halt(); err != nil || !l.chip.High("k3") {
			t.Errorf("halted: error %v", err)
		}
		input, err := l.host.Input("loop")
		if err != nil {
			t.Fatal(err)
		}
		pin := line.PinOfInput("loop", input)
		synctest.Wait()
		_ = pin.In(gpio.PullNoChange, gpio.RisingEdge)
		if pin.Read() != gpio.Low || pin.WaitForEdge(time.Second) {
			t.Error("nothing has happened yet")
		}
		time.AfterFunc(time.Hour, func() { l.chip.Drive("in1", false) }) // a closed contact pulls it low
		if start := time.Now(); !pin.WaitForEdge(-1) || time.Since(start) != time.Hour || pin.Read() != gpio.High {
			t.Errorf("it waited for %v", time.Since(start))
		}
		l.chip.Drive("in1", true)
		if pin.WaitForEdge(time.Second) {
			t.Error("a falling edge, though only rising ones were asked for")
		}
		_ = pin.Halt()
		synctest.Wait()
	})
}

func TestBusesForPeriph(t *testing.T) {
	far := drivertest.NewHost()
	board := bench(t)
	host := line.OpenVirtual(board, line.NewChip(board), nil, simulated(far)...)
	defer host.Close()
	shift, err := host.SPI("shift", drivers.SPIMode{SpeedHz: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := line.PortOf("shift", shift).Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.TxPackets([]spi.Packet{{W: []byte{1, 2}}, {W: []byte{3}}}); err != nil {
		t.Error(err)
	}
	if writes := far.FakeSPI("shift").Writes(); len(writes) != 2 || writes[1][0] != 3 {
		t.Errorf("written % X", writes)
	}
	if _, err := line.PortOf("shift", shift).Connect(physic.MegaHertz, spi.Mode0, 9); err == nil {
		t.Error("nine bits were taken")
	}
	absent, err := host.I2C("bus", 0x40)
	if err != nil {
		t.Fatal(err)
	}
	if err := line.BusOf("bus", absent).Tx(0, []byte{1}, nil); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("error %v", err)
	}
}
