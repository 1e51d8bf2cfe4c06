package gpiochip

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Chips lists the chips of this machine, by path. Chips that can't be opened are left out unless none can. A link to one is
// none of its own: a Raspberry Pi 5 has had /dev/gpiochip4 as one since its header's chip became gpiochip0.
func Chips() ([]Chip, error) {
	paths, _ := filepath.Glob("/dev/gpiochip*") // the pattern is right
	paths = slices.DeleteFunc(paths, isLink)
	slices.Sort(paths)
	var chips []Chip
	var failed error
	for _, path := range paths {
		chip, err := openChip(path)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		chips = append(chips, chip)
	}
	if len(chips) == 0 && failed != nil {
		return nil, failed
	}
	return chips, nil
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

func openChip(path string) (chip Chip, err error) {
	err = withChip(path, func(fd int) error {
		var info unix.GPIOChipInfo
		if err := ioctl(fd, unix.GPIO_GET_CHIPINFO_IOCTL, unsafe.Pointer(&info)); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		chip = Chip{Path: path, Label: text(info.Label[:]), Lines: int(info.Lines)}
		return nil
	})
	return chip, err
}

// withChip opens a chip for the time of a call.
func withChip(path string, use func(fd int) error) error {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("%s: %w", path, ErrNoAccess)
	case err != nil:
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	return use(fd)
}

// Line says what the kernel knows of a line, without touching it.
func (c Chip) Line(offset int) (info LineInfo, err error) {
	err = withChip(c.Path, func(fd int) error {
		raw := unix.GPIOV2LineInfo{Offset: uint32(offset)}
		if err := ioctl(fd, unix.GPIO_V2_GET_LINEINFO_IOCTL, unsafe.Pointer(&raw)); err != nil {
			return fmt.Errorf("%s line %d: %w", c.Label, offset, err)
		}
		info = LineInfo{
			Name: text(raw.Name[:]), Consumer: text(raw.Consumer[:]),
			Used: raw.Flags&flagUsed != 0, Output: raw.Flags&flagOutput != 0,
		}
		return nil
	})
	return info, err
}

// Find is the line of that name.
func (c Chip) Find(name string) (offset int, found bool) {
	for offset := range c.Lines {
		if info, err := c.Line(offset); err == nil && info.Name == name {
			return offset, true
		}
	}
	return 0, false
}

func text(field []byte) string {
	before, _, _ := bytes.Cut(field, []byte{0})
	return string(before)
}

func ioctl(fd int, request uintptr, argument unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(argument))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}
