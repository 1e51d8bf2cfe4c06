//go:build !linux

package watchdog

import (
	"errors"
	"time"
)

// Open is an error.
func Open(string, time.Duration) (Timer, time.Duration, error) {
	return nil, 0, errors.New("watchdog: only Linux has them")
}
