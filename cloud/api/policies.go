package api

import (
	"context"
	"fmt"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/steer"
	"gatehouse/sync/crdt"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
	"gatehouse/sync/tomlfile"
	"gatehouse/sync/wire"
)

// kinds are what people release.
var kinds = map[string]policy.Kind{
	"tariff": policy.Tariff, "passes": policy.Passes, "validations": policy.Validations, "blocklist": policy.Blocklist, "settings": policy.Settings,
}

// Rollout is one document on its way to many locations.
type Rollout struct {
	ID            string         `json:"rolloutId"`
	Kind          string         `json:"kind" enum:"tariff,passes,validations,blocklist,settings"`
	Actor         string         `json:"actor"`
	Reason        string         `json:"reason"`
	CreatedAt     time.Time      `json:"createdAt"`
	EffectiveFrom *time.Time     `json:"effectiveFrom,omitempty"`
	State         string         `json:"state" enum:"running,stopped,done"`
	Why           string         `json:"why,omitempty" doc:"It stopped"`
	Stage         int            `json:"stage" doc:"The stage that is under way, from 1"`
	Stages        int            `json:"stages"`
	Progress      map[string]int `json:"progress" doc:"How many locations are in each state"`
	Places        []RolloutPlace `json:"locations,omitempty"`
}

// RolloutPlace is one location of a rollout.
type RolloutPlace struct {
	Location string     `json:"locationId"`
	Stage    int        `json:"stage"`
	State    string     `json:"state" enum:"waiting,sent,held,in_effect,refused,failed,returned,replaced"`
	Version  uint64     `json:"version,omitempty" doc:"Of the location's document"`
	Note     string     `json:"note,omitempty" doc:"What the gateway says"`
	At       *time.Time `json:"at,omitempty"`
}

func rolloutOf(r *steer.Rollout, places bool) Rollout {
	out := Rollout{
		ID: r.ID, Kind: r.Kind.String(), Actor: r.Actor, Reason: r.Reason, CreatedAt: time.UnixMilli(r.CreatedMS).UTC(), EffectiveFrom: timeAt(r.EffectiveFromMS),
		State: string(r.State), Why: r.Why, Stage: r.Stage + 1, Stages: r.Stages(), Progress: map[string]int{},
	}
	for i := range r.Places {
		p := &r.Places[i]
		out.Progress[string(p.State)]++
		if places {
			out.Places = append(out.Places, RolloutPlace{string(p.Location), p.Stage + 1, string(p.State), p.Version, p.Note, timeAt(p.AtMS)})
		}
	}
	return out
}

// releaseWish is what is to be released.
type releaseWish struct {
	Kind          string     `json:"kind" enum:"tariff,passes,validations,blocklist,settings"`
	Content       string     `json:"content,omitempty" maxLength:"1048576" doc:"The whole text: TOML of a tariff or of settings, one plate or card a line of a block list"`
	Passes        []passWish `json:"passes,omitempty" maxItems:"10000" doc:"All passes that stand, for the kind passes; one that is missing is revoked"`
	Locations     []string   `json:"locations,omitempty" maxItems:"10000" doc:"Who shall have it; none: all"`
	First         [][]string `json:"first,omitempty" maxItems:"10" doc:"Stages: these locations first, then those, then the rest"`
	EffectiveFrom time.Time  `json:"effectiveFrom,omitempty" doc:"None: at once"`
	ReturnAfter   int        `json:"returnAfterMinutes,omitempty" minimum:"0" maximum:"1440" doc:"A gateway that can't reach headquarters for so long with it goes back to the version before; 0: never"`
	Wait          int        `json:"waitMinutes,omitempty" minimum:"0" maximum:"10080" doc:"How long a stage must be well before the next"`
	StopAfter     int        `json:"stopAfter,omitempty" minimum:"0" maximum:"1000" doc:"So many failures stop it; 0: one"`
	Overrule      bool       `json:"overrule,omitempty" doc:"Also where a technician edited it on site"`
	Reason        string     `json:"reason" minLength:"1" maxLength:"256" doc:"Why; it goes on record"`
}

// passWish is one standing right.
type passWish struct {
	ID string `json:"passId" minLength:"1" maxLength:"64"`
	PassTerms
}

// PassTerms are what a pass is for.
type PassTerms struct {
	User     string    `json:"userId,omitempty" maxLength:"64"`
	Plate    string    `json:"vehiclePlate,omitempty" maxLength:"64"`
	Card     string    `json:"card,omitempty" maxLength:"64"`
	SpotType string    `json:"spotType,omitempty" enum:"compact,regular,large,ev,handicapped"`
	From     time.Time `json:"from,omitempty"`
	Until    time.Time `json:"until,omitempty"`
}

type rolloutAnswer struct{ Body Rollout }

