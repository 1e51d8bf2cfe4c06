package web

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/sync/livepage"
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
	Stream livepage.Stream
	// Receipt is a ticket with its fee as JSON; ok is false if there is none. nil: there are no receipts.
	Receipt func(ctx context.Context, ticket string) (text []byte, ok bool, err error)
	// Logger hears of failures.
	Logger *slog.Logger
}

// page is the page in service.
type page struct {
	Options
	templates *template.Template
	assets    livepage.Assets
	kept      kept
}

// New is the page: / for people, /live for its script, /assets/ for both, /receipt/{ticketId} for whoever asks what is
// paid. With /?wall the type is larger and there are no buttons. Who may see it, and who asks, is the business of the
// handler round it.
func New(o Options) http.Handler {
	p := newPage(o)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /live", p.live)
	mux.Handle("GET /assets/{name}", p.assets)
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
		Options: o, assets: livepage.NewAssets(assets),
		templates: template.Must(template.New("").Funcs(functions()).ParseFS(assets, "assets/*.html")),
	}
}

// show serves the whole page.
func (p *page) show(w http.ResponseWriter, r *http.Request) {
	v, err := p.view(r.Context(), time.Now())
	if err != nil {
		p.Logger.Error("the page can't be shown", "err", err)
		p.assets.SendProblem(w, http.StatusServiceUnavailable, "The lot does not answer", "Gates go on by themselves. This page tries again every few seconds.")
		return
	}
	var html bytes.Buffer
	err = p.templates.ExecuteTemplate(&html, "page.html", struct {
		*view
		Wall    bool
		Version string
	}{v, r.URL.Query().Has("wall"), p.assets.Version})
	if err != nil {
		p.Logger.Error("the page can't be shown", "err", err)
		http.Error(w, "This page has a fault.", http.StatusInternalServerError)
		return
	}
	livepage.Send(w, http.StatusOK, html.Bytes())
}

// view reads the lot.
func (p *page) view(ctx context.Context, since time.Time) (*view, error) {
	text, err := p.State(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return viewOf(text)
}
