package livepage

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed problem.html
var problems embed.FS

// SendProblem answers with a page that says what is the matter and what to do. One of status 503 tries again by itself, so that
// a wall with nobody at its keyboard comes back.
func (a Assets) SendProblem(w http.ResponseWriter, status int, what, do string) {
	view := struct {
		Version, What, Do string
		Again             bool
	}{a.Version, what, do, status == http.StatusServiceUnavailable}
	var html bytes.Buffer
	made, err := template.ParseFS(problems, "problem.html")
	if err == nil {
		err = made.Execute(&html, view)
	}
	if err != nil {
		panic(err) // it is in the program
	}
	Send(w, status, html.Bytes())
}
