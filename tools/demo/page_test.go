package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/tools/demo/cut"
)

func TestTheSwitchCutsAndHealsTheNetwork(t *testing.T) {
	hq, err := headquarters(t.Context(), "127.0.0.1:0", t.TempDir(), "owner")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hq.Close() }()
	wire, err := cut.New(strings.TrimPrefix(hq.BrokerURL(), "tls://"))
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	if err := enrol(t.Context(), hq, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	p := &page{lot: "127.0.0.1:1", hq: hq, wire: wire, client: http.DefaultClient}
	server := httptest.NewServer(p.handler())
	defer server.Close()
	turn := func(kind, body string) int {
		response, err := http.Post(server.URL+"/network", kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	if turn("text/plain", `{"cut":true}`) != http.StatusUnsupportedMediaType || wire.IsCut() {
		t.Error("any page can turn the switch")
	}
	if turn("application/json", `{"cut":true}`) != http.StatusNoContent || !wire.IsCut() {
		t.Error("not cut")
	}
	response, err := http.Get(server.URL + "/state")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	var state struct{ Cut bool }
	if err != nil || json.Unmarshal(text, &state) != nil || !state.Cut {
		t.Errorf("%s, %v", text, err)
	}
	byKeyboard(strings.NewReader("\n"), wire)
	if wire.IsCut() {
		t.Error("Enter did not heal it")
	}
}

// Each side forbids others to frame it; the demonstration's own page may.
func TestHeadquartersPageCanBeFramed(t *testing.T) {
	hq, err := headquarters(t.Context(), "127.0.0.1:0", t.TempDir(), "owner")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hq.Close() }()
	p := &page{lot: "127.0.0.1:1", hq: hq}
	if err := p.frameBoth(); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(p.cloudFrame)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(text), "<title>") || response.Header.Get("X-Frame-Options") != "" ||
		!strings.Contains(response.Header.Get("Content-Security-Policy"), framedHere) {
		t.Errorf("%v, %v, %.200s", err, response.Header, text)
	}
	if response, err = http.Get(p.lotFrame); err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusBadGateway || response.Header.Get("Refresh") == "" {
		t.Errorf("a lot that is not there: %s %v", response.Status, response.Header)
	}
}
