package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// slow is a headquarters that answers a question only when it was asked so often how far it is, with what it says then.
type slow struct {
	looks int
	says  func(look int) int
	look  int
	asked chan struct{}
}

// RoundTrip is http.RoundTripper's.
func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := "{}"
	if r.URL.Path == "/metrics" {
		s.look++ // one after the other
		answer = fmt.Sprintf("gatehouse_cloud_backup_bytes %d\n", s.says(s.look))
		s.asked <- struct{}{}
	} else {
		for range s.looks {
			select {
			case <-s.asked:
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// What headquarters is asked for may take as long as its backup does, and no longer than that gets on.
func TestAnAnswerMayTakeAsLongAsThereIsProgress(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(
		os.Mkdir(filepath.Join(dir, "authority"), 0o700), os.WriteFile(filepath.Join(dir, "authority", "authority.crt"), nil, 0o600),
		os.WriteFile(filepath.Join(dir, "token"), []byte("secret"), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(says func(look int) int) error {
		var answer struct{}
		headquarters := &slow{looks: 3 * askLooks, says: says, asked: make(chan struct{}, 3*askLooks)}
		return runningFlags{Data: dir, URL: "https://headquarters", road: headquarters}.post("/long", struct{}{}, &answer)
	}
	synctest.Test(t, func(t *testing.T) {
		if err := ask(func(look int) int { return look }); err != nil {
			t.Errorf("it gave up while the backup grew: %v", err)
		}
		if err := ask(func(int) int { return 7 }); !errors.Is(err, errNoProgress) {
			t.Errorf("it waits for a backup that does not get on: %v", err)
		}
	})
}
