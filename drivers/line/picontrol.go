package line

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/boards"
)

// processImage is the memory of a Revolution Pi in which its kernel module keeps all inputs and outputs, bit by bit.
type processImage interface {
	// find is the place of a variable that PiCtory named.
	find(name string) (place, error)
	get(place) (bool, error)
	set(at place, high bool) error
	// modules are those on the PiBridge, and how many exchanges with them failed in a row, of all together.
	modules() (all []module, failures int, err error)
}

// place is one bit of the process image.
type place struct {
	address uint16
	bit     uint8
}

// imageEvery is how often inputs are read. The module refreshes the image every five milliseconds or so.
const imageEvery = 5 * time.Millisecond

var errNoBit = errors.New("it is no single bit: name an input or output of a DIO, DI or DO module")

// picontrol is the bank of a Revolution Pi. A line has no direction to be changed and no edges to be signalled; nobody
// else is kept off. What becomes of outputs when the process dies is set in PiCtory: the module's output watchdog.
type picontrol struct {
	image  processImage
	bridge *bridge
}

func newPicontrol(image processImage) picontrol { return picontrol{image, &bridge{image: image}} }

func (p picontrol) check(line boards.Line) error {
	_, err := p.image.find(line.Variable)
	return err
}

func (p picontrol) output(line boards.Line, _ string, high, keep bool) (driven, error) {
	at, err := p.image.find(line.Variable)
	if err != nil {
		return nil, err
	}
	o := imageOutput{p, at, high}
	if is, err := p.image.get(at); err != nil || keep || is == high {
		return o, err
	}
	return o, p.image.set(at, high)
}

// imageOutput is one output of the image.
type imageOutput struct {
	picontrol
	at   place
	rest bool // the level that it has while nobody commands it
}

// set sets the level. A module that does not answer gets the level of rest: it takes what the image says when it is back, and
// what was commanded meanwhile is long over.
func (o imageOutput) set(high bool) error {
	if err := o.bridge.answers(o.at); err != nil {
		return errors.Join(err, o.image.set(o.at, o.rest))
	}
	return o.image.set(o.at, high)
}

func (o imageOutput) high() (bool, error) {
	if err := o.bridge.answers(o.at); err != nil {
		return false, err
	}
	return o.image.get(o.at)
}

func (o imageOutput) close() error { return nil }

func (p picontrol) inputs(specs []inputSpec, _ string) (watched, error) {
	w := &imageInputs{picontrol: p}
	for i, spec := range specs {
		at, err := p.image.find(spec.at.Variable)
		if err != nil {
			return nil, err
		}
		high, err := w.get(at)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec.at.Place(), err)
		}
		w.bits = append(w.bits, &imageInput{index: i, at: at, delay: time.Duration(spec.DebounceUS) * time.Microsecond, high: high, last: high})
	}
	return w, nil
}

// imageInputs are inputs that are read again and again.
type imageInputs struct {
	picontrol
	bits []*imageInput
}

// get reads an input; what a module said last that does not answer any more is no reading.
func (w *imageInputs) get(at place) (bool, error) {
	if err := w.bridge.answers(at); err != nil {
		return false, err
	}
	return w.image.get(at)
}

// imageInput debounces one of them: a level counts once it has been read for the delay.
type imageInput struct {
	index int
	at    place
	delay time.Duration
	high  bool
	last  bool
	since time.Time
}

func (i *imageInput) look(high bool, now time.Time) (e rawEdge, news bool) {
	if high != i.last {
		i.last, i.since = high, now
	}
	if i.last == i.high || now.Sub(i.since) < i.delay {
		return e, false
	}
	i.high = i.last
	return rawEdge{index: i.index, high: i.high, at: i.since}, true
}

func (w *imageInputs) levels() (levels uint64, err error) {
	for _, bit := range w.bits {
		if bit.high {
			levels |= 1 << bit.index
		}
	}
	return levels, nil
}

func (w *imageInputs) next(ctx context.Context) (edges []rawEdge, err error) {
	ticker := time.NewTicker(imageEvery)
	defer ticker.Stop()
	for len(edges) == 0 {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-ticker.C:
		}
		now := time.Now()
		for _, bit := range w.bits {
			high, err := w.get(bit.at)
			if err != nil {
				return nil, err
			}
			if e, news := bit.look(high, now); news {
				edges = append(edges, e)
			}
		}
	}
	return edges, nil
}

func (w *imageInputs) close() error { return nil }
