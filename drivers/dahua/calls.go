package dahua

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

const (
	loginPath     = "/RPC2_Login"
	callPath      = "/RPC2"
	subscribePath = "/SubscribeNotify.cgi?sessionId="
	// A session ends by itself unless it shows life. Events need not come for hours.
	aliveEvery  = 30 * time.Second
	silentUntil = 24 * time.Hour
)

// request is a call to the camera.
type request struct {
	Method  string `json:"method"`
	Params  any    `json:"params"`
	ID      int    `json:"id"`
	Session string `json:"session,omitempty"`
}

// answer is what the camera says to a call.
type answer struct {
	Result  any    `json:"result"`
	Session string `json:"session"`
	Params  struct {
		Realm  string `json:"realm"`
		Random string `json:"random"`
	} `json:"params"`
}

type login struct {
	UserName   string `json:"userName"`
	Password   string `json:"password"`
	ClientType string `json:"clientType"`
}

type attach struct {
	Codes []string `json:"codes"`
}

// session is a login at one camera.
type session struct {
	connection *platecamera.Connection
	id         string
	calls      int
}

// call follows a camera's events as its own page does.
func call(ctx context.Context, connection *platecamera.Connection, take func([]platecamera.Event) error) error {
	s := session{connection: connection}
	if err := s.login(ctx); err != nil {
		return err
	}
	if _, err := s.ask(ctx, callPath, "eventManager.attach", attach{[]string{"All"}}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cancel(s.stayAlive(ctx))
	}()
	err := connection.Stream(ctx, subscribePath+s.id, silentUntil, take)
	cancel(nil)
	<-ended
	if cause := context.Cause(ctx); errors.Is(cause, drivers.ErrOffline) {
		return cause
	}
	return err
}

// login proves the password: the first call asks what to prove it with.
func (s *session) login(ctx context.Context) error {
	_, user, password := s.connection.Link()
	first, err := s.send(ctx, loginPath, "global.login", login{UserName: user, ClientType: "Web3.0"})
	if err != nil {
		return err
	}
	s.id = first.Session
	_, err = s.ask(ctx, loginPath, "global.login", login{user, loginProof(user, password, first.Params.Realm, first.Params.Random), "Web3.0"})
	return err
}

// loginProof is the digest that a camera wants.
func loginProof(user, password, realm, random string) string {
	secret := sum(user + ":" + realm + ":" + password)
	return sum(user + ":" + random + ":" + secret)
}

func sum(text string) string {
	digest := md5.Sum([]byte(text))
	return strings.ToUpper(hex.EncodeToString(digest[:]))
}

// ask is a call that must succeed.
func (s *session) ask(ctx context.Context, path, method string, params any) (answer, error) {
	a, err := s.send(ctx, path, method, params)
	if err == nil && (a.Result == nil || a.Result == false) {
		address, _, _ := s.connection.Link()
		err = fmt.Errorf("%w: %s refuses %s: check user and password", drivers.ErrOffline, address, method)
	}
	return a, err
}

func (s *session) send(ctx context.Context, path, method string, params any) (answer, error) {
	s.calls++
	body, _ := json.Marshal(request{method, params, s.calls, s.id}) // plain values: it can't fail
	text, err := s.connection.Post(ctx, path, body)
	if err != nil {
		return answer{}, err
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		address, _, _ := s.connection.Link()
		return a, fmt.Errorf("%w: %s answers %s with no JSON: %w", drivers.ErrOffline, address, method, err)
	}
	return a, nil
}

// stayAlive shows life until ctx ends, or until the camera does not answer.
func (s *session) stayAlive(ctx context.Context) error {
	ticker := time.NewTicker(aliveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if _, err := s.ask(ctx, callPath, "global.keepAlive", map[string]int{"timeout": 300}); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