func (s *Server) release(ctx context.Context, in *struct {
	rest.Keyed
	Body releaseWish
}) (*rolloutAnswer, error) {
	w := steer.Wish{
		ID: nameText(nameOf(ctx, "rollout", in.Key)), Kind: kinds[in.Body.Kind], Actor: rest.Who(ctx).Name, Reason: in.Body.Reason, Content: []byte(in.Body.Content),
		EffectiveFrom: in.Body.EffectiveFrom, ReturnAfter: time.Duration(in.Body.ReturnAfter) * time.Minute,
		Wait: time.Duration(in.Body.Wait) * time.Minute, StopAfter: in.Body.StopAfter, Overrule: in.Body.Overrule,
	}
	var err error
	if w.Locations, err = s.known(in.Body.Locations, "body.locations"); err != nil {
		return nil, err
	}
	for _, stage := range in.Body.First {
		locations, err := s.known(stage, "body.first")
		if err != nil {
			return nil, err
		}
		w.First = append(w.First, locations)
	}
	if w.Kind == policy.Passes {
		if w.Content, err = s.passList(w.Locations, in.Body.Passes); err != nil {
			return nil, err
		}
	} else if err := written(in.Body.Kind, w); err != nil {
		return nil, err
	}
	r, err := s.Desk.Release(ctx, w)
	if err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, "", "release_"+r.Kind.String(), r.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return &rolloutAnswer{rolloutOf(&r, true)}, nil
}

// written checks of a text what headquarters can tell before anybody has it: what its values mean is for each gateway to say.
// Its error is a *Problem.
func written(kind string, w steer.Wish) error {
	if len(w.Content) == 0 {
		return rest.Invalid("body.content", "the document is empty")
	}
	if w.Kind != policy.Tariff && w.Kind != policy.Settings {
		return nil
	}
	if _, err := tomlfile.Parse(kind+".toml", w.Content); err != nil {
		p := rest.Invalid("body.content", tomlfile.InOneLine(err.Error()))
		p.Errors[0].Message = err.Error()
		return p
	}
	return nil
}

// known checks that locations are known; none: all. at is their place in the request. Its error is a *Problem.
func (s *Server) known(texts []string, at string) (locations []fact.LocationID, err error) {
	all := map[fact.LocationID]bool{}
	s.See(func(c *ledger.Chain) {
		for _, l := range c.Summaries(0) {
			all[l.ID] = true
			if len(texts) == 0 {
				locations = append(locations, l.ID)
			}
		}
	})
	for _, text := range texts {
		if !all[fact.LocationID(text)] {
			unknown := rest.NotFound("location "+rest.Clip(text), "GET /api/v1/locations lists all")
			unknown.Errors = []rest.WrongDetail{{Location: at, Message: unknown.Detail}}
			return nil, unknown
		}
		locations = append(locations, fact.LocationID(text))
	}
	return locations, nil
}

// passList is the document of passes: what is in the newest one of any of the locations and not wanted any more is
// removed, which wins over what a lot believes.
func (s *Server) passList(locations []fact.LocationID, wishes []passWish) ([]byte, error) {
	list := crdt.RemoveWins{}
	for _, location := range locations {
		h := s.Desk.Held(location, policy.Passes)
		if old, err := listOf(&h); err == nil {
			list = list.Join(old)
		}
	}
	wanted := map[string]bool{}
	for i := range wishes {
		value, err := wishes[i].value(wishes[i].ID, fmt.Sprintf("body.passes[%d]", i))
		if err != nil {
			return nil, err
		}
		wanted[wishes[i].ID] = true
		list = given(list, wishes[i].ID, value)
	}
	for _, entry := range list.Entries {
		if !wanted[entry.Key] && !entry.Removed {
			list = list.Remove(entry.Key)
		}
	}
	content, err := wire.Marshal(list)
	if err != nil {
		return nil, rest.Invalid("body.passes", err.Error())
	}
	return content, nil
}

// value is a pass as the document carries it: the CBOR of a PassIssued. at is its place in the request.
func (p *PassTerms) value(id, at string) ([]byte, error) {
	f := fact.PassIssued{Pass: fact.PassID(id), User: fact.UserID(p.User), Plate: platetext.Normal(p.Plate), Card: p.Card}
	if p.SpotType != "" {
		if err := f.SpotType.UnmarshalText([]byte(p.SpotType)); err != nil {
			return nil, rest.Invalid(at+".spotType", err.Error())
		}
	}
	if !p.From.IsZero() {
		f.FromMS = p.From.UnixMilli()
	}
	if !p.Until.IsZero() {
		f.UntilMS = p.Until.UnixMilli()
	}
	switch {
	case f.Plate == "" && f.Card == "":
		return nil, rest.Invalid(at+".vehiclePlate", "a pass is for a plate or a card: give one of them")
	case f.UntilMS != 0 && f.UntilMS <= f.FromMS:
		return nil, rest.Invalid(at+".until", "it ends before it begins")
	}
	value, err := wire.Marshal(f)
	if err != nil {
		return nil, rest.Invalid(at, err.Error())
	}
	return value, nil
}

