package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// documentsView is the page of what goes down: tariffs, settings and lists.
type documentsView struct {
	work
	Rollouts []rollout
	More     int
	Kinds    []kindView
}

// kindView is who has what of one kind.
type kindView struct {
	Kind   string
	Places int
	States []stateCount
	Shown  []place // first those whose newest is not in effect, or was edited on site
	More   int
}

// Behind reports whether a person may want to know of some location.
func (k *kindView) Behind() bool { return len(k.Shown) > 0 && k.Shown[0].behind() }

type stateCount struct {
	State  string
	Places int
}

// place is the newest document of a kind at one location.
type place struct {
	LocationID string
	Name       string `json:"-"`
	document
}

// behind reports whether a person may want to know of it.
func (d *place) behind() bool { return d.State != "in_effect" || d.LocalEdit }

// urgency puts those first of whom a person may want to know.
func (d *place) urgency() int {
	if d.behind() {
		return 0
	}
	return 1
}

// rolloutView is the page of one rollout, location by location.
type rolloutView struct {
	work
	rollout
	Unfolded bool // its form is
}

// Limits of what is listed.
const (
	rolloutsMax = 20
	placesMax   = 40
)

// kindWords name the kinds of documents.
var kindWords = map[string]string{
	"tariff": "Tariff", "settings": "Settings", "blocklist": "Block list", "validations": "Validations", "passes": "Passes", "lending": "Rights to sell", "trust": "Signing keys",
}

func documentForm() *form {
	kinds := []option{}
	for _, kind := range []string{"tariff", "settings", "blocklist", "validations"} {
		kinds = append(kinds, option{kind, kindWords[kind]})
	}
	f := newForm("/documents", "Release",
		&field{Name: "kind", Label: "Kind", Kind: "select", Value: kinds[0].Value, Options: kinds, Needed: true, Help: "Passes are given on the page of a location."},
		&field{Name: "file", Label: "File", Kind: "file", Help: "The same that lotctl takes. “lotctl tariff check FILE” says beforehand all that is wrong with a tariff, and “lotctl tariff replay” what stays come to by it."},
		&field{Name: "content", Label: "Or its text", Kind: "lines", Help: "A tariff or settings: TOML. A block list: one plate or card a line."},
	)
	f.Fields = append(append(f.Fields, whereFields(nil, "At all locations")...),
		&field{Name: "first", Label: "First at these", Kind: "text", Max: 4_000, Help: "One that refuses it, or loses headquarters with it, stops it before the others get it. Empty: all at once."},
		&field{Name: "waitMinutes", Label: "Minutes until the others", Kind: "number", Value: "60", Max: 5, Help: "For so long those must be well with it."},
		&field{Name: "effectiveFrom", Label: "In effect from, UTC", Kind: "datetime-local", More: true, Help: "Empty: as soon as it is there."},
		&field{Name: "returnAfterMinutes", Label: "Go back after so many minutes without headquarters", Kind: "number", Max: 4, More: true, Help: "For settings that could cut a gateway off. Empty: never."},
		&field{Name: "overrule", Label: "Also where it was edited on site", Kind: "check", More: true},
		reason(),
	)
	return f
}

// Files reports whether a form sends a file.
func (f *form) Files() bool {
	return slices.ContainsFunc(f.Fields, func(one *field) bool { return one.Kind == "file" })
}

// takeFile puts a file's text in place of what was written, so that it is there to be corrected.
func (f *form) takeFile(r *http.Request, file, into string) {
	opened, _, err := r.FormFile(file)
	if err != nil {
		return // none was chosen
	}
	text, err := io.ReadAll(opened)
	if err = errors.Join(err, opened.Close()); err != nil {
		f.at(file).Wrong = "This file can't be read. Choose it again."
	} else if len(text) > 0 {
		f.at(into).Value = strings.ToValidUTF8(string(text), "\ufffd")
	}
}

// number puts a field that holds a whole number into a request.
func (f *form) number(into map[string]any, name string) {
	at := f.at(name)
	if at.Value == "" {
		return
	}
	n, err := strconv.Atoi(at.Value)
	if err != nil || n < 0 {
		at.Wrong = "Write a whole number, 0 or more."
		return
	}
	into[name] = n
}

func (p *page) showDocuments(w http.ResponseWriter, r *http.Request) {
	p.documents(w, r, documentForm())
}

// documents shows all, with the form as it is.
func (p *page) documents(w http.ResponseWriter, r *http.Request, f *form) {
	var held struct{ Policies []place }
	view := &documentsView{work: work{Version: p.assets.Version, Title: "Documents"}}
	refused := p.ask(r.Context(), "GET", "/api/v1/rollouts", "", nil, view)
	if refused == nil {
		refused = p.ask(r.Context(), "GET", "/api/v1/policies", "", nil, &held)
	}
	if refused != nil {
		p.turnAway(w, refused)
		return
	}
	names, err := p.names(r.Context())
	if err != nil {
		p.fail(w, err)
		return
	}
	view.Kinds = kindsOf(held.Policies, names)
	all := view.Rollouts
	view.Rollouts = all[:min(rolloutsMax, len(all))]
	view.More = len(all) - len(view.Rollouts)
	if p.Role(r.Context()) == roleDecides {
		view.Form = f
	}
	p.showAs(w, f.Status(), "documents.html", view)
}

