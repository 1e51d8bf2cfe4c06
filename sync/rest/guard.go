package rest

import (
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
)

// Guard is what every request goes through first: it finds out who asks, refuses what a foreign site has a
// browser send, and turns a panic into an answer.
func (d *Door) Guard(next http.Handler) http.Handler {
	sameSite := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer d.rescue(w, r)
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		_, byBearer := bearer(r)
		if err := sameSite.Check(r); err != nil && !byBearer {
			NewProblem(CodeCrossSite, "a browser sent this from another site", "open the page of "+d.Name+" itself").Write(w)
			return
		}
		next.ServeHTTP(w, r.WithContext(withWho(r.Context(), d.identify(r))))
	})
}

// rescue answers for a handler that panicked. Nothing else is touched by it: a lot lives in another goroutine.
func (d *Door) rescue(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, is := cause.(error); is && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	d.Logger.Error("a request failed", "method", r.Method, "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	d.failed().Write(w)
}

func bearer(r *http.Request) (token string, shown bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// identify finds who makes a request: by its bearer token, else by its cookie, else by where it comes from.
func (d *Door) identify(r *http.Request) Somebody {
	if token, shown := bearer(r); shown {
		who, known := d.Find(token)
		if !known {
			d.Logger.Warn("a token is not known", "from", r.RemoteAddr)
		}
		return who
	}
	if cookie, err := r.Cookie(d.Cookie); err == nil {
		if who, known := d.Find(cookie.Value); known {
			return who
		}
	}
	if d.Open && isLoopback(r.RemoteAddr) && isLoopback(r.Host) {
		return Somebody{"demo", RoleOperate}
	}
	return Somebody{}
}

// isLoopback reports whether an address or a Host header names this machine. Of a Host header too, so that no foreign
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
func (d *Door) lacks(who Somebody, role Role) *Problem {
	switch {
	case who.Role >= role:
		return nil
	case who.Role == RoleNobody:
		return NewProblem(CodeNobody, "no token, or one that is not known", "send Authorization: Bearer with "+d.Hint)
	}
	return Forbidden(who, role)
}

// Need lets in whoever has a role.
func (d *Door) Need(role Role, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := d.lacks(Who(r.Context()), role); p != nil {
			p.Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// NeedPage is Need for what people open in a browser: who is not logged in gets to do so.
func (d *Door) NeedPage(page http.Handler) http.Handler {
	guarded := d.Need(RoleView, page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if Who(r.Context()).Role == RoleNobody && strings.Contains(r.Header.Get("Accept"), "text/html") {
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
			NewProblem(CodeMethod, "this path has no "+r.Method, "use one of "+w.Header().Get("Allow")).Write(w)
			return
		}
		NotFound("path like this one", DocsHint).Write(w)
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
