package drivertest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers"
)

// Input is the far side of a digital input: what closes the contact.
type Input struct {
	mu       sync.Mutex
	active   bool
	lost     bool
	missed   int // edges that nobody will see
	watchers []watcher
}

// watcher is where the edges of an input go, and which input it is among those that go there.
type watcher struct {
	edges chan edge
	index int
}

type edge struct {
	index  int
	active bool
	lost   bool // the input is
	missed int  // edges before this one
	at     time.Time
}

// watchedMax bounds the edges that a watcher has not seen yet.
const watchedMax = 1024

func newInput() *Input { return &Input{} }

// Drive sets the logical level. The same level again is no edge.
func (i *Input) Drive(active bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if active == i.active {
		return
	}
	i.active = active
	i.tell(edge{active: active, missed: i.missed, at: time.Now()})
	i.missed = 0
}

// Miss has the next edge say that so many before it were lost, as a kernel does whose buffer was full.
func (i *Input) Miss(edges int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.missed += edges
}

func (i *Input) setLost(lost bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lost = lost
	if lost {
		i.tell(edge{lost: true})
	}
}

// tell hands an edge to all watchers; one that is too slow loses it.
func (i *Input) tell(e edge) {
	for _, watcher := range i.watchers {
		e.index = watcher.index
		select {
		case watcher.edges <- e:
		default:
		}
	}
}

// openInput is an Input as a driver has it.
type openInput struct {
	input   *Input
	release func()
}

// Watch reports the level and every edge.
func (o openInput) Watch(ctx context.Context, report func(active bool, at time.Time)) error {
	edges, first := o.input.join()
	defer o.input.leave(edges)
	report(first, time.Now())
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-edges:
			if e.lost {
				return fmt.Errorf("drivertest: input: %w", drivers.ErrOffline)
			}
			report(e.active, e.at)
		}
	}
}

// Close gives the input back.
func (o openInput) Close() error {
	o.release()
	return nil
}

func (i *Input) join() (chan edge, bool) {
	edges := make(chan edge, watchedMax)
	return edges, i.joinAs(edges, 0)
}

// joinAs sends the input's edges there, each with that index, and returns its level.
func (i *Input) joinAs(edges chan edge, index int) (active bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.lost {
		select {
		case edges <- edge{lost: true}:
		default: // another one of the group is lost as well
		}
	}
	i.watchers = append(i.watchers, watcher{edges, index})
	return i.active
}

func (i *Input) leave(edges chan edge) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.watchers = slices.DeleteFunc(i.watchers, func(w watcher) bool { return w.edges == edges })
}
