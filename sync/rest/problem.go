package rest

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Problem is an error as the API answers it (RFC 9457). Code is stable; Hint says what to do next.
type Problem struct {
	Type   string        `json:"type" doc:"Where the code is explained"`
	Title  string        `json:"title" doc:"The status in words"`
	Status int           `json:"status" doc:"The HTTP status"`
	Detail string        `json:"detail" doc:"What is wrong, for people"`
	Code   string        `json:"code" doc:"What is wrong, for programs; stable" example:"no_availability"`
	Hint   string        `json:"hint" doc:"What to do next"`
	Errors []WrongDetail `json:"errors,omitempty" doc:"What is wrong with the request, place by place"`
}

// WrongDetail is one thing that is wrong with a request. It does not repeat what was sent.
type WrongDetail struct {
	Location string `json:"location" doc:"The place in the request" example:"body.startTime"`
	Message  string `json:"message" doc:"What is wrong there"`
}

// Error makes a problem an error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// The codes of problems that every API here has.
const (
	CodeMalformed   = "malformed"
	CodeNobody      = "unauthorized"
	CodeForbidden   = "forbidden"
	CodeCrossSite   = "cross_site"
	CodeMethod      = "method_not_allowed"
	CodeTooLarge    = "too_large"
	CodeMediaType   = "unsupported_media_type"
	CodeCardNumber  = "card_number"
	CodeManyStreams = "too_many_streams"
	CodeInternal    = "internal"
	CodeNotFound    = "not_found"
	CodeInvalid     = "invalid"
	CodeConflict    = "conflict"
	CodeNoCapacity  = "no_availability"
	CodeKeyReused   = "idempotency_key_reused"
	CodeUnavailable = "unavailable"
	CodeNotPossible = "not_possible"
)

// problemStatus is the HTTP status of each code. What an API has beside these is a conflict with what is, unless its Door
// says otherwise.
var problemStatus = map[string]int{
	CodeMalformed:   http.StatusBadRequest,
	CodeNobody:      http.StatusUnauthorized,
	CodeForbidden:   http.StatusForbidden,
	CodeCrossSite:   http.StatusForbidden,
	CodeMethod:      http.StatusMethodNotAllowed,
	CodeTooLarge:    http.StatusRequestEntityTooLarge,
	CodeMediaType:   http.StatusUnsupportedMediaType,
	CodeCardNumber:  http.StatusUnprocessableEntity,
	CodeManyStreams: http.StatusServiceUnavailable,
	CodeInternal:    http.StatusInternalServerError,
	CodeNotFound:    http.StatusNotFound,
	CodeInvalid:     http.StatusUnprocessableEntity,
	CodeConflict:    http.StatusConflict,
	CodeNoCapacity:  http.StatusConflict,
	CodeKeyReused:   http.StatusUnprocessableEntity,
	CodeUnavailable: http.StatusServiceUnavailable,
	CodeNotPossible: http.StatusConflict,
}

// NewProblem is a problem with one of the codes above.
func NewProblem(code, detail, hint string) *Problem {
	return ProblemWith(problemStatus[code], code, detail, hint)
}

// ProblemWith is a problem with a code of the API's own, and its HTTP status.
func ProblemWith(status int, code, detail, hint string) *Problem {
	return &Problem{
		Type: "/docs#" + code, Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Hint: hint,
	}
}

// NotFound: there is no such thing.
func NotFound(what, hint string) *Problem {
	return NewProblem(CodeNotFound, "there is no "+what, hint)
}

// Invalid: a place in the request is not right.
func Invalid(location, message string) *Problem {
	p := NewProblem(CodeInvalid, "the request is not right: "+location+": "+message, "correct it; "+DocsHint)
	p.Errors = []WrongDetail{{location, message}}
	return p
}

// Forbidden: somebody's role is not enough.
func Forbidden(who Somebody, role Role) *Problem {
	return NewProblem(CodeForbidden, "this needs the role "+role.String()+"; the token "+who.Name+" has the role "+who.Role.String(),
		"use a token with that role")
}

// Unavailable: what answers here ("the lot", "the store") does not.
func Unavailable(what string) *Problem {
	return NewProblem(CodeUnavailable, what+" does not answer, so it is not known what became of the request",
		"ask again with the same Idempotency-Key; nothing is done twice")
}

// DocsHint is what to do about a request that is not right.
const DocsHint = "/docs shows what each request looks like"

// failed is a failure of the program's own.
func (d *Door) failed() *Problem {
	return NewProblem(CodeInternal, d.Name+" failed on this request", "ask again; if it fails again, send the log to the makers")
}

// ofHuma turns an error of huma's own checks into a Problem. What was sent is left out: it may be a plate.
func (d *Door) ofHuma(e *huma.ErrorModel) *Problem {
	code, detail := codeOfStatus(e.Status), e.Detail
	if code == CodeInternal {
		return d.failed()
	}
	details, words := []WrongDetail{}, []string{}
	for _, one := range e.Errors {
		one := WrongDetail{one.Location, readable(one.Message)}
		details = append(details, one)
		words = append(words, strings.TrimPrefix(one.Location+": ", ": ")+one.Message)
	}
	if len(words) > 0 {
		detail = "the request is not right: " + strings.Join(words, "; ")
	}
	p := NewProblem(code, detail, "correct it; "+DocsHint)
	p.Errors = details
	return p
}

// readable is a message without the names that only our own programs know.
func readable(message string) string {
	if strings.HasPrefix(message, "json: cannot unmarshal ") {
		return "a value is of another kind, or larger, than its field takes"
	}
	return strings.TrimPrefix(message, "rest: ")
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return CodeMalformed
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return CodeMediaType
	case http.StatusRequestEntityTooLarge:
		return CodeTooLarge
	case http.StatusUnprocessableEntity:
		return CodeInvalid
	}
	return CodeInternal
}

// Write answers a problem where no operation has begun.
func (p *Problem) Write(w http.ResponseWriter) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="gatehouse"`)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone, and nobody is left to tell
}
