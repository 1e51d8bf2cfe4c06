package web

import (
	"encoding/json"
	"time"

	"gatehouse/sync/livepage"
)

// state is what the page reads of the lot's state; gateway/api says what each field means.
type state struct {
	Now         time.Time
	LocationID  string
	Name        string
	Timezone    string
	Currency    string
	Severity    string
	Clock       string
	SafeMode    string
	Demo        bool
	Version     string
	Board       string
	Role        string
	Realtime    realtime
	Floors      []floor
	Gates       []gate
	Revenue     revenue
	Today       []livepage.Hour
	Alerts      []alert
	AlertsTotal int
	Checks      []check
	Decisions   []decision

	Headquarters *headquarters
}

type headquarters struct {
	State, Problem, Standing string

	Waiting, OldestSeconds, HoursLeft, DrainPerSecond, DrainSeconds int

	HeardAt time.Time
}

type tally struct {
	Total, Available, Occupied, Reserved, Held, Unknown, Maintenance int
}

type realtime struct {
	TotalSpots, Available, Occupied, Reserved, Held, Unknown, Maintenance int

	OccupancyRate string
	ByType        []struct {
		SpotType string
		tally
	}
	Inside struct{ Tickets, Loops, Spots, OnTheWay, Drift int }
}

type floor struct {
	FloorID   string
	FloorName string
	tally
	Sign struct {
		Available int
		Unknown   bool
	}
	Zones []zone
}

type zone struct {
	ZoneID, ZoneName, First, Last, Cells string
	Total, Available                     int
}

type gate struct {
	GateID, Name, Direction, State, Arm, ArmSight string

	ArmingLoop, ClosingLoop string // what they read

	VehiclePresent, LoopsQualified, HeldOpen bool

	HeldBy            string
	PendingGrants     int
	Passed, Tailgated int
	Faults, Without   []string
	Display           struct {
		Lines  []string
		Colour string
	}
	Due          json.Number
	DueMinor     int
	TicketID     string
	LastDecision *decision
}

type decision struct {
	At                                                               time.Time
	GateName, Words, SpotNumber, Fee, LicensePlate, Reason, TicketID string
	Granted                                                          bool
	DecidedWith                                                      []string
}

type revenue struct {
	Today, ThisWeek, ThisMonth, AvgTicketValue json.Number
	AvgDuration                                struct{ Hours, Minutes int }
}

// HasVisits reports whether any visit has ended that its means are of.
func (r revenue) HasVisits() bool { return r.AvgDuration.Hours+r.AvgDuration.Minutes > 0 }

type alert struct {
	Code, Severity, Where, What, Do string
	Since                           time.Time
	Alike                           int // how many more of its kind there are, which are not shown
}

type check struct{ ID, State, Value, Limit, Do string }
