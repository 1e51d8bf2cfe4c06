package line

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers/line/gpiochip"
)

// kernel is the bank of a real board: the chips of this machine. They are looked for with each line, because an expander's
// may come up after those of the machine, and one that was unplugged comes back by another path.
type kernel struct {
	chips func() ([]gpiochip.Chip, error)
}

func openKernel() (*kernel, error) {
	chips, err := gpiochip.Chips()
	if err != nil {
		return nil, fmt.Errorf("find GPIO chips: %w", err)
	}
	if len(chips) == 0 {
		return nil, errNoChips
	}
	return &kernel{gpiochip.Chips}, nil
}

var errNoChips = errors.New("this machine has no GPIO chips: is it the right board file?")

func (k *kernel) check(line boards.Line) error {
	_, _, err := k.find(line)
	return err
}

// find finds a line by its chip's label and number, or by its name. The kernel promises neither to be unique, and a relay that
// is another one must not move.
func (k *kernel) find(line boards.Line) (in gpiochip.Chip, offset int, err error) {
	chips, err := k.chips()
	if err != nil {
		return in, 0, fmt.Errorf("find GPIO chips: %w", err)
	}
	found := 0
	for _, chip := range chips {
		at, is := line.Number, chip.Label == line.Chip
		if line.Pin != "" {
			at, is = chip.Find(line.Pin)
		}
		if is {
			in, offset = chip, at
			found++
		}
	}
	switch found {
	case 0:
		return in, 0, fmt.Errorf("%s: %w", line.Place(), gpiochip.ErrNoLine)
	case 1:
		return in, offset, nil
	}
	return in, 0, fmt.Errorf("%s: %w", line.Place(), gpiochip.ErrTwice)
}

func (k *kernel) output(line boards.Line, consumer string, high, keep bool) (driven, error) {
	chip, offset, err := k.find(line)
	if err != nil {
		return nil, err
	}
	request := gpiochip.Request{Chip: chip, Offsets: []int{offset}, Consumer: consumer, Direction: gpiochip.Out, High: high}
	if keep {
		request.Direction = gpiochip.AsFound
	}
	lines, err := gpiochip.Open(request)
	if err != nil {
		return nil, err
	}
	return &kernelOutput{lines: lines, output: !keep}, nil
}

// kernelOutput is a requested output.
type kernelOutput struct {
	lines  *gpiochip.Lines
	output bool // and not still as it was found, or doubtful since a call failed
}

func (o *kernelOutput) set(high bool) error {
	move := o.lines.Drive
	if o.output {
		move = o.lines.Set
	}
	err := move(high)
	o.output = err == nil // an expander that was without power has inputs alone, whatever the kernel remembers of it
	return err
}

func (o *kernelOutput) high() (bool, error) {
	levels, err := o.lines.Levels()
	o.output = o.output && err == nil
	return levels&1 != 0, err
}

func (o *kernelOutput) close() error { return o.lines.Close() }

var biases = map[boards.Bias]gpiochip.Bias{
	boards.BiasKeep: gpiochip.Keep, boards.BiasUp: gpiochip.PullUp, boards.BiasDown: gpiochip.PullDown, boards.BiasOff: gpiochip.Off,
}

var errTwoBanks = errors.New("inputs that are watched as one have to be on one chip and have one bias")

func (k *kernel) inputs(specs []inputSpec, consumer string) (watched, error) {
	request := gpiochip.Request{
		Consumer: consumer, Direction: gpiochip.In, Edges: true, Bias: biases[specs[0].Bias], BufferEdges: edgesMax,
	}
	for i, spec := range specs {
		chip, offset, err := k.find(spec.at)
		if err != nil {
			return nil, err
		}
		if i > 0 && (chip.Path != request.Chip.Path || spec.Bias != specs[0].Bias) {
			return nil, errTwoBanks
		}
		request.Chip = chip
		request.Offsets = append(request.Offsets, offset)
		request.DebounceUS = append(request.DebounceUS, spec.DebounceUS)
	}
	lines, err := gpiochip.Open(request)
	if err != nil {
		return nil, err
	}
	return &kernelInputs{lines: lines, specs: specs}, nil
}

// kernelInputs are requested inputs.
type kernelInputs struct {
	lines *gpiochip.Lines
	specs []inputSpec
	seq   uint32 // of the last edge that was read
	edges []gpiochip.Edge
}

func (i *kernelInputs) levels() (uint64, error) { return i.lines.Levels() }

func (i *kernelInputs) next(ctx context.Context) ([]rawEdge, error) {
	if err := i.lines.SetDeadline(time.Now().Add(lookEvery)); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = i.lines.SetDeadline(time.Unix(1, 0)) }) // it ends the wait
	defer stop()
	var err error
	if i.edges, err = i.lines.Edges(i.edges[:0]); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, nil
		}
		return nil, err
	}
	edges := make([]rawEdge, 0, len(i.edges))
	for _, e := range i.edges {
		// The kernel dates an edge when it has lasted.
		delay := time.Duration(i.specs[e.Index].DebounceUS) * time.Microsecond
		edges = append(edges, rawEdge{index: e.Index, high: e.High, at: e.At.Add(-delay), lost: i.gap(e.Seq)})
	}
	return edges, nil
}

// gap is how many edges the kernel noticed between the last one that was read and this one. One that has the number of its
// predecessor was noticed while that one was on its way: it has been counted already.
func (i *kernelInputs) gap(seq uint32) int {
	missing := int(int32(seq-i.seq)) - 1
	if missing < 0 {
		return 0
	}
	i.seq = seq
	return missing
}

func (i *kernelInputs) close() error { return i.lines.Close() }