// RolloutPath names a rollout.
type RolloutPath struct {
	Rollout string `path:"rolloutId" maxLength:"64"`
}

// Rollouts is a list of rollouts.
type Rollouts struct {
	Rollouts []Rollout `json:"rollouts"`
}

func (s *Server) rollouts(context.Context, *struct{}) (*struct{ Body Rollouts }, error) {
	out := &struct{ Body Rollouts }{Rollouts{[]Rollout{}}}
	for _, r := range s.Desk.Rollouts() {
		out.Body.Rollouts = append(out.Body.Rollouts, rolloutOf(&r, false))
	}
	return out, nil
}

func (s *Server) rollout(_ context.Context, in *RolloutPath) (*rolloutAnswer, error) {
	r, found := s.Desk.Rollout(in.Rollout)
	if !found {
		return nil, s.problemOf(steer.ErrUnknown)
	}
	return &rolloutAnswer{rolloutOf(&r, true)}, nil
}

func (s *Server) stopRollout(ctx context.Context, in *struct {
	RolloutPath
	Body Reasoned
}) (*rolloutAnswer, error) {
	if err := s.Desk.Stop(ctx, in.Rollout, rest.Who(ctx).Name+": "+in.Body.Reason); err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, "", "stop_rollout", in.Rollout, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.rollout(ctx, &in.RolloutPath)
}

func (s *Server) resumeRollout(ctx context.Context, in *struct {
	RolloutPath
	Body Reasoned
}) (*rolloutAnswer, error) {
	if err := s.Desk.Resume(ctx, in.Rollout); err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, "", "resume_rollout", in.Rollout, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.rollout(ctx, &in.RolloutPath)
}

// Policy is the newest document of a kind for a location.
type Policy struct {
	Kind      string     `json:"kind"`
	Version   uint64     `json:"version" doc:"Of headquarters' newest document; 0: none"`
	InEffect  uint64     `json:"inEffect" doc:"The version that the gateway said last is in effect"`
	Actor     string     `json:"actor,omitempty"`
	Rollout   string     `json:"rolloutId,omitempty"`
	State     string     `json:"state" enum:"none,sent,held,in_effect,refused,failed,returned"`
	Note      string     `json:"note,omitempty" doc:"What the gateway says"`
	At        *time.Time `json:"at,omitempty"`
	LocalEdit bool       `json:"localEdit" doc:"A technician's edit on site stands over it"`
	LocalBy   string     `json:"localEditBy,omitempty"`
	LocalWhy  string     `json:"localEditReason,omitempty"`
}

// answerWords name a gateway's answers.
var answerWords = map[wire.ResultCode]string{
	wire.Done: "in_effect", wire.Held: "held", wire.Refused: "refused", wire.Failed: "failed", wire.Returned: "returned",
}

func policyOf(h steer.Held) Policy {
	p := Policy{
		Kind: h.Kind.String(), Version: h.Version, InEffect: h.InEffect, Actor: h.Actor, Rollout: h.Rollout, State: "sent",
		LocalEdit: h.Local.Content != nil && h.Local.Version > h.Supersedes, LocalBy: h.Local.Actor, LocalWhy: h.Local.Reason,
	}
	if h.Answer.Version == h.Version && answerWords[h.Answer.Code] != "" {
		p.State, p.Note, p.At = answerWords[h.Answer.Code], h.Answer.Note, timeAt(h.Answer.AtMS)
	}
	if h.Version == 0 {
		p.State = "none"
	}
	return p
}

// Policies is a list of documents.
type Policies struct {
	Policies []Policy `json:"policies"`
}

func (s *Server) policies(_ context.Context, in *rest.Here) (*struct{ Body Policies }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	return &struct{ Body Policies }{Policies{s.policiesAt(fact.LocationID(in.Location))}}, nil
}

// LocationPolicy is the newest document of a kind for one of many locations.
type LocationPolicy struct {
	Location string `json:"locationId"`
	Policy
}

// AllPolicies is a list of documents of all locations.
type AllPolicies struct {
	Policies []LocationPolicy `json:"policies" doc:"By location and kind"`
}

func (s *Server) allPolicies(context.Context, *struct{}) (*struct{ Body AllPolicies }, error) {
	out := &struct{ Body AllPolicies }{AllPolicies{[]LocationPolicy{}}}
	for _, h := range s.Desk.AllHeld("") {
		if h.Kind != policy.Sales {
			out.Body.Policies = append(out.Body.Policies, LocationPolicy{string(h.Location), policyOf(h)})
		}
	}
	return out, nil
}

func (s *Server) policiesAt(location fact.LocationID) []Policy {
	all := []Policy{}
	for _, h := range s.Desk.AllHeld(location) {
		if h.Kind != policy.Sales {
			all = append(all, policyOf(h))
		}
	}
	return all
}
