package app

import (
	"context"
	"sync"
)

// changes tells listeners that something may be different. Each holds one word at most, so nobody waits for any.
type changes struct {
	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

// tell never waits.
func (c *changes) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for listener := range c.listeners {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
}

// listen makes a listener, which is forgotten when ctx ends.
func (c *changes) listen(ctx context.Context) <-chan struct{} {
	listener := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners == nil {
		c.listeners = map[chan struct{}]bool{}
	}
	c.listeners[listener] = true
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.listeners, listener)
	})
	return listener
}
