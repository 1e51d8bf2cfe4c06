package app

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// DeviceHandler serves the devices that push over HTTP, each at its id. A device shows its key as a bearer token or,
// where it can send nothing but an address, as ?key=; one that has no key may push from this machine only, because
// whoever may push plates opens gates.
func (a *App) DeviceHandler() http.Handler {
	pushed := map[string]*device{}
	for _, d := range a.devices {
		if d.handler() != nil {
			pushed[string(d.ID)] = d
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		d, found := pushed[id]
		switch {
		case !found:
			http.NotFound(w, r)
		case !d.admits(r):
			http.Error(w, "this device must show its key: give it key_sha256 in the site file, and ?key=… in its address", http.StatusUnauthorized)
		default:
			d.handler().ServeHTTP(w, r)
		}
	})
}

// admits reports whether a request may be the device's.
func (d *device) admits(r *http.Request) bool {
	if d.Key == nil {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(host)
		return ip != nil && ip.IsLoopback()
	}
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		shown = r.URL.Query().Get("key")
	}
	sum := sha256.Sum256([]byte(shown))
	return subtle.ConstantTimeCompare(sum[:], d.Key) == 1
}
