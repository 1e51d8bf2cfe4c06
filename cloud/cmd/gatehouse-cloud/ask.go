package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// runningFlags say which running headquarters is asked.
type runningFlags struct {
	Data string `help:"Its data folder: token and authority are read there." default:"gatehouse-cloud"`
	URL  string `help:"Its address." default:"https://localhost:8443" name:"url"`
}

const (
	askPatience    = 2 * time.Minute
	askAnswerBytes = 1 << 20
)

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
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(f.URL, "/")+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("--url: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool}}}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("headquarters does not answer: %w; it must run, and --url says where", err)
	}
	defer func() { _ = response.Body.Close() }()
	return readAnswer(response, into)
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
