package web

import (
	"encoding/json"
	"time"

	"gatehouse/sync/livepage"
)

// state is what the page reads of the chain's state; cloud/api says what each field means.
type state struct {
	Now        time.Time
	Chain      string
	Running    string `json:"version"`
	Role       string
	Severity   string
	Realtime   realtime
	Revenue    []revenue
	Today      []livepage.Hour
	Needs      []need
	NeedsTotal int
	Versions   []struct {
		Version   string
		Locations int
	}
	Rollouts  []rollout
	Locations []line
}

type realtime struct {
	Locations, Online                                                     int
	TotalSpots, Available, Occupied, Reserved, Held, Unknown, Maintenance int
	OccupancyRate                                                         string
	OpenTickets, EntriesToday, ExitsToday, FactsToday                     int
	Waiting                                                               int
	OldestMS                                                              int64
}

type revenue struct {
	Currency               string
	Today, Usual           json.Number
	TodayMinor, UsualMinor int64
	SoFarMinor             int64
}

type need struct {
	Code, Severity, LocationID, Name, Subject, What, Do string
	Since                                               time.Time
	Aside                                               *aside
	Others                                              []need    `json:"-"` // more of its kind
	Decision                                            *decision `json:"-"`
}

// aside is how somebody set a need aside.
type aside struct {
	By, Reason string
	Until      time.Time
}

type rollout struct {
	RolloutID, Kind, State, Why, Reason, Actor string
	Stage, Stages                              int
	Progress                                   map[string]int
	CreatedAt                                  time.Time
	EffectiveFrom                              *time.Time
	Locations                                  []rolloutPlace
}

// rolloutPlace is one location of a rollout.
type rolloutPlace struct {
	LocationID, State, Note string
	Name                    string `json:"-"`
	Stage, Version          int
	At                      *time.Time
}

type connection struct {
	Online, Stale  bool
	Since, HeardAt time.Time
	Waiting        int
	OldestMS       int64
	Program        string `json:"version"`
	History        string
	HistoryEqualAt time.Time
}

type line struct {
	LocationID, Name, Severity, OccupancyRate, Currency                   string
	Total, Available, Occupied, Unknown, Inside, EntriesToday, ExitsToday int

	RevenueToday      json.Number
	RevenueTodayMinor int64
	Needs             int
	connection
}

// lot is one location.
type lot struct {
	line
	Now                       time.Time
	Timezone, CivilTime, Role string
	ByType                    []typeTally
	Gates                     []gate
	OpenTickets, Facts        int
	NewestFactAt              time.Time
	SiteDigest                string
	NeedsList                 []need
	Policies                  []document
	Devices                   []device
	Today                     []livepage.Hour
}

type typeTally struct {
	SpotType                                                         string
	Total, Available, Occupied, Reserved, Held, Unknown, Maintenance int
}

type gate struct {
	GateID, Fault string
	HeldOpen      bool
}

type document struct {
	Kind, Actor, State, Note, LocalEditBy, LocalEditReason string
	Version, InEffect                                      int
	LocalEdit                                              bool
}

type device struct {
	Fingerprint, SpokenFingerprint, State string
	NotAfter                              time.Time
}
