package line

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"gatehouse/boards"
)

// keeper is the goroutine that alone moves outputs, ends their pulses, and knows who has opened what.
type keeper struct {
	orders  chan func()
	closing chan struct{}
	done    chan struct{} // closed when all is safe
	once    sync.Once

	// What follows belongs to the goroutine.
	relays map[string]*relay
	taken  map[string]bool
	owned  map[io.Closer]bool
	err    error // of making all safe
}

func newKeeper(board boards.Board, b bank) *keeper {
	k := &keeper{
		orders: make(chan func()), closing: make(chan struct{}), done: make(chan struct{}),
		relays: map[string]*relay{}, taken: map[string]bool{}, owned: map[io.Closer]bool{},
	}
	for name, spec := range board.Outputs {
		k.relays[name] = &relay{spec: spec, request: func() (driven, error) {
			return b.output(board.Lines[spec.Line], consumerOf(name), spec.High(spec.Safe == boards.SafeOn), spec.Safe == boards.SafeKeep)
		}}
	}
	for _, r := range k.relays {
		for _, other := range r.spec.Interlock {
			r.against = append(r.against, k.relays[other])
			k.relays[other].against = append(k.relays[other].against, r)
		}
	}
	for _, r := range k.inOrder() {
		_ = r.prepare() // tried again when a device asks for the output, and then reported
	}
	go k.run()
	return k
}

func (k *keeper) inOrder() []*relay {
	relays := []*relay{}
	for _, name := range slices.Sorted(maps.Keys(k.relays)) {
		relays = append(relays, k.relays[name])
	}
	return relays
}

func (k *keeper) run() {
	defer close(k.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case order := <-k.orders:
			k.change(time.Now()) // a pulse that is over must not take the next one's time
			order()
		case <-timer.C:
			k.change(time.Now())
		case <-k.closing:
			k.makeSafe()
			return
		}
		timer.Stop()
		if next := k.nextEnd(); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}

// do runs an order in the goroutine.
func (k *keeper) do(order func() error) error {
	result := make(chan error, 1)
	select {
	case k.orders <- func() { result <- order() }:
		return <-result
	case <-k.done:
		return ErrClosed
	}
}

// change ends the pulses whose time has come, and tries again what failed.
func (k *keeper) change(now time.Time) {
	for _, r := range k.relays {
		if !r.endAt.IsZero() && !now.Before(r.endAt) {
			r.retry()
		}
	}
}

// nextEnd is when the next pulse ends; zero if there is none.
func (k *keeper) nextEnd() (next time.Time) {
	for _, r := range k.relays {
		if !r.endAt.IsZero() && (next.IsZero() || r.endAt.Before(next)) {
			next = r.endAt
		}
	}
	return next
}

func (k *keeper) makeSafe() {
	for _, r := range k.inOrder() {
		k.err = errors.Join(k.err, r.close())
	}
	for owned := range k.owned {
		k.err = errors.Join(k.err, owned.Close())
	}
}

func (k *keeper) close() error {
	k.once.Do(func() { close(k.closing) })
	<-k.done
	return k.err
}

// take marks something as open until release is called.
func (k *keeper) take(what string) (release func(), err error) {
	err = k.do(func() error {
		if k.taken[what] {
			return fmt.Errorf("%s: %w: name it at one device only", what, ErrTaken)
		}
		k.taken[what] = true
		return nil
	})
	return sync.OnceFunc(func() {
		_ = k.do(func() error { // after the Host is closed it does not matter
			delete(k.taken, what)
			return nil
		})
	}), err
}

// prepare makes an output safe if that has not worked yet.
func (k *keeper) prepare(name string) error {
	return k.do(k.relays[name].prepare)
}

// closeWith makes the Host close something when it is closed, until forget is called. What came too late is closed now.
func (k *keeper) closeWith(thing io.Closer) (forget func(), err error) {
	err = k.do(func() error {
		k.owned[thing] = true
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, thing.Close())
	}
	return func() {
		_ = k.do(func() error { // after the Host is closed it does not matter
			delete(k.owned, thing)
			return nil
		})
	}, nil
}
