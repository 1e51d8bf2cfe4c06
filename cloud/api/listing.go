package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"gatehouse/cloud/feeds"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// listing is what the public may know of a location, as it is kept.
type listing struct {
	feeds.Listing
	At time.Time `json:"at"`
}

// Listed is a location's entry in the open-data feeds.
type Listed struct {
	Location  string     `json:"locationId"`
	Version   int64      `json:"version" doc:"Rises with each change; 0: it was never listed"`
	UpdatedAt *time.Time `json:"updatedAt"`
	feeds.Listing
}

func (s *Server) listingAt(location string) Listed {
	l := s.listings.at(fact.LocationID(location))
	out := Listed{Location: location, Version: l.revision, Listing: l.content.Listing}
	if l.revision > 0 {
		out.UpdatedAt = new(l.content.At)
	}
	return out
}

func (s *Server) getListing(_ context.Context, in *rest.Here) (*struct{ Body Listed }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	return &struct{ Body Listed }{s.listingAt(in.Location)}, nil
}

func (s *Server) setListing(ctx context.Context, in *struct {
	rest.Here
	Body feeds.Listing
}) (*struct{ Body Listed }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	if err := in.Body.Check(); err != nil {
		_, text, _ := strings.Cut(err.Error(), ": ")
		return nil, rest.Invalid("body", text)
	}
	id := fact.LocationID(in.Location)
	now := listing{Listing: in.Body, At: s.Now().UTC().Truncate(time.Second)}
	switch done, err := s.listings.put(ctx, s.Store, id, s.listings.at(id).revision, now); {
	case err != nil:
		return nil, s.problemOf(err)
	case !done:
		return nil, rest.NewProblem(rest.CodeConflict, "somebody else changed this listing in the same moment", "look, and ask again")
	}
	detail := "hidden"
	if in.Body.Public {
		detail = "public"
	}
	if err := s.audited(ctx, in.Location, "set_listing", "", detail); err != nil {
		return nil, err
	}
	return &struct{ Body Listed }{s.listingAt(in.Location)}, nil
}

// sites are all locations that are listed, as the public may know them.
func (s *Server) sites() []feeds.Site {
	nowMS := s.Now().UnixMilli()
	var places []ledger.Summary
	s.See(func(c *ledger.Chain) { places = c.Summaries(nowMS) })
	sites := []feeds.Site{}
	for i := range places {
		l := &places[i]
		entry := s.listings.at(l.ID)
		if !entry.content.Public {
			continue
		}
		site := feeds.Site{
			ID: string(l.ID), Name: nameOfLocation(l), Timezone: l.Zone.String(), Listing: entry.content.Listing, Version: int(entry.revision), ListedAt: entry.content.At,
			Known: !s.syncOf(l, nowMS).Stale,
		}
		if l.LiveAtMS > 0 {
			site.CountedAt = time.UnixMilli(l.LiveAtMS)
		}
		for _, t := range l.Live.Types {
			site.ByType = append(site.ByType, feeds.Count{Type: t.Type, Total: int(t.Total), Available: int(t.Available), Occupied: int(t.Occupied)})
		}
		sites = append(sites, site)
	}
	return sites
}

var errNotListed = errors.New("api: nothing is listed")
