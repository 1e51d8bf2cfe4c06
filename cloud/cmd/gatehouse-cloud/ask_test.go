package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// slow is a headquarters that answers a question only when it was asked so often how far it is, with what it says then.
func slow(t *testing.T, looks int, says func(look int) int) runningFlags {
	t.Helper()
	asked := make(chan struct{}, 10*looks)
	look := 0
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		look++ // one after the other
		fmt.Fprintf(w, "gatehouse_cloud_backup_bytes %d\n", says(look))
		asked <- struct{}{}
	})
	mux.HandleFunc("POST /long", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client is gone
		for range looks {
			select {
			case <-asked:
			case <-r.Context().Done():
				return
			}
		}
		fmt.Fprint(w, "{}")
	})
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	err := errors.Join(
		os.Mkdir(filepath.Join(dir, "authority"), 0o700), os.WriteFile(filepath.Join(dir, "authority", "authority.crt"), certificate, 0o600),
		os.WriteFile(filepath.Join(dir, "token"), []byte("secret"), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	return runningFlags{Data: dir, URL: server.URL, patience: time.Second}
}

// What headquarters is asked for may take as long as its backup does, and no longer than that gets on.
func TestAnAnswerMayTakeAsLongAsThereIsProgress(t *testing.T) {
	var answer struct{}
	growing := slow(t, 3*askLooks, func(look int) int { return look })
	if err := growing.post("/long", struct{}{}, &answer); err != nil {
		t.Errorf("it gave up while the backup grew: %v", err)
	}
	stuck := slow(t, 3*askLooks, func(int) int { return 7 })
	if err := stuck.post("/long", struct{}{}, &answer); !errors.Is(err, errNoProgress) {
		t.Errorf("it waits for a backup that does not get on: %v", err)
	}
}
