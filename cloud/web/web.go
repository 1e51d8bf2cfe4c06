package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"
)

//go:embed assets
var assets embed.FS

// Options are what the page is made of: methods of cloud/api's Server.
type Options struct {
	// State is the chain as JSON, read after since, for whoever made the request that the context belongs to.
	State func(ctx context.Context, since time.Time) ([]byte, error)
	// Role is the role of whoever made the request that the context belongs to.
	Role func(ctx context.Context) string
	// Location is one location as JSON; nil: there is none.
	Location func(ctx context.Context, location string) ([]byte, error)
	// Stream keeps a request open and sends what frame makes, at once and after changes; nothing where frame makes nothing.
	Stream func(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error))
	// Logger hears of failures.
	Logger *slog.Logger
}

// page is the page in service.
type page struct {
	Options
	templates *template.Template
	version   string // of the assets: a page of another version loads itself anew
	kept      kept
	recent    recent
}

// New is the page: / for the chain, /lots/{location} for one location, /live and /live/{location} for its script, /lots for
// its search, /assets/ for all. With ?wall the type is larger and there are no buttons. Who may see it is the business of
// the handler round it.
func New(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &page{
		Options: o, version: versionOf(assets),
		templates: template.Must(template.New("").Funcs(functions()).ParseFS(assets, "assets/*.html")),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showChain)
	mux.HandleFunc("GET /lots", p.search)
	mux.HandleFunc("GET /lots/{location}", p.showLot)
	mux.HandleFunc("GET /live", p.liveChain)
	mux.HandleFunc("GET /live/{location}", p.liveLot)
	mux.HandleFunc("GET /assets/{name}", p.asset)
	return mux
}

// versionOf tells one set of assets from another.
func versionOf(assets embed.FS) string {
	h := sha256.New()
	err := fs.WalkDir(assets, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := assets.ReadFile(name)
		h.Write(text)
		return err
	})
	if err != nil {
		panic(err) // they are in the program
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// asset serves the script and the style. They are asked for by version, so that a browser may keep them.
func (p *page) asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, assets, "assets/"+r.PathValue("name"))
}

// shell is what a whole page is made of.
type shell struct {
	*chainView
	Lot     *lotView
	Wall    bool
	Version string
	Query   string
}

func (p *page) showChain(w http.ResponseWriter, r *http.Request) {
	wall, query := r.URL.Query().Has("wall"), r.URL.Query().Get("q")
	if query == "" {
		html, err := p.wholePage(r.Context(), wall)
		if err != nil {
			p.fail(w, err)
			return
		}
		send(w, html)
		return
	}
	v, err := p.chain(r.Context(), time.Now().Add(-shared), query)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.show(w, "page.html", shell{chainView: v, Wall: wall, Version: p.version + v.Set, Query: v.Query})
}

func (p *page) showLot(w http.ResponseWriter, r *http.Request) {
	v, err := p.lot(r.Context(), r.PathValue("location"))
	switch {
	case err != nil:
		p.fail(w, err)
	case v == nil:
		http.Error(w, "Headquarters knows no such location.", http.StatusNotFound)
	default:
		p.show(w, "lot.html", shell{Lot: v, Wall: r.URL.Query().Has("wall"), Version: p.version})
	}
}

// search answers with the lines of the locations that are asked for, for the script.
func (p *page) search(w http.ResponseWriter, r *http.Request) {
	v, err := p.chain(r.Context(), time.Now(), r.URL.Query().Get("q"))
	if err != nil {
		p.fail(w, err)
		return
	}
	p.show(w, "lines", v)
}

func (p *page) fail(w http.ResponseWriter, err error) {
	p.Logger.Error("the page can't be shown", "err", err)
	http.Error(w, "Headquarters does not answer. Gates go on by themselves; try again in a moment.", http.StatusServiceUnavailable)
}

// show renders a page whole before it answers.
func (p *page) show(w http.ResponseWriter, name string, data any) {
	var html bytes.Buffer
	if err := p.templates.ExecuteTemplate(&html, name, data); err != nil {
		p.Logger.Error("the page can't be shown", "page", name, "err", err)
		http.Error(w, "This page has a fault.", http.StatusInternalServerError)
		return
	}
	send(w, html.Bytes())
}

func send(w http.ResponseWriter, html []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	_, _ = w.Write(html) // the client is gone, and nobody is left to tell
}

// chain reads all locations.
func (p *page) chain(ctx context.Context, since time.Time, query string) (*chainView, error) {
	text, err := p.State(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if query != "" {
		return chainViewOf(text, query)
	}
	return p.view(text)
}

// lot reads one location; nil: there is none.
func (p *page) lot(ctx context.Context, location string) (*lotView, error) {
	text, err := p.Location(ctx, location)
	if err != nil || text == nil {
		return nil, err
	}
	return lotViewOf(text)
}
