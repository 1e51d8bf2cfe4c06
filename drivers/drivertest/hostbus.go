package drivertest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/drivers"
)

func testGroup(t *testing.T, bench HostBench) {
	group, err := bench.Host.Group(bench.Group)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bench.Host.Group(bench.Group); err == nil {
		t.Error("a group was opened twice")
	}
	if _, err := bench.Host.Input(bench.Group[1]); err == nil {
		t.Error("an input of an open group was opened by itself")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	edges, ended := make(chan drivers.Edge, 64), make(chan error, 1)
	go func() { ended <- group.Watch(ctx, func(e drivers.Edge) { edges <- e }) }()
	firstEdge(t, bench, edges)
	var last time.Time
	for _, want := range []drivers.Edge{
		{Index: 1, Active: true}, {Index: 0, Active: true}, {Index: 1}, {Index: 1, Active: true}, {Index: 0}, {Index: 1},
	} {
		bench.DriveGroup(want.Index, want.Active)
		got := nextEdge(t, edges)
		if got.Index != want.Index || got.Active != want.Active || got.Lost != 0 || got.At.Before(last) {
			t.Errorf("edge %+v after %v, want %+v", got, last, want)
		}
		last = got.At
	}
	cancel()
	expectEnd(t, ended)
	if err := group.Close(); err != nil {
		t.Error(err)
	}
	again, err := bench.Host.Group(bench.Group)
	if err != nil {
		t.Fatalf("opened again: %v", err)
	}
	again.Close()
}

// firstEdge moves the first input until the watch has begun, which nothing else tells. What is still on its way then has come
// once the second input has moved there and back. Both inputs are inactive afterwards.
func firstEdge(t *testing.T, bench HostBench, edges <-chan drivers.Edge) {
	t.Helper()
	eventually(t, "the group is watched", func() bool {
		bench.DriveGroup(0, true)
		bench.DriveGroup(0, false)
		time.Sleep(10 * time.Millisecond)
		return len(edges) > 0
	})
	for _, active := range []bool{true, false} {
		bench.DriveGroup(1, active)
		for e := nextEdge(t, edges); e.Index != 1 || e.Active != active; {
			e = nextEdge(t, edges)
		}
	}
}

func nextEdge(t *testing.T, edges <-chan drivers.Edge) drivers.Edge {
	t.Helper()
	select {
	case e := <-edges:
		return e
	case <-time.After(hostLimit):
		t.Fatal("an edge was not reported")
	}
	return drivers.Edge{}
}

// memory is a device of 256 registers: the first byte that is written says where what follows goes, and what is read
// comes from. It notices when two transactions overlap.
type memory struct {
	mu        sync.Mutex
	registers [256]byte
	at        byte
	busy      bool
	overlaps  int
}

func (m *memory) Tx(write, read []byte) error {
	m.enter(true)
	defer m.enter(false)
	for i, b := range write {
		if i == 0 {
			m.at = b
			continue
		}
		m.registers[m.at] = b
		m.at++
	}
	for i := range read {
		read[i] = m.registers[m.at]
		m.at++
	}
	return nil
}

func (m *memory) enter(busy bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy && busy {
		m.overlaps++
	}
	m.busy = busy
}

func testI2C(t *testing.T, bench HostBench) {
	first, second := &memory{}, &memory{}
	bench.AttachI2C(0x1E, first)
	bench.AttachI2C(0x20, second)
	device, other := openI2C(t, bench, 0x1E), openI2C(t, bench, 0x20)
	if _, err := bench.Host.I2C(bench.I2C, 0x1E); err == nil {
		t.Error("a device was opened twice")
	}
	if err := device.Tx([]byte{0x10, 1, 2, 3}, nil); err != nil {
		t.Error(err)
	}
	if err := other.Tx([]byte{0x10, 9}, nil); err != nil {
		t.Error(err)
	}
	got := make([]byte, 3)
	if err := device.Tx([]byte{0x10}, got); err != nil || !bytes.Equal(got, []byte{1, 2, 3}) {
		t.Errorf("read % X, %v", got, err)
	}
	if overlaps := together(t, device, other, first, second); overlaps != 0 {
		t.Errorf("%d transactions overlapped or failed", overlaps)
	}
	absent := openI2C(t, bench, 0x77)
	if err := absent.Tx([]byte{0}, got); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("nobody at that address: %v", err)
	}
	if err := device.Tx([]byte{0x10}, got[:1]); err != nil || got[0] != 1 {
		t.Errorf("the others of the bus: % X, %v", got, err)
	}
	for _, d := range []drivers.Transactor{device, other, absent} {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := device.Tx([]byte{0x10}, got); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a closed device answers: %v", err)
	}
	openI2C(t, bench, 0x1E).Close()
}

func openI2C(t *testing.T, bench HostBench, address uint16) drivers.Transactor {
	t.Helper()
	device, err := bench.Host.I2C(bench.I2C, address)
	if err != nil {
		t.Fatal(err)
	}
	return device
}

// together has two devices of a bus used at the same time.
func together(t *testing.T, device, other drivers.Transactor, far ...*memory) (bad int) {
	var using sync.WaitGroup
	for _, d := range []drivers.Transactor{device, other, device} {
		using.Go(func() {
			got := make([]byte, 1)
			for range 20 {
				if err := d.Tx([]byte{0x11}, got); err != nil {
					t.Error(err)
				}
			}
		})
	}
	using.Wait()
	for _, m := range far {
		bad += m.overlaps
	}
	return bad
}

// echo answers with what was written before.
type echo struct{ last []byte }

func (e *echo) Tx(write, read []byte) error {
	copy(read, e.last)
	if len(write) > 0 {
		e.last = bytes.Clone(write)
	}
	return nil
}

func testSPI(t *testing.T, bench HostBench) {
	bench.AttachSPI(&echo{last: []byte{1, 2}})
	mode := drivers.SPIMode{SpeedHz: 1_000_000}
	device, err := bench.Host.SPI(bench.SPI, mode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bench.Host.SPI(bench.SPI, mode); err == nil {
		t.Error("an SPI device was opened twice")
	}
	got := make([]byte, 2)
	if err := device.Tx([]byte{7, 8}, got); err != nil || !bytes.Equal(got, []byte{1, 2}) {
		t.Errorf("read % X, %v", got, err)
	}
	if err := device.Tx([]byte{5, 6}, nil); err != nil {
		t.Error(err)
	}
	if err := device.Tx(nil, got); err != nil || !bytes.Equal(got, []byte{5, 6}) {
		t.Errorf("read % X, %v", got, err)
	}
	if err := device.Tx([]byte{1, 2, 3}, got); err == nil {
		t.Error("3 bytes out and 2 in were taken")
	}
	if err := device.Close(); err != nil {
		t.Error(err)
	}
	if err := device.Tx(nil, got); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a closed device answers: %v", err)
	}
	again, err := bench.Host.SPI(bench.SPI, mode)
	if err != nil {
		t.Fatalf("opened again: %v", err)
	}
	again.Close()
}
