package app

import (
	"crypto/sha256"
	"net/http/httptest"
	"testing"

	"gatehouse/gateway/site"
)

// Whoever may push plates opens gates: without a key only this machine may, with one only who shows it.
func TestWhoMayPushForADevice(t *testing.T) {
	sum := sha256.Sum256([]byte("secret"))
	cases := []struct {
		name, remote, url, bearer string
		key                       []byte
		admitted                  bool
	}{
		{"no key, this machine", "127.0.0.1:5000", "/cam", "", nil, true},
		{"no key, another machine", "192.0.2.7:5000", "/cam", "", nil, false},
		{"no key, no address", "", "/cam", "", nil, false},
		{"key in the address", "192.0.2.7:5000", "/cam?key=secret", "", sum[:], true},
		{"key as a token", "192.0.2.7:5000", "/cam", "Bearer secret", sum[:], true},
		{"wrong key", "192.0.2.7:5000", "/cam?key=secre", "", sum[:], false},
		{"key wanted, this machine", "127.0.0.1:5000", "/cam", "", sum[:], false},
	}
	for _, c := range cases {
		r := httptest.NewRequest("POST", c.url, nil)
		r.RemoteAddr = c.remote
		if c.bearer != "" {
			r.Header.Set("Authorization", c.bearer)
		}
		d := &device{Device: site.Device{Key: c.key}}
		if d.admits(r) != c.admitted {
			t.Errorf("%s: admitted %t", c.name, !c.admitted)
		}
	}
}
