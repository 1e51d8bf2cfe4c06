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

// Options are what the page is made of: methods of cloud/api's Server.
type Options struct {
	// State is the chain as JSON, read after since, for whoever made the request that the context belongs to.
	State func(ctx context.Context, since time.Time) ([]byte, error)
	// Role is the role of whoever made the request that the context belongs to.
	Role func(ctx context.Context) string
	// Location is one location as JSON; nil: there is none.
	Location func(ctx context.Context, location string) ([]byte, error)
	// Ask has an operation of the API answer, for whoever made the request that the context belongs to.
	Ask func(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte)
	// Stream keeps a request open and sends what frame makes, at once and after changes; nothing where frame makes nothing.
	Stream livepage.Stream
	// Logger hears of failures.
	Logger *slog.Logger
}

// page is the page in service.
type page struct {
	Options
	templates *template.Template
	assets    livepage.Assets
	kept      kept
	recent    recent
}

// New is the page: / for the chain, /lots/{location} for one location, /live and /live/{location} for its script, /lots for
// its search, /assets/ for all; below /lots/{location} its reservations and passes, /documents and /rollouts/{rollout} what
// goes down. With ?wall the type is larger and there are no buttons. Who may see it is the business of
// the handler round it.
func New(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &page{
		Options: o, assets: livepage.NewAssets(assets),
		templates: template.Must(template.New("").Funcs(functions()).ParseFS(assets, "assets/*.html")),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showChain)
	mux.HandleFunc("GET /lots", p.search)
	mux.HandleFunc("GET /lots/{location}", p.showLot)
	mux.HandleFunc("GET /live", p.liveChain)
	mux.HandleFunc("GET /live/{location}", p.liveLot)
	mux.Handle("GET /assets/{name}", p.assets)
	p.mountForms(mux)
	return mux
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
		livepage.Send(w, http.StatusOK, html)
		return
	}
	v, err := p.chain(r.Context(), time.Now().Add(-shared), query)
	if err != nil {
		p.fail(w, err)
		return
	}
	p.show(w, "page.html", shell{chainView: v, Wall: wall, Version: p.assets.Version + v.Set, Query: v.Query})
}

func (p *page) showLot(w http.ResponseWriter, r *http.Request) {
	if v := p.lotFor(w, r, ""); v != nil {
		p.show(w, "lot.html", shell{Lot: v, Wall: r.URL.Query().Has("wall"), Version: p.assets.Version})
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
	p.assets.SendProblem(w, http.StatusServiceUnavailable, "Headquarters does not answer", "Gates go on by themselves. This page tries again every few seconds.")
}

// show renders a page whole before it answers.
func (p *page) show(w http.ResponseWriter, name string, data any) {
	p.showAs(w, http.StatusOK, name, data)
}

func (p *page) showAs(w http.ResponseWriter, status int, name string, data any) {
	var html bytes.Buffer
	if err := p.templates.ExecuteTemplate(&html, name, data); err != nil {
		p.Logger.Error("the page can't be shown", "page", name, "err", err)
		http.Error(w, "This page has a fault.", http.StatusInternalServerError)
		return
	}
	livepage.Send(w, status, html.Bytes())
}

// mountForms mounts the pages on which somebody does something.
func (p *page) mountForms(mux *http.ServeMux) {
	mux.HandleFunc("GET /lots/{location}/reservations", p.showReservations)
	mux.HandleFunc("POST /lots/{location}/reservations", p.sell)
	mux.HandleFunc("GET /lots/{location}/reservations/{reservation}", p.showReservation)
	mux.HandleFunc("POST /lots/{location}/reservations/{reservation}/cancel", p.cancel)
	mux.HandleFunc("POST /lots/{location}/rights", p.decides(p.askRights))
	mux.HandleFunc("GET /lots/{location}/passes", p.showPasses)
	mux.HandleFunc("POST /lots/{location}/passes", p.decides(p.givePass))
	mux.HandleFunc("GET /lots/{location}/passes/{pass}", p.showPass)
	mux.HandleFunc("POST /lots/{location}/passes/{pass}", p.decides(p.changePass))
	mux.HandleFunc("POST /lots/{location}/passes/{pass}/end", p.decides(p.endPass))
	mux.HandleFunc("GET /documents", p.showDocuments)
	mux.HandleFunc("POST /documents", p.decides(p.release))
	mux.HandleFunc("GET /rollouts/{rollout}", p.showRollout)
	mux.HandleFunc("POST /rollouts/{rollout}/{act}", p.decides(p.actOnRollout))
}

// decides tells whoever may not decide so, whatever else is wrong: the page has no form for them, to say it in.
func (p *page) decides(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p.Role(r.Context()) != roleDecides {
			p.assets.SendProblem(w, http.StatusForbidden, "You are not logged in as somebody who may do this", "Log in with a token of the role configure.")
			return
		}
		do(w, r)
	}
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

// lotFor is the location of a request, whose page tab is shown. It has answered where it returns nil.
func (p *page) lotFor(w http.ResponseWriter, r *http.Request, tab string) *lotView {
	v, err := p.lot(r.Context(), r.PathValue("location"))
	switch {
	case err != nil:
		p.fail(w, err)
	case v == nil:
		p.assets.SendProblem(w, http.StatusNotFound, "Headquarters knows no such location", "Look for it by its name on the first page.")
	default:
		v.Tab = tab
	}
	return v
}

// lot reads one location; nil: there is none.
func (p *page) lot(ctx context.Context, location string) (*lotView, error) {
	text, err := p.Location(ctx, location)
	if err != nil || text == nil {
		return nil, err
	}
	return lotViewOf(text)
}
