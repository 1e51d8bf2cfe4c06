package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// pass is one as the API tells of it.
type pass struct {
	PassID, UserID, VehiclePlate, Card, SpotType, IssuedBy string
	From, Until                                            *time.Time
	When                                                   string `json:"-"`
}

// Ours reports whether it is headquarters' own, which can give it new terms and end it.
func (p *pass) Ours() bool { return p.IssuedBy == "headquarters" }

// passesView is the page of a location's passes.
type passesView struct {
	work
	Passes   []pass
	More     int
	Document document
}

// passView is the page of one pass.
type passView struct {
	work
	pass
	End *form
}

// passesMax is how many passes are listed.
const passesMax = 500

// Where something holds.
const (
	here       = "here"
	everywhere = "all"
	some       = "some"
)

// whereFields ask at which locations something holds; with none of them at hand it is all or some.
func whereFields(v *lotView, all string) []*field {
	choices, value := []option{{everywhere, all}, {some, "At these"}}, everywhere
	if v != nil {
		choices, value = append([]option{{here, "Here, at " + cmp.Or(v.Name, v.LocationID)}}, choices...), here
	}
	return []*field{
		{Name: "where", Label: "Where", Kind: "choice", Value: value, Options: choices, Needed: true},
		{Name: "locations", Label: "These locations", Kind: "text", Max: 4_000, Help: "Their short names with blanks between, if you chose “At these”: p001 p002."},
	}
}

// locations are those that whereFields were filled in with; nil: all.
func (f *form) locations(v *lotView) []string {
	switch f.value("where") {
	case here:
		return []string{v.LocationID}
	case some:
		names := namesIn(f.value("locations"))
		if len(names) == 0 {
			f.at("locations").Wrong = "Name one at least, or choose all."
		}
		return names
	case everywhere:
		return nil
	}
	f.at("where").Wrong = "Choose one of these."
	return nil
}

// namesIn are the names in a line of text.
func namesIn(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' || c == '\t' })
}

// passForm asks for the terms of a pass; nil: of a new one.
func passForm(v *lotView, old *pass) *form {
	number := &field{Name: "passId", Label: "Number", Kind: "text", Max: 64, Help: "Leave it empty to have one made."}
	given := &pass{}
	action, button := lotPath(v.LocationID, "passes"), "Give the pass"
	if old != nil {
		number, given = nil, old
		action, button = lotPath(v.LocationID, "passes", old.PassID), "Save"
	}
	from, until := "", ""
	if given.From != nil {
		from = given.From.In(v.zone()).Format(dayForm)
	}
	if given.Until != nil {
		until = given.Until.Add(-time.Second).In(v.zone()).Format(dayForm)
	}
	f := newForm(action, button, number,
		&field{Name: "vehiclePlate", Label: "Plate", Kind: "text", Max: 64, Value: given.VehiclePlate},
		&field{Name: "card", Label: "Card", Kind: "text", Max: 64, Value: given.Card, Help: "What the reader at the gate reads. A pass has a plate, a card or both."},
		&field{Name: "userId", Label: "Name or customer number", Kind: "text", Max: 64, Value: given.UserID},
		&field{Name: "spotType", Label: "Kind of spot", Kind: "select", Value: given.SpotType, Options: spotTypes(option{"", "Any"})},
		&field{Name: "from", Label: "First day", Kind: "date", Value: from, Help: "Empty: at once."},
		&field{Name: "until", Label: "Last day", Kind: "date", Value: until, Help: "Empty: until it is ended. Days are those of " + v.Timezone + "."},
	)
	f.Fields = append(append(f.Fields, whereFields(v, "At all locations")...), reason())
	return f
}

// endForm asks where a pass shall end.
func endForm(v *lotView, passID string) *form {
	f := newForm(lotPath(v.LocationID, "passes", passID, "end"), "Yes, end it")
	f.Fields = append(whereFields(v, "Wherever it stands")[:1], reason())
	f.Fields[0].Options = slices.DeleteFunc(f.Fields[0].Options, func(o option) bool { return o.Value == some })
	for _, one := range f.Fields { // it shares its page with the terms
		one.Apart = "end-"
	}
	return f
}

// passWish is a request of what was typed.
func (f *form) passWish(v *lotView) map[string]any {
	wish := map[string]any{}
	f.texts(wish, "vehiclePlate", "card", "userId", "spotType", "reason")
	if from := f.at("from").readDay(v.zone(), 0); !from.IsZero() {
		wish["from"] = from
	}
	if until := f.at("until").readDay(v.zone(), 1); !until.IsZero() {
		wish["until"] = until
	}
	if where := f.locations(v); where != nil {
		wish["locations"] = where
	}
	return wish
}

func (p *page) showPasses(w http.ResponseWriter, r *http.Request) {
	if v := p.lotFor(w, r, "passes"); v != nil {
		p.passes(w, r, v, passForm(v, nil))
	}
}

