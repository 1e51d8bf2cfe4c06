package app

import (
	"context"
	"sync"
	"time"
)

// changes tells listeners that something may have changed.
type changes struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
	some      bool          // since they were told last
	news      chan struct{} // holds a token then; nil: nobody tells yet
}

func (c *changes) mark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.some = true
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// listen makes a listener, which holds one token at most. It is forgotten when ctx ends.
func (c *changes) listen(ctx context.Context) <-chan struct{} {
	listener := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners == nil {
		c.listeners = map[chan struct{}]struct{}{}
	}
	c.listeners[listener] = struct{}{}
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.listeners, listener)
	})
	return listener
}

// tell passes changes on, a few times a second at most, until ctx ends. A lot where nothing happens costs nothing.
func (c *changes) tell(ctx context.Context) {
	c.mu.Lock()
	c.news = make(chan struct{}, 1)
	news := c.news
	c.mu.Unlock()
	for {
		c.pass()
		select {
		case <-ctx.Done():
			return
		case <-time.After(changesEvery):
		}
		select {
		case <-ctx.Done():
			return
		case <-news:
		}
	}
}

func (c *changes) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.some {
		return
	}
	c.some = false
	for listener := range c.listeners {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
}
