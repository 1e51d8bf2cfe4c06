package app

import "syscall"

const (
	// timeError is what adjtimex returns while the clock is not synchronised (TIME_ERROR).
	timeError = 5
	// unsynchronised is the bit that says the same (STA_UNSYNC).
	unsynchronised = 0x40
)

// disciplined asks the kernel whether a time server keeps its clock right.
func disciplined() bool {
	var state syscall.Timex
	status, err := syscall.Adjtimex(&state)
	return err == nil && status != timeError && state.Status&unsynchronised == 0
}
