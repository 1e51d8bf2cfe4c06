package livepage

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"
)

// Frame is what the script gets: the parts of the page that changed, and the cells that changed.
type Frame struct {
	Version string            `json:"version"`
	Parts   map[string]string `json:"parts,omitempty"` // HTML by the id of its place
	Cells   map[string]string `json:"cells,omitempty"` // codes by the id of their list
}

// NewFrame is a frame without parts. version is that of the page it is for.
func NewFrame(version string) Frame {
	return Frame{Version: version, Parts: map[string]string{}, Cells: map[string]string{}}
}

// Put renders a template for the place of that id.
func (f Frame) Put(templates *template.Template, id, name string, data any) error {
	var html bytes.Buffer
	if err := templates.ExecuteTemplate(&html, name, data); err != nil {
		return fmt.Errorf("livepage: part %s: %w", name, err)
	}
	f.Parts[id] = html.String()
	return nil
}

// PutAll renders templates, each for the place with its name as id.
func (f Frame) PutAll(templates *template.Template, names []string, data any) error {
	for _, name := range names {
		if err := f.Put(templates, name, name, data); err != nil {
			return err
		}
	}
	return nil
}

// Since is what of f is not in an earlier frame. It is nothing if only the part with the clock changed.
func (f Frame) Since(earlier Frame, clock string) Frame {
	news := Frame{Version: f.Version, Parts: changed(f.Parts, earlier.Parts), Cells: changed(f.Cells, earlier.Cells)}
	if _, ticked := news.Parts[clock]; ticked && len(news.Parts) == 1 && len(news.Cells) == 0 {
		return Frame{Version: f.Version}
	}
	return news
}

func changed(now, before map[string]string) map[string]string {
	news := map[string]string{}
	// any order: it fills a map
	for id, text := range now {
		if old, known := before[id]; !known || old != text {
			news[id] = text
		}
	}
	return news
}

// Stream keeps a request open and sends what frame makes, at once and after changes; nothing where frame makes nothing.
type Stream func(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error))

// Frames sends frames: first everything, then what changed. whole makes a frame of everything, read after since; clock is
// the part that alone is no news.
func (s Stream) Frames(w http.ResponseWriter, r *http.Request, logger *slog.Logger, clock string, whole func(ctx context.Context, since time.Time) (Frame, error)) {
	var last Frame
	s(w, r, func(ctx context.Context, since time.Time) ([]byte, error) {
		now, err := whole(ctx, since)
		if err != nil {
			if ctx.Err() == nil {
				logger.Error("the page can't be kept live", "err", err)
			}
			return nil, err
		}
		news := now.Since(last, clock)
		if len(news.Parts)+len(news.Cells) == 0 && now.Version == last.Version {
			return nil, nil
		}
		last = now
		return json.Marshal(news)
	})
}
