package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
	"gatehouse/sync/wire"
)

// headquarters is a running aggregator and its owner, over HTTPS.
type headquarters struct {
	*testing.T
	app    *app.App
	client *http.Client
}

func (h *headquarters) ask(method, path, body string) (int, map[string]any) {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, "https://"+h.app.Address()+path, bytes.NewBufferString(body))
	if err != nil {
		h.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	response, err := h.client.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		h.Fatal(err)
	}
	return response.StatusCode, answer
}

func (h *headquarters) until(what string, is func() bool) {
	h.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			h.Fatalf("never: %s", what)
		}
	}
}

// obedient answers as a gateway that does what it is told. The first part of a document is lost on the way: it asks for what it
// lacks.
func obedient(desk *policy.Desk) func(wire.Message) []wire.Message {
	asked := false
	return func(m wire.Message) []wire.Message {
		switch m := m.(type) {
		case *wire.Part:
			if !asked {
				asked = true
				return []wire.Message{&wire.Wanted{Location: "p8"}}
			}
			return []wire.Message{&wire.Result{Location: "p8", Kind: m.Header.Kind, Version: m.Header.Version, Code: wire.Done}}
		case *wire.Challenge:
			return []wire.Message{&wire.Challenge{Location: "p8", ID: m.ID, Incarnation: 5, Challenge: desk.Challenge(m.ID, 0, policy.Nonce{1})}}
		case *wire.Command:
			code := wire.Done
			if desk.Take(&m.Command, 1) != nil {
				code = wire.Refused
			}
			return []wire.Message{&wire.Result{Location: "p8", ID: m.Command.ID, Code: code}}
		}
		return nil
	}
}

// Over the real broker, with TLS: a gateway is seen, takes a document, lends rights, and carries an order out.
func TestWhatGoesDownComesBack(t *testing.T) {
	a, err := app.New(t.Context(), app.Options{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Tokens: []rest.Token{rest.NewToken("owner", rest.RoleConfigure, "secret")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Authority().Pool()}}
	t.Cleanup(transport.CloseIdleConnections)
	h := &headquarters{t, a, &http.Client{Transport: transport}}
	g, broker := enrolled(t, a, "p8", 1, 10, 10)
	desk := policy.Desk{Location: "p8", Incarnation: 5, Keys: policy.Keys{a.SignerOf("p8").Public()}}
	live := wire.Live{Location: "p8", Incarnation: 5, Serial: 1, Types: []wire.LiveType{{Type: fact.Regular, Total: 50, Available: 49, Occupied: 1}}}
	ended := make(chan error, 1)
	serving, leave := context.WithCancel(t.Context())
	defer leave()
	go func() { ended <- g.Serve(serving, broker, live, obedient(&desk)) }()
	h.until("the gateway is online", func() bool {
		_, one := h.ask("GET", "/api/v1/locations/p8", "")
		return one["online"] == true && one["available"] == float64(49)
	})
	_, made := h.ask("POST", "/api/v1/rollouts", `{"kind":"blocklist","content":"KA-X 1","reason":"stole a barrier"}`)
	h.until("the document is in effect", func() bool {
		_, r := h.ask("GET", "/api/v1/rollouts/"+fmt.Sprint(made["rolloutId"]), "")
		return r["state"] == "done"
	})
	h.ask("PUT", "/api/v1/locations/p8/rights", `{"rights":{"regular":2},"reason":"trial"}`)
	h.until("the rights are lent", func() bool {
		_, r := h.ask("GET", "/api/v1/locations/p8/rights", "")
		lent, _ := r["lent"].(map[string]any)
		return lent["regular"] == float64(2)
	})
	start := time.Now().Add(3 * time.Hour).UTC()
	status, sold := h.ask("POST", "/api/v1/reservations", fmt.Sprintf(`{"locationId":"p8","spotType":"regular","startTime":%q,"endTime":%q,"vehiclePlate":"KA X 2"}`,
		start.Format(time.RFC3339), start.Add(time.Hour).Format(time.RFC3339)))
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, sold)
	}
	h.until("the reservation is delivered", func() bool {
		_, r := h.ask("GET", "/api/v1/reservations/"+fmt.Sprint(sold["reservationId"]), "")
		return r["delivered"] == true
	})
	if status, order := h.ask("POST", "/api/v1/locations/p8/orders", `{"verb":"open_once","gateId":"in","reason":"delivery"}`); status != 200 || order["state"] != "done" {
		t.Errorf("%d %v", status, order)
	}
	leave()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, page := h.ask("GET", "/api/v1/audit", ""); !strings.Contains(fmt.Sprint(page), "order_open_once") {
		t.Errorf("%v", page)
	}
}
