package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"gatehouse/sync/livepage"
)

// The parts of each page, each for the place with its name as id. The clock comes first: alone it is no news.
var (
	chainParts = []string{"clock", "head", "needs", "free", "money", "vehicles", "sync", "versions", "rollouts"}
	lotParts   = []string{"lot-clock", "lot-head", "lot-needs", "lot-free", "lot-money", "lot-gates", "lot-vehicles", "lot-sync", "lot-policies", "lot-devices"}
)

// kept is the last view and frame of the chain for each role, because many readers see the same.
type kept struct {
	mu    sync.Mutex
	seen  map[string]*seen // by the role
	state map[string][]byte
	frame map[string]livepage.Frame
}

// seen is a state with what was made of it, which nobody changes.
type seen struct {
	text []byte
	view *chainView
}

// view is the view of a state, made once, with its pages, which are made when somebody asks.
func (p *page) view(text []byte) (*chainView, error) {
	k := &p.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.seen { // any order: equal states have equal views
		if bytes.Equal(s.text, text) {
			return s.view, nil
		}
	}
	v, err := chainViewOf(text, "")
	if err != nil {
		return nil, err
	}
	if k.seen == nil {
		k.seen = map[string]*seen{}
	}
	v.pages = map[bool]func() []byte{}
	for _, wall := range []bool{false, true} {
		v.pages[wall] = sync.OnceValue(func() []byte {
			var html bytes.Buffer
			err := p.templates.ExecuteTemplate(&html, "page.html", shell{chainView: v, Wall: wall, Version: p.assets.Version + v.Set})
			if err != nil {
				p.Logger.Error("the page can't be shown", "err", err)
			}
			return html.Bytes()
		})
	}
	k.seen[v.Role] = &seen{text, v}
	return v, nil
}

// whole renders all parts of the chain, or takes them from who asked before.
func (p *page) whole(text []byte) (livepage.Frame, error) {
	v, err := p.view(text)
	if err != nil {
		return livepage.Frame{}, err
	}
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	if p.kept.state == nil {
		p.kept.state, p.kept.frame = map[string][]byte{}, map[string]livepage.Frame{}
	}
	if bytes.Equal(p.kept.state[v.Role], text) {
		return p.kept.frame[v.Role], nil
	}
	f, err := p.render(chainParts, v)
	f.Version += v.Set
	f.Cells["cells"] = v.Cells()
	if err == nil {
		err = f.Put(p.templates, "lines", "lines", v)
	}
	if err == nil {
		p.kept.state[v.Role], p.kept.frame[v.Role] = text, f
	}
	return f, err
}

func (p *page) render(names []string, data any) (livepage.Frame, error) {
	f := livepage.NewFrame(p.assets.Version)
	return f, f.PutAll(p.templates, names, data)
}

// liveChain streams frames of the chain: first everything, then what changed.
func (p *page) liveChain(w http.ResponseWriter, r *http.Request) {
	p.Stream.Frames(w, r, p.Logger, "clock", func(ctx context.Context, since time.Time) (livepage.Frame, error) {
		text, err := p.State(ctx, since)
		if err != nil {
			return livepage.Frame{}, err
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
	p.Stream.Frames(w, r, p.Logger, "lot-clock", func(ctx context.Context, _ time.Time) (livepage.Frame, error) {
		v, err := p.lot(ctx, location)
		if err != nil || v == nil {
			return livepage.Frame{}, fmt.Errorf("web: %s is gone: %w", location, err)
		}
		return p.render(lotParts, v)
	})
}

// functions are what templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"typeName":  livepage.TypeWords,
		"condition": livepage.ConditionWords,
		"severity":  livepage.SeverityWords,
		"standing":  func(code string) string { return livepage.WordFor(stateWords, code) },
		"kind":      func(code string) string { return livepage.WordFor(kindWords, code) },
		"words":     func(code string) string { return strings.ReplaceAll(code, "_", " ") },
		"number":    livepage.Thousands,
		"money":     func(n json.Number) string { return livepage.GroupedDigits(n.String()) },
		"whole": func(n json.Number) string {
			whole, _, _ := strings.Cut(n.String(), ".")
			return livepage.GroupedDigits(whole)
		},
		"free": livepage.Free, "percent": func(rate string) string { return strings.TrimSuffix(rate, "%") + "\u202f%" },
		"age":    ageText,
		"stamp":  livepage.Stamp,
		"moment": momentText,
		"day":    func(t time.Time) string { return t.UTC().Format("2 Jan 2006") },
		"share":  func(part, whole int) int { return part * 100 / max(1, whole) },
		"cap":    func(n int) int { return min(100, n) },
		"ago": func(t time.Time) template.HTML {
			if t.IsZero() {
				return ""
			}
			return template.HTML(fmt.Sprintf(`<time class="ago" datetime="%s">%s</time>`, t.UTC().Format("2006-01-02T15:04:05Z"), momentText(t)))
		},
	}
}

// momentText is a moment that is the same at all locations.
func momentText(t time.Time) string { return t.UTC().Format("2 Jan 15:04") + " UTC" }
