package rest

import (
	"embed"
	"html/template"
	"net/http"
	"time"
)

const (
	// cookieFor is how long a browser stays logged in.
	cookieFor = 30 * 24 * time.Hour
	loginMax  = 4 << 10 // bytes
)

//go:embed login.html docs.html
var pages embed.FS

// login gives a browser a cookie with its token. A token in the address comes from a link or QR code that was
// printed for a wall or a phone.
func (d *Door) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, loginMax)
	token := r.FormValue("token")
	who, known := d.Find(token)
	if !known {
		if token != "" {
			d.Logger.Warn("a token is not known", "from", r.RemoteAddr)
		}
		d.showLogin(w, loginPage{Door: d, Wrong: token != ""})
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: d.Cookie, Value: token, Path: "/", MaxAge: int(cookieFor / time.Second), HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode,
	})
	// A page of our own goes on: after a redirect from another site, the browser would keep the strict cookie back.
	d.showLogin(w, loginPage{Door: d, Who: who.Name, Role: who.Role.String()})
}

type loginPage struct {
	*Door
	Wrong     bool
	Who, Role string // who is logged in now
}

func (d *Door) showLogin(w http.ResponseWriter, page loginPage) {
	status := http.StatusOK
	if page.Wrong {
		status = http.StatusUnauthorized
	}
	d.showPage(w, status, "login.html", page)
}

// showPage answers with one of the pages that are part of this package. They need nothing from elsewhere.
func (d *Door) showPage(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	made, err := template.ParseFS(pages, name)
	if err == nil {
		err = made.Execute(w, data)
	}
	if err != nil {
		d.Logger.Error("a page can't be shown", "page", name, "err", err)
	}
}
