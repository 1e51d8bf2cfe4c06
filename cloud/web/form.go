package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// formMax bounds what a form may send: the largest document, and room for all else.
const formMax = 4 << 20

// work is a page on which somebody does something: of one location, or of the chain.
type work struct {
	Version string
	Title   string
	Lot     *lotView // nil: the chain's
	Said    string   // what was done
	Form    *form
}

// form is what a person fills in. It is sent to the page, which has the API do it and shows it again, with all that was typed,
// where something is wrong.
type form struct {
	Action, Button string
	Key            string // names the request: sent twice it is done once
	Fields         []*field
	Wrong, Do      string // of the form as a whole
}

// field is one of its fields, by the name that the API gives it.
type field struct {
	Name, Label string
	Kind        string // of the input; also decimal, number and count, select, choice, lines, file and check
	Value       string
	Help, Wrong string
	Options     []option
	Needed      bool
	Max         int
	First       bool   // to be put right before all others
	Apart       string // tells it from one of the same name in another form of its page
	More        bool   // is unfolded by who wants it
}

// option is one of several values.
type option struct{ Value, Label string }

// ID names the field in its page.
func (f *field) ID() string { return "field-" + f.Apart + f.Name }

// Optional reports whether it is said that nothing need be typed.
func (f *field) Optional() bool {
	return !f.Needed && !slices.Contains([]string{"select", "lines", "file"}, f.Kind)
}

// Type is that of its input.
func (f *field) Type() string {
	if f.Mode() != "" {
		return "text"
	}
	return f.Kind
}

// Mode is the keyboard that a phone shows for it.
func (f *field) Mode() string {
	switch f.Kind {
	case "decimal":
		return "decimal"
	case "number", "count":
		return "numeric"
	}
	return ""
}

// Described are the IDs of what is said about it.
func (f *field) Described() string {
	ids := []string{}
	if f.Wrong != "" {
		ids = append(ids, f.ID()+"-wrong")
	}
	if f.Help != "" {
		ids = append(ids, f.ID()+"-help")
	}
	return strings.Join(ids, " ")
}

// newForm is an empty form.
func newForm(action, button string, fields ...*field) *form {
	return &form{Action: action, Button: button, Key: rand.Text(), Fields: slices.DeleteFunc(fields, func(f *field) bool { return f == nil })}
}

// reason is the field for why something is done.
func reason() *field {
	return &field{Name: "reason", Label: "Why?", Kind: "text", Max: 256, Needed: true, Help: "Goes on record, with your name."}
}

// read takes what was typed, and says what is missing. It reports whether the form may be sent on.
func (f *form) read(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, formMax)
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(formMax)
	}
	if err != nil {
		f.Wrong, f.Do = "This did not arrive whole, or it is larger than 4 MB", "Send it again."
		return false
	}
	if key := r.PostForm.Get("key"); len(key) == len(f.Key) {
		f.Key = key
	}
	for _, one := range f.Fields {
		one.Value = strings.ReplaceAll(strings.ToValidUTF8(r.PostForm.Get(one.Name), "\ufffd"), "\r\n", "\n")
		if one.Kind != "lines" {
			one.Value = strings.TrimSpace(one.Value)
		}
		if one.Needed && strings.TrimSpace(one.Value) == "" {
			one.Wrong = "This is needed."
		}
	}
	return !f.isWrong()
}

// isWrong reports whether it must be put right, and says where to begin.
func (f *form) isWrong() bool {
	at := slices.IndexFunc(f.Fields, func(one *field) bool { return one.Wrong != "" })
	if at >= 0 {
		f.Fields[at].First = true
	}
	return at >= 0 || f.Wrong != ""
}

// HowMany are the fields that are wrong.
func (f *form) HowMany() (n int) {
	for _, one := range f.Fields {
		if one.Wrong != "" {
			n++
		}
	}
	return n
}

// Folds reports whether there are fields that are unfolded by who wants them.
func (f *form) Folds() bool {
	return slices.ContainsFunc(f.Fields, func(one *field) bool { return one.More })
}

// Unfolded reports whether one of them was filled in, or is wrong.
func (f *form) Unfolded() bool {
	return slices.ContainsFunc(f.Fields, func(one *field) bool { return one.More && (one.Value != "" || one.Wrong != "") })
}

// at is the field of a name, or nil.
func (f *form) at(name string) *field {
	if at := slices.IndexFunc(f.Fields, func(one *field) bool { return one.Name == name }); at >= 0 {
		return f.Fields[at]
	}
	return nil
}

// value is what a field holds; "" where there is none.
func (f *form) value(name string) string {
	if one := f.at(name); one != nil {
		return one.Value
	}
	return ""
}

// texts puts fields that hold something into a request.
func (f *form) texts(into map[string]any, names ...string) {
	for _, name := range names {
		if value := f.value(name); value != "" {
			into[name] = value
		}
	}
}

// refuse takes a refusal of the API: beside the field that it names, or for the whole.
func (f *form) refuse(refused *problem) {
	for _, one := range refused.Errors {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(one.Location, "path."), "body."), "[")
		if at := f.at(name); at != nil {
			at.Wrong = sentence(one.Message)
		}
	}
	if f.HowMany() == 0 {
		f.Wrong, f.Do = sentence(refused.Detail), sentence(refused.Hint)
	}
	if refused.Code == "idempotency_key_reused" {
		f.Do = "This form was sent before, for something else. Send it again if you want both."
	}
	if refused.Status < http.StatusInternalServerError { // nothing was done by that name
		f.Key = rand.Text()
	}
	f.isWrong()
}

// Status is the status of a page with the form.
func (f *form) Status() int {
	if f != nil && f.isWrong() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// problem is a refusal of the API.
type problem struct {
	Status             int
	Code, Detail, Hint string
	Errors             []struct{ Location, Message string }
}

// ask has the API answer for whoever made the request of ctx; nil: it has.
func (p *page) ask(ctx context.Context, method, path, key string, in, out any) *problem {
	broken := &problem{Status: http.StatusServiceUnavailable, Detail: "headquarters does not answer as expected", Hint: "look whether it was done, and try again"}
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return broken
		}
	}
	status, answer := p.Ask(ctx, method, path, key, body)
	if status < http.StatusMultipleChoices {
		if out == nil || json.Unmarshal(answer, out) == nil {
			return nil
		}
		return broken
	}
	refused := &problem{}
	if json.Unmarshal(bytes.TrimSpace(answer), refused) != nil || refused.Detail == "" {
		return broken
	}
	refused.Status = status
	return refused
}

// turnAway shows a refusal as a page of its own.
func (p *page) turnAway(w http.ResponseWriter, refused *problem) {
	p.assets.SendProblem(w, refused.Status, strings.TrimSuffix(sentence(refused.Detail), "."), sentence(refused.Hint))
}

// sentence makes one of the words of the API.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 || strings.Contains(text, "\n") { // what is wrong with a file, line by line
		return text
	}
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// goTo leads on after something was done; what says what it was.
func (p *page) goTo(w http.ResponseWriter, r *http.Request, path string, what ...string) {
	query := url.Values{}
	for i := 0; i+1 < len(what); i += 2 {
		query.Set(what[i], what[i+1])
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// pathOf joins the parts of a path, each as it was meant.
func pathOf(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}
