package main

import (
	"crypto/tls"
	"embed"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/ledger"
	"gatehouse/tools/demo/cut"
)

//go:embed assets
var assets embed.FS

// page shows both sides, and has the switch.
type page struct {
	lot    string
	hq     *app.App
	wire   *cut.Wire
	client *http.Client

	lotFrame, cloudFrame string // addresses of both pages, to be shown in this one
}

// frameBoth finds an address for the page of each side at which it can be framed.
func (p *page) frameBoth() (err error) {
	if p.lotFrame, err = frame("http://"+p.lot, http.DefaultTransport); err != nil {
		return err
	}
	trusting := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: p.hq.Authority().Pool()}}
	p.cloudFrame, err = frame("https://"+p.hq.Address(), trusting)
	return err
}

func (p *page) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, assets, "assets/demo.html") })
	mux.Handle("GET /assets/", http.FileServerFS(assets))
	mux.HandleFunc("GET /state", p.state)
	mux.HandleFunc("POST /network", p.network)
	return mux
}

// network turns the switch: {"cut": true}.
func (p *page) network(w http.ResponseWriter, r *http.Request) {
	// No other page may turn it: a form or a picture can't send this type.
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, `send {"cut": true} as application/json`, http.StatusUnsupportedMediaType)
		return
	}
	var in struct{ Cut bool }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.wire.Set(in.Cut)
	w.WriteHeader(http.StatusNoContent)
}

// side is what one of the two sees.
type side struct {
	Facts     int64  `json:"facts"`
	Inside    int64  `json:"inside"`
	Available int64  `json:"available"`
	Unknown   int64  `json:"unknown"`
	Total     int64  `json:"total"`
	Revenue   int64  `json:"revenueMinor"`
	AgeMS     int64  `json:"ageMs"`
	Currency  string `json:"currency"`
}

// state is both sides, as they are now.
func (p *page) state(w http.ResponseWriter, _ *http.Request) {
	answer := struct {
		Cut          bool            `json:"cut"`
		Lot          side            `json:"lot"`
		Sync         json.RawMessage `json:"sync,omitempty"`
		Headquarters side            `json:"headquarters"`
		LotPage      string          `json:"lotPage"`
		CloudPage    string          `json:"cloudPage"`
	}{
		Cut: p.wire.IsCut(), Lot: p.ofLot(), Sync: p.ask("/api/v1/sync"), Headquarters: p.ofHeadquarters(),
		LotPage: p.lotFrame + "/", CloudPage: p.cloudFrame + "/",
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

// ask asks the lot, which trusts this machine in a demonstration. An answer that doesn't come is left out.
func (p *page) ask(path string) json.RawMessage {
	response, err := p.client.Get("http://" + p.lot + path)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil || response.StatusCode != http.StatusOK || !json.Valid(text) {
		return nil
	}
	return text
}

func (p *page) ofLot() side {
	var board struct {
		Realtime struct {
			TotalSpots, Available, Unknown int64

			Inside struct{ Tickets int64 }
		}
		Revenue struct {
			TodayMinor int64
			Currency   string
		}
	}
	_ = json.Unmarshal(p.ask("/api/v1/locations/"+location+"/dashboard"), &board) // nothing is shown of a lot that is not there
	return side{
		Inside: board.Realtime.Inside.Tickets, Available: board.Realtime.Available, Unknown: board.Realtime.Unknown, Total: board.Realtime.TotalSpots,
		Revenue: board.Revenue.TodayMinor, Currency: board.Revenue.Currency,
	}
}

func (p *page) ofHeadquarters() (s side) {
	now := time.Now().UnixMilli()
	p.hq.Chain(func(c *ledger.Chain) {
		for _, summary := range c.Summaries(now) {
			if summary.ID != location {
				continue
			}
			s = side{Facts: summary.Facts, Inside: int64(summary.Live.Tickets), Revenue: summary.Live.Revenue, Currency: string(summary.Currency), AgeMS: now - summary.LiveAtMS}
			for _, t := range summary.Live.Types {
				s.Available += int64(t.Available)
				s.Unknown += int64(t.Unknown)
				s.Total += int64(t.Total)
			}
		}
	})
	return s
}
