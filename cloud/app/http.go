package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"gatehouse/cloud/api"
	"gatehouse/cloud/enrol"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// counters count since the start.
type counters struct {
	received, dropped, strange, unreadable atomic.Int64
	facts, batches, updates, acks, unsent  atomic.Int64
	conflicts, failures, behind            atomic.Int64
	others, taken                          atomic.Int64
}

func (a *App) routes() {
	a.mux.HandleFunc("POST /v1/enrol", a.enrol)
	a.mux.HandleFunc("POST /v1/renew", a.renew)
	a.mux.HandleFunc("GET /v1/revoked.pem", a.revoked)
	a.mux.Handle("/", a.api)
}

// Checks is how the aggregator is.
func (a *App) Checks() []api.Check {
	failure := a.failure.Load().(string)
	checks := []api.Check{
		{ID: "store", Well: failure == "", Detail: failure, Ready: true},
		{ID: "broker", Well: a.up.Load(), Detail: a.brokerAddress(), Ready: true},
		{ID: "store_age", Well: !a.store.Restored(), Detail: "epoch " + a.store.Epoch().String()},
		a.keysCheck(),
		{ID: "queues", Well: a.counters.dropped.Load() == 0, Detail: fmt.Sprintf("%d messages dropped", a.counters.dropped.Load())},
	}
	if a.standby.Load() {
		what := "synchronous standby"
		if a.options.Backup != "" {
			what = "backups in " + a.options.Backup
		}
		checks = append(checks, api.Check{ID: "stable", Well: a.counters.behind.Load() == 0, Detail: what})
	}
	return checks
}

func (a *App) keysCheck() api.Check {
	if err := a.ring.Whole(); err != nil {
		return api.Check{ID: "signing_key", Detail: err.Error()}
	}
	return api.Check{ID: "signing_key", Well: true, Detail: enrol.SpokenKey(a.ring.State().Current)}
}

func (a *App) brokerAddress() string {
	if a.broker == nil {
		return ""
	}
	return a.broker.URL()
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client is gone, and nobody is left to tell
}

// measures are the aggregator's own numbers, for /metrics.
func (a *App) measures() []rest.Measure {
	c := &a.counters
	all := []rest.Measure{}
	for _, m := range []struct {
		name, help string
		value      int64
	}{
		{"received_total", "Messages from the broker.", c.received.Load()},
		{"dropped_total", "Messages that found a full queue; gateways send them again.", c.dropped.Load()},
		{"strange_total", "Messages under a name that nobody enrolled, or another one than their topic's.", c.strange.Load()},
		{"unreadable_total", "Messages that can't be read.", c.unreadable.Load()},
		{"facts_total", "Facts counted.", c.facts.Load()},
		{"batches_total", "Batches kept.", c.batches.Load()},
		{"acknowledgements_total", "Acknowledgements sent.", c.acks.Load()},
		{"acknowledgements_unsent_total", "Acknowledgements that the broker didn't take.", c.unsent.Load()},
		{"others_total", "Batches and greetings that are another aggregator's.", c.others.Load()},
		{"taken_over_total", "Locations taken from aggregators that ended.", c.taken.Load()},
		{"conflicts_total", "Commits that another aggregator was faster with.", c.conflicts.Load()},
		{"store_failures_total", "Commits that failed.", c.failures.Load()},
	} {
		all = append(all, rest.Measure{Name: "gatehouse_cloud_" + m.name, Help: m.help, Value: float64(m.value), Grows: true})
	}
	return append(all, rest.Measure{Name: "gatehouse_cloud_standby_behind", Help: "1 if the standby lacks commits, or no backup could be made.", Value: float64(c.behind.Load())})
}

// enrolRequest is what a gateway sends once.
type enrolRequest struct {
	Code    string `json:"code"`
	Request string `json:"request"` // PEM
}

