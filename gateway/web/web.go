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

// Options are what the page is made of. State and Stream are methods of gateway/api's Live.
type Options struct {
	// State is the lot as JSON, as GET …/events sends it, read after since, for whoever made the request that the
	// context belongs to.
	State func(ctx context.Context, since time.Time) ([]byte, error)
	// Stream keeps a request open and sends what frame makes, at once and after every change; nothing where frame
	// makes nothing.
	Stream func(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error))
	// Receipt is a ticket with its fee as JSON; ok is false if there is none. nil: there are no receipts.
	Receipt func(ctx context.Context, ticket string) (text []byte, ok bool, err error)
	// Logger hears of failures.
	Logger *slog.Logger
}

// page is the page in service.
type page struct {
	Options
	templates *template.Template
	version   string // of the assets: a page of another version loads itself anew
	kept      kept
}

// New is the page: / for people, /live for its script, /assets/ for both, /receipt/{ticketId} for who asks what is paid. With /?wall the type is larger and
// there are no buttons. Who may see it, and who asks, is the business of the handler round it.
func New(o Options) http.Handler {
	p := newPage(o)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /live", p.live)
	mux.HandleFunc("GET /assets/{name}", p.asset)
	if o.Receipt != nil {
		mux.HandleFunc("GET /receipt/{ticket}", p.receipt)
	}
	return mux
}

func newPage(o Options) *page {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &page{
		Options: o, version: versionOf(assets),
		templates: template.Must(template.New("").Funcs(functions()).ParseFS(assets, "assets/*.html")),
	}
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

// show serves the whole page.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	v, err := p.view(r.Context(), time.Now())
	if err != nil {
		p.Logger.Error("the page can't be shown", "err", err)
		http.Error(w, "The lot does not answer. Gates go on by themselves; try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	var html bytes.Buffer
	err = p.templates.ExecuteTemplate(&html, "page.html", struct {
		*view
		Wall    bool
		Version string
	}{v, r.URL.Query().Has("wall"), p.version})
	if err != nil {
		p.Logger.Error("the page can't be shown", "err", err)
		http.Error(w, "This page has a fault.", http.StatusInternalServerError)
		return
	}
	send(w, http.StatusOK, html.Bytes())
}

// send sends a page that may load nothing from elsewhere.
func send(w http.ResponseWriter, status int, html []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(html) // the client is gone, and nobody is left to tell
}

// view reads the lot.
func (p *page) view(ctx context.Context, since time.Time) (*view, error) {
	text, err := p.State(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return viewOf(text)
}
