package gpiochip

import "golang.org/x/sys/unix"

// ParseEvent reads an event of the kernel's.
var ParseEvent = parseEvent

// Config is what a request tells the kernel of its lines.
func Config(r Request) (unix.GPIOV2LineConfig, error) { return r.config() }
