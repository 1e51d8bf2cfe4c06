package uplink

import (
	"runtime"
	"syscall"
)

// niceness is how much the loop yields to the gates: of a busy core they get ten times as much.
const niceness = 10

// yieldToGates keeps the calling goroutine on a thread of its own, which the kernel favours less than the others. A system
// that refuses has other means to keep its gates quick.
func yieldToGates() {
	runtime.LockOSThread()
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), niceness)
}
