package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/cloud/app"
	"gatehouse/sync/commandline"
)

func TestEnrolMakesAnIdentityAndShowsTheFingerprint(t *testing.T) {
	a, err := app.New(t.Context(), app.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	code, err := a.Registry().NewCode(t.Context(), "p8", "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "identity")
	var out, errs bytes.Buffer
	enrol := func() int {
		return run([]string{"enrol", "--url", "https://" + a.Address(), "--code", code, "--dir", dir}, &out, &errs)
	}
	if enrol() != 0 || !strings.Contains(out.String(), "location p8") {
		t.Fatalf("%s%s", &out, &errs)
	}
	devices := a.Registry().Devices()
	first := devices[0].Fingerprint[:4] + " " + devices[0].Fingerprint[4:8]
	if len(devices) != 1 || !strings.Contains(out.String(), first) {
		t.Errorf("the fingerprint %s is not in %s", first, &out)
	}
	info, err := os.Stat(filepath.Join(dir, "device.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if errs.Reset(); enrol() != commandline.ExitWrong || !strings.Contains(errs.String(), "--again") {
		t.Errorf("a second time: %s", &errs)
	}
	other := filepath.Join(t.TempDir(), "other")
	errs.Reset()
	if run([]string{"enrol", "--url", "https://" + a.Address(), "--code", code, "--dir", other}, &out, &errs) != commandline.ExitWrong {
		t.Error("a code was good twice")
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a refused enrolment left something behind")
	}
}

func TestSyncStatusSaysWhatWaits(t *testing.T) {
	answer, status := `{"state":"unreachable","problem":"no route","standing":"open","waiting":1234,"oldestSeconds":7200,"hoursLeft":2400,"drainPerSecond":0}`, 200
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/sync" || r.Header.Get("Authorization") != "Bearer secret" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	var out, errs bytes.Buffer
	ask := func(more ...string) int {
		out.Reset()
		errs.Reset()
		return run(append([]string{"sync", "status", "--url", server.URL, "--token", "secret"}, more...), &out, &errs)
	}
	if ask() != 0 {
		t.Fatal(errs.String())
	}
	for _, part := range []string{"unreachable", "no route", "1234 facts, the oldest for 2h0m0s", "100 days"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not in\n%s", part, &out)
		}
	}
	if ask("--json") != 0 || strings.TrimSpace(out.String()) != answer {
		t.Errorf("%s", &out)
	}
	answer, status = `{"detail":"no chain"}`, 404
	if ask() != commandline.ExitWrong || !strings.Contains(errs.String(), "no chain") {
		t.Errorf("%s", &errs)
	}
}
