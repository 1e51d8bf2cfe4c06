package line_test

import (
	"testing"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
)

func TestAPortForPeriph(t *testing.T) {
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
}
