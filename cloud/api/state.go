package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// State is the chain at a glance: what the page shows, and what GET …/events sends after changes.
type State struct {
	Chain      string         `json:"chain"`
	Version    string         `json:"version"`
	Role       string         `json:"role" doc:"Of the one who reads this"`
	Severity   string         `json:"severity" enum:"ok,info,warning,fault" doc:"The worst of what needs a person"`
	Realtime   ChainNow       `json:"realtime"`
	Revenue    []ChainRevenue `json:"revenue" doc:"By currency"`
	Today      []ChainHour    `json:"today" doc:"The 24 civil hours of today, of each location in its own zone"`
	Needs      []Need         `json:"needs" doc:"What needs a person today, the most urgent first; the first 100"`
	NeedsTotal int            `json:"needsTotal"`
	Versions   []VersionCount `json:"versions" doc:"The newest first"`
	Rollouts   []Rollout      `json:"rollouts" doc:"Those that are under way or stopped"`
	Locations  []LocationLine `json:"locations" doc:"By name"`
	all        []Need
}

// ChainNow is what is so now at all locations.
type ChainNow struct {
	Locations     int    `json:"locations"`
	Online        int    `json:"online"`
	TotalSpots    int64  `json:"totalSpots"`
	Available     int64  `json:"available"`
	Occupied      int64  `json:"occupied"`
	Reserved      int64  `json:"reserved"`
	Held          int64  `json:"held"`
	Unknown       int64  `json:"unknown"`
	Maintenance   int64  `json:"maintenance"`
	OccupancyRate string `json:"occupancyRate" example:"62.4%"`
	OpenTickets   int64  `json:"openTickets"`
	EntriesToday  int64  `json:"entriesToday"`
	ExitsToday    int64  `json:"exitsToday"`
	Waiting       uint64 `json:"waiting" doc:"Facts that locations hold back, as they said last"`
	OldestMS      int64  `json:"oldestMS" doc:"Age of the oldest of them"`
	FactsToday    int64  `json:"factsToday"`
}

// ChainRevenue is today's money in one currency.
type ChainRevenue struct {
	Currency   string      `json:"currency"`
	Today      rest.Amount `json:"today"`
	TodayMinor int64       `json:"todayMinor"`
	UsualMinor int64       `json:"usualMinor" doc:"The mean of the last seven days until this hour; 0: not known"`
	Usual      rest.Amount `json:"usual"`
	SoFarMinor int64       `json:"soFarMinor" doc:"Today until this hour, to be compared with it"`
}

// ChainHour is one civil hour of today.
type ChainHour struct {
	Hour    int   `json:"hour"`
	Entries int64 `json:"entries"`
	Exits   int64 `json:"exits"`
}

// VersionCount is how many gateways run a version.
type VersionCount struct {
	Version   string `json:"version"`
	Locations int    `json:"locations"`
}

// LocationLine is one location in a list.
type LocationLine struct {
	ID           string      `json:"locationId"`
	Name         string      `json:"name"`
	Severity     string      `json:"severity" enum:"ok,info,warning,fault"`
	Total        int         `json:"total"`
	Available    int         `json:"available"`
	Occupied     int         `json:"occupied"`
	Unknown      int         `json:"unknown"`
	Rate         string      `json:"occupancyRate"`
	Inside       int64       `json:"inside" doc:"Vehicles by the loops"`
	Revenue      rest.Amount `json:"revenueToday"`
	RevenueMinor int64       `json:"revenueTodayMinor"`
	Currency     string      `json:"currency"`
	Entries      int64       `json:"entriesToday"`
	Exits        int64       `json:"exitsToday"`
	Alerts       int         `json:"needs" doc:"How many things need a person there"`
	Sync
}

// lineOf is a location's line.
func (s *Server) lineOf(l *ledger.Summary, nowMS int64) LocationLine {
	line := LocationLine{
		ID: string(l.ID), Name: nameOfLocation(l), Severity: "ok", Inside: l.Live.Inside, RevenueMinor: l.Today.NetMinor(),
		Revenue: rest.AmountOf(l.Today.NetMinor(), l.Currency), Currency: string(l.Currency), Entries: l.Today.Entries, Exits: l.Today.Exits, Sync: s.syncOf(l, nowMS),
	}
	for _, t := range l.Live.Types {
		line.Total += int(t.Total)
		line.Available += int(min(t.Available, t.Total))
		line.Occupied += int(t.Occupied)
		line.Unknown += int(t.Unknown)
	}
	line.Rate = rest.Rate(int64(line.Occupied), int64(line.Total))
	return line
}

// stateOf reads everything once.
func (s *Server) stateOf(ctx context.Context) *State {
	now := s.Now()
	nowMS := now.UnixMilli()
	state := &State{
		Chain: s.Chain, Version: s.Version, Role: rest.Who(ctx).Role.String(), Revenue: []ChainRevenue{}, Needs: []Need{}, Versions: []VersionCount{}, Rollouts: []Rollout{},
	}
	var places []ledger.Summary
	alerts := map[fact.LocationID][]ledger.Alert{}
	s.See(func(c *ledger.Chain) {
		places = c.Summaries(nowMS)
		spots := c.Spots()
		state.Realtime = ChainNow{
			Locations: len(places), TotalSpots: spots.Total, Available: spots.Available, Occupied: spots.Occupied, Reserved: spots.Reserved, Held: spots.Held,
			Unknown: spots.Unknown, Maintenance: spots.Maintenance, OccupancyRate: rest.Rate(spots.Occupied, spots.Total),
		}
		for _, open := range c.Open() {
			state.Realtime.OpenTickets += open
		}
		for i := range places {
			if places[i].Alerts > 0 {
				alerts[places[i].ID] = c.Alerts(places[i].ID)
			}
		}
	})
	versions, names := map[string]int{}, map[string]string{}
	for i := range places {
		if p := places[i].Live.Program; p != "" {
			versions[p]++
		}
		names[string(places[i].ID)] = nameOfLocation(&places[i])
	}
	newest := newestVersion(versions)
	state.Locations = make([]LocationLine, len(places))
	for i := range places {
		state.Locations[i] = s.lineOf(&places[i], nowMS)
		state.all = append(state.all, s.needsOf(&places[i], alerts[places[i].ID], newest, nowMS)...)
	}
	state.all = append(append(state.all, s.deviceNeeds(names, now)...), s.rolloutNeeds()...)
	state.all = append(append(state.all, s.signingNeeds(names)...), s.ownNeeds()...)
	for i := range state.all {
		state.all[i].Aside = s.asideOf(&state.all[i], now)
	}
	s.sum(state, places)
	state.finish(versions)
	for _, r := range s.Desk.Rollouts() {
		if r.State != "done" {
			state.Rollouts = append(state.Rollouts, rolloutOf(&r, false))
		}
	}
	return state
}

// sum adds up what locations say.
func (s *Server) sum(state *State, places []ledger.Summary) {
	revenue := map[string]*ChainRevenue{}
	state.Today = make([]ChainHour, 24)
	all := *s.usual.Load()
	for i := range places {
		l, line := &places[i], &state.Locations[i]
		r := &state.Realtime
		if line.Online {
			r.Online++
		}
		r.EntriesToday += l.Today.Entries
		r.ExitsToday += l.Today.Exits
		r.FactsToday += l.Today.Facts
		r.Waiting += line.Waiting
		r.OldestMS = max(r.OldestMS, line.OldestMS)
		money := revenue[line.Currency]
		if money == nil {
			money = &ChainRevenue{Currency: line.Currency}
			revenue[line.Currency] = money
		}
		u := all[l.ID]
		money.TodayMinor += line.RevenueMinor
		money.UsualMinor += u.minor
		money.SoFarMinor += u.todayMinor
		for at := range u.hours {
			state.Today[at].Hour = at
			state.Today[at].Entries += u.hours[at].Entries
			state.Today[at].Exits += u.hours[at].Exits
		}
	}
	for at := range state.Today {
		state.Today[at].Hour = at
	}
	for _, currency := range slices.Sorted(maps.Keys(revenue)) {
		money := revenue[currency]
		if currency == "" && money.TodayMinor == 0 && len(revenue) > 1 {
			continue // locations that nobody has named yet
		}
		money.Today, money.Usual = rest.AmountOf(money.TodayMinor, fact.Currency(currency)), rest.AmountOf(money.UsualMinor, fact.Currency(currency))
		state.Revenue = append(state.Revenue, *money)
	}
	slices.SortStableFunc(state.Revenue, func(a, b ChainRevenue) int { return cmp.Compare(b.TodayMinor, a.TodayMinor) })
}

// urgentOf are those of sorted needs that nobody has set aside.
func urgentOf(sorted []Need) []Need {
	if at := slices.IndexFunc(sorted, func(n Need) bool { return n.Aside != nil }); at >= 0 {
		return sorted[:at]
	}
	return sorted
}

