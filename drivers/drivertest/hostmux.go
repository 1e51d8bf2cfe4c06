package drivertest

import (
	"errors"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/pca9548"
)

// testMultiplexers has chips of one address behind two multiplexers, the second of which was left with all its channels
// connected.
func testMultiplexers(t *testing.T, bench HostBench) {
	muxes := map[uint16]*pca9548.Simulator{0x70: {}, 0x71: {}}
	muxes[0x71].PowerUp(0xFF)
	chips := map[uint16]drivers.Transactor{}
	first, second := bench.Host.Multiplexer(bench.I2C, 0x70), bench.Host.Multiplexer(bench.I2C, 0x71)
	for address, near := range map[uint16]drivers.Multiplexer{0x70: first, 0x71: second} { // any order: each is wired
		bench.AttachI2C(address, muxes[address])
		muxes[address].Attach(3, 0x0D, &memory{registers: [256]byte{byte(address)}})
		chips[address] = openBehind(t, near, 3, 0x0D)
	}
	read := func(mux uint16) (byte, error) {
		got := make([]byte, 1)
		err := chips[mux].Tx([]byte{0}, got)
		return got[0], err
	}
	for _, mux := range []uint16{0x70, 0x71, 0x70} {
		if got, err := read(mux); err != nil || got != byte(mux) {
			t.Errorf("the chip behind 0x%02X says 0x%02X, %v", mux, got, err)
		}
	}
	muxes[0x70].PullOut()
	if _, err := read(0x70); !errors.Is(err, drivers.ErrOffline) || !errors.Is(err, pca9548.ErrAbsent) {
		t.Errorf("pulled out: %v", err)
	}
	if got, err := read(0x71); err != nil || got != 0x71 {
		t.Errorf("the other multiplexer: 0x%02X, %v", got, err)
	}
	muxes[0x70].PowerUp(0xFF)
	if got, err := read(0x71); err != nil || got != 0x71 {
		t.Errorf("the other multiplexer, while all channels of the first are connected: 0x%02X, %v", got, err)
	}
	if _, err := read(0x70); !errors.Is(err, pca9548.ErrReset) {
		t.Errorf("back again: %v", err)
	}
	clashes(t, bench, first)
	for _, chip := range chips { // any order: each is closed
		if err := chip.Close(); err != nil {
			t.Error(err)
		}
	}
	openBehind(t, first, 3, 0x0D).Close()
}

func openBehind(t *testing.T, near drivers.Multiplexer, channel int, address uint16) drivers.Transactor {
	t.Helper()
	chip, err := near.I2C(channel, address)
	if err != nil {
		t.Fatal(err)
	}
	return chip
}

// clashes checks that what can't be used beside what is open is refused: 0x0D behind channel 3.
func clashes(t *testing.T, bench HostBench, near drivers.Multiplexer) {
	t.Helper()
	if _, err := near.I2C(3, 0x0D); err == nil {
		t.Error("a chip behind a multiplexer was opened twice")
	}
	if _, err := bench.Host.I2C(bench.I2C, 0x0D); err == nil {
		t.Error("a chip on the bus itself was opened at the address of one behind a multiplexer")
	}
	if _, err := bench.Host.I2C(bench.I2C, 0x70); err == nil {
		t.Error("a multiplexer was opened as a chip")
	}
	if _, err := near.I2C(8, 0x0D); !errors.Is(err, drivers.ErrSettings) {
		t.Errorf("channel 8: %v", err)
	}
	openBehind(t, near, 4, 0x0D).Close()
}
