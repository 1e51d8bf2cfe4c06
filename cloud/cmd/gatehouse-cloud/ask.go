package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// runningFlags say which running headquarters is asked.
type runningFlags struct {
	Data string `help:"Its data folder: token and authority are read there." default:"gatehouse-cloud"`
	URL  string `help:"Its address." default:"https://localhost:8443" name:"url"`

	road http.RoundTripper // by which it is asked; nil: HTTPS, as far as the authority's certificate goes
}

const (
	// askPatience is how long headquarters may take without any progress. What it does may include a backup, which takes as
	// long as the disk does.
	askPatience    = 2 * time.Minute
	askLooks       = 24 // for progress, within askPatience
	askAnswerBytes = 1 << 20
	// progress is how far a backup is, among headquarters' measures.
	progress = "gatehouse_cloud_backup_bytes "
)

var errNoProgress = errors.New("headquarters does not answer, nor does a backup of it make progress; look at its log and its disks")

// post has the running headquarters do something, as the owner of the data folder, and reads its answer.
func (f runningFlags) post(path string, body, into any) error {
	token, err := os.ReadFile(filepath.Join(f.Data, "token"))
	if err != nil {
		return fmt.Errorf("%w; --data says where headquarters keeps everything", err)
	}
	authority, err := os.ReadFile(filepath.Join(f.Data, "authority", "authority.crt"))
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	a := &asking{address: strings.TrimSuffix(f.URL, "/"), token: strings.TrimSpace(string(token)), client: &http.Client{Transport: f.road}}
	if f.road == nil {
		a.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool}}
	}
	defer a.client.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(context.Background())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel(nil)
	watching.Go(func() { a.watch(ctx, cancel) })
	response, err := a.ask(ctx, http.MethodPost, path, text)
	if err != nil {
		return fmt.Errorf("headquarters does not answer: %w; it must run, and --url says where", cmp.Or(context.Cause(ctx), err))
	}
	defer func() { _ = response.Body.Close() }()
	return readAnswer(response, into)
}

// asking is one question to headquarters.
type asking struct {
	address, token string
	client         *http.Client
}

func (a *asking) ask(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.token)
	return a.client.Do(request)
}

// watch calls the question off once nothing has moved for as long as askPatience.
func (a *asking) watch(ctx context.Context, callOff context.CancelCauseFunc) {
	looks := time.NewTicker(askPatience / askLooks)
	defer looks.Stop()
	last, still := "", 0
	for still < askLooks {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		still++
		if now := a.progress(ctx); now != last {
			last, still = now, 0
		}
	}
	callOff(errNoProgress)
}

// progress is how far a backup is; "": there is none, or no answer.
func (a *asking) progress(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, askPatience/askLooks)
	defer cancel()
	response, err := a.ask(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return ""
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(io.LimitReader(response.Body, 16*askAnswerBytes))
	for lines.Scan() {
		if bytes, is := strings.CutPrefix(lines.Text(), progress); is {
			return bytes
		}
	}
	return ""
}

func readAnswer(response *http.Response, into any) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, askAnswerBytes))
	if err != nil {
		return fmt.Errorf("headquarters' answer broke off: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		var problem struct{ Detail, Hint string }
		if json.Unmarshal(text, &problem) != nil || problem.Detail == "" {
			return fmt.Errorf("headquarters refuses (%s)", response.Status) // something between answered, and gave no reason
		}
		return fmt.Errorf("headquarters refuses (%s): %s: %s", response.Status, problem.Detail, problem.Hint)
	}
	return json.Unmarshal(text, into)
}
