package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// State is all of the lot that a page shows: what GET …/events sends after every change. Plates, and the numbers
// of tickets, are in it for RoleOperate.
type State struct {
	Location  string       `json:"locationId"`
	Name      string       `json:"name"`
	Timezone  string       `json:"timezone"`
	Currency  string       `json:"currency"`
	Severity  string       `json:"severity" enum:"ok,info,warning,fault" doc:"The worst of alerts and checks"`
	Clock     string       `json:"clock" enum:"unset,held,synced" doc:"How far the clock can be trusted"`
	SafeMode  string       `json:"safeMode,omitempty" doc:"Why the gateway runs on its last good site file"`
	Demo      bool         `json:"demo,omitempty"`
	Version   string       `json:"version"`
	Board     string       `json:"board,omitempty"`
	Role      string       `json:"role" doc:"Of the one who reads this"`
	Realtime  Realtime     `json:"realtime"`
	Floors    []FloorState `json:"floors"`
	Gates     []Gate       `json:"gates"`
	Revenue   rest.Revenue `json:"revenue"`
	Today     []HourState  `json:"today" doc:"The 24 civil hours of today"`
	Alerts    []Alert      `json:"alerts" doc:"The worst 50"`
	AlertsAll int          `json:"alertsTotal"`
	Checks    []Check      `json:"checks" doc:"Those of the gateway that are not well"`
	Decisions []Decision   `json:"decisions" doc:"The newest first"`
	// Headquarters is left out where there is none.
	Headquarters *Headquarters `json:"headquarters,omitempty"`
}

// FloorState is one floor with all its spots.
type FloorState struct {
	FloorTally
	Sign  SignState   `json:"sign"`
	Zones []ZoneState `json:"zones"`
}

// SignState is what a floor's sign shows.
type SignState struct {
	Available int  `json:"available"`
	Unknown   bool `json:"unknown" doc:"Blank: nothing is known"`
}

// ZoneState is one zone with all its spots.
type ZoneState struct {
	ID        string `json:"zoneId"`
	Name      string `json:"zoneName"`
	First     string `json:"first" doc:"The number of its first spot"`
	Last      string `json:"last"`
	Total     int    `json:"total"`
	Available int    `json:"available"`
	Cells     string `json:"cells" doc:"One letter for each spot, in the order of GET …/spots: available, occupied, reserved, held, unknown, maintenance"`
}

// HourState is one civil hour of today.
type HourState struct {
	Hour         int         `json:"hour"`
	Entries      int64       `json:"entries"`
	Exits        int64       `json:"exits"`
	RevenueMinor int64       `json:"revenueMinor"`
	Revenue      rest.Amount `json:"revenue"`
}

// cellOf is the letter of each status.
var cellOf = map[fact.SpotStatus]byte{
	fact.SpotAvailable: 'a', fact.SpotOccupied: 'o', fact.SpotReserved: 'r', fact.SpotHeld: 'h', fact.SpotUnknown: 'u',
	fact.SpotMaintenance: 'm',
}

func stateOf(ctx context.Context, l *lot.Lot, info Info) State {
	cfg := l.Config()
	s := State{
		Location: string(cfg.Location), Name: cfg.Name, Timezone: cfg.Zone.String(), Currency: string(cfg.Currency),
		Clock: l.Now().Trust.String(), SafeMode: info.SafeMode, Demo: info.Demo, Version: info.Version, Board: info.Board,
		Role: rest.Who(ctx).Role.String(), Realtime: realtimeOf(l), Floors: floorsOf(l), Gates: make([]Gate, len(cfg.Gates)),
		Revenue: revenueOf(l), Today: todayOf(l), Alerts: alertsOf(ctx, l), Decisions: decisionsOf(ctx, l, decisionsShown),
	}
	s.AlertsAll = len(s.Alerts)
	s.Alerts = s.Alerts[:min(len(s.Alerts), alertsShown)]
	for i := range s.Gates {
		s.Gates[i] = gateOf(ctx, l, i)
	}
	return s
}

func floorsOf(l *lot.Lot) []FloorState {
	cfg := l.Config()
	cells, first, last := cellsOf(l)
	floors := make([]FloorState, len(cfg.Floors))
	for i, f := range cfg.Floors {
		available, unknown := l.SignOf(i)
		floors[i] = FloorState{
			FloorTally{string(f.ID), f.Number, f.Name, l.TallyOfFloor(i)}, SignState{available, unknown}, []ZoneState{},
		}
	}
	for i, z := range cfg.Zones {
		zone := ZoneState{ID: string(z.ID), Name: z.Name, First: first[i], Last: last[i], Total: len(cells[i]), Cells: string(cells[i])}
		for _, cell := range cells[i] {
			if cell == 'a' {
				zone.Available++
			}
		}
		floors[z.Floor].Zones = append(floors[z.Floor].Zones, zone)
	}
	return floors
}

// cellsOf lists by zone the letters of its spots, and the numbers of its first and last one.
func cellsOf(l *lot.Lot) (cells [][]byte, first, last []string) {
	cfg := l.Config()
	cells, first, last = make([][]byte, len(cfg.Zones)), make([]string, len(cfg.Zones)), make([]string, len(cfg.Zones))
	for i := range cfg.Spots {
		zone := cfg.Spots[i].Zone
		if zone < 0 {
			continue
		}
		if len(cells[zone]) == 0 {
			first[zone] = cfg.Spots[i].Number
		}
		last[zone] = cfg.Spots[i].Number
		state := l.SpotState(int32(i))
		cells[zone] = append(cells[zone], cellOf[state.Status()])
	}
	return cells, first, last
}

func todayOf(l *lot.Lot) []HourState {
	cfg, midnight := l.Config(), dayOf(civilNow(l), 0)
	today := make([]HourState, 24)
	for i := range today {
		today[i].Hour = i
	}
	for _, h := range l.Hours(midnight.UnixMilli(), dayOf(midnight, 1).UnixMilli()) {
		at := &today[time.UnixMilli(h.StartMS).In(cfg.Zone).Hour()] // the hour that a clock set back repeats counts in one
		at.Entries += h.Entries
		at.Exits += h.Exits
		at.RevenueMinor += h.RevenueMinor
	}
	for i := range today {
		today[i].Revenue = rest.AmountOf(today[i].RevenueMinor, cfg.Currency)
	}
	return today
}

// severityOf is the worst of what is wrong; ok if nothing is.
func severityOf(alerts []Alert, checks []Check) string {
	worst := "ok"
	for _, level := range []lot.Severity{lot.Info, lot.Warning, lot.Fault} {
		for i := range alerts {
			if alerts[i].Severity == level.String() {
				worst = level.String()
			}
		}
		for i := range checks {
			if checks[i].Severity == level && level != lot.Info {
				worst = level.String()
			}
		}
	}
	return worst
}

// unwell are the checks that a person should look at.
func unwell(checks []Check) []Check {
	bad := []Check{}
	for _, c := range checks {
		if c.Severity != lot.Info {
			bad = append(bad, c)
		}
	}
	return bad
}
