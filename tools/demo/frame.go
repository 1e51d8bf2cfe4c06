package main

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// framedHere lets pages of this machine alone frame another.
const framedHere = "frame-ancestors http://127.0.0.1:* http://localhost:*"

// frame hands a side's own page on to the demonstration's page, which shows both side by side: no side lets itself be
// framed by others, and headquarters' certificate is one that no browser knows. It returns the address to be framed.
func frame(target string, transport http.RoundTripper) (address string, err error) {
	to, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	proxy := &httputil.ReverseProxy{
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // a page that is closed ends its stream
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // a side believes this machine alone, and knows it by this
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("X-Frame-Options")
			for i, policy := range r.Header["Content-Security-Policy"] {
				r.Header["Content-Security-Policy"][i] = strings.Replace(policy, "frame-ancestors 'none'", framedHere, 1)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Refresh", "1")
			http.Error(w, "It is starting.", http.StatusBadGateway)
		},
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }() // it ends with the demonstration
	return "http://" + listener.Addr().String(), nil
}
