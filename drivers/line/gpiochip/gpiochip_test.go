//go:build linux

package gpiochip_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"gatehouse/drivers/line/gpiochip"
)

// The kernel's layout is the one that golang.org/x/sys/unix has.
func TestAnEventIsReadAsTheKernelWritesIt(t *testing.T) {
	event := unix.GPIOV2LineEvent{Timestamp_ns: 1 << 40, Id: unix.GPIO_V2_LINE_EVENT_FALLING_EDGE, Offset: 17, Seqno: 5, Line_seqno: 3}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&event)), unsafe.Sizeof(event))
	if got := gpiochip.ParseEvent(raw); got != event || len(raw) != 48 {
		t.Errorf("%d bytes, read as %+v", len(raw), got)
	}
}

// Source of the numbers: include/uapi/linux/gpio.h.
func TestARequestAsksForWhatItSays(t *testing.T) {
	config, err := gpiochip.Config(gpiochip.Request{
		Offsets: []int{4, 5, 6}, Direction: gpiochip.In, Edges: true, Bias: gpiochip.PullUp, DebounceUS: []int{20000, 0, 20000},
	})
	const input, rising, falling, pullUp = 1 << 2, 1 << 4, 1 << 5, 1 << 8
	if err != nil || config.Flags != input|rising|falling|pullUp || config.Num_attrs != 1 {
		t.Fatalf("flags %#x, %d attributes, error %v", config.Flags, config.Num_attrs, err)
	}
	debounce := config.Attrs[0]
	us := binary.NativeEndian.Uint32(unsafe.Slice((*byte)(unsafe.Pointer(&debounce.Attr.Flags)), 4))
	if debounce.Mask != 0b101 || debounce.Attr.Id != unix.GPIO_V2_LINE_ATTR_ID_DEBOUNCE || us != 20000 {
		t.Errorf("debounce of lines %#b: id %d, %d µs", debounce.Mask, debounce.Attr.Id, us)
	}
	high, err := gpiochip.Config(gpiochip.Request{Offsets: []int{4, 5}, Direction: gpiochip.Out, High: true})
	level := high.Attrs[0]
	const output = 1 << 3
	if err != nil || high.Flags != output || level.Attr.Id != unix.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES || level.Attr.Flags != 0b11 || level.Mask != 0b11 {
		t.Errorf("an output that is high from the request on: flags %#x, %+v, error %v", high.Flags, level, err)
	}
	found, err := gpiochip.Config(gpiochip.Request{Offsets: []int{4}})
	if err != nil || found.Flags != 0 || found.Num_attrs != 0 {
		t.Errorf("a line that stays as it is found: %+v, error %v", found, err)
	}
}

func TestWhatTheKernelCantDoIsSaidBefore(t *testing.T) {
	different := gpiochip.Request{}
	for i := range 11 {
		different.Offsets, different.DebounceUS = append(different.Offsets, i), append(different.DebounceUS, 1000+i)
	}
	if _, err := gpiochip.Config(different); err == nil {
		t.Error("eleven times of debouncing were taken")
	}
	chip := gpiochip.Chip{Path: "/dev/null", Label: "test", Lines: 8}
	for _, offsets := range [][]int{nil, make([]int, 65)} {
		if _, err := gpiochip.Open(gpiochip.Request{Chip: chip, Offsets: offsets}); err == nil {
			t.Errorf("%d lines were taken", len(offsets))
		}
	}
	for _, offset := range []int{-1, 8} {
		if _, err := gpiochip.Open(gpiochip.Request{Chip: chip, Offsets: []int{offset}}); !errors.Is(err, gpiochip.ErrNoLine) {
			t.Errorf("line %d: %v", offset, err)
		}
	}
	if _, err := gpiochip.Open(gpiochip.Request{Chip: chip, Offsets: []int{1}}); err == nil {
		t.Error("/dev/null gave a line")
	}
}
