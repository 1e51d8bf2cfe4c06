package sim

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// How a camera posts.
const (
	postsQueued = 16
	postTries   = 5
	postLimit   = 3 * time.Second
	postAgain   = 300 * time.Millisecond
)

// camera posts events to the gateway.
type camera struct {
	client  http.Client
	bodies  chan []byte
	dropped *atomic.Int64
	busy    atomic.Int64 // events that are on their way

	mu  sync.Mutex
	url string
}

func newCamera(dropped *atomic.Int64) *camera {
	return &camera{client: http.Client{Timeout: postLimit}, bodies: make(chan []byte, postsQueued), dropped: dropped}
}

func (c *camera) setURL(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.url = url
}

// send queues an event; a camera with too many of them forgets it.
func (c *camera) send(body []byte) {
	c.busy.Add(1)
	select {
	case c.bodies <- body:
	default:
		c.busy.Add(-1)
		c.dropped.Add(1)
	}
}

// run posts until ctx ends.
func (c *camera) run(ctx context.Context) {
	for {
		select {
		case body := <-c.bodies:
			if !c.post(ctx, body) {
				c.dropped.Add(1)
			}
			c.busy.Add(-1)
		case <-ctx.Done():
			return
		}
	}
}

// post tries a few times.
func (c *camera) post(ctx context.Context, body []byte) bool {
	for range postTries {
		if c.try(ctx, body) {
			return true
		}
		select {
		case <-time.After(postAgain):
		case <-ctx.Done():
			return false
		}
	}
	return false
}

func (c *camera) try(ctx context.Context, body []byte) bool {
	c.mu.Lock()
	url := c.url
	c.mu.Unlock()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
