package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// frame is what the script gets: the parts of the page that changed, and the codes of all cells if any did.
type frame struct {
	Version string            `json:"version"`
	Parts   map[string]string `json:"parts,omitempty"` // HTML by the id of its place
	Cells   string            `json:"cells,omitempty"`
}

// The parts of each page, each for the place with its name as id. The clock comes first: alone it is no news.
var (
	chainParts = []string{"clock", "head", "needs", "free", "money", "vehicles", "sync", "versions", "rollouts"}
	lotParts   = []string{"lot-clock", "lot-head", "lot-needs", "lot-free", "lot-money", "lot-gates", "lot-vehicles", "lot-sync", "lot-policies", "lot-devices"}
)

// kept is the last frame of the chain for each role, because many readers see the same.
type kept struct {
	mu    sync.Mutex
	state map[string][]byte
	frame map[string]frame
}

// whole renders all parts of the chain, or takes them from who asked before.
func (p *page) whole(text []byte) (frame, error) {
	v, err := chainViewOf(text, "")
	if err != nil {
		return frame{}, err
	}
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	if p.kept.state == nil {
		p.kept.state, p.kept.frame = map[string][]byte{}, map[string]frame{}
	}
	if bytes.Equal(p.kept.state[v.Role], text) {
		return p.kept.frame[v.Role], nil
	}
	f, err := p.render(chainParts, v)
	f.Version += v.Set
	f.Cells = v.Cells()
	if err == nil {
		err = p.put(&f, "lines", v)
	}
	if err == nil {
		p.kept.state[v.Role], p.kept.frame[v.Role] = text, f
	}
	return f, err
}

func (p *page) render(names []string, data any) (frame, error) {
	f := frame{Version: p.version, Parts: map[string]string{}}
	for _, name := range names {
		if err := p.put(&f, name, data); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (p *page) put(f *frame, name string, data any) error {
	var html bytes.Buffer
	if err := p.templates.ExecuteTemplate(&html, name, data); err != nil {
		return fmt.Errorf("web: part %s: %w", name, err)
	}
	f.Parts[name] = html.String()
	return nil
}

// since is what of f is not in an earlier frame. It has no parts if only the clock went on.
func (f *frame) since(earlier frame, clock string) frame {
	news := frame{Version: f.Version, Parts: map[string]string{}}
	// any order: it fills a map
	for id, text := range f.Parts {
		if old, known := earlier.Parts[id]; !known || old != text {
			news.Parts[id] = text
		}
	}
	if f.Cells != earlier.Cells {
		news.Cells = f.Cells
	}
	if _, ticked := news.Parts[clock]; ticked && len(news.Parts) == 1 && news.Cells == "" {
		return frame{Version: f.Version}
	}
	return news
}

// liveChain streams frames of the chain: first everything, then what changed.
func (p *page) liveChain(w http.ResponseWriter, r *http.Request) {
	p.stream(w, r, "clock", func(ctx context.Context, since time.Time) (frame, error) {
		text, err := p.State(ctx, since)
		if err != nil {
			return frame{}, err
		}
		return p.whole(text)
	})
}

// liveLot streams frames of one location.
func (p *page) liveLot(w http.ResponseWriter, r *http.Request) {
	location := r.PathValue("location")
	if v, err := p.lot(r.Context(), location); err != nil || v == nil {
		http.Error(w, "Headquarters knows no such location.", http.StatusNotFound)
		return
	}
	p.stream(w, r, "lot-clock", func(ctx context.Context, _ time.Time) (frame, error) {
		v, err := p.lot(ctx, location)
		if err != nil || v == nil {
			return frame{}, fmt.Errorf("web: %s is gone: %w", location, err)
		}
		return p.render(lotParts, v)
	})
}

func (p *page) stream(w http.ResponseWriter, r *http.Request, clock string, whole func(context.Context, time.Time) (frame, error)) {
	var last frame
	p.Stream(w, r, func(ctx context.Context, since time.Time) ([]byte, error) {
		now, err := whole(ctx, since)
		if err != nil {
			p.Logger.Error("the page can't be kept live", "err", err)
			return nil, err
		}
		news := now.since(last, clock)
		if len(news.Parts) == 0 && news.Cells == "" && now.Version == last.Version {
			return nil, nil
		}
		last = now
		return json.Marshal(news)
	})
}

// functions are what templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"typeName":  func(code string) string { return wordFor(typeWords, code) },
		"condition": func(code string) string { return wordFor(severityWords, code) },
		"standing":  func(code string) string { return wordFor(stateWords, code) },
		"words":     func(code string) string { return strings.ReplaceAll(code, "_", " ") },
		"number":    func(n int) string { return groupedDigits(strconv.Itoa(n)) },
		"money":     func(n json.Number) string { return groupedDigits(n.String()) },
		"whole":     func(n json.Number) string { whole, _, _ := strings.Cut(n.String(), "."); return groupedDigits(whole) },
		"percent":   func(rate string) string { return strings.TrimSuffix(rate, "%") + "\u202f%" },
		"age":       ageText,
		"stamp":     func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
		"day":       func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
		"share":     func(part, whole int) int { return part * 100 / max(1, whole) },
		"cap":       func(n int) int { return min(100, n) },
		"ago": func(t time.Time) template.HTML {
			if t.IsZero() {
				return ""
			}
			return template.HTML(fmt.Sprintf(`<time class="ago" datetime="%s">%s</time>`, t.UTC().Format("2006-01-02T15:04:05Z"), t.UTC().Format("2 Jan 15:04")+" UTC"))
		},
	}
}

// groupedDigits puts a narrow space between the thousands of a decimal number.
func groupedDigits(text string) string {
	whole, fraction, pointed := strings.Cut(text, ".")
	sign := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "\u202f" + whole[at:]
	}
	if sign {
		whole = "\u2212" + whole
	}
	if pointed {
		return whole + "." + fraction
	}
	return whole
}
