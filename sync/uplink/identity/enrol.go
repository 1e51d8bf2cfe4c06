package identity

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Enrolment is what Enrol needs.
type Enrolment struct {
	Dir  string // where the identity is kept
	URL  string // https://headquarters:8443
	Code string // the one-time code
	// Authority, if it is known, is the PEM of headquarters' authority: then the first contact is verified too.
	Authority []byte
	// Again allows to replace an identity that is there.
	Again bool
}

// ErrEnrolled says that there is an identity already.
var ErrEnrolled = errors.New("identity: this gateway is enrolled already")

// Outcome is what came of an enrolment.
type Outcome struct {
	*Identity
	// Fingerprint is of this device's key, as it was made here: the operator at headquarters must read the same.
	Fingerprint string
	// Waiting is true if the certificate opens nothing before an operator has confirmed the fingerprint.
	Waiting bool
}

// answer is headquarters'.
type answer struct {
	Location, Chain, Fingerprint, State, Certificate, Authority, Broker string

	Headquarters []byte
	Detail       string // of a problem
}

const (
	answerBytes  = 64 << 10
	patience     = 30 * time.Second
	stateWaiting = "waiting"
)

// Enrol makes a key, has headquarters certify it, and keeps both. Nothing is kept if that fails.
func Enrol(ctx context.Context, e Enrolment) (Outcome, error) {
	if _, err := Open(e.Dir); err == nil && !e.Again {
		return Outcome{}, fmt.Errorf("%w: %s", ErrEnrolled, e.Dir)
	}
	key, request, err := newKey()
	if err != nil {
		return Outcome{}, fmt.Errorf("identity: %w", err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true} // see the package's first guarantee
	if e.Authority != nil {
		config.InsecureSkipVerify, config.RootCAs = false, x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(e.Authority)
	}
	a, err := ask(ctx, config, e.URL, "/v1/enrol", map[string]string{"code": e.Code, "request": string(request)})
	if err != nil {
		return Outcome{}, err
	}
	device, pair, err := devicePEM(key, a.Certificate)
	if err != nil || len(a.Headquarters) != ed25519.PublicKeySize || !x509.NewCertPool().AppendCertsFromPEM([]byte(a.Authority)) {
		return Outcome{}, fmt.Errorf("identity: what %s answered is no certificate for this key; is it headquarters? %w", e.URL, err)
	}
	made := &Identity{dir: e.Dir, certificate: pair, hq: Headquarters{
		Location: a.Location, Chain: a.Chain, URL: e.URL, Broker: a.Broker, Authority: a.Authority, Key: a.Headquarters,
	}}
	if err := made.keep(device); err != nil {
		return Outcome{}, err
	}
	return Outcome{Identity: made, Fingerprint: Fingerprint(made.Public()), Waiting: a.State == stateWaiting}, nil
}

// keep writes the device first: without the other file there is no identity.
func (i *Identity) keep(device []byte) error {
	text, err := json.MarshalIndent(i.hq, "", "  ")
	if err == nil {
		err = os.MkdirAll(i.dir, 0o700)
	}
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := replace(filepath.Join(i.dir, deviceName), device); err != nil {
		return err
	}
	return replace(filepath.Join(i.dir, headquartersName), append(text, '\n'))
}

// ask posts JSON.
func ask(ctx context.Context, config *tls.Config, base, path string, body map[string]string) (answer, error) {
	address, err := url.Parse(base)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return answer{}, fmt.Errorf("identity: %q: write headquarters' address as https://host:8443", base)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, address.JoinPath(path).String(), bytes.NewReader(text))
	if err != nil {
		return answer{}, fmt.Errorf("identity: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	defer client.CloseIdleConnections()
	response, err := client.Do(post)
	if err != nil {
		return answer{}, fmt.Errorf("identity: headquarters can't be reached: %w", err)
	}
	defer response.Body.Close()
	var a answer
	if text, err = io.ReadAll(io.LimitReader(response.Body, answerBytes)); err == nil {
		err = json.Unmarshal(text, &a)
	}
	switch {
	case response.StatusCode != http.StatusOK:
		return a, fmt.Errorf("identity: headquarters refuses (%s): %s", response.Status, a.Detail)
	case err != nil:
		return a, fmt.Errorf("identity: headquarters' answer can't be read: %w", err)
	}
	return a, nil
}

// renewShare is the part of a certificate's life after which it is renewed, in thirds: the last one is for attempts.
const renewShare = 2

// RenewIn is how long until the certificate should be renewed; not more than 0: now.
func (i *Identity) RenewIn(now time.Time) time.Duration {
	leaf := i.current().Leaf
	life := leaf.NotAfter.Sub(leaf.NotBefore)
	return leaf.NotBefore.Add(life / 3 * renewShare).Sub(now)
}

// Renew replaces key and certificate. After an error the old ones are in use, and Renew may be tried again.
func (i *Identity) Renew(ctx context.Context) error {
	key, request, err := newKey()
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	a, err := ask(ctx, i.TLS(), i.hq.URL, "/v1/renew", map[string]string{"request": string(request)})
	if err != nil {
		return err
	}
	device, pair, err := devicePEM(key, a.Certificate)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(i.dir, deviceName), device); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.certificate = pair
	return nil
}
