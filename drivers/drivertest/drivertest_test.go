package drivertest_test

import (
	"testing"
	"testing/synctest"

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
		})
		host.Close()
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
