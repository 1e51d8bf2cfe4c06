package livepage

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
)

//go:embed assets
var shared embed.FS

// Assets are the files of a page: its own and the shared ones, live.css and live.js.
type Assets struct {
	own fs.FS
	// Version tells one set of assets from another: a page of another version loads itself anew.
	Version string
}

// NewAssets are the files below assets/ of own, which the program holds, with the shared ones.
func NewAssets(own embed.FS) Assets {
	h := sha256.New()
	for _, files := range []embed.FS{own, shared} {
		err := fs.WalkDir(files, "assets", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := files.ReadFile(name)
			h.Write(text)
			return err
		})
		if err != nil {
			panic(err) // they are in the program
		}
	}
	return Assets{own: own, Version: hex.EncodeToString(h.Sum(nil)[:6])}
}

// ServeHTTP serves the file that the request's path value "name" names. Files are asked for by version, so that a browser may
// keep them.
func (a Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := "assets/" + r.PathValue("name")
	files := a.own
	if _, err := fs.Stat(shared, name); err == nil {
		files = shared
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, files, name)
}

// Send sends a page that may load nothing from elsewhere.
func Send(w http.ResponseWriter, status int, html []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "+
		"frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	w.WriteHeader(status)
	_, _ = w.Write(html) // the client is gone, and nobody is left to tell
}
