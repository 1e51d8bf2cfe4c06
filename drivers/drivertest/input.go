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
	watchers []chan edge
}

type edge struct {
	active bool
	lost   bool
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
	i.tell(edge{active: active, at: time.Now()})
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
		select {
		case watcher <- e:
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
	i.mu.Lock()
	defer i.mu.Unlock()
	edges := make(chan edge, watchedMax)
	if i.lost {
		edges <- edge{lost: true}
	}
	i.watchers = append(i.watchers, edges)
	return edges, i.active
}

func (i *Input) leave(edges chan edge) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.watchers = slices.DeleteFunc(i.watchers, func(watcher chan edge) bool { return watcher == edges })
}
