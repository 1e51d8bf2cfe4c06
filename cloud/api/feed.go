package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"gatehouse/cloud/feeds"
	"gatehouse/sync/rest"
)

// feedAge is for how long a document of a feed serves all who ask for it.
const feedAge = 15 * time.Second

// feedCache keeps the newest document of each feed.
type feedCache struct {
	mu   sync.Mutex
	made map[string]feedDocument
}

// feedDocument is a document as it was made.
type feedDocument struct {
	at       time.Time // of the last look
	modified time.Time // when it last became another one
	etag     string
	text     []byte
}

// get makes a document, unless the last one is young. A document that is the same as before keeps its date.
func (c *feedCache) get(name string, now time.Time, make func() ([]byte, error)) (feedDocument, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, found := c.made[name]
	if found && now.Sub(kept.at) < feedAge && !now.Before(kept.at) {
		return kept, nil
	}
	text, err := make()
	if err != nil {
		return feedDocument{}, err
	}
	if !found || !bytes.Equal(text, kept.text) {
		kept = documentOf(text, now)
	}
	kept.at = now
	c.made[name] = kept
	return kept, nil
}

func documentOf(text []byte, now time.Time) feedDocument {
	sum := sha256.Sum256(text)
	return feedDocument{text: text, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, modified: now.UTC().Truncate(time.Second)}
}

// Conditional are the headers of a reader who has the document already.
type Conditional struct {
	NoneMatch     string `header:"If-None-Match" maxLength:"512"`
	ModifiedSince string `header:"If-Modified-Since" maxLength:"64"`
}

