package api

import (
	"gatehouse/cloud/ledger"
	"gatehouse/sync/rest"
)

// measures are the chain's and the aggregator's, read when metrics are asked for.
func (s *Server) measures() []rest.Measure {
	all := s.ofChain()
	if s.Measures != nil {
		all = append(all, s.Measures()...)
	}
	return all
}

// ofChain is what the counters say, and of each location how its sync is.
func (s *Server) ofChain() []rest.Measure {
	nowMS := s.Now().UnixMilli()
	var all []rest.Measure
	s.See(func(chain *ledger.Chain) {
		spots := chain.Spots()
		for _, count := range []struct {
			status string
			count  int64
		}{
			{"available", spots.Available}, {"occupied", spots.Occupied}, {"reserved", spots.Reserved}, {"held", spots.Held},
			{"maintenance", spots.Maintenance}, {"unknown", spots.Unknown},
		} {
			all = append(all, rest.Gauge("gatehouse_cloud_spots", "Spots of all locations, as they said last.", float64(count.count), "status", count.status))
		}
		all = append(all, rest.Gauge("gatehouse_cloud_locations", "Locations.", float64(chain.Len())))
		for _, summary := range chain.Summaries(nowMS) {
			l := s.syncOf(&summary, nowMS)
			id := string(summary.ID)
			all = append(all,
				rest.Gauge("gatehouse_cloud_location_online", "1 while the broker holds its connection.", rest.OneIf(l.Online), "location", id),
				rest.Gauge("gatehouse_cloud_location_waiting_facts", "Facts that headquarters lacked when it spoke last.", float64(l.Waiting), "location", id),
				rest.Gauge("gatehouse_cloud_location_outbox_age_seconds", "Age of the oldest of them, by now.", float64(l.OldestMS)/1000, "location", id),
				rest.Gauge("gatehouse_cloud_location_history_differs", "1 if the digest of the lot's own log is not that of headquarters' copy.", rest.OneIf(l.History == "differs"), "location", id),
				rest.Gauge("gatehouse_cloud_location_alerts", "Alerts that hold now.", float64(summary.Alerts), "location", id))
		}
	})
	return append(all, rest.Gauge("gatehouse_cloud_streams", "Live streams that are open.", float64(s.live.Open())))
}
