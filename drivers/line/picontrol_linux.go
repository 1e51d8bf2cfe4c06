package line

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests of the piControl module, of magic 'K'. Source: RevolutionPi/piControl, piControl.h.
const (
	piControlDevice = "/dev/piControl0"
	kbDevices       = 0x4B0D
	kbGetValue      = 0x4B0F
	kbSetValue      = 0x4B10
	kbFindVariable  = 0x4B11
	wholeByte       = 8 // in place of a bit
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
	switch _, err := p.control(kbFindVariable, unsafe.Pointer(&v)); {
	case errors.Is(err, ErrBridgeStopped):
		return place{}, fmt.Errorf("variable %s: %w", name, err)
	case err != nil:
		return place{}, fmt.Errorf("variable %s: PiCtory's configuration has none of that name: %w", name, err)
	}
	if v.length != 1 || v.bit > 7 {
		return place{}, fmt.Errorf("variable %s: %w", name, errNoBit)
	}
	return place{v.address, v.bit}, nil
}

func (p *piControl) get(at place) (bool, error) {
	v := piValue{address: at.address, bit: at.bit}
	_, err := p.control(kbGetValue, unsafe.Pointer(&v))
	return v.value != 0, err
}

func (p *piControl) set(at place, high bool) error {
	v := piValue{address: at.address, bit: at.bit}
	if high {
		v.value = 1
	}
	_, err := p.control(kbSetValue, unsafe.Pointer(&v))
	return err
}

// failuresAt is where the base module's inputs have the count of failed exchanges, a word (SRevPiProcessImage, revpi_core.h).
const failuresAt = 2

func (p *piControl) modules() (all []module, failures int, err error) {
	var list [devicesMax * deviceBytes]byte
	count, err := p.control(kbDevices, unsafe.Pointer(&list))
	if err != nil {
		return nil, 0, err
	}
	all, base := parseDevices(list[:min(count, devicesMax)*deviceBytes])
	for i := range 2 {
		v := piValue{address: uint16(base + failuresAt + i), bit: wholeByte}
		if _, err := p.control(kbGetValue, unsafe.Pointer(&v)); err != nil {
			return nil, 0, err
		}
		failures |= int(v.value) << (8 * i)
	}
	return all, failures, nil
}

// control does a request, and returns what the module returned.
func (p *piControl) control(request uintptr, argument unsafe.Pointer) (int, error) {
	returned, _, errno := unix.Syscall(unix.SYS_IOCTL, p.file.Fd(), request, uintptr(argument))
	switch {
	case errors.Is(errno, unix.EAGAIN):
		return 0, fmt.Errorf("%s: %w", piControlDevice, ErrBridgeStopped)
	case errno != 0:
		return 0, fmt.Errorf("%s: %w", piControlDevice, errno)
	}
	return int(returned), nil
}
