package gpiochip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What golang.org/x/sys/unix lacks of linux/gpio.h.
const (
	flagUsed     = 1 << 0
	flagInput    = 1 << 2
	flagOutput   = 1 << 3
	flagRising   = 1 << 4
	flagFalling  = 1 << 5
	flagPullUp   = 1 << 8
	flagPullDown = 1 << 9
	flagBiasOff  = 1 << 10

	lineSetConfigIoctl = 0xC110B40D // GPIO_V2_LINE_SET_CONFIG_IOCTL
	eventBytes         = 48         // sizeof(struct gpio_v2_line_event)
	attributesMax      = 10         // GPIO_V2_LINE_NUM_ATTRS_MAX
)

// Lines are requested lines. They are ours until Close, or until this process ends.
type Lines struct {
	file   *os.File
	raw    syscall.RawConn
	mask   uint64
	index  map[uint32]int // of an offset
	events [64 * eventBytes]byte
}

// Open requests lines.
func Open(r Request) (*Lines, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	config, err := r.config()
	if err != nil {
		return nil, err
	}
	raw := unix.GPIOV2LineRequest{Config: config, Num_lines: uint32(len(r.Offsets)), Event_buffer_size: uint32(r.BufferEdges)}
	index := map[uint32]int{}
	for i, offset := range r.Offsets {
		raw.Offsets[i] = uint32(offset)
		index[uint32(offset)] = i
	}
	copy(raw.Consumer[:consumerMax], r.Consumer)
	err = withChip(r.Chip.Path, func(fd int) error {
		return ioctl(fd, unix.GPIO_V2_GET_LINE_IOCTL, unsafe.Pointer(&raw))
	})
	if errors.Is(err, unix.EBUSY) {
		return nil, r.busy()
	}
	if err != nil {
		return nil, fmt.Errorf("%s lines %v: %w", r.Chip.Label, r.Offsets, err)
	}
	if err := unix.SetNonblock(int(raw.Fd), true); err != nil { // the runtime waits for it, and can be told to stop
		unix.Close(int(raw.Fd))
		return nil, err
	}
	file := os.NewFile(uintptr(raw.Fd), fmt.Sprintf("%s lines %v", r.Chip.Label, r.Offsets))
	conn, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &Lines{file: file, raw: conn, mask: maskOf(len(r.Offsets)), index: index}, nil
}

// busy names who holds the line.
func (r *Request) busy() error {
	for _, offset := range r.Offsets {
		info, err := r.Chip.Line(offset)
		if err == nil && info.Used {
			holder := info.Consumer
			if holder == "" {
				holder = "unnamed"
			}
			return fmt.Errorf("%s line %d: %w (%q): stop that program, or take the line out of its settings; gpioinfo lists all holders", r.Chip.Label, offset, ErrBusy, holder)
		}
	}
	return fmt.Errorf("%s lines %v: %w, which has let go of them meanwhile", r.Chip.Label, r.Offsets, ErrBusy)
}

func maskOf(lines int) uint64 { return ^uint64(0) >> (linesMax - lines) }

// config is the request's part that can be changed later.
func (r *Request) config() (unix.GPIOV2LineConfig, error) {
	c := configuration{}
	switch r.Direction {
	case In:
		c.raw.Flags = flagInput
	case Out:
		c.raw.Flags = flagOutput
		c.add(unix.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, levels(r.High, len(r.Offsets)), maskOf(len(r.Offsets)))
	}
	switch r.Bias {
	case PullUp:
		c.raw.Flags |= flagPullUp
	case PullDown:
		c.raw.Flags |= flagPullDown
	case Off:
		c.raw.Flags |= flagBiasOff
	}
	if r.Edges {
		c.raw.Flags |= flagRising | flagFalling
	}
	for i, us := range r.DebounceUS {
		if us > 0 && !c.add(unix.GPIO_V2_LINE_ATTR_ID_DEBOUNCE, uint64(us), 1<<i) {
			return c.raw, fmt.Errorf("gpiochip: lines %v: more than %d different debounce times: make some the same", r.Offsets, attributesMax)
		}
	}
	return c.raw, nil
}

func levels(high bool, lines int) uint64 {
	if high {
		return maskOf(lines)
	}
	return 0
}

