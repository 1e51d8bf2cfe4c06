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

// frame is what the script gets: the parts of the page that changed, and the spots of the zones that changed.
type frame struct {
	Version string            `json:"version"`
	Parts   map[string]string `json:"parts,omitempty"` // HTML by the id of its place
	Cells   map[string]string `json:"cells,omitempty"` // letters by the id of the zone
}

// parts are the templates that are sent anew when they change, each for the place with its name as id. Those of
// floors and zones follow by number. The clock comes first: alone it is no news.
var parts = []string{"clock", "head", "notices", "free", "gates", "inside", "money", "headquarters", "decisions"}

// kept is the last frame of everything that was made for each role, because many readers see the same.
type kept struct {
	mu    sync.Mutex
	state map[string][]byte
	frame map[string]frame
}

// whole renders all parts of a state, or takes them from who asked before.
func (p *page) whole(text []byte) (frame, error) {
	v, err := viewOf(text)
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
	f, err := p.render(v)
	if err == nil {
		p.kept.state[v.Role], p.kept.frame[v.Role] = text, f
	}
	return f, err
}

func (p *page) render(v *view) (frame, error) {
	f := frame{Version: p.version, Parts: map[string]string{}, Cells: map[string]string{}}
	var html bytes.Buffer
	put := func(id, name string, data any) error {
		html.Reset()
		if err := p.templates.ExecuteTemplate(&html, name, data); err != nil {
			return fmt.Errorf("web: part %s: %w", name, err)
		}
		f.Parts[id] = html.String()
		return nil
	}
	for _, name := range parts {
		if err := put(name, name, v); err != nil {
			return f, err
		}
	}
	for i := range v.Floors {
		if err := put(floorID(i), "floor", &v.Floors[i]); err != nil {
			return f, err
		}
		for k := range v.Floors[i].Zones {
			if err := put(zoneID(i, k), "zone", &v.Floors[i].Zones[k]); err != nil {
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

// since is what of f is not in an earlier frame. It is empty if only the clock went on.
func (f *frame) since(earlier frame) frame {
	news := frame{Version: f.Version, Parts: changed(f.Parts, earlier.Parts), Cells: changed(f.Cells, earlier.Cells)}
	if _, clock := news.Parts["clock"]; clock && len(news.Parts) == 1 && len(news.Cells) == 0 {
		return frame{}
	}
	return news
}

func changed(now, before map[string]string) map[string]string {
	news := map[string]string{}
	for id, text := range now {
		if old, known := before[id]; !known || old != text {
			news[id] = text
		}
	}
	return news
}

// live streams frames to the script: first everything, then what changed.
func (p *page) live(w http.ResponseWriter, r *http.Request) {
	var last frame
	p.Stream(w, r, func(ctx context.Context, since time.Time) ([]byte, error) {
		text, err := p.State(ctx, since)
		if err != nil {
			return nil, err
		}
		whole, err := p.whole(text)
		if err != nil {
			p.Logger.Error("the page can't be kept live", "err", err)
			return nil, err
		}
		news := whole.since(last)
		if len(news.Parts)+len(news.Cells) == 0 {
			return nil, nil
		}
		last = whole
		return json.Marshal(news)
	})
}

// functions are what templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"cells":    cellsHTML,
		"typeName": func(code string) string { return wordFor(typeWords, code) },
		"number":   thousands,
		"money":    func(n json.Number) string { return groupedDigits(n.String()) },
		"floorID":  floorID, "zoneID": zoneID, "cellsID": cellsID,
		"span": spanText, "hours": func(n int) string { return spanText(n * secondsPerHour) },
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

// thousands groups the digits of a number.
func thousands(n int) string { return groupedDigits(strconv.Itoa(n)) }

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
