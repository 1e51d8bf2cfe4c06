package boards

import (
	"fmt"
	"slices"
	"strings"
)

// Backend is how the lines of a board are reached.
type Backend uint8

// The back ends: the Linux GPIO character device, memory, or the process image of a Revolution Pi.
const (
	BackendNone Backend = iota
	BackendChardev
	BackendVirtual
	BackendPiControl
)

var backendText = []string{"", "chardev", "virtual", "picontrol"}

// String is the word in the board file.
func (b Backend) String() string { return backendText[b] }

// UnmarshalText reads the word of the board file.
func (b *Backend) UnmarshalText(text []byte) error {
	value, err := valueOf("backend", backendText, text)
	*b = Backend(value)
	return err
}

// Safe is the state of an output that nobody commands: at the start, at the end, and after a failure.
type Safe uint8

// The safe states. Keep leaves the line as it is found.
const (
	SafeOff Safe = iota
	SafeOn
	SafeKeep
)

var safeText = []string{"off", "on", "keep"}

// String is the word in the board file.
func (s Safe) String() string { return safeText[s] }

// UnmarshalText reads the word of the board file.
func (s *Safe) UnmarshalText(text []byte) error {
	value, err := valueOf("safe state", safeText, text)
	*s = Safe(value)
	return err
}

// Bias is the resistor that holds an input which nothing drives.
type Bias uint8

// The biases. Keep changes nothing.
const (
	BiasKeep Bias = iota
	BiasUp
	BiasDown
	BiasOff
)

var biasText = []string{"keep", "up", "down", "off"}

// String is the word in the board file.
func (b Bias) String() string { return biasText[b] }

// UnmarshalText reads the word of the board file.
func (b *Bias) UnmarshalText(text []byte) error {
	value, err := valueOf("bias", biasText, text)
	*b = Bias(value)
	return err
}

// RS485 is how the direction of a serial port's RS-485 transceiver is switched.
type RS485 uint8

// None is a port without a transceiver, Auto one whose transceiver does it by itself, Kernel one that the kernel switches by
// RTS. The gateway never does it: it would be late by the time that a process waits for its turn.
const (
	RS485None RS485 = iota
	RS485Auto
	RS485Kernel
)

var rs485Text = []string{"none", "auto", "kernel"}

// String is the word in the board file.
func (r RS485) String() string { return rs485Text[r] }

// UnmarshalText reads the word of the board file.
func (r *RS485) UnmarshalText(text []byte) error {
	value, err := valueOf("RS-485 mode", rs485Text, text)
	*r = RS485(value)
	return err
}

// HeaderKind is the kind of a board's header.
type HeaderKind uint8

// The headers that this package knows.
const (
	HeaderNone HeaderKind = iota
	HeaderRPi40
)

var headerText = []string{"none", "rpi40"}

// String is the word in the board file.
func (h HeaderKind) String() string { return headerText[h] }

// UnmarshalText reads the word of the board file.
func (h *HeaderKind) UnmarshalText(text []byte) error {
	value, err := valueOf("header", headerText, text)
	*h = HeaderKind(value)
	return err
}

func valueOf(what string, words []string, text []byte) (int, error) {
	value := slices.Index(words, string(text))
	if value < 0 || len(text) == 0 {
		known := strings.Join(slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" }), ", ")
		return 0, fmt.Errorf("no %s is %q: write one of %s", what, text, known)
	}
	return value, nil
}
