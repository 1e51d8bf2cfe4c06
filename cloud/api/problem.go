package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/cloud/enrol"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
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

// The codes of problems.
const (
	codeMalformed   = "malformed"
	codeNobody      = "unauthorized"
	codeForbidden   = "forbidden"
	codeCrossSite   = "cross_site"
	codeMethod      = "method_not_allowed"
	codeTooLarge    = "too_large"
	codeMediaType   = "unsupported_media_type"
	codeCardNumber  = "card_number"
	codeManyStreams = "too_many_streams"
	codeInternal    = "internal"
	codeNotFound    = "not_found"
	codeInvalid     = "invalid"
	codeConflict    = "conflict"
	codeNoCapacity  = "no_availability"
	codeKeyReused   = "idempotency_key_reused"
	codeUnavailable = "unavailable"
	codeNotPossible = "not_possible"
)

// problemStatus is the HTTP status of each code.
var problemStatus = map[string]int{
	codeMalformed:   http.StatusBadRequest,
	codeNobody:      http.StatusUnauthorized,
	codeForbidden:   http.StatusForbidden,
	codeCrossSite:   http.StatusForbidden,
	codeMethod:      http.StatusMethodNotAllowed,
	codeTooLarge:    http.StatusRequestEntityTooLarge,
	codeMediaType:   http.StatusUnsupportedMediaType,
	codeCardNumber:  http.StatusUnprocessableEntity,
	codeManyStreams: http.StatusServiceUnavailable,
	codeInternal:    http.StatusInternalServerError,
	codeNotFound:    http.StatusNotFound,
	codeInvalid:     http.StatusUnprocessableEntity,
	codeConflict:    http.StatusConflict,
	codeNoCapacity:  http.StatusConflict,
	codeKeyReused:   http.StatusUnprocessableEntity,
	codeUnavailable: http.StatusServiceUnavailable,
	codeNotPossible: http.StatusConflict,
}

func problem(code, detail, hint string) *Problem {
	status, known := problemStatus[code]
	if !known {
		status = http.StatusConflict
	}
	return &Problem{
		Type: "/docs#" + code, Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Hint: hint,
	}
}

func notFound(what, hint string) *Problem {
	return problem(codeNotFound, "there is no "+what, hint)
}

func invalid(location, message string) *Problem {
	p := problem(codeInvalid, "the request is not right: "+location+": "+message, "correct it; "+docsHint)
	p.Errors = []WrongDetail{{location, message}}
	return p
}

// meanings are what errors of the packages below mean to who asks.
var meanings = []struct {
	err        error
	code, hint string
}{
	{sales.ErrNoRights, codeNoCapacity, "ask for another time or type, or have the location lend more rights"},
	{sales.ErrWindow, codeInvalid, "ask for another time"},
	{sales.ErrUnknown, codeNotFound, "check the number"},
	{sales.ErrOver, codeNotPossible, "what has begun is the location's to end"},
	{sales.ErrKey, codeKeyReused, "use a new Idempotency-Key for a new reservation"},
	{sales.ErrBusy, codeConflict, "ask again"},
	{steer.ErrRelease, codeInvalid, "correct it; " + docsHint},
	{steer.ErrUnknown, codeNotFound, "GET /api/v1/rollouts lists all"},
	{steer.ErrOrder, codeInvalid, "correct it; " + docsHint},
	{steer.ErrBusy, codeConflict, "ask again"},
	{enrol.ErrUnknownDevice, codeNotFound, "GET /api/v1/devices lists all"},
	{enrol.ErrBusy, codeConflict, "ask again"},
}

// problemOf is an error of a package below as a problem. One without a meaning is headquarters' own failure.
func (s *Server) problemOf(err error) *Problem {
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p
	}
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			_, text, _ := strings.Cut(err.Error(), ": ")
			return problem(m.code, text, m.hint)
		}
	}
	s.Logger.Error("a request failed", "err", err)
	return problem(codeUnavailable, "the store does not answer, so it is not known what became of the request",
		"ask again with the same Idempotency-Key; nothing is done twice")
}

const docsHint = "/docs shows what each request looks like"

// ofHuma turns an error of huma's own checks into a Problem. What was sent is left out: it may be a plate.
func ofHuma(e *huma.ErrorModel) *Problem {
	code, detail := codeOfStatus(e.Status), e.Detail
	if code == codeInternal {
		return problem(code, "headquarters failed on this request", "ask again; if it fails again, send the log to the makers")
	}
	details, words := []WrongDetail{}, []string{}
	for _, one := range e.Errors {
		one := WrongDetail{one.Location, plainMessage(one.Message)}
		details = append(details, one)
		words = append(words, strings.TrimPrefix(one.Location+": ", ": ")+one.Message)
	}
	if len(words) > 0 {
		detail = "the request is not right: " + strings.Join(words, "; ")
	}
	p := problem(code, detail, "correct it; "+docsHint)
	p.Errors = details
	return p
}

// plainMessage is a message without the names that only our own programs know.
func plainMessage(message string) string {
	if strings.HasPrefix(message, "json: cannot unmarshal ") {
		return "a value is of another kind, or larger, than its field takes"
	}
	return strings.TrimPrefix(message, "api: ")
}

func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return codeMalformed
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return codeMediaType
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusUnprocessableEntity:
		return codeInvalid
	}
	return codeInternal
}

// write answers a problem where no operation has begun.
func (p *Problem) write(w http.ResponseWriter) {
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="gatehouse"`)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone, and nobody is left to tell
}
