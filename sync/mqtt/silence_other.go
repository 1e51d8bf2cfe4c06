//go:build !linux

package mqtt

import (
	"syscall"
	"time"
)

// giveUpAfter does nothing here: a dead connection is noticed by the pings.
func giveUpAfter(time.Duration) func(string, string, syscall.RawConn) error { return nil }
