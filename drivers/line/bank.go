package line

import (
	"context"
	"time"

	"gatehouse/boards"
)

// bank is how the lines of a board are reached: through the kernel, or in memory. All levels are electrical.
type bank interface {
	// check is an error if there is no such line.
	check(line boards.Line) error
	// output requests a line as an output that has its level from the first moment on; or, with keep, one that stays as
	// it is found until it is set.
	output(line boards.Line, consumer string, high, keep bool) (driven, error)
	// inputs requests lines as inputs, each with the bias and debounce of its spec.
	inputs(specs []inputSpec, consumer string) (watched, error)
}

// driven is an output that is ours.
type driven interface {
	set(high bool) error
	high() (bool, error) // reads back; never changes the direction
	close() error
}

// watched are inputs that are ours.
type watched interface {
	// levels are the debounced levels, one bit each.
	levels() (uint64, error)
	// next waits until there are edges, lookEvery has passed or ctx ends, and returns the edges in their order.
	next(ctx context.Context) ([]rawEdge, error)
	close() error
}

// lookEvery bounds every wait for an edge: after it the level is looked at, edge or not.
const lookEvery = 10 * time.Second

// edgesMax is how many edges are kept until they are read, as many as the kernel allows: a Wiegand card alone has 74.
const edgesMax = 1024

// inputSpec is an input and its line.
type inputSpec struct {
	boards.Input
	at boards.Line
}

// rawEdge is one edge of an input.
type rawEdge struct {
	index int
	high  bool
	at    time.Time
	lost  int // edges of any of the inputs, before this one
}
