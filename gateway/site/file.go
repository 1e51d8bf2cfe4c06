package site

import "reflect"

// file is the site file as it is written. Amounts of money are texts ("2.50"), so that they stay exact.
type file struct {
	Location     locationTable       `toml:"location"`
	Server       serverTable         `toml:"server"`
	Sync         *syncTable          `toml:"sync"`
	Record       *recordTable        `toml:"record"`
	Policy       policyTable         `toml:"policy"`
	Reservations reservationsTable   `toml:"reservations"`
	Upgrade      map[string][]string `toml:"upgrade"`
	Tariff       tariffTable         `toml:"tariff"`
	Floors       []floorTable        `toml:"floor"`
	Zones        []zoneTable         `toml:"zone"`
	Sensors      []sensorTable       `toml:"sensor"`
	Spots        []spotsTable        `toml:"spots"`
	Gates        []gateTable         `toml:"gate"`
	Brokers      []brokerTable       `toml:"broker"`
	Devices      []deviceTable       `toml:"device"`
}

type locationTable struct {
	ID       string `toml:"id"`
	Name     string `toml:"name"`
	Timezone string `toml:"timezone"`
	Currency string `toml:"currency"`
	Board    string `toml:"board"`
	Strategy string `toml:"strategy"`
}

// serverTable: a token is kept as the SHA-256 of itself, in hexadecimal.
type serverTable struct {
	Listen string       `toml:"listen"`
	Tokens []tokenTable `toml:"token"`
}

type tokenTable struct {
	Name   string `toml:"name"`
	Role   string `toml:"role"`
	SHA256 string `toml:"sha256"`
}

// syncTable is there if the location belongs to a chain. Most of it comes from the enrolment.
type syncTable struct {
	Enabled     *bool  `toml:"enabled"`
	Broker      string `toml:"broker"`
	Chain       string `toml:"chain"`
	Identity    string `toml:"identity"`
	CA          string `toml:"ca"`
	TrustBroker bool   `toml:"trust_broker"`
}

// recordTable is there if what sensors say is to be recorded, for `lotctl sensor replay`.
type recordTable struct {
	Enabled *bool    `toml:"enabled"`
	Dir     string   `toml:"dir"`     // in the data folder; "readings" if nothing is written
	MaxMiB  *int64   `toml:"max_mib"` // of all files together; 64 if nothing is written
	Spots   []string `toml:"spots"`   // numbers and ranges as in [[spots]]; all that have a sensor if nothing is written
}

type policyTable struct {
	PlateInside       string `toml:"plate_inside"`  // "suspect" or "deny"
	TerminalDown      string `toml:"terminal_down"` // "owed" or "deny"
	PlateWaitMS       *int64 `toml:"plate_wait_ms"`
	PlateConfidence   *int64 `toml:"plate_confidence"` // per mille
	PaymentGiveUpMS   *int64 `toml:"payment_give_up_ms"`
	MaxStayHours      *int64 `toml:"max_stay_hours"`
	ChargeWithin      *int64 `toml:"charge_within_minutes"`
	FullReleaseSpots  *int64 `toml:"full_release_spots"`
	DriftAlarm        *int64 `toml:"drift_alarm"`
	ReservablePercent *int64 `toml:"reservable_percent"`
}

type reservationsTable struct {
	AssignAheadMinutes *int64 `toml:"assign_ahead_minutes"`
	NoShowAfterMinutes *int64 `toml:"no_show_after_minutes"`
	EarlyMinutes       *int64 `toml:"early_minutes"`
	WalkInStayMinutes  *int64 `toml:"walk_in_stay_minutes"` // what headquarters may sell within this time is kept from walk-ins
}

