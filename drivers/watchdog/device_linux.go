package watchdog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// device is a watchdog of the kernel's.
type device struct{ file *os.File }

// Open arms the watchdog of that path, as /dev/watchdog, with a timeout in whole seconds. The one it has is what the
// hardware made of it.
func Open(path string, timeout time.Duration) (timer Timer, has time.Duration, err error) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	switch {
	case errors.Is(err, syscall.EBUSY):
		return nil, 0, fmt.Errorf("watchdog: %s is fed by another program (systemd's RuntimeWatchdogSec?): leave it to one of them: %w", path, err)
	case err != nil:
		return nil, 0, fmt.Errorf("watchdog: %w: is it in the board's boot lines, and may this user open it?", err)
	}
	d := &device{file}
	if err := unix.IoctlSetPointerInt(int(file.Fd()), unix.WDIOC_SETTIMEOUT, int(timeout.Seconds())); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("watchdog: %s takes no timeout of %v: %w", path, timeout, err), d.Close())
	}
	seconds, err := unix.IoctlGetInt(int(file.Fd()), unix.WDIOC_GETTIMEOUT)
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("watchdog: %s: %w", path, err), d.Close())
	}
	return d, time.Duration(seconds) * time.Second, nil
}

// Feed starts the time anew.
func (d *device) Feed() error {
	_, err := d.file.Write([]byte{0})
	return err
}

// Close disarms it: the letter V tells the kernel that this is no crash.
func (d *device) Close() error {
	_, err := d.file.Write([]byte{'V'})
	return errors.Join(err, d.file.Close())
}
