package platerecognizer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"gatehouse/drivers"
)

// BodyMax bounds a post in bytes, pictures included.
const BodyMax = 1 << 20

// takeLimit is how long a post waits for See to take its reads.
const takeLimit = time.Second

// ServeHTTP takes one post of the camera. Its answers are described at the package.
func (c *Camera) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "this is where a plate camera posts its events: use POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := readBody(http.MaxBytesReader(w, r.Body, BodyMax), r.Header.Get("Content-Type"))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		c.skipped.Add(1)
		http.Error(w, fmt.Sprintf("the post is larger than %d bytes: switch the pictures off in the webhook's settings", BodyMax), http.StatusRequestEntityTooLarge)
		return
	}
	var reads []drivers.PlateRead
	if err == nil {
		reads, err = Parse(body, c.inwardDegrees)
	}
	if err != nil {
		c.skipped.Add(1)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !c.deliver(r.Context(), reads) {
		http.Error(w, "the gateway is not watching this camera at the moment: send it again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// readBody is the JSON of a post: the part of that name of a multipart form, or else the whole body.
func readBody(body io.Reader, contentType string) ([]byte, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return io.ReadAll(body)
	}
	form := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the form has no part named json", ErrBody)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBody, err)
		}
		if part.FormName() == "json" {
			return io.ReadAll(part)
		}
	}
}

// deliver hands the reads to See. It is false if See does not take them in time.
func (c *Camera) deliver(ctx context.Context, reads []drivers.PlateRead) bool {
	timer := time.NewTimer(takeLimit)
	defer timer.Stop()
	for _, read := range reads {
		select {
		case c.reads <- read:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}
