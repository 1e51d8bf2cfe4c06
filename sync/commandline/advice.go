package commandline

import (
	"errors"
	"syscall"
)

// advices say what to do about what the operating system refuses, in words that fit any file, folder or address.
var advices = []struct {
	cause  error
	advice string
}{
	{syscall.ENOSPC, "Make room there (df -h shows how full it is), or use a folder on a larger disk. What was confirmed before is safe."},
	{syscall.EROFS, "The disk is mounted read-only. A failing card makes the kernel do that: dmesg says so. Mount it writable, or replace it."},
	{syscall.EACCES, "Run it as the user whose file or folder that is, or with sudo."},
	{syscall.ENOTDIR, "A part of that path is a file: name a folder."},
	{syscall.EWOULDBLOCK, "It runs already: end the other one (systemctl stop, if it is a service), or give this one a folder of its own."},
}

// adviceOn is what to do about an error; "" if only the error itself can say.
func adviceOn(err error) string {
	for _, a := range advices {
		if errors.Is(err, a.cause) {
			return a.advice
		}
	}
	return ""
}
