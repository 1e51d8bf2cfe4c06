package factlog

import (
	"os"
	"runtime"

	"syscall"
)

// datasync repeats an interrupted fdatasync: EINTR says nothing about the data. Any other error is final.
func datasync(f *osFile) error {
	for {
		err := syscall.Fdatasync(f.descriptor)
		runtime.KeepAlive(f)
		if err == nil {
			return nil
		}
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
