package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/sync/commandline"
)

// gatewayFlags say which gateway is asked, and who asks.
type gatewayFlags struct {
	URL       string `name:"url" default:"http://127.0.0.1:8080" help:"The gateway."`
	Socket    string `type:"path" placeholder:"FILE" help:"The gateway's socket, in place of its address."`
	Token     string `env:"GATEHOUSE_TOKEN" placeholder:"TOKEN" help:"An access token."`
	TokenFile string `default:"/var/lib/gatehouse/token" type:"path" help:"A file that holds one: the gateway makes it in its data folder."`
}

// gatewayPatience is how long a gateway may take to answer; gatewayAnswerBytes is how much of its answer is read.
const (
	gatewayPatience    = 10 * time.Second
	gatewayAnswerBytes = 16 << 20
)

// get asks for a path below /api/v1 or /, and reads the JSON of the answer into a value.
func (g gatewayFlags) get(path string, into any) error {
	return g.ask(http.MethodGet, path, nil, into)
}

// post has something done; the key of the request is new, for each call is meant.
func (g gatewayFlags) post(path string, body, into any) error {
	return g.ask(http.MethodPost, path, body, into)
}

func (g gatewayFlags) ask(method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), gatewayPatience)
	defer cancel()
	request, err := g.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: g.transport()}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the gateway does not answer: %w; --url or --socket says where it is", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, gatewayAnswerBytes))
	if err != nil {
		return fmt.Errorf("the gateway's answer broke off: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return refusal(response, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("the gateway's answer can't be read: %w", err)
	}
	return nil
}

func (g gatewayFlags) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(g.URL, "/")+path, content)
	if err != nil {
		return nil, fmt.Errorf("%w: --url: %w", commandline.ErrUsage, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", rand.Text())
	}
	if token := g.token(); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

func (g gatewayFlags) transport() *http.Transport {
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if g.Socket != "" {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", g.Socket)
		}
	}
	return transport
}

// token is the one given, or that of the file, or none: an open gateway or its socket asks for none.
func (g gatewayFlags) token() string {
	if g.Token != "" {
		return g.Token
	}
	text, err := os.ReadFile(g.TokenFile)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// refusalMax is how much is told of an answer that no gateway gives.
const refusalMax = 200

// refusal is what the gateway says of a request that it does not carry out.
func refusal(response *http.Response, text []byte) error {
	var problem struct{ Detail, Hint string }
	if json.Unmarshal(text, &problem) != nil { // something else answers there: its first line says what
		problem.Detail, _, _ = strings.Cut(string(text[:min(len(text), refusalMax)]), "\n")
	}
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("the gateway refuses (%s): %s: give one with --token or --token-file", response.Status, problem.Detail)
	case problem.Hint != "":
		return fmt.Errorf("the gateway refuses (%s): %s: %s", response.Status, problem.Detail, problem.Hint)
	}
	return fmt.Errorf("the gateway refuses (%s): %s", response.Status, problem.Detail)
}

// here is the one location of the gateway, and the path of all that concerns it.
func (g gatewayFlags) here() (place api.Place, path string, err error) {
	var all api.Places
	if err := g.get("/api/v1/locations", &all); err != nil {
		return api.Place{}, "", err
	}
	if len(all.Locations) != 1 {
		return api.Place{}, "", fmt.Errorf("%s is of %d locations: that is no gateway", g.URL, len(all.Locations))
	}
	place = all.Locations[0]
	return place, "/api/v1/locations/" + url.PathEscape(place.Location), nil
}
