package boards

import (
	"fmt"
	"slices"
	"strings"
)

// Backend is how the lines of a board are reached.
type Backend uint8

// The back ends: the Linux GPIO character device, or memory.
const (
	BackendNone Backend = iota
	BackendChardev
	BackendVirtual
)

var backendText = []string{"", "chardev", "virtual"}

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

func valueOf(what string, words []string, text []byte) (int, error) {
	value := slices.Index(words, string(text))
	if value < 0 || len(text) == 0 {
		known := strings.Join(slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "" }), ", ")
		return 0, fmt.Errorf("no %s is %q: write one of %s", what, text, known)
	}
	return value, nil
}
