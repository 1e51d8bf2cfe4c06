package sim

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/creack/pty"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
)

// writeLimit is how long a device waits for a gateway that does not read.
const writeLimit = time.Millisecond

// port is a pseudo terminal: a device's cable. The near end is a path that a driver opens.
type port struct {
	path string
	far  *os.File
	near *os.File    // kept open, so that the cable does not hang up between two openings
	sent atomic.Bool // and perhaps not read yet

	writing sync.Mutex // held while a line goes out: what a driver does at a device and what it answers don't mix
}

// plug makes a port whose near end is raw, as if it had been open before.
func plug() (*port, error) {
	far, near, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("sim: open a pseudo terminal: %w; each spot with a sensor needs one", err)
	}
	polled, err := polledFile(far)
	if err != nil {
		near.Close()
		return nil, err
	}
	p := &port{path: near.Name(), far: polled, near: near}
	raw, err := line.OpenSerial(p.path, drivers.SerialMode{Baud: 115200})
	if err == nil {
		err = raw.Close()
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("sim: make %s raw: %w", p.path, err)
	}
	return p, nil
}

// polledFile gives a file to the runtime's poller, so that a close ends a read and writes have deadlines.
func polledFile(file *os.File) (*os.File, error) {
	defer file.Close()
	descriptor, err := syscall.Dup(int(file.Fd()))
	if err == nil {
		err = syscall.SetNonblock(descriptor, true)
	}
	if err != nil {
		return nil, fmt.Errorf("sim: poll %s: %w", file.Name(), err)
	}
	return os.NewFile(uintptr(descriptor), file.Name()), nil
}

// Read waits for bytes from the driver.
func (p *port) Read(b []byte) (int, error) { return p.far.Read(b) }

// Write sends bytes; those that nobody takes are lost, as on a cable. A machine that is busy makes it slower and loses none:
// bytes are given up only after a pause and another try, however late that comes.
func (p *port) Write(b []byte) (int, error) {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.sent.Store(true)
	for rest, waited := b, false; len(rest) > 0; {
		n, err := p.push(rest)
		switch {
		case err == nil:
			rest, waited = rest[n:], false
		case !errors.Is(err, syscall.EAGAIN):
			return len(b) - len(rest), fmt.Errorf("sim: write %s: %w", p.path, err)
		case waited:
			return len(b), nil
		default:
			time.Sleep(writeLimit)
			waited = true
		}
	}
	return len(b), nil
}

// push writes what there is room for now; EAGAIN: for nothing. A write deadline would not do: once it has passed, nothing is
// tried at all.
func (p *port) push(b []byte) (n int, err error) {
	raw, err := p.far.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(descriptor uintptr) {
		for {
			if n, err = syscall.Write(int(descriptor), b); !errors.Is(err, syscall.EINTR) {
				return
			}
		}
	})
	return max(0, n), errors.Join(failed, err)
}

// unread is how many bytes the driver has not read yet; 0 if that can't be told.
func (p *port) unread() (bytes int) {
	if !p.sent.Load() {
		return 0
	}
	raw, err := p.near.SyscallConn()
	if err != nil {
		return 0
	}
	var count int32
	if err := raw.Control(func(descriptor uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, descriptor, syscall.TIOCINQ, uintptr(unsafe.Pointer(&count)))
	}); err != nil {
		return 0
	}
	p.sent.Store(count > 0)
	return int(count)
}

// forget drops what was sent while nobody listened, also what the kernel still carries: a cable remembers nothing.
func (p *port) forget() {
	raw, err := p.near.SyscallConn()
	if err != nil {
		return
	}
	const flush = 0x540B                       // TCFLSH
	_ = raw.Control(func(descriptor uintptr) { // of a port that is closed there is nothing to drop
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, descriptor, flush, syscall.TCIFLUSH)
	})
}

func (p *port) close() {
	p.far.Close()
	p.near.Close()
}