// has reports whether the asker's document is the newest (RFC 9110, 13.2.2).
func (c *Conditional) has(d *feedDocument) bool {
	if c.NoneMatch != "" {
		for _, tag := range strings.Split(c.NoneMatch, ",") {
			if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == d.etag || tag == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(c.ModifiedSince)
	return err == nil && !d.modified.After(since)
}

// FeedHeaders are those of every document of a feed.
type FeedHeaders struct {
	Type     string `header:"Content-Type"`
	ETag     string `header:"ETag"`
	Modified string `header:"Last-Modified"`
	Cache    string `header:"Cache-Control"`
	Origin   string `header:"Access-Control-Allow-Origin"`
}

// feedAnswer is a document; with status 304 it has no text.
type feedAnswer struct {
	FeedHeaders
	Status int
	Body   []byte
}

// feed answers with a document.
func (s *Server) feed(in *Conditional, name, contentType string, make func([]feeds.Site) ([]byte, error)) (*feedAnswer, error) {
	d, err := s.feeds.get(name, s.Now(), func() ([]byte, error) {
		text, err := make(s.sites())
		if err == nil && text == nil {
			err = errNotListed
		}
		return text, err
	})
	if errors.Is(err, errNotListed) {
		return nil, rest.NotFound("such place, or no location is listed yet", "PUT /api/v1/locations/{locationId}/listing lists one")
	}
	if err != nil {
		return nil, s.problemOf(err)
	}
	out := &feedAnswer{Status: http.StatusOK, Body: d.text, FeedHeaders: FeedHeaders{
		Type: contentType, ETag: d.etag, Modified: d.modified.Format(http.TimeFormat), Cache: fmt.Sprintf("private, max-age=%d", int(feedAge.Seconds())),
	}}
	if s.PublicFeeds {
		out.Cache, out.Origin = fmt.Sprintf("public, max-age=%d", int(feedAge.Seconds())), "*"
	}
	if in.has(&d) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

const (
	typeJSON = "application/json"
	typeXML  = "application/xml"
)

// publisher is the chain, of the country of its first location.
func (s *Server) publisher(sites []feeds.Site) feeds.Publisher {
	p := feeds.Publisher{Name: s.Chain}
	if len(sites) > 0 {
		p.Country = sites[0].Country
	}
	return p
}

// document makes an operation of a writer of documents.
func (s *Server) document(name, contentType string, make func(feeds.Publisher, []feeds.Site) ([]byte, error)) rest.Handler[Conditional, feedAnswer] {
	return func(_ context.Context, in *Conditional) (*feedAnswer, error) {
		return s.feed(in, name, contentType, func(sites []feeds.Site) ([]byte, error) { return make(s.publisher(sites), sites) })
	}
}

// feedOne is what asks for one thing of a feed.
type feedOne struct {
	Conditional
	ID string `path:"id" maxLength:"128"`
}

func (s *Server) apdsPlace(_ context.Context, in *feedOne) (*feedAnswer, error) {
	return s.single(in, func(sites []feeds.Site) ([]byte, error) { return feeds.APDSPlace(s.publisher(sites), sites, in.ID) })
}

func (s *Server) apdsRate(_ context.Context, in *feedOne) (*feedAnswer, error) {
	return s.single(in, func(sites []feeds.Site) ([]byte, error) { return feeds.APDSRate(sites, in.ID) })
}

// single answers with one thing: it is made anew each time, so that names that nobody has fill no cache.
func (s *Server) single(in *feedOne, make func([]feeds.Site) ([]byte, error)) (*feedAnswer, error) {
	text, err := make(s.sites())
	if err != nil {
		return nil, s.problemOf(err)
	}
	if text == nil {
		return nil, rest.NotFound(rest.Clip(in.ID)+" in this feed", "the list has all")
	}
	d := documentOf(text, s.Now())
	out := &feedAnswer{Status: http.StatusOK, Body: d.text, FeedHeaders: FeedHeaders{Type: typeJSON, ETag: d.etag, Cache: "no-cache"}}
	if in.NoneMatch != "" && in.has(&d) {
		out.Status, out.Body = http.StatusNotModified, nil
	}
	return out, nil
}

// feedOperations are the open-data feeds, for everybody or for those who may view.
func (s *Server) feedOperations(b *rest.Book) {
	role := rest.RoleView
	if s.PublicFeeds {
		role = rest.RoleNobody
	}
	const at = "/api/v1/feeds"
	list := func(id, path, contentType, summary string, make func(feeds.Publisher, []feeds.Site) ([]byte, error)) {
		rest.Read(b, role, id, at+path, summary, s.document(path, contentType, make))
		b.DescribeDocument(at+path, contentType)
	}
	b.Tag = "Open data"
	list("getAPDSPlaces", "/apds/places", typeJSON, "APDS 4: all listed locations as Places, with supply and demand", feeds.APDSPlaces)
	rest.Read(b, role, "getAPDSPlace", at+"/apds/places/{id}", "APDS 4: one Place, by its id or its location's", s.apdsPlace)
	b.DescribeDocument(at+"/apds/places/{id}", typeJSON)
	list("getAPDSRates", "/apds/rates", typeJSON, "APDS 4: the RateTables of all listed locations", feeds.APDSRates)
	rest.Read(b, role, "getAPDSRate", at+"/apds/rates/{id}", "APDS 4: one RateTable", s.apdsRate)
	b.DescribeDocument(at+"/apds/rates/{id}", typeJSON)
	list("getDATEXTable", "/datex2/parking-table", typeXML, "DATEX II v3.7: ParkingTablePublication", feeds.DATEXTable)
	list("getDATEXStatus", "/datex2/parking-status", typeXML, "DATEX II v3.7: ParkingStatusPublication", feeds.DATEXStatus)
	list("getParkAPI", "/parkapi/sites", typeJSON, "ParkAPI v3: sites with their free capacity", feeds.ParkAPI)
	rest.Read(b, rest.RoleView, "getListing", "/api/v1/locations/{locationId}/listing", "What the public may know of a location", s.getListing)
	rest.Replace(b, rest.RoleConfigure, "setListing", "/api/v1/locations/{locationId}/listing", "Say what the public may know of a location, and whether it may", s.setListing)
}
