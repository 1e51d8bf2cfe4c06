package rest

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// Door is what every request to one program goes through, and how that program names itself to whoever asks.
type Door struct {
	Name   string // in problems: "the gateway"
	Title  string // of its documentation and log-in page: "Gatehouse"
	Home   string // what its page shows: "the lot"
	Keeper string // who knows its tokens, for those who have none: "who set the gateway up"
	Hint   string // how to come by a token, for programs
	Others string // how to come by more tokens than the first, for people: "gatehouse token makes others"
	Cookie string // the cookie that holds a browser's token
	// Find looks up who has a token.
	Find func(token string) (Somebody, bool)
	// Open lets programs on this machine act as RoleOperate without a token: for a demonstration.
	Open    bool
	BodyMax int64 // bytes of a request
	// Codes are the problems that are this API's own, with their HTTP status.
	Codes map[string]int
	// Logger hears of failures and of tokens that are wrong, and never of plates.
	Logger *slog.Logger
}

// Mount adds to mux what every program here has, beside its operations of book: their description for programs and
// people, metrics, and log-in.
func (d *Door) Mount(mux *http.ServeMux, book *Book, measures func() []Measure) {
	spec := book.spec()
	mux.Handle("/api/", orProblem(book.mux))
	mux.Handle("GET /openapi.json", d.Need(RoleView, specification(spec)))
	mux.Handle("GET /docs", d.Need(RoleView, d.documentation(spec)))
	mux.Handle("GET /metrics", d.Need(RoleView, metrics(measures)))
	mux.HandleFunc("GET /login", d.login)
	mux.HandleFunc("POST /login", d.login)
}

// AnswerText answers with a line of text.
func AnswerText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client is gone, and nobody is left to tell
}

// spec is the description of all operations.
func (b *Book) spec() *huma.OpenAPI { return b.api.OpenAPI() }
