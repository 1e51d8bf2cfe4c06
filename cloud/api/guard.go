package api

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
)

const cookieName = "gatehouse_hq_token"

// guard is what every request goes through first: it finds out who asks, refuses what a foreign site has a
// browser send, and turns a panic into an answer.
func (s *Server) guard(next http.Handler) http.Handler {
	sameSite := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.rescue(w, r)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		_, byBearer := bearer(r)
		if err := sameSite.Check(r); err != nil && !byBearer {
			problem(codeCrossSite, "a browser sent this from another site", "open headquarters' own page").write(w)
			return
		}
		next.ServeHTTP(w, r.WithContext(withWho(r.Context(), s.identify(r))))
	})
}

// rescue answers for a handler that panicked.
func (s *Server) rescue(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, is := cause.(error); is && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	s.Logger.Error("a request failed", "method", r.Method, "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	problem(codeInternal, "headquarters failed on this request", "ask again; if it fails again, send the log to the makers").write(w)
}

func bearer(r *http.Request) (token string, shown bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// identify finds who makes a request: by its bearer token, else by its cookie, else by where it comes from.
func (s *Server) identify(r *http.Request) somebody {
	if token, shown := bearer(r); shown {
		who, known := s.find(token)
		if !known {
			s.Logger.Warn("a token is not known", "from", r.RemoteAddr)
		}
		return who
	}
	if cookie, err := r.Cookie(cookieName); err == nil {
		if who, known := s.find(cookie.Value); known {
			return who
		}
	}
	if s.Open && isLoopback(r.RemoteAddr) && isLoopback(r.Host) {
		return somebody{"demo", RoleOperate}
	}
	return somebody{}
}

// isLoopback tells if an address or a Host header names this machine. Of a Host header too, so that no foreign
// site reaches the gateway by a name of its own that it points here.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// lacks is why somebody may not do what needs a role, or nil.
func (who somebody) lacks(role Role) *Problem {
	switch {
	case who.role >= role:
		return nil
	case who.role == RoleNobody:
		return problem(codeNobody, "no token, or one that is not known", "send Authorization: Bearer with an API key; who may configure makes one")
	}
	return problem(codeForbidden, "this needs the role "+role.String()+"; the token "+who.name+" has the role "+who.role.String(),
		"use a token with that role")
}

// need lets in who has a role.
func (s *Server) need(role Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := whoOf(r.Context()).lacks(role); p != nil {
			p.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// needPage is need for what people open in a browser: who is not logged in gets to do so.
func (s *Server) needPage(page http.Handler) http.Handler {
	guarded := s.need(RoleView, page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if whoOf(r.Context()).role == RoleNobody && strings.Contains(r.Header.Get("Accept"), "text/html") {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// orProblem answers a path or method that no operation has with a problem.
func orProblem(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		verdict := statusOnly{header: w.Header()}
		handler.ServeHTTP(&verdict, r)
		if verdict.status == http.StatusMethodNotAllowed {
			problem(codeMethod, "this path has no "+r.Method, "use one of "+w.Header().Get("Allow")).write(w)
			return
		}
		notFound("path like this one", docsHint).write(w)
	})
}

// statusOnly takes a response for its status and headers.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }
