package feeds

import (
	"cmp"
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gatehouse/sync/fact"
)

// Publisher is who tells.
type Publisher struct {
	Name    string // of the chain
	Country string // ISO 3166-1 alpha-2, small letters
}

// Kind is how a car park is built.
type Kind string

// The kinds.
const (
	MultiStorey Kind = "multi_storey"
	Underground Kind = "underground"
	Surface     Kind = "surface"
)

// Listing is what the public may know of a location beside its counts.
type Listing struct {
	Public     bool              `json:"public" doc:"In the open-data feeds"`
	Latitude   float64           `json:"latitude" minimum:"-90" maximum:"90" example:"53.0758"`
	Longitude  float64           `json:"longitude" minimum:"-180" maximum:"180" example:"8.8072"`
	Street     string            `json:"street,omitempty" maxLength:"128"`
	PostCode   string            `json:"postCode,omitempty" maxLength:"16"`
	City       string            `json:"city,omitempty" maxLength:"64"`
	Country    string            `json:"country" pattern:"^[A-Z]{2}$" example:"DE"`
	Language   string            `json:"language" pattern:"^[a-z]{2}$" example:"de" doc:"Of names and descriptions"`
	Kind       Kind              `json:"kind,omitempty" enum:"multi_storey,underground,surface"`
	Opening    string            `json:"openingHours,omitempty" maxLength:"256" example:"Mo-Sa 06:00-24:00" doc:"As OpenStreetMap writes them"`
	HeightMM   int               `json:"maxHeightMM,omitempty" minimum:"0" maximum:"20000"`
	StayMin    int               `json:"maxStayMinutes,omitempty" minimum:"0" maximum:"525600"`
	HasFee     bool              `json:"hasFee"`
	FeeText    string            `json:"feeDescription,omitempty" maxLength:"1024"`
	Website    string            `json:"website,omitempty" maxLength:"256" format:"uri"`
	RateTables []json.RawMessage `json:"rateTables,omitempty" maxItems:"16" doc:"APDS 4 RateTables, as lotctl tariff export --apds writes them"`
}

// Site is one location as the public may know it.
type Site struct {
	ID, Name, Timezone string
	Listing
	Version   int       // of the listing: rises with each change
	ListedAt  time.Time // when it changed last
	ByType    []Count   // in the order of fact.SpotTypes
	CountedAt time.Time // zero: never
	Known     bool      // the counts are of now
}

// Count is the spots of one type.
type Count struct {
	Type                       fact.SpotType
	Total, Available, Occupied int
}

// sum is all spots, with what can't be left out.
func (s *Site) sum() (all Count) {
	for _, c := range s.ByType {
		all.Total += c.Total
		all.Available += c.available()
		all.Occupied += min(max(0, c.Occupied), c.Total)
	}
	return all
}

func (c Count) available() int { return min(max(0, c.Available), c.Total) }

// counts tells that there is something to say of now.
func (s *Site) counts() bool { return s.Known && !s.CountedAt.IsZero() && s.sum().Total > 0 }

// total is how many spots of a type there are.
func (s *Site) total(kind fact.SpotType) (c Count, found bool) {
	for _, c := range s.ByType {
		if c.Type == kind && c.Total > 0 {
			return c, true
		}
	}
	return c, false
}

// uuid names the site in forms that want one: the same for the same chain and location (RFC 9562, version 5).
func (s *Site) uuid(p Publisher) string {
	sum := sha1.Sum([]byte("gatehouse:" + p.Name + "/" + s.ID))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// Listed are the sites that may be told, by ID.
func Listed(sites []Site) []Site {
	listed := []Site{}
	for _, s := range sites {
		if s.Public {
			listed = append(listed, s)
		}
	}
	slices.SortFunc(listed, func(a, b Site) int { return cmp.Compare(a.ID, b.ID) })
	return listed
}

// newest is when anything about the sites changed last.
func newest(sites []Site, at func(*Site) time.Time) (when time.Time) {
	for i := range sites {
		if t := at(&sites[i]); t.After(when) {
			when = t
		}
	}
	return when
}

func listedAt(s *Site) time.Time { return s.ListedAt }

// changedAt is when the site or its counts changed last.
func changedAt(s *Site) time.Time {
	if s.CountedAt.After(s.ListedAt) {
		return s.CountedAt
	}
	return s.ListedAt
}

// stamp is a time as all forms write it.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// ErrListing says what is wrong with a listing.
var ErrListing = errors.New("feeds: a listing can't be told to the public")

var language = regexp.MustCompile(`^[a-z]{2}$`)

// Check finds what no reader would take.
func (l *Listing) Check() error {
	if l.Latitude == 0 && l.Longitude == 0 {
		return fmt.Errorf("%w: latitude and longitude are 0; say where it is", ErrListing)
	}
	if l.Kind == "" {
		return fmt.Errorf("%w: it has no kind; say %s, %s or %s", ErrListing, MultiStorey, Underground, Surface)
	}
	if !language.MatchString(l.Language) {
		return fmt.Errorf("%w: language %q is none of two letters, like de", ErrListing, l.Language)
	}
	for i, table := range l.RateTables {
		var has struct {
			ID      string          `json:"id"`
			Version int             `json:"version"`
			Name    json.RawMessage `json:"rateTableName"`
			Lines   json.RawMessage `json:"rateLineCollections"`
		}
		err := json.Unmarshal(table, &has)
		if err != nil || has.ID == "" || has.Version < 1 || len(has.Name) == 0 || len(has.Lines) == 0 {
			return fmt.Errorf("%w: rate table %d lacks id, version, rateTableName or rateLineCollections; export it with lotctl tariff export --apds", ErrListing, i+1)
		}
	}
	return nil
}

// address is the street address in one line.
func (l *Listing) address() string {
	return strings.Trim(l.Street+", "+strings.TrimSpace(l.PostCode+" "+l.City), ", ")
}
