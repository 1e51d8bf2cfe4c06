package line

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// Flags of struct serial_rs485 (linux/serial.h), which golang.org/x/sys/unix lacks.
const (
	rs485Enabled      = 1 << 0
	rs485RTSOnSend    = 1 << 1
	rs485RTSAfterSend = 1 << 2
)

// rs485 is struct serial_rs485.
type rs485 struct {
	flags        uint32
	beforeSendMS uint32
	afterSendMS  uint32
	_            [5]uint32 // addresses, and padding
}

// guard is a second descriptor of a serial port, beside tarm's, which keeps other programs off and sets what tarm can't.
type guard struct{ fd int }

// guardPort takes a serial port for this process alone.
func guardPort(device string) (*guard, error) {
	fd, err := unix.Open(device, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return nil, fmt.Errorf("open %s: %w: %w", device, drivers.ErrOffline, ErrPortAccess)
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return nil, fmt.Errorf("open %s: %w: %w", device, drivers.ErrOffline, ErrPortAbsent)
	case errors.Is(err, unix.EBUSY): // it was opened for one alone (TIOCEXCL)
		return nil, portBusy(device)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w: %w", device, drivers.ErrOffline, err)
	}
	g := &guard{fd: fd}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		g.close()
		return nil, portBusy(device)
	}
	return g, nil
}

func portBusy(device string) error {
	return fmt.Errorf("open %s: %w: %w: fuser -v %s says which one", device, drivers.ErrOffline, ErrPortBusy, device)
}

// direct has the kernel switch the direction of an RS-485 transceiver by the port's RTS line.
func (g *guard) direct(u boards.UART) error {
	if u.RS485 != boards.RS485Kernel {
		return nil
	}
	setting := rs485{flags: rs485Enabled | rs485RTSOnSend, beforeSendMS: uint32(u.BeforeSendMS), afterSendMS: uint32(u.AfterSendMS)}
	if u.RTSActiveLow {
		setting.flags = rs485Enabled | rs485RTSAfterSend
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(g.fd), unix.TIOCSRS485, uintptr(unsafe.Pointer(&setting)))
	switch {
	case errno == 0:
		return nil
	case errors.Is(errno, unix.ENOTTY):
		return fmt.Errorf("%w: %s can't switch the direction of an RS-485 transceiver: use one that does it by itself, with rs485 = \"auto\"", drivers.ErrSettings, u.Path)
	}
	return fmt.Errorf("%s: RS-485: %w: %w", u.Path, drivers.ErrOffline, errno)
}

func (g *guard) close() { unix.Close(g.fd) }
