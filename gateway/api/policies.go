package api

import (
	"context"
	"time"
	"unicode/utf8"

	"gatehouse/gateway/lot"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
)

// headquartersOperations are all that concern headquarters.
func (s *server) headquartersOperations(b *rest.Book) {
	b.Tag = "Headquarters"
	rest.Read(b, rest.RoleView, "getSync", "/api/v1/sync", "How the sync with headquarters is: what waits, how old it is, how fast it drains", s.headquarters)
	rest.Read(b, rest.RoleView, "listPolicies", "/api/v1/policies", "What headquarters released here, and what was edited on site", s.policies)
	rest.Read(b, rest.RoleOperate, "getPolicy", "/api/v1/policies/{kind}", "One document as it is in effect", s.onePolicy)
	rest.Replace(b, rest.RoleConfigure, "editPolicy", "/api/v1/policies/{kind}", "Edit a document on site, until headquarters has seen it and decided", s.editPolicy)
	rest.Remove(b, rest.RoleConfigure, "revertPolicy", "/api/v1/policies/{kind}", "Take the edit back", s.revertPolicy)
}

// Policy is one kind of what headquarters says, as it is in effect here.
type Policy struct {
	Kind     string     `json:"kind" enum:"tariff,passes,validations,blocklist,settings,trust,lending,sales"`
	Version  uint64     `json:"version" doc:"Of headquarters' document that is in effect; 0: none"`
	Actor    string     `json:"actor,omitempty" doc:"Who released it"`
	Next     uint64     `json:"nextVersion,omitempty" doc:"Waits for its time"`
	NextFrom *time.Time `json:"nextFrom,omitempty"`
	GivenUp  uint64     `json:"givenUpVersion,omitempty" doc:"Could not be put into effect, or headquarters was lost with it: the version before is back"`
	Editable bool       `json:"editable" doc:"May be edited on site"`
	Edit     uint64     `json:"edit,omitempty" doc:"Number of the edit on site; 0: there is none"`
	EditBy   string     `json:"editBy,omitempty"`
	EditWhy  string     `json:"editReason,omitempty"`
	EditHeld bool       `json:"editStands" doc:"The edit is in effect; else headquarters has decided otherwise"`
}

func policyOf(h *policy.Held) Policy {
	_, local := h.Content()
	p := Policy{
		Kind: h.Kind.String(), Version: h.Current.Version, Actor: h.Current.Actor, Next: h.Next.Version, GivenUp: h.Returned,
		Editable: h.Kind.Editable(), EditHeld: local,
	}
	if due := h.DueMS(); due != 0 {
		p.NextFrom = new(time.UnixMilli(due).UTC())
	}
	if h.Override.Content != nil {
		p.Edit, p.EditBy, p.EditWhy = h.Override.Version, h.Override.Actor, h.Override.Reason
	}
	return p
}

// Policies is a list of documents.
type Policies struct {
	Policies []Policy `json:"policies"`
}

// policies lists every kind that somebody said something of, and every kind that may be edited.
func (s *server) policies(context.Context, *struct{}) (*struct{ Body Policies }, error) {
	out := &struct{ Body Policies }{Policies{[]Policy{}}}
	shelf := s.Backend.Shelf()
	for _, kind := range policy.Kinds() {
		if held := shelf.Get(kind); held.Current.Version+held.Next.Version+held.Override.Version > 0 || kind.Editable() {
			out.Body.Policies = append(out.Body.Policies, policyOf(&held))
		}
	}
	return out, nil
}

// PolicyText is a document with its text.
type PolicyText struct {
	Policy
	Content string `json:"content" doc:"Empty where there is none, or where it is no text"`
}

// PolicyPath names a kind of document.
type PolicyPath struct {
	Kind string `path:"kind" maxLength:"20" doc:"As in the list"`
}

// kind reads the kind of a path. Its error is a *Problem.
func (p *PolicyPath) kind() (policy.Kind, error) {
	kind, known := policy.ParseKind(p.Kind)
	if !known {
		return 0, rest.NotFound("document of kind "+rest.Clip(p.Kind), "GET /api/v1/policies lists the kinds")
	}
	return kind, nil
}

type policyAnswer struct{ Body PolicyText }

func (s *server) onePolicy(_ context.Context, in *PolicyPath) (*policyAnswer, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	shelf := s.Backend.Shelf()
	held := shelf.Get(kind)
	out := &policyAnswer{PolicyText{Policy: policyOf(&held)}}
	if content, _ := held.Content(); (kind.Editable() || kind == policy.Trust) && utf8.Valid(content) {
		out.Body.Content = string(content)
	}
	return out, nil
}

func (s *server) editPolicy(ctx context.Context, in *struct {
	PolicyPath
	Body struct {
		Content string `json:"content" minLength:"1" maxLength:"60000" doc:"The whole text"`
		Reason  string `json:"reason" minLength:"1" maxLength:"256" doc:"Why; it goes on record, and headquarters sees it"`
	}
}) (*policyAnswer, error) {
	return s.edited(ctx, &in.PolicyPath, in.Body.Reason, []byte(in.Body.Content))
}

func (s *server) revertPolicy(ctx context.Context, in *struct {
	PolicyPath
	Reason string `query:"reason" required:"true" minLength:"1" maxLength:"256" doc:"Why; it goes on record, and headquarters sees it"`
}) (*policyAnswer, error) {
	return s.edited(ctx, &in.PolicyPath, in.Reason, nil)
}

func (s *server) edited(ctx context.Context, in *PolicyPath, reason string, content []byte) (*policyAnswer, error) {
	if err := s.view(ctx, func(*lot.Lot) {}); err != nil {
		return nil, err
	}
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	if err := s.Backend.EditPolicy(ctx, kind, rest.Who(ctx).Name, reason, content); err != nil {
		return nil, rest.Invalid("body.content", err.Error())
	}
	return s.onePolicy(ctx, in)
}
