package platecamera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// takeLimit is how long a post waits for See to take its events, and for others that are on their way.
const takeLimit = time.Second

// postsMax bounds the posts of one camera that are on their way at once, and with them what they take of memory.
const postsMax = 8

var errPostTooLarge = fmt.Errorf("the post is larger than %d bytes: let the camera send smaller pictures, or none", BodyMax)

// ServeHTTP takes one post of the camera. Its answers are described at the package.
func (c *Camera) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, notifications+"KeepAlive") { // some ask instead of telling
		c.acknowledge(w, r)
		return
	}
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		w.Header().Set("Allow", "POST, PUT")
		http.Error(w, "this is where a plate camera posts its events: use POST", http.StatusMethodNotAllowed)
		return
	}
	if !c.begin(r.Context()) {
		http.Error(w, "too many posts at once: send it again", http.StatusServiceUnavailable)
		return
	}
	defer func() { <-c.posts }()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, BodyMax))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		c.Note(errPostTooLarge)
		http.Error(w, errPostTooLarge.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), takeLimit)
	defer cancel()
	var events []Event
	if err == nil {
		events, err = c.parse(body, r.Header.Get("Content-Type"))
	}
	if err != nil {
		c.Note(err)
	}
	if err != nil && !errors.Is(err, ErrPart) {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := c.take(ctx, events); err != nil {
		http.Error(w, "the gateway is not watching this camera at the moment: send it again", http.StatusServiceUnavailable)
		return
	}
	c.acknowledge(w, r)
}

// begin takes one of the places for posts, if there is one in time.
func (c *Camera) begin(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, takeLimit)
	defer cancel()
	select {
	case c.posts <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// parse reads a post. A camera may post twice at once.
func (c *Camera) parse(body []byte, contentType string) ([]Event, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	return c.parser.keep(body, contentType)
}

// notifications is the path of Dahua's posts, below the camera's own.
const notifications = "/NotificationInfo/"

// acknowledge answers as the makes want it: some post again until they get JSON back.
func (c *Camera) acknowledge(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, notifications) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"Result":true}`)
		return
	}
	w.WriteHeader(http.StatusOK)
}
