package line

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line/gpiochip"
)

// NewSerialPort gives a raw port the manners of drivers.Port.
func NewSerialPort(raw io.ReadWriteCloser) drivers.Port { return newSerialPort("test", 115200, raw) }

// ErrBusy is what a line that another program holds fails with.
var ErrBusy = gpiochip.ErrBusy

// FindLine finds a line on a machine with such chips.
func FindLine(chips []gpiochip.Chip, at boards.Line) (gpiochip.Chip, int, error) {
	return LineFinder(func() ([]gpiochip.Chip, error) { return chips, nil })(at)
}

// LineFinder finds lines on a machine whose chips come and go.
func LineFinder(chips func() ([]gpiochip.Chip, error)) func(boards.Line) (gpiochip.Chip, int, error) {
	return (&kernel{chips}).find
}

// OpenLate opens a board on a chip that is there once the given function says so.
func OpenLate(board boards.Board, isThere func() bool) (*Host, *Chip) {
	chip := NewChip(board)
	return newHost(board, &lateBank{open: func() (bank, error) {
		if !isThere() {
			return nil, errNoChips
		}
		return chip, nil
	}}, nil), chip
}

var errBroken = errors.New("input/output error")

// Image is the process image of a Revolution Pi in memory.
type Image struct {
	mu     sync.Mutex
	names  []string
	levels map[uint8]bool
	sets   int
}

// OpenImage opens a board on an image that has variables of those names.
func OpenImage(board boards.Board, names ...string) (*Host, *Image) {
	image := &Image{names: names, levels: map[uint8]bool{}}
	return newHost(board, picontrol{image}, nil), image
}

// Drive sets a variable from outside.
func (i *Image) Drive(name string, high bool) {
	at, _ := i.find(name)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.levels[at.bit] = high
}

// High is the level of a variable, Sets counts how often any was set.
func (i *Image) High(name string) bool {
	at, _ := i.find(name)
	high, _ := i.get(at)
	return high
}

// Sets counts how often variables were set.
func (i *Image) Sets() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.sets
}

func (i *Image) find(name string) (place, error) {
	for bit, known := range i.names {
		if known == name {
			return place{bit: uint8(bit)}, nil
		}
	}
	return place{}, errors.New("none of that name")
}

func (i *Image) get(at place) (bool, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.levels[at.bit], nil
}

func (i *Image) set(at place, high bool) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.levels[at.bit] = high
	i.sets++
	return nil
}

// Faulty is a Chip whose lines can fail.
type Faulty struct {
	*Chip
	mu     sync.Mutex
	broken map[string]bool
	deaf   bool // edges are never signalled
	reads  int
}

// OpenFaulty opens a board on it.
func OpenFaulty(board boards.Board) (*Host, *Faulty) {
	f := &Faulty{Chip: NewChip(board), broken: map[string]bool{}}
	return newHost(board, f, nil), f
}

// Break has a line refuse commands, or take them again.
func (f *Faulty) Break(name string, broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken[name] = broken
}

// Deafen has all waits for edges end in vain.
func (f *Faulty) Deafen() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deaf = true
}

// Reads counts the looks at levels.
func (f *Faulty) Reads() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.reads
}

func (f *Faulty) isBroken(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken[name]
}

func (f *Faulty) output(at boards.Line, consumer string, high, keep bool) (driven, error) {
	if f.isBroken(at.Name) {
		return nil, errBroken
	}
	o, err := f.Chip.output(at, consumer, high, keep)
	return faultyOutput{o, f, at.Name}, err
}

type faultyOutput struct {
	driven
	chip *Faulty
	name string
}

func (o faultyOutput) set(high bool) error {
	if o.chip.isBroken(o.name) {
		return errBroken
	}
	return o.driven.set(high)
}

func (f *Faulty) inputs(specs []inputSpec, consumer string) (watched, error) {
	w, err := f.Chip.inputs(specs, consumer)
	return faultyInputs{w, f}, err
}

type faultyInputs struct {
	watched
	chip *Faulty
}

func (i faultyInputs) levels() (uint64, error) {
	i.chip.mu.Lock()
	defer i.chip.mu.Unlock()
	i.chip.reads++
	return i.watched.levels()
}

func (i faultyInputs) next(ctx context.Context) ([]rawEdge, error) {
	i.chip.mu.Lock()
	deaf := i.chip.deaf
	i.chip.mu.Unlock()
	if deaf {
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
		return nil, nil
	}
	return i.watched.next(ctx)
}