// passesAt reads a location's passes. It has answered where it returns false.
func (p *page) passesAt(w http.ResponseWriter, r *http.Request, v *lotView) (view *passesView, done bool) {
	view = &passesView{work: work{Version: p.assets.Version, Title: "Passes", Lot: v}}
	if refused := p.ask(r.Context(), "GET", apiPath("locations", v.LocationID, "passes"), "", nil, view); refused != nil {
		p.turnAway(w, refused)
		return nil, false
	}
	for i := range view.Passes {
		view.Passes[i].When = daysText(view.Passes[i].From, view.Passes[i].Until, v.zone())
	}
	return view, true
}

// passes shows a location's, with the form as it is.
func (p *page) passes(w http.ResponseWriter, r *http.Request, v *lotView, f *form) {
	view, done := p.passesAt(w, r, v)
	if !done {
		return
	}
	all, said := view.Passes, r.URL.Query()
	given := slices.IndexFunc(all, func(one pass) bool { return one.PassID == said.Get("given") })
	switch {
	case given >= 0:
		view.Said = "Pass " + all[given].PassID + " is given. It opens once the gateway has the new list."
	case said.Has("given"):
		view.Said = "The pass is given at the locations that you named."
	case said.Has("ended"):
		view.Said = "Ended. It opens no gate any more once the gateway has the new list."
	}
	view.Passes = all[:min(passesMax, len(all))]
	view.More = len(all) - len(view.Passes)
	if v.Decides {
		view.Form = f
	}
	p.showAs(w, f.Status(), "passes.html", view)
}

func (p *page) givePass(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "passes")
	if v == nil {
		return
	}
	f := passForm(v, nil)
	sound := f.read(w, r)
	wish := f.passWish(v)
	wish["new"] = true
	number := cmp.Or(f.value("passId"), "P-"+f.Key[:10]) // sent twice it is one pass
	if sound = sound && !f.isWrong(); sound {
		refused := p.ask(r.Context(), "PUT", apiPath("passes", number), f.Key, wish, nil)
		if refused == nil {
			p.goTo(w, r, lotPath(v.LocationID, "passes"), "given", number)
			return
		}
		f.refuse(refused)
	}
	p.passes(w, r, v, f)
}

func (p *page) showPass(w http.ResponseWriter, r *http.Request) {
	if v := p.lotFor(w, r, "passes"); v != nil {
		p.onePass(w, r, v, nil, nil)
	}
}

// onePass shows one of a location's passes, with its forms as they are.
func (p *page) onePass(w http.ResponseWriter, r *http.Request, v *lotView, terms, end *form) {
	all, done := p.passesAt(w, r, v)
	if !done {
		return
	}
	id := r.PathValue("pass")
	at := slices.IndexFunc(all.Passes, func(one pass) bool { return one.PassID == id })
	if at < 0 {
		p.assets.SendProblem(w, http.StatusNotFound, "No such pass stands at this location", "Look for it in the list of its passes.")
		return
	}
	view := &passView{work: all.work, pass: all.Passes[at], End: end}
	view.Title = "Pass"
	if v.Decides && view.Ours() {
		if view.Form = terms; terms == nil {
			view.Form = passForm(v, &view.pass)
		}
		if view.End = end; end == nil {
			view.End = endForm(v, id)
		}
	}
	p.showAs(w, max(terms.Status(), end.Status()), "pass.html", view)
}

func (p *page) changePass(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "passes")
	if v == nil {
		return
	}
	id := r.PathValue("pass")
	f := passForm(v, &pass{PassID: id})
	sound := f.read(w, r)
	wish := f.passWish(v)
	if sound = sound && !f.isWrong(); sound {
		refused := p.ask(r.Context(), "PUT", apiPath("passes", id), f.Key, wish, nil)
		if refused == nil {
			p.goTo(w, r, lotPath(v.LocationID, "passes"), "given", id)
			return
		}
		f.refuse(refused)
	}
	p.onePass(w, r, v, f, nil)
}

func (p *page) endPass(w http.ResponseWriter, r *http.Request) {
	v := p.lotFor(w, r, "passes")
	if v == nil {
		return
	}
	id := r.PathValue("pass")
	f := endForm(v, id)
	sound := f.read(w, r)
	wish := map[string]any{"reason": f.value("reason")}
	if where := f.locations(v); where != nil {
		wish["locations"] = where
	}
	if sound = sound && !f.isWrong(); sound {
		refused := p.ask(r.Context(), "POST", apiPath("passes", id, "end"), f.Key, wish, nil)
		if refused == nil {
			p.goTo(w, r, lotPath(v.LocationID, "passes"), "ended", "")
			return
		}
		f.refuse(refused)
	}
	p.onePass(w, r, v, nil, f)
}
