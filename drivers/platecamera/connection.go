package platecamera

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/drivers"
)

// answerLimit is how long a camera may take to the head of its answer.
const answerLimit = 10 * time.Second

// link is where a camera is, who asks it, and which certificate it has.
type link struct {
	address, user, password string
	pin                     pin
}

func (l link) check() error {
	if l.address == "" {
		return nil
	}
	u, err := url.Parse(l.address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf(`%w: address = %q: write it as "http://192.168.1.64", or with https://`, drivers.ErrSettings, l.address)
	}
	return nil
}

// Connection asks one camera, over HTTP, and proves who asks. It belongs to one goroutine.
type Connection struct {
	link
	parser    *Parser
	faults    *drivers.Faults
	client    *http.Client
	challenge challenge
	known     bool // the challenge is
	count     uint32
}

func newConnection(c *Camera) *Connection {
	transport := &http.Transport{
		DialContext:     (&net.Dialer{Timeout: answerLimit}).DialContext, // the kernel's own limit is two minutes
		TLSClientConfig: c.link.pin.config(), TLSHandshakeTimeout: answerLimit, ResponseHeaderTimeout: answerLimit,
		DisableCompression: true, MaxIdleConns: 1,
	}
	return &Connection{link: c.link, parser: NewParser(c.zone, c.format), faults: &c.Faults, client: &http.Client{Transport: transport}}
}

// Link is where the camera is, and the user and the password of whoever asks it.
func (c *Connection) Link() (address, user, password string) { return c.address, c.user, c.password }

// Parse reads a body as this make writes it; one that makes no sense is counted.
func (c *Connection) Parse(body []byte, contentType string) []Event {
	events, err := c.parser.keep(body, contentType)
	if err != nil && !errors.Is(err, ErrVendor) {
		c.faults.Note(fmt.Errorf("%s: %w", c.address, err))
	}
	return events
}

// Get asks for a whole answer. The error wraps drivers.ErrOffline.
func (c *Connection) Get(ctx context.Context, path string) (body []byte, contentType string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answerLimit)
	defer cancel()
	response, err := c.ask(ctx, path)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, BodyMax+1))
	if err != nil || len(body) > BodyMax {
		return nil, "", c.offline(path, errors.Join(err, errTooLarge(len(body))))
	}
	return body, response.Header.Get("Content-Type"), nil
}

func errTooLarge(length int) error {
	if length <= BodyMax {
		return nil
	}
	return fmt.Errorf("its answer is larger than %d bytes", BodyMax)
}

// SilenceLimit is how long a stream may be silent before the camera counts as lost: they give a sign of life every 5 to
// 30 seconds.
const SilenceLimit = 90 * time.Second

// Stream asks for an answer that never ends and takes the events of each part as it comes. It ends when nothing came for
// as long as silence.
func (c *Connection) Stream(ctx context.Context, path string, silence time.Duration, take func([]Event) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	response, err := c.ask(ctx, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	watch := time.AfterFunc(silence, func() {
		cancel(fmt.Errorf("nothing came for %s, not even a sign of life: has the camera lost its network or its power?", silence))
	})
	defer watch.Stop()
	parts := newPartReader(response.Body, response.Header.Get("Content-Type"), func() { watch.Reset(silence) })
	for {
		part, err := parts.next()
		if cause := context.Cause(ctx); cause != nil && err != nil {
			err = cause
		}
		if err != nil {
			return c.offline(path, err)
		}
		if err := take(c.Parse(part, "")); err != nil {
			return err
		}
	}
}

// ask sends a request, a second time with the proof that the camera wants.
func (c *Connection) ask(ctx context.Context, path string) (*http.Response, error) {
	for tries := 0; ; tries++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.address, "/")+path, nil)
		if err != nil {
			return nil, c.offline(path, err)
		}
		c.prove(request)
		response, err := c.client.Do(request)
		if err != nil {
			return nil, c.offline(path, err)
		}
		if response.StatusCode == http.StatusOK {
			return response, nil
		}
		response.Body.Close()
		again := false
		if response.StatusCode == http.StatusUnauthorized && tries == 0 {
			c.challenge, c.known = challengeOf(response.Header)
			c.count, again = 0, c.known
		}
		if !again {
			return nil, c.refused(path, response.StatusCode)
		}
	}
}

func (c *Connection) prove(request *http.Request) {
	switch {
	case !c.known:
	case c.challenge.basic:
		request.SetBasicAuth(c.user, c.password)
	default:
		c.count++
		request.Header.Set("Authorization", c.challenge.proof(c.user, c.password, request.Method, request.URL.RequestURI(), c.count, newClientNonce()))
	}
}

func newClientNonce() string {
	var b [8]byte
	rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// offline says where the camera was not, once: an error of the client's says it as well.
func (c *Connection) offline(path string, err error) error {
	if asked := (*url.Error)(nil); errors.As(err, &asked) {
		err = asked.Err
	}
	return fmt.Errorf("%w: %s%s: %w", drivers.ErrOffline, c.address, path, unbelieved(err))
}

func (c *Connection) refused(path string, status int) error {
	hint := "is it a camera of this make, and is this way of asking switched on?"
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		hint = "check user and password, and that the user may see events"
	}
	return fmt.Errorf("%w: %s%s answers %d: %s", drivers.ErrOffline, c.address, path, status, hint)
}

// Post sends a body and returns the answer, for cameras that are asked by calls.
func (c *Connection) Post(ctx context.Context, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answerLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.address, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, c.offline(path, err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, c.offline(path, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, c.refused(path, response.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, BodyMax))
	if err != nil {
		return nil, c.offline(path, err)
	}
	return answer, nil
}
