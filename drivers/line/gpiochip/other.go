//go:build !linux

package gpiochip

import (
	"errors"
	"time"
)

var errNoGPIO = errors.New("gpiochip: real lines need Linux: use a virtual board")

// Chips lists no chips.
func Chips() ([]Chip, error) { return nil, errNoGPIO }

// Line is an error.
func (Chip) Line(int) (LineInfo, error) { return LineInfo{}, errNoGPIO }

// Find finds nothing.
func (Chip) Find(string) (int, bool) { return 0, false }

// Lines are never had.
type Lines struct{}

// Open is an error.
func Open(Request) (*Lines, error) { return nil, errNoGPIO }

// Levels is an error.
func (*Lines) Levels() (uint64, error) { return 0, errNoGPIO }

// Set is an error.
func (*Lines) Set(bool) error { return errNoGPIO }

// Drive is an error.
func (*Lines) Drive(bool) error { return errNoGPIO }

// Edges is an error.
func (*Lines) Edges([]Edge) ([]Edge, error) { return nil, errNoGPIO }

// SetDeadline is an error.
func (*Lines) SetDeadline(time.Time) error { return errNoGPIO }

// Close does nothing.
func (*Lines) Close() error { return nil }