// tariffTable names the file of a tariff document (gateway/tariffdoc), or holds rules itself.
type tariffTable struct {
	File              string      `toml:"file"`
	Next              []string    `toml:"next"` // files of documents that come into force later, each at its valid_from
	Version           string      `toml:"version"`
	TaxPercent        string      `toml:"tax_percent"`
	TaxIncluded       *bool       `toml:"tax_included"`
	GraceEntryMinutes int64       `toml:"grace_entry_minutes"`
	GraceExitMinutes  *int64      `toml:"grace_exit_minutes"`
	LostTicket        string      `toml:"lost_ticket"`
	SuspectMax        string      `toml:"suspect_max"`
	UnitMinutes       int64       `toml:"unit_minutes"`
	Holidays          []string    `toml:"holidays"`
	Rules             []ruleTable `toml:"rule"`
}

// empty reports whether nothing is set.
func (t tariffTable) empty() bool { return reflect.ValueOf(t).IsZero() }

// ruleTable has the fields of the source design's pricing_rules table.
type ruleTable struct {
	ID            string `toml:"rule_id"`
	SpotType      string `toml:"spot_type"`
	DayType       string `toml:"day_type"`
	StartHour     int64  `toml:"start_hour"`
	EndHour       *int64 `toml:"end_hour"`
	RatePerHour   string `toml:"rate_per_hour"`
	MaxDailyRate  string `toml:"max_daily_rate"`
	FirstHourFree bool   `toml:"first_hour_free"`
	Priority      int64  `toml:"priority"`
	ValidFrom     string `toml:"valid_from"`
	ValidUntil    string `toml:"valid_until"`
}

type floorTable struct {
	ID     string `toml:"id"`
	Number int64  `toml:"number"`
	Name   string `toml:"name"`
}

type zoneTable struct {
	ID    string `toml:"id"`
	Floor string `toml:"floor"`
	Name  string `toml:"name"`
}

type sensorTable struct {
	Name       string `toml:"name"`
	EmptyMM    int64  `toml:"empty_mm"`
	PeriodMS   *int64 `toml:"period_ms"`
	DebounceMS *int64 `toml:"debounce_ms"`
	Sensors    *int64 `toml:"sensors"`
}

// spotsTable is a row of spots that are alike: numbers "A-001..A-040", or a list of single ones.
type spotsTable struct {
	Numbers   []string         `toml:"numbers"`
	Zone      string           `toml:"zone"`
	Type      string           `toml:"type"`
	Sensor    string           `toml:"sensor"`
	Charger   bool             `toml:"charger"`
	ElevatorM int64            `toml:"elevator_distance_m"` // of the first; each next is step_m farther
	EntryM    map[string]int64 `toml:"entry_distance_m"`    // the same, by entry gate
	StepM     int64            `toml:"step_m"`
}

type gateTable struct {
	ID            string `toml:"id"`
	Name          string `toml:"name"`
	Floor         string `toml:"floor"`
	Direction     string `toml:"direction"` // "in", "out" or "both"
	Closing       string `toml:"closing"`   // "barrier", "gateway" or "none"
	NoPlate       string `toml:"no_plate"`  // "ticket", "admit" or "deny"
	NoTicket      string `toml:"no_ticket"` // at an exit: "deny" or "admit"
	DiskStall     string `toml:"disk_stall"`
	ClearMS       *int64 `toml:"clear_ms"`
	MaxRunMS      *int64 `toml:"max_run_ms"`
	BackOutMS     *int64 `toml:"back_out_ms"`
	VendTimeoutMS *int64 `toml:"vend_timeout_ms"`
}

// brokerTable is an MQTT broker that devices report to, or are shown things through.
type brokerTable struct {
	Name     string `toml:"name"`
	URL      string `toml:"url"`
	Username string `toml:"username"`
	Password string `toml:"password"`
	CA       string `toml:"ca"`
}

type deviceTable struct {
	ID        string         `toml:"id"`
	Driver    string         `toml:"driver"`
	Role      string         `toml:"role"`
	Gate      string         `toml:"gate"`
	Floor     string         `toml:"floor"`
	Spots     []string       `toml:"spots"`
	KeySHA256 string         `toml:"key_sha256"`
	Settings  map[string]any `toml:"settings"`
}
