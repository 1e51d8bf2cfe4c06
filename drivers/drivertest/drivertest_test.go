package drivertest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
)

func TestTheFakesKeepTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		wire, input, output := host.Wire("port"), host.FakeInput("in"), host.FakeOutput("out")
		drivertest.TestHost(t, drivertest.HostBench{
			Host: host, Input: "in", Output: "out", Serial: "port",
			Drive: input.Drive, Active: output.Active, Edges: func() int { return len(output.Edges()) },
			Far: wire.Far(), HangUp: wire.HangUp,
			Group: []string{"d0", "d1"}, DriveGroup: host.FakeGroup("d0", "d1").Drive,
			I2C: "bus", AttachI2C: host.FakeI2C("bus").Attach,
			SPI: "spi", AttachSPI: host.FakeSPI("spi").Attach,
		})
		host.Close()
	})
}

// What is taken away fails with drivers.ErrOffline, names itself, and works again once it is back.
func TestWhatIsTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		host.FakeI2C("bus").Attach(0x0D, device{})
		sensor, err := host.I2C("bus", 0x0D)
		if err != nil {
			t.Fatal(err)
		}
		group, err := host.Group([]string{"d0", "d1"})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"bus", "d1"} {
			host.Lose(name)
		}
		if err := sensor.Tx([]byte{0}, nil); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("a bus that is away: %v", err)
		}
		if err := group.Watch(t.Context(), func(drivers.Edge) {}); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("a group of which one is away: %v", err)
		}
		if _, err := host.I2C("bus", 0x1E); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("opened on a bus that is away: %v", err)
		}
		host.Restore("bus")
		host.FakeI2C("bus").Stick(true)
		if err := sensor.Tx([]byte{0}, nil); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("a bus that is stuck: %v", err)
		}
		host.FakeI2C("bus").Stick(false)
		if err := sensor.Tx([]byte{0}, nil); err != nil {
			t.Error(err)
		}
	})
}

type device struct{}

func (device) Tx(write, read []byte) error { return nil }

func TestLostEdgesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		wires := host.FakeGroup("d0", "d1")
		group, err := host.Group([]string{"d0", "d1"})
		if err != nil {
			t.Fatal(err)
		}
		var got []drivers.Edge
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = group.Watch(ctx, func(e drivers.Edge) { got = append(got, e) }) }()
		synctest.Wait()
		wires.Miss(1, 3)
		wires.Pulse(1)
		wires.Pulse(0)
		synctest.Wait()
		cancel()
		synctest.Wait()
		if len(got) != 4 || got[0].Lost != 3 || got[0].Index != 1 || got[1].Lost != 0 || got[2].Index != 0 {
			t.Errorf("edges %+v", got)
		}
	})
}

func TestTheFakeBrokerKeepsTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		drivertest.TestBroker(t, drivertest.BrokerBench{
			Host: host, Name: "lora", Lose: func() { host.Lose("lora") }, Reach: func() { host.Restore("lora") },
		})
	})
}
