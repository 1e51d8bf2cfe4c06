package api

import (
	"embed"
	"html/template"
	"net/http"
	"time"
)

//go:embed login.html docs.html
var pages embed.FS

// login gives a browser a cookie with its token. A token in the address comes from a link or QR code that was
// printed for a wall or a phone.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
	token := r.FormValue("token")
	who, known := s.find(token)
	if !known {
		if token != "" {
			s.Logger.Warn("a token is not known", "from", r.RemoteAddr)
		}
		s.showLogin(w, loginPage{Wrong: token != ""})
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: int(cookieFor / time.Second), HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode,
	})
	// A page of our own goes on: after a redirect from another site, the browser would keep the strict cookie back.
	s.showLogin(w, loginPage{Name: who.name, Role: who.role.String()})
}

type loginPage struct {
	Wrong      bool
	Name, Role string // of who is logged in now
}

func (s *Server) showLogin(w http.ResponseWriter, page loginPage) {
	status := http.StatusOK
	if page.Wrong {
		status = http.StatusUnauthorized
	}
	s.showPage(w, status, "login.html", page)
}

// showPage answers with one of the pages that are part of this package. They need nothing from elsewhere.
func (s *Server) showPage(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	made, err := template.ParseFS(pages, name)
	if err == nil {
		err = made.Execute(w, data)
	}
	if err != nil {
		s.Logger.Error("a page can't be shown", "page", name, "err", err)
	}
}
