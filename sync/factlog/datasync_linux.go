package factlog

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// datasync repeats an interrupted fdatasync: EINTR says nothing about the data. Any other error is final.
func datasync(f *osFile) error {
	for {
		err := unix.Fdatasync(f.descriptor)
		runtime.KeepAlive(f)
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
