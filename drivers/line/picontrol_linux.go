package line

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests of the piControl module, of magic 'K'. Source: RevolutionPi/piControl, piControl.h.
const (
	piControlDevice = "/dev/piControl0"
	kbGetValue      = 0x4B0F
	kbSetValue      = 0x4B10
	kbFindVariable  = 0x4B11
)

// piValue is struct SPIValueStr, piVariable is struct SPIVariableStr.
type (
	piValue struct {
		address    uint16
		bit, value uint8
	}
	piVariable struct {
		name    [32]byte
		address uint16
		bit     uint8
		length  uint16
	}
)

// piControl is the real image.
type piControl struct{ file *os.File }

func openPiControl() (*piControl, error) {
	file, err := os.OpenFile(piControlDevice, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: is this a Revolution Pi, and may this user open it?", err)
	}
	return &piControl{file}, nil
}

func (p *piControl) find(name string) (place, error) {
	v := piVariable{}
	copy(v.name[:31], name)
	if err := p.control(kbFindVariable, unsafe.Pointer(&v)); err != nil {
		return place{}, fmt.Errorf("variable %s: PiCtory's configuration has none of that name: %w", name, err)
	}
	if v.length != 1 || v.bit > 7 {
		return place{}, fmt.Errorf("variable %s: %w", name, errNoBit)
	}
	return place{v.address, v.bit}, nil
}

func (p *piControl) get(at place) (bool, error) {
	v := piValue{address: at.address, bit: at.bit}
	err := p.control(kbGetValue, unsafe.Pointer(&v))
	return v.value != 0, err
}

func (p *piControl) set(at place, high bool) error {
	v := piValue{address: at.address, bit: at.bit}
	if high {
		v.value = 1
	}
	return p.control(kbSetValue, unsafe.Pointer(&v))
}

func (p *piControl) control(request uintptr, argument unsafe.Pointer) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, p.file.Fd(), request, uintptr(argument))
	if errno != 0 {
		return fmt.Errorf("%s: %w", piControlDevice, errno)
	}
	return nil
}
