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

// parts are the templates that are sent anew when they change, each for the place with its name as id. Those of
// floors and zones follow by number. The clock comes first: alone it is no news.
var parts = []string{"clock", "head", "notices", "free", "gates", "inside", "money", "headquarters", "decisions"}

// kept is the last frame of everything that was made for each role, because many readers see the same.
type kept struct {
	mu    sync.Mutex
	state map[string][]byte
	frame map[string]livepage.Frame
}

// whole renders all parts of a state, or takes them from who asked before.
func (p *page) whole(text []byte) (livepage.Frame, error) {
	v, err := viewOf(text)
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
	f, err := p.render(v)
	if err == nil {
		p.kept.state[v.Role], p.kept.frame[v.Role] = text, f
	}
	return f, err
}

func (p *page) render(v *view) (livepage.Frame, error) {
	f := livepage.NewFrame(p.assets.Version)
	if err := f.PutAll(p.templates, parts, v); err != nil {
		return f, err
	}
	for i := range v.Floors {
		if err := f.Put(p.templates, floorID(i), "floor", &v.Floors[i]); err != nil {
			return f, err
		}
		for k := range v.Floors[i].Zones {
			if err := f.Put(p.templates, zoneID(i, k), "zone", &v.Floors[i].Zones[k]); err != nil {
				return f, err
			}
			f.Cells[cellsID(i, k)] = v.Floors[i].Zones[k].Cells
		}
	}
	return f, nil
}

func floorID(i int) string    { return fmt.Sprintf("floor-%d", i) }
func zoneID(i, k int) string  { return fmt.Sprintf("zone-%d-%d", i, k) }
func cellsID(i, k int) string { return fmt.Sprintf("cells-%d-%d", i, k) }

// live streams frames to the script.
func (p *page) live(w http.ResponseWriter, r *http.Request) {
	p.Stream.Frames(w, r, p.Logger, "clock", func(ctx context.Context, since time.Time) (livepage.Frame, error) {
		text, err := p.State(ctx, since)
		if err != nil {
			return livepage.Frame{}, err
		}
		return p.whole(text)
	})
}

// functions are what templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"cells": cellsHTML, "stamp": livepage.Stamp,
		"typeName": livepage.TypeWords,
		"severity": livepage.SeverityWords, "capital": capital,
		"number":  livepage.Thousands,
		"money":   func(n json.Number) string { return livepage.GroupedDigits(n.String()) },
		"floorID": floorID, "zoneID": zoneID, "cellsID": cellsID,
		"free": livepage.Free, "span": spanText, "hours": func(n int) string { return spanText(n * secondsPerHour) },
		"percent": func(rate string) string { return strings.TrimSuffix(rate, "%") + " %" },
	}
}

// cellsHTML is one item for each spot, with the letter of its status as class. It is made by hand: ten thousand
// are too many for a template.
func cellsHTML(letters string) template.HTML {
	var html strings.Builder
	for i := range len(letters) {
		letter := letters[i]
		if letter < 'a' || letter > 'z' {
			letter = 'u'
		}
		html.WriteString("<li class=")
		html.WriteByte(letter)
		html.WriteByte('>')
	}
	return template.HTML(html.String())
}
