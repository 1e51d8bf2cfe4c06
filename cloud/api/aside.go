package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// asideMax is how many needs of one location are set aside at a time: more than that, and it needs somebody.
const asideMax = 100

// Aside says that somebody knows of a need, and until when it is not to be told again.
type Aside struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// asideNeed is a need that was set aside, as it is kept. One that is more urgent than it was comes back, and so does one that
// began anew.
type asideNeed struct {
	Code     string    `json:"code"`
	Subject  string    `json:"subject,omitempty"`
	Severity string    `json:"severity"`
	At       time.Time `json:"at"`
	Aside
}

// covers reports whether a need is the one that was set aside.
func (a *asideNeed) covers(n *Need) bool {
	return a.Code == n.Code && a.Subject == n.Subject && (n.Since == nil || !n.Since.After(a.At)) &&
		slices.Index(severities, n.Severity) >= slices.Index(severities, a.Severity)
}

// asideOf is how a need was set aside, if it still is.
func (s *Server) asideOf(n *Need, now time.Time) *Aside {
	for _, a := range s.asides.at(fact.LocationID(n.Location)).content {
		if a.covers(n) && now.Before(a.Until) {
			return &a.Aside
		}
	}
	return nil
}

// setAside has a need that somebody knows of be quiet for some time, or be told again.
func (s *Server) setAside(ctx context.Context, in *struct {
	rest.Here
	Body struct {
		Code    string `json:"code" minLength:"1" maxLength:"64" example:"sensor"`
		Subject string `json:"subject,omitempty" maxLength:"128" doc:"As the need names it"`
		Minutes int    `json:"minutes" minimum:"0" maximum:"44640" doc:"For how long, at most 31 days; 0: tell it again" example:"1440"`
		Reason  string `json:"reason" minLength:"1" maxLength:"256" doc:"Why; it goes on record"`
	}
}) (*struct{ Body Need }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	needs := s.needsAt(ctx, l.ID)
	at := slices.IndexFunc(needs, func(n Need) bool { return n.Code == in.Body.Code && n.Subject == in.Body.Subject })
	if at < 0 {
		return nil, rest.NotFound("such need at this location now", "GET /api/v1/locations/{locationId} lists its needs")
	}
	need, now := needs[at], s.Now().UTC()
	until := now.Truncate(time.Second).Add(time.Duration(in.Body.Minutes) * time.Minute)
	aside := asideNeed{need.Code, need.Subject, need.Severity, now, Aside{rest.Who(ctx).Name, in.Body.Reason, until}}
	if err := s.keepAside(ctx, &l, aside, now); err != nil {
		return nil, err
	}
	detail := "again: " + in.Body.Reason
	if in.Body.Minutes > 0 {
		detail = fmt.Sprintf("until %s: %s", aside.Until.Format(time.RFC3339), in.Body.Reason)
	}
	if err := s.audited(ctx, in.Location, "set_aside", need.Code+" "+need.Subject, detail); err != nil {
		return nil, err
	}
	s.Changed()
	need.Aside = s.asideOf(&need, now)
	return &struct{ Body Need }{need}, nil
}

// keepAside takes one over among those of a location, and forgets those that are over.
func (s *Server) keepAside(ctx context.Context, l *ledger.Summary, one asideNeed, now time.Time) error {
	kept := s.asides.at(l.ID)
	asides := slices.DeleteFunc(slices.Clone(kept.content), func(a asideNeed) bool {
		return !now.Before(a.Until) || a.Code == one.Code && a.Subject == one.Subject
	})
	if now.Before(one.Until) {
		asides = append(asides, one)
	}
	if len(asides) > asideMax {
		return rest.NewProblem(rest.CodeNotPossible, fmt.Sprintf("%d needs of this location are set aside already", asideMax), "look after some of them")
	}
	switch done, err := s.asides.put(ctx, s.Store, l.ID, kept.revision, asides); {
	case err != nil:
		return s.problemOf(err)
	case !done:
		return rest.NewProblem(rest.CodeConflict, "somebody else set something aside in the same moment", "look, and ask again")
	}
	return nil
}
