package line

import (
	"io"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// NewHost opens a board on pins of the test's own.
var NewHost = newHost

// NewDebouncer makes the filter of an input; its two methods are look and timeout.
func NewDebouncer(spec boards.Input, high bool, now time.Time) (look func(high, edge bool, now time.Time) (active bool, at time.Time, news bool), timeout func(now time.Time) time.Duration) {
	d := newDebouncer(spec, high, now)
	return d.look, d.timeout
}

// NewSerialPort gives a raw port the manners of drivers.Port.
func NewSerialPort(raw io.ReadWriteCloser) drivers.Port { return newSerialPort("test", 115200, raw) }