// finish sorts what needs a person, and says so of each location.
func (st *State) finish(versions map[string]int) {
	slices.SortFunc(st.all, compareNeeds)
	urgent := urgentOf(st.all)
	st.NeedsTotal, st.Severity = len(urgent), "ok"
	at := map[string]*LocationLine{}
	for i := range st.Locations {
		at[st.Locations[i].ID] = &st.Locations[i]
	}
	for i := range urgent {
		if line := at[urgent[i].Location]; line != nil {
			if line.Alerts == 0 {
				line.Severity = urgent[i].Severity // they are sorted: the first is the worst
			}
			line.Alerts++
		}
	}
	if len(urgent) > 0 {
		st.Severity = urgent[0].Severity
	}
	st.Needs = append(st.Needs, urgent[:min(len(urgent), attentionShown)]...)
	slices.SortStableFunc(st.Locations, func(a, b LocationLine) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, version := range slices.SortedFunc(maps.Keys(versions), func(a, b string) int { return compareVersions(b, a) }) {
		st.Versions = append(st.Versions, VersionCount{version, versions[version]})
	}
}

func (s *Server) chain(ctx context.Context, _ *struct{}) (*struct{ Body *State }, error) {
	return &struct{ Body *State }{s.stateOf(ctx)}, nil
}

func (s *Server) events(context.Context, *struct{}) (*rest.Streaming, error) {
	return rest.Stream(func(w http.ResponseWriter, r *http.Request) { s.Stream(w, r, s.live.Changed()) }), nil
}

// Locations is a list of locations.
type Locations struct {
	Locations []LocationLine `json:"locations"`
}

func (s *Server) locations(ctx context.Context, in *struct {
	Search string `query:"search" maxLength:"64" doc:"Part of an ID or a name"`
}) (*struct{ Body Locations }, error) {
	out := &struct{ Body Locations }{Locations{[]LocationLine{}}}
	wanted := strings.ToLower(in.Search)
	for _, line := range s.stateOf(ctx).Locations {
		if strings.Contains(strings.ToLower(line.ID+" "+line.Name), wanted) {
			out.Body.Locations = append(out.Body.Locations, line)
		}
	}
	return out, nil
}

// Location is one location, as far as headquarters knows it.
type Location struct {
	LocationLine
	Timezone string      `json:"timezone"`
	Role     string      `json:"role" doc:"Of the one who reads this"`
	Time     string      `json:"civilTime" doc:"There, now" example:"14:05"`
	ByType   []TypeTally `json:"byType"`
	Floors   []Floor     `json:"floors"`
	Gates    []Gate      `json:"gates"`
	Tickets  int64       `json:"openTickets"`
	Facts    int64       `json:"facts" doc:"That headquarters has"`
	NewestAt *time.Time  `json:"newestFactAt"`
	Site     string      `json:"siteDigest,omitempty"`
	Needs    []Need      `json:"needsList"`
	Policies []Policy    `json:"policies"`
	Devices  []Device    `json:"devices"`
	Hours    []ChainHour `json:"today"`
}

// Gate is a gate as the location's last live message says.
type Gate struct {
	ID    string `json:"gateId"`
	Fault string `json:"fault" doc:"none, or what is wrong"`
	Held  bool   `json:"heldOpen"`
}

func (s *Server) location(ctx context.Context, in *rest.Here) (*struct{ Body Location }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Location }{s.locationOf(ctx, &l)}, nil
}

func (s *Server) locationOf(ctx context.Context, l *ledger.Summary) Location {
	now := s.Now()
	out := Location{
		LocationLine: s.lineOf(l, now.UnixMilli()), Timezone: l.Zone.String(), Role: rest.Who(ctx).Role.String(), Time: now.In(l.Zone).Format("15:04"),
		ByType: s.availabilityOf(l).ByType, Floors: []Floor{}, Gates: []Gate{}, Facts: l.Facts, NewestAt: timeAt(l.NewestMS), Site: l.Live.Site,
		Needs: s.needsAt(ctx, l.ID), Policies: s.policiesAt(l.ID), Devices: []Device{}, Hours: make([]ChainHour, 24),
	}
	urgent := urgentOf(out.Needs)
	out.Alerts = len(urgent)
	if len(urgent) > 0 {
		out.Severity = urgent[0].Severity
	}
	out.Floors = append(out.Floors, s.layoutOf(string(l.ID)).Floors...)
	for _, open := range l.Open {
		out.Tickets += open
	}
	for _, g := range l.Live.Gates {
		out.Gates = append(out.Gates, Gate{string(g.Gate), g.Fault.String(), g.Held})
	}
	for _, d := range s.Registry.Devices() {
		if d.Location == string(l.ID) {
			out.Devices = append(out.Devices, deviceOf(d))
		}
	}
	u := (*s.usual.Load())[l.ID]
	for at := range out.Hours {
		out.Hours[at] = ChainHour{at, u.hours[at].Entries, u.hours[at].Exits}
	}
	return out
}

// readable is a code as words.
func readable(code string) string { return strings.ReplaceAll(code, "_", " ") }