// names are those of all locations.
func (p *page) names(ctx context.Context) (map[string]string, error) {
	chain, err := p.chain(ctx, time.Now().Add(-oldest), "")
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for i := range chain.Locations {
		names[chain.Locations[i].LocationID] = chain.Locations[i].Name
	}
	return names, nil
}

// kindsOf says of each kind who has what.
func kindsOf(held []place, names map[string]string) (kinds []kindView) {
	slices.SortStableFunc(held, func(a, b place) int {
		return cmp.Or(cmp.Compare(kindWords[a.Kind], kindWords[b.Kind]), cmp.Compare(a.urgency(), b.urgency()))
	})
	for _, one := range held {
		if len(kinds) == 0 || kinds[len(kinds)-1].Kind != one.Kind {
			kinds = append(kinds, kindView{Kind: one.Kind})
		}
		kind := &kinds[len(kinds)-1]
		kind.Places++
		at := slices.IndexFunc(kind.States, func(s stateCount) bool { return s.State == one.State })
		if at < 0 {
			kind.States = append(kind.States, stateCount{State: one.State})
			at = len(kind.States) - 1
		}
		kind.States[at].Places++
		one.Name = cmp.Or(names[one.LocationID], one.LocationID)
		if len(kind.Shown) < placesMax {
			kind.Shown = append(kind.Shown, one)
		} else {
			kind.More++
		}
	}
	return kinds
}

func (p *page) release(w http.ResponseWriter, r *http.Request) {
	f := documentForm()
	sound := f.read(w, r)
	f.takeFile(r, "file", "content")
	wish := map[string]any{}
	f.texts(wish, "kind", "content", "reason")
	if strings.TrimSpace(f.value("content")) == "" {
		f.at("content").Wrong = "Choose a file, or write its text here."
	}
	if where := f.locations(nil); where != nil {
		wish["locations"] = where
	}
	if first := namesIn(f.value("first")); len(first) > 0 {
		wish["first"] = [][]string{first}
		f.number(wish, "waitMinutes")
	}
	f.number(wish, "returnAfterMinutes")
	if from := f.at("effectiveFrom").readMoment(time.UTC); !from.IsZero() {
		wish["effectiveFrom"] = from
	}
	if f.value("overrule") != "" {
		wish["overrule"] = true
	}
	if sound = sound && !f.isWrong(); sound {
		var made rollout
		refused := p.ask(r.Context(), "POST", "/api/v1/rollouts", f.Key, wish, &made)
		if refused == nil {
			p.goTo(w, r, pathOf("rollouts", made.RolloutID), "released", "")
			return
		}
		f.refuse(refused)
	}
	p.documents(w, r, f)
}

func (p *page) showRollout(w http.ResponseWriter, r *http.Request) { p.oneRollout(w, r, nil) }

// rolloutActs are what may be done with a rollout in each state: the operation and its button.
var rolloutActs = map[string]option{
	"running": {"stop", "Stop it here"}, "stopped": {"resume", "Go on without those that failed"},
}

func rolloutForm(id string, act option) *form {
	return newForm(pathOf("rollouts", id, act.Value), act.Label, reason())
}

// oneRollout shows one, with its form as it is.
func (p *page) oneRollout(w http.ResponseWriter, r *http.Request, f *form) {
	id := r.PathValue("rollout")
	view := &rolloutView{work: work{Version: p.assets.Version, Title: "Rollout"}, Unfolded: f != nil}
	if refused := p.ask(r.Context(), "GET", apiPath("rollouts", id), "", nil, &view.rollout); refused != nil {
		p.turnAway(w, refused)
		return
	}
	names, err := p.names(r.Context())
	if err != nil {
		p.fail(w, err)
		return
	}
	for i := range view.Locations {
		view.Locations[i].Name = cmp.Or(names[view.Locations[i].LocationID], view.Locations[i].LocationID)
	}
	if r.URL.Query().Has("released") {
		view.Said = "Released. Here you see who has it."
	}
	if act, any := rolloutActs[view.State]; any && p.Role(r.Context()) == roleDecides {
		if view.Form = f; f == nil {
			view.Form = rolloutForm(id, act)
		}
	}
	p.showAs(w, f.Status(), "rollout.html", view)
}

func (p *page) actOnRollout(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("rollout")
	for _, act := range rolloutActs { // any order: each path is one
		if act.Value != r.PathValue("act") {
			continue
		}
		f := rolloutForm(id, act)
		if f.read(w, r) {
			refused := p.ask(r.Context(), "POST", apiPath("rollouts", id, act.Value), f.Key, map[string]any{"reason": f.value("reason")}, nil)
			if refused == nil {
				p.goTo(w, r, pathOf("rollouts", id))
				return
			}
			f.refuse(refused)
		}
		p.oneRollout(w, r, f)
		return
	}
	p.assets.SendProblem(w, http.StatusNotFound, "There is no such page", "Look for it among the documents.")
}