// configuration collects attributes; lines with the same one share it, because the kernel takes only ten.
type configuration struct{ raw unix.GPIOV2LineConfig }

func (c *configuration) add(id uint32, value, mask uint64) bool {
	for i := range c.raw.Attrs[:c.raw.Num_attrs] {
		if a := &c.raw.Attrs[i]; a.Attr.Id == id && a.Attr.Flags == value {
			a.Mask |= mask
			return true
		}
	}
	if c.raw.Num_attrs == attributesMax {
		return false
	}
	c.raw.Attrs[c.raw.Num_attrs] = unix.GPIOV2LineConfigAttribute{
		Attr: unix.GPIOV2LineAttribute{Id: id, Flags: value}, // a union: levels, or microseconds in its low half
		Mask: mask,
	}
	c.raw.Num_attrs++
	return true
}

// Levels reads all lines back, in the order of the request's offsets. It never changes a direction.
func (l *Lines) Levels() (uint64, error) {
	values := unix.GPIOV2LineValues{Mask: l.mask}
	err := l.control(unix.GPIO_V2_LINE_GET_VALUES_IOCTL, unsafe.Pointer(&values))
	return values.Bits, err
}

// Set sets the levels of all lines, which have to be outputs.
func (l *Lines) Set(high bool) error {
	values := unix.GPIOV2LineValues{Bits: levels(high, len(l.index)), Mask: l.mask}
	return l.control(unix.GPIO_V2_LINE_SET_VALUES_IOCTL, unsafe.Pointer(&values))
}

// Drive makes outputs of all lines, with that level from the first moment on.
func (l *Lines) Drive(high bool) error {
	c := configuration{raw: unix.GPIOV2LineConfig{Flags: flagOutput}}
	c.add(unix.GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, levels(high, len(l.index)), l.mask)
	return l.control(lineSetConfigIoctl, unsafe.Pointer(&c.raw))
}

func (l *Lines) control(request uintptr, argument unsafe.Pointer) (err error) {
	if closed := l.raw.Control(func(fd uintptr) { err = ioctl(int(fd), request, argument) }); closed != nil {
		return closed
	}
	if err != nil {
		return l.fail(err)
	}
	return nil
}

// fail names what a call failed with. Lines whose chip is gone stay so when another one takes its place: they are to be closed,
// and requested anew.
func (l *Lines) fail(err error) error {
	if errors.Is(err, unix.ENODEV) {
		err = fmt.Errorf("%w (%w)", ErrGone, err)
	}
	return fmt.Errorf("%s: %w", l.file.Name(), err)
}

// Edges waits for edges until the deadline, and appends them. An error that is os.ErrDeadlineExceeded says that there
// were none.
func (l *Lines) Edges(edges []Edge) ([]Edge, error) {
	n, err := l.file.Read(l.events[:])
	if err != nil {
		return edges, err
	}
	now, monotonic := time.Now(), monotonicNS()
	for events := l.events[:n]; len(events) >= eventBytes; events = events[eventBytes:] {
		event := parseEvent(events)
		index, known := l.index[event.Offset]
		if !known {
			continue
		}
		edges = append(edges, Edge{
			Index: index, High: event.Id == unix.GPIO_V2_LINE_EVENT_RISING_EDGE, Seq: event.Seqno,
			At: now.Add(time.Duration(int64(event.Timestamp_ns) - monotonic)),
		})
	}
	return edges, nil
}

// parseEvent reads a struct gpio_v2_line_event, in the machine's byte order.
func parseEvent(b []byte) unix.GPIOV2LineEvent {
	return unix.GPIOV2LineEvent{
		Timestamp_ns: binary.NativeEndian.Uint64(b[0:]), Id: binary.NativeEndian.Uint32(b[8:]),
		Offset: binary.NativeEndian.Uint32(b[12:]), Seqno: binary.NativeEndian.Uint32(b[16:]), Line_seqno: binary.NativeEndian.Uint32(b[20:]),
	}
}

// monotonicNS is the clock that dates edges.
func monotonicNS() int64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // can't fail
	return now.Nano()
}

// SetDeadline ends a wait for edges, the present one included.
func (l *Lines) SetDeadline(at time.Time) error { return l.file.SetReadDeadline(at) }

// Close gives the lines back. What becomes of an output's level is the kernel's choice.
func (l *Lines) Close() error { return l.file.Close() }
