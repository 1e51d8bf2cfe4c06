package api

import (
	"context"
	"time"

	"gatehouse/sync/rest"
)

// HeadquartersState says in a word how the sync is.
type HeadquartersState string

// The states.
const (
	HeadquartersSynced      HeadquartersState = "synced"       // it has everything
	HeadquartersSending     HeadquartersState = "sending"      // connected, and facts are on their way
	HeadquartersUnreachable HeadquartersState = "unreachable"  // facts wait in the log
	HeadquartersNotEnrolled HeadquartersState = "not_enrolled" // there is no identity yet
	HeadquartersFenced      HeadquartersState = "fenced"       // it takes the facts, and keeps them apart
)

// Headquarters is how the sync with headquarters is. Gates never wait for it.
type Headquarters struct {
	State       HeadquartersState `json:"state" enum:"synced,sending,unreachable,not_enrolled,fenced"`
	Broker      string            `json:"broker,omitempty"`
	Problem     string            `json:"problem,omitempty" doc:"Why there is no connection"`
	Waiting     uint64            `json:"waiting" doc:"Facts that headquarters doesn't have yet"`
	Unstable    uint64            `json:"unstable" doc:"Facts that headquarters has, or not, but its replica doesn't yet"`
	OldestS     int64             `json:"oldestSeconds" doc:"Age of the oldest fact that waits"`
	HoursLeft   int64             `json:"hoursLeft" doc:"For how long facts fit on the disk, if headquarters stays away and the lot goes on as it has"`
	DrainPerS   int64             `json:"drainPerSecond" doc:"Facts a second that headquarters took over the last seconds"`
	DrainS      int64             `json:"drainSeconds" doc:"How long what waits still needs; 0: nothing waits or nothing moves"`
	Standing    string            `json:"standing" enum:"open,superseded,fenced,conflicted,rejected" doc:"How headquarters regards this gateway's facts"`
	HeardAt     *time.Time        `json:"heardAt,omitempty" doc:"When headquarters last acknowledged something"`
	Certificate *time.Time        `json:"certificateUntil,omitempty" doc:"When this gateway's certificate ends; it is renewed long before"`
}

type headquartersAnswer struct{ Body Headquarters }

// headquarters answers how the sync is.
func (s *server) headquarters(context.Context, *struct{}) (*headquartersAnswer, error) {
	hq := s.Backend.Headquarters()
	if hq == nil {
		return nil, rest.NotFound("headquarters", "this location belongs to no chain: its site file has no [sync]")
	}
	return &headquartersAnswer{*hq}, nil
}

// headquartersMeasures are the same as metrics.
func headquartersMeasures(hq *Headquarters) []rest.Measure {
	if hq == nil {
		return nil
	}
	linked := hq.State == HeadquartersSynced || hq.State == HeadquartersSending || hq.State == HeadquartersFenced
	all := []rest.Measure{
		rest.Gauge("lot_headquarters_up", "1 while headquarters answers.", rest.OneIf(linked)),
		rest.Gauge("lot_outbox_facts", "Facts that headquarters doesn't have yet.", float64(hq.Waiting)),
		rest.Gauge("lot_outbox_unstable_facts", "Facts that headquarters' replica doesn't have yet.", float64(hq.Unstable)),
		rest.Gauge("lot_outbox_oldest_seconds", "Age of the oldest fact that headquarters doesn't have yet.", float64(hq.OldestS)),
		rest.Gauge("lot_outbox_room_hours", "For how long facts fit on the disk while headquarters stays away.", float64(hq.HoursLeft)),
		rest.Gauge("lot_outbox_drain_facts_per_second", "Facts a second that headquarters took over the last seconds.", float64(hq.DrainPerS)),
		rest.Gauge("lot_headquarters_standing_info", "How headquarters regards this gateway's facts.", 1, "standing", hq.Standing),
	}
	if hq.Certificate != nil {
		all = append(all, rest.Gauge("lot_certificate_end_timestamp_seconds", "When this gateway's certificate ends.", float64(hq.Certificate.Unix())))
	}
	return all
}
