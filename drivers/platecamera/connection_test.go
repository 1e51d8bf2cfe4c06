package platecamera

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/drivers"
)

// guard is a web server that lets each nonce be used once, as cameras with a short memory do, and checks proofs by the
// formulas of RFC 7616, 3.4, in words of its own.
type guard struct {
	challenge string // with %s for the nonce
	nonces    int
	refused   int
}

func (g *guard) nonce() string { return fmt.Sprint("nonce", g.nonces) }

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.believes(r) {
		g.nonces++
		g.refused++
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(g.challenge, g.nonce()))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.nonces++
	io.WriteString(w, "taken")
}

func (g *guard) believes(r *http.Request) bool {
	given := map[string]string{}
	for _, field := range strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Digest "), ", ") {
		name, value, _ := strings.Cut(field, "=")
		given[name] = strings.Trim(value, `"`)
	}
	hash := func(text string) string {
		if strings.Contains(strings.ToUpper(g.challenge), "SHA-256") {
			sum := sha256.Sum256([]byte(text))
			return hex.EncodeToString(sum[:])
		}
		sum := md5.Sum([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	a1 := hash("admin:a camera:secret")
	if strings.Contains(strings.ToLower(g.challenge), "-sess") {
		a1 = hash(a1 + ":" + g.nonce() + ":" + given["cnonce"])
	}
	a2 := hash(r.Method + ":" + r.URL.RequestURI())
	want := hash(a1 + ":" + g.nonce() + ":" + a2)
	if strings.Contains(g.challenge, "auth") {
		want = hash(a1 + ":" + g.nonce() + ":" + given["nc"] + ":" + given["cnonce"] + ":auth:" + a2)
	}
	return given["nonce"] == g.nonce() && given["response"] == want && given["username"] == "admin"
}

func TestProofsThatCamerasWant(t *testing.T) {
	for _, challenge := range []string{
		`Digest realm="a camera", nonce="%s"`,
		`Digest realm="a camera", nonce="%s", qop="", stale=true`,
		`Digest qop="auth", realm="a camera", nonce="%s", stale="FALSE", opaque="", domain="::"`,
		`Digest qop="auth,auth-int",algorithm=MD5,realm="a camera",nonce="%s"`,
		`digest algorithm="md5-sess", realm="a camera", qop=auth, nonce="%s"`,
		`Digest algorithm=MD5-sess, realm="a camera", nonce="%s"`,
		`Digest algorithm=SHA-256, realm="a camera", qop="auth", nonce="%s", charset=UTF-8, userhash=false`,
		`Digest algorithm=SHA-256-sess, realm="a camera", qop="auth", nonce="%s"`,
	} {
		g := &guard{challenge: challenge}
		server := httptest.NewServer(g)
		c := newConnection(&Camera{link: link{address: server.URL, user: "admin", password: "secret"}, zone: time.UTC})
		for n := range 3 { // the second finds its nonce stale
			if body, _, err := c.Get(context.Background(), fmt.Sprint("/cgi-bin/x.cgi?a=[All]&n=", n)); err != nil || string(body) != "taken" {
				t.Errorf("%s, request %d: %q, %v", challenge, n+1, body, err)
			}
		}
		if g.refused != 3 {
			t.Errorf("%s: refused %d times", challenge, g.refused)
		}
		c.password = "wrong"
		if _, _, err := c.Get(context.Background(), "/"); !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "check user and password") || g.refused != 5 {
			t.Errorf("%s: a wrong password, refused %d times: %v", challenge, g.refused, err)
		}
		server.Close()
	}
}

// A stream over which nothing comes, not even a sign of life, says so.
func TestASilentStreamIsLost(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "multipart/mixed; boundary=b")
		http.NewResponseController(w).Flush()
		<-done
	}))
	defer server.Close()
	defer close(done)
	c := newConnection(&Camera{link: link{address: server.URL}, zone: time.UTC})
	err := c.Stream(context.Background(), "/s", time.Millisecond, func([]Event) error { return nil })
	if !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "/s: nothing came for 1ms") {
		t.Error(err)
	}
}

// asking makes a connection to a camera from its settings.
func asking(t *testing.T, settings drivers.Settings) *Connection {
	t.Helper()
	camera, err := Make{Sources: map[string]Source{"a": nil}, Default: "a"}.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	return newConnection(camera)
}

// A camera with a certificate of its own: the fault says which one was seen and what to write; with that it is believed, and
// another one, even of the same name, is not and gets nothing to see.
func TestACameraWithACertificateOfItsOwn(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		io.WriteString(w, "taken")
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	seen := sha256.Sum256(server.Certificate().Raw)
	toWrite := fmt.Sprintf("write certificate_sha256 = \"%x\"", seen)
	_, _, err := asking(t, drivers.Settings{"address": server.URL}).Get(t.Context(), "/")
	if !errors.Is(err, drivers.ErrOffline) || !errors.Is(err, ErrUnknownCertificate) || !strings.Contains(err.Error(), toWrite) {
		t.Errorf("an unknown certificate: %v, want %s", err, toWrite)
	}
	other := drivers.Settings{"address": server.URL, "certificate_sha256": strings.Repeat("5A", 32)}
	_, _, err = asking(t, other).Get(t.Context(), "/")
	if !errors.Is(err, drivers.ErrOffline) || !errors.Is(err, ErrOtherCertificate) || !strings.Contains(err.Error(), toWrite) {
		t.Errorf("another certificate: %v, want %s", err, toWrite)
	}
	if times := asked.Load(); times != 0 {
		t.Errorf("who could not be believed was asked %d times", times)
	}
	colons := strings.TrimSuffix(regexp.MustCompile("..").ReplaceAllString(fmt.Sprintf("%X", seen), "$0:"), ":")
	for _, text := range []string{fmt.Sprintf("%x", seen), colons} {
		connection := asking(t, drivers.Settings{"address": server.URL, "certificate_sha256": text})
		if body, _, err := connection.Get(t.Context(), "/"); err != nil || string(body) != "taken" {
			t.Errorf("%s: %q, %v", text, body, err)
		}
	}
}

// A camera is asked again and again for years, on a connection of its own each time that it was lost: none is left behind.
func TestNoConnectionIsLeftBehind(t *testing.T) {
	closed := make(chan struct{}, 8)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "taken") }))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	lost := errors.New("lost")
	maker := Make{Default: "log", Sources: map[string]Source{"log": func(ctx context.Context, connection *Connection, _ func([]Event) error) error {
		_, _, err := connection.Get(ctx, "/log")
		return errors.Join(lost, err)
	}}}
	camera, err := maker.New(drivers.Settings{"address": server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := camera.See(t.Context(), func(drivers.PlateRead) {}); !errors.Is(err, lost) || errors.Is(err, drivers.ErrOffline) {
		t.Fatal(err)
	}
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("the connection is open still")
	}
	server.Close()
}
