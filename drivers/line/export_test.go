package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
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

// Image is the process image of a Revolution Pi in memory, with two DIO modules; the variables of the second one end with
// "_i03", as PiCtory names them.
type Image struct {
	mu       sync.Mutex
	names    []string
	levels   map[place]bool
	sets     int
	failures [2]int // exchanges with a module that failed in a row
	absent   [2]bool
	stopped  bool
}

// OpenImage opens a board on an image that has variables of those names.
func OpenImage(board boards.Board, names ...string) (*Host, *Image) {
	image := &Image{names: names, levels: map[place]bool{}}
	return newHost(board, newPicontrol(image), nil), image
}

// Fail has so many exchanges in a row with a module, 0 or 1, fail.
func (i *Image) Fail(module, exchanges int) { i.change(func() { i.failures[module] = exchanges }) }

// Omit has the bridge begin without a module, or with it.
func (i *Image) Omit(module int, absent bool) { i.change(func() { i.absent[module] = absent }) }

// Stop stops the bridge, or has it begin.
func (i *Image) Stop(stopped bool) { i.change(func() { i.stopped = stopped }) }

func (i *Image) change(do func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	do()
}

// Drive sets a variable from outside.
func (i *Image) Drive(name string, high bool) {
	at, _ := i.find(name)
	i.change(func() { i.levels[at] = high })
}

// High is the level of a variable, Sets counts how often any was set.
func (i *Image) High(name string) (high bool) {
	at, _ := i.find(name)
	i.change(func() { high = i.levels[at] })
	return high
}

// Sets counts how often variables were set.
func (i *Image) Sets() (sets int) {
	i.change(func() { sets = i.sets })
	return sets
}

// The modules' parts of the image.
const (
	firstModule  = 11
	secondModule = 111
)

func (i *Image) find(name string) (place, error) {
	for bit, known := range i.names {
		if known == name && strings.HasSuffix(name, "_i03") {
			return place{secondModule, uint8(bit)}, nil
		}
		if known == name {
			return place{firstModule, uint8(bit)}, nil
		}
	}
	return place{}, errors.New("none of that name")
}

func (i *Image) get(at place) (high bool, err error) {
	i.change(func() {
		if high = i.levels[at]; i.stopped {
			high, err = false, ErrBridgeStopped
		}
	})
	return high, err
}

func (i *Image) set(at place, high bool) (err error) {
	i.change(func() {
		if i.stopped {
			err = ErrBridgeStopped
			return
		}
		i.levels[at] = high
		i.sets++
	})
	return err
}

func (i *Image) modules() (all []module, failures int, err error) {
	i.change(func() {
		if i.stopped {
			err = ErrBridgeStopped
			return
		}
		for number, first := range []int{firstModule, secondModule} {
			all = append(all, module{
				address: 32 + number, present: !i.absent[number], cyclic: i.failures[number] <= failuresCounted, in: span{first, 70},
			})
			if i.failures[number] > 1 && !i.absent[number] { // the kernel forgives the first
				failures += min(i.failures[number], failuresCounted)
			}
		}
	})
	return all, failures, err
}

// Devices is what parseDevices says of a list, in words.
func Devices(list []byte) (modules []string, base int) {
	all, base := parseDevices(list)
	for _, m := range all {
		modules = append(modules, fmt.Sprintf("%+v", m))
	}
	return modules, base
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
