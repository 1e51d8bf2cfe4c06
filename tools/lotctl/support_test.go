package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/lot"
	"gatehouse/sync/commandline"
)

// What a technician hands on has everything but who the drivers are, also where a sentence names one.
func TestASupportFileTellsAllButWhoTheDriversAre(t *testing.T) {
	d := newDesk(t)
	const canary = "BCANARY77"
	var entered struct{}
	wanted := map[string]string{"locationId": "altstadt", "gateId": "in", "licensePlate": canary, "timestamp": "2026-06-15T12:00:00Z"}
	if err := (gatewayFlags{URL: d.url, Token: d.token}).post("/api/v1/entry", wanted, &entered); err != nil {
		t.Fatal(err)
	}
	d.gateway.SetChecks(api.Check{ID: "camera", Severity: lot.Warning, Value: canary + " was read twice"})
	d.ask(commandline.ExitOK, "gate", "why")
	d.says(canary) // it is there to be taken out
	file := filepath.Join(t.TempDir(), "support.tar.gz")
	d.ask(commandline.ExitOK, "support", "--to", file)
	d.says(file, "without plates", "on the phone: ")
	held := unpacked(t, file)
	for _, document := range supportDocuments {
		text := held["gatehouse/"+document.name]
		if strings.Contains(text, canary) || text == "" {
			t.Errorf("%s:\n%s", document.name, text)
		}
		if strings.HasSuffix(document.name, ".json") && document.name != "sync.json" && !json.Valid([]byte(text)) {
			t.Errorf("%s is no JSON:\n%s", document.name, text)
		}
	}
	for name, want := range map[string]string{"health": "was read twice", "decisions": blank, "sync": "there is no headquarters"} {
		if text := held["gatehouse/"+name+".json"]; !strings.Contains(text, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, text)
		}
	}
}

// A plate may begin as another one does: nothing of the longer one stays.
func TestNothingOfALongerSecretStays(t *testing.T) {
	if got := string(secrets{"BAB12": true, "BAB123": true, "BAB1": true, "123": false}.blacken([]byte("BAB123 and BAB12, 123"))); got != blank+" and "+blank+", 123" {
		t.Error(got)
	}
}

func unpacked(t *testing.T, file string) map[string]string {
	text, err := readWritten(file)
	if err != nil {
		t.Fatal(err)
	}
	squeezed, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for archive := tar.NewReader(squeezed); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		held[header.Name] = string(content)
	}
}