// enrolAnswer is what it gets.
type enrolAnswer struct {
	Location     string `json:"location"`
	Chain        string `json:"chain"`
	Fingerprint  string `json:"fingerprint"` // as two people compare it
	State        string `json:"state"`
	Certificate  string `json:"certificate"`  // PEM
	Authority    string `json:"authority"`    // PEM
	Headquarters []byte `json:"headquarters"` // Ed25519 key that signs acknowledgements and documents, base64
	Broker       string `json:"broker"`
}

const enrolBytes = 32 << 10

func (a *App) enrol(w http.ResponseWriter, r *http.Request) {
	a.issue(w, r, func(in enrolRequest) (enrol.Issued, error) {
		a.keying.Lock() // what it is told counts, or it hears of what follows
		defer a.keying.Unlock()
		issued, err := a.registry.Enrol(r.Context(), in.Code, []byte(in.Request), source(r))
		if err == nil {
			err = a.desk.Forget(r.Context(), fact.LocationID(issued.Device.Location))
		}
		return issued, err
	})
}

func (a *App) renew(w http.ResponseWriter, r *http.Request) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		problem(w, http.StatusUnauthorized, errors.New("show the certificate that is to be renewed"))
		return
	}
	a.issue(w, r, func(in enrolRequest) (enrol.Issued, error) {
		return a.registry.Renew(r.Context(), r.TLS.PeerCertificates[0], []byte(in.Request), source(r))
	})
}

// revoked answers with the list of certificates that lost their right, for brokers that aren't ours. It is for everybody, as
// such lists are: it is signed, and holds nothing but serial numbers.
func (a *App) revoked(w http.ResponseWriter, _ *http.Request) {
	list, err := a.registry.RevocationList()
	if err != nil {
		problem(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(list) // the client is gone, and nobody is left to tell
}

func source(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (a *App) issue(w http.ResponseWriter, r *http.Request, issue func(enrolRequest) (enrol.Issued, error)) {
	var in enrolRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, enrolBytes)).Decode(&in); err != nil {
		problem(w, http.StatusBadRequest, err)
		return
	}
	issued, err := issue(in)
	if err != nil {
		a.options.Log.Warn("enrolment refused", "from", source(r), "err", err)
		problem(w, statusOf(err), err)
		return
	}
	a.options.Log.Info("enrolled", "location", issued.Device.Location, "fingerprint", enrol.SpokenFingerprint(issued.Device.Fingerprint), "from", source(r))
	reply(w, http.StatusOK, enrolAnswer{
		Location: issued.Device.Location, Chain: a.options.Chain, Fingerprint: enrol.SpokenFingerprint(issued.Device.Fingerprint),
		State: string(issued.Device.State), Certificate: string(issued.Certificate), Authority: string(issued.Authority),
		Headquarters: a.ring.Current().Public(), Broker: a.brokerFor(r),
	})
}

// brokerFor is the embedded broker's address under the name by which the gateway reached us.
func (a *App) brokerFor(r *http.Request) string {
	if a.options.Broker != "" {
		return a.options.Broker
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	_, port, err := net.SplitHostPort(a.broker.URL()[len("tls://"):])
	if err != nil {
		return a.broker.URL()
	}
	return "tls://" + net.JoinHostPort(host, port)
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, enrol.ErrTooMany):
		return http.StatusTooManyRequests
	case errors.Is(err, enrol.ErrCode), errors.Is(err, enrol.ErrRevoked), errors.Is(err, enrol.ErrSuperseded), errors.Is(err, enrol.ErrExpired),
		errors.Is(err, enrol.ErrWaiting), errors.Is(err, enrol.ErrUnknownDevice):
		return http.StatusForbidden
	case errors.Is(err, enrol.ErrRequest):
		return http.StatusUnprocessableEntity
	case errors.Is(err, enrol.ErrBusy):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// problem answers by RFC 9457.
func problem(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": err.Error()}) // the client may be gone
}
