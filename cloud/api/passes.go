package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/steer"
	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
	"gatehouse/sync/wire"
)

// Pass is a standing right to come and go.
type Pass struct {
	ID       string     `json:"passId"`
	User     string     `json:"userId,omitempty"`
	Plate    string     `json:"vehiclePlate,omitempty"`
	Card     string     `json:"card,omitempty"`
	SpotType string     `json:"spotType,omitempty"`
	From     *time.Time `json:"from,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	IssuedBy string     `json:"issuedBy" enum:"headquarters,location"`
}

func passOf(f *fact.PassIssued, by string) Pass {
	p := Pass{ID: string(f.Pass), User: string(f.User), Plate: string(f.Plate), Card: f.Card, From: timeAt(f.FromMS), Until: timeAt(f.UntilMS), IssuedBy: by}
	if f.SpotType != fact.AnyType {
		p.SpotType = f.SpotType.String()
	}
	return p
}

// Passes are what stands at a location.
type Passes struct {
	Passes   []Pass `json:"passes" doc:"By number; those that are over are left out"`
	Document Policy `json:"document" doc:"That holds those of headquarters, and what the gateway says of it"`
}

// issuedForUs begins the numbers of passes that a location issued because headquarters' document says so: they are in the
// document, by the numbers that headquarters gave them.
const issuedForUs = "HQ-"

func (s *Server) passes(ctx context.Context, in *rest.Here) (*struct{ Body Passes }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Passes(ctx, l.ID)
	if err != nil {
		return nil, s.problemOf(err)
	}
	h, nowMS := s.Desk.Held(l.ID, policy.Passes), s.Now().UnixMilli()
	out := Passes{[]Pass{}, policyOf(h)}
	add := func(f *fact.PassIssued, by string) {
		if f.UntilMS == 0 || f.UntilMS > nowMS {
			out.Passes = append(out.Passes, passOf(f, by))
		}
	}
	list, err := listOf(&h)
	if err != nil {
		return nil, s.problemOf(err)
	}
	for _, entry := range list.Entries {
		f := fact.PassIssued{}
		if !entry.Removed && wire.Unmarshal(entry.Value, &f) == nil {
			add(&f, "headquarters")
		}
	}
	for i := range rows {
		if p := &rows[i]; !p.Revoked && !strings.HasPrefix(string(p.ID), issuedForUs) {
			add(&fact.PassIssued{Pass: p.ID, User: p.User, Plate: p.Plate, Card: p.Card, SpotType: p.SpotType, FromMS: p.FromMS, UntilMS: p.UntilMS}, "location")
		}
	}
	slices.SortStableFunc(out.Passes, func(a, b Pass) int { return cmp.Compare(a.ID, b.ID) })
	return &struct{ Body Passes }{out}, nil
}

// listOf is the list of passes of a location's newest document.
func listOf(h *steer.Held) (list crdt.RemoveWins, err error) {
	if h.Version > 0 {
		err = wire.Unmarshal(h.Content, &list)
	}
	return list, err
}

// PassPath names a pass.
type PassPath struct {
	Pass string `path:"passId" minLength:"1" maxLength:"64"`
}

// PassPlaces is where a pass was given, or ended.
type PassPlaces struct {
	ID     string           `json:"passId"`
	Places []LocationPolicy `json:"locations" doc:"The document that says so, of each location where that is news"`
}

type passAnswer struct{ Body PassPlaces }

func (s *Server) putPass(ctx context.Context, in *struct {
	PassPath
	Body struct {
		PassTerms
		Locations []string `json:"locations,omitempty" maxItems:"10000" doc:"Where it holds; none: everywhere"`
		New       bool     `json:"new,omitempty" doc:"Refuse it where a pass of this number stands with other terms"`
		Reasoned
	}
}) (*passAnswer, error) {
	value, err := in.Body.value(in.Pass, "body")
	if err != nil {
		return nil, err
	}
	return s.amendPasses(ctx, "put_pass", in.Pass, in.Body.Reason, in.Body.Locations, func(list crdt.RemoveWins) (crdt.RemoveWins, error) {
		entry, stands := list.Get(in.Pass)
		if in.Body.New && stands && !slices.Equal(entry.Value, value) {
			taken := rest.NewProblem(rest.CodeConflict, "a pass "+rest.Clip(in.Pass)+" is given already", "choose another number, or give that one new terms")
			taken.Errors = []rest.WrongDetail{{Location: "path.passId", Message: taken.Detail + ": " + taken.Hint}}
			return list, taken
		}
		return given(list, in.Pass, value), nil
	})
}

// given is a list in which a pass stands with a value; it is the same list where it does already.
func given(list crdt.RemoveWins, id string, value []byte) crdt.RemoveWins {
	if entry, stands := list.Get(id); stands && slices.Equal(entry.Value, value) {
		return list
	}
	return list.Put(id, value)
}

func (s *Server) endPass(ctx context.Context, in *struct {
	PassPath
	Body struct {
		Locations []string `json:"locations,omitempty" maxItems:"10000" doc:"Where it ends; none: wherever it stands"`
		Reasoned
	}
}) (*passAnswer, error) {
	stood := false
	ended, err := s.amendPasses(ctx, "end_pass", in.Pass, in.Body.Reason, in.Body.Locations, func(list crdt.RemoveWins) (crdt.RemoveWins, error) {
		entry, stands := list.Get(in.Pass)
		if stood = stood || stands || entry.Removed; !stands {
			return list, nil
		}
		return list.Remove(in.Pass), nil
	})
	if err == nil && !stood {
		return nil, rest.NotFound("pass "+rest.Clip(in.Pass)+" of headquarters there", "GET …/locations/{locationId}/passes lists them; one that a location issued is ended there")
	}
	return ended, err
}

// passChange is a list of passes with something changed, or the *Problem that it can't be.
type passChange func(crdt.RemoveWins) (crdt.RemoveWins, error)

// amendPasses changes the lists of some locations, or of all: none, if one can't be. A list that is on its way in stages is not
// changed beside that: its stages would undo it.
func (s *Server) amendPasses(ctx context.Context, action, id, reason string, texts []string, change passChange) (*passAnswer, error) {
	locations, err := s.known(texts, "body.locations")
	if err != nil {
		return nil, err
	}
	waiting := s.Desk.Waiting(policy.Passes)
	out := &passAnswer{PassPlaces{id, []LocationPolicy{}}}
	for _, location := range locations {
		if rollout := waiting[location]; rollout != "" {
			return nil, rest.NewProblem(rest.CodeConflict, fmt.Sprintf("a list of passes is on its way to %s in stages (rollout %s)", location, rollout), "wait until it is there, or stop it")
		}
		h := s.Desk.Held(location, policy.Passes)
		if _, err := amended(&h, s.Now(), change); err != nil {
			return nil, s.problemOf(err)
		}
	}
	for _, location := range locations {
		before := s.Desk.Held(location, policy.Passes).Version
		h, err := s.Desk.Amend(ctx, location, policy.Passes, rest.Who(ctx).Name, func(h steer.Held) ([]byte, error) { return amended(&h, s.Now(), change) })
		if err != nil {
			return nil, s.problemOf(err)
		}
		if h.Version != before {
			if err := s.audited(ctx, string(location), action, id, reason); err != nil {
				return nil, err
			}
			out.Body.Places = append(out.Body.Places, LocationPolicy{string(location), policyOf(h)})
		}
	}
	s.Changed()
	return out, nil
}

// amended is a document of passes after a change; nil: it stays as it is. Its error is a *Problem, or that of a document that
// can't be read.
func amended(h *steer.Held, now time.Time, change passChange) ([]byte, error) {
	list, err := listOf(h)
	if err != nil {
		return nil, err
	}
	changed, err := change(list)
	if err != nil {
		return nil, err
	}
	if slices.EqualFunc(changed.Entries, list.Entries, sameEntry) {
		return nil, nil
	}
	if h.EffectiveFromMS > now.UnixMilli() {
		return nil, rest.NewProblem(rest.CodeConflict, "at "+string(h.Location)+" a list of passes waits for its time", "release a list for all until then, or wait")
	}
	content, err := wire.Marshal(changed)
	if errors.Is(err, wire.ErrNotStrict) { // too many, or too long
		return nil, rest.NewProblem(rest.CodeNotPossible, "at "+string(h.Location)+" the list of passes would be larger than a gateway takes", "end passes that nobody uses any more")
	}
	return content, err
}

func sameEntry(a, b crdt.Entry) bool {
	return a.Key == b.Key && a.Version == b.Version && a.Removed == b.Removed && slices.Equal(a.Value, b.Value)
}
