package lifeline

import (
	"net"
	"time"
)

// Dialer makes connections that end once what was sent has been unacknowledged for so long (on Linux; elsewhere idle ones alone).
// A connection on which nothing is said is asked as often.
func Dialer(silent time.Duration) *net.Dialer {
	const probes = 4
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silent, Interval: silent / probes, Count: probes},
		Control:         giveUpAfter(silent),
	}
}
