package chain

import "gatehouse/sync/fact"

// Options are a run.
type Options struct {
	Lots     int
	Days     int // of traffic
	Vehicles int // a day and lot
	Seed     uint64
	// Trouble is how many times as often as in a chain's life something goes wrong at a lot; 0 is 1.
	Trouble int
	// Only is the one lot to run, all of them if it is empty. It fares as it does among the others.
	Only fact.LocationID
	// Tell is told what happens, in words, if it isn't nil.
	Tell func(what string)
}

// Faults counts what fired.
type Faults struct {
	Lost             int `json:"messages_lost"`
	Duplicated       int `json:"messages_duplicated"`
	Reordered        int `json:"messages_delayed"` // long enough to be overtaken
	Partitions       int `json:"partitions"`
	LongPartitions   int `json:"partitions_over_a_week"`
	LongestPartition int `json:"longest_partition_hours"`
	BrokerRestarts   int `json:"broker_restarts"`
	CloudRestarts    int `json:"cloud_restarts"`
	CloudRestores    int `json:"cloud_restores"`
	SilentRestores   int `json:"cloud_restores_unnoticed"` // with the epoch of before
	CommitFailures   int `json:"cloud_commits_failed"`
	GatewayRestarts  int `json:"gateway_restarts"`
	CardsRestored    int `json:"cards_restored"`
	CardsCloned      int `json:"cards_cloned"`
	GatewaysSwapped  int `json:"gateways_swapped"`
	OldCardsBack     int `json:"old_cards_back"`
	ClockSteps       int `json:"clock_steps"`
	LogDamages       int `json:"log_damages"`
	NewerFacts       int `json:"facts_of_newer_software"`
	Trims            int `json:"trims"`
	Settled          int `json:"settled"`
	SendersRestored  int `json:"sender_states_lost"`
}

// ofLots are the counts of what happens to each lot by itself. The others happen to all lots at once.
func (f *Faults) ofLots() []*int {
	return []*int{
		&f.Lost, &f.Duplicated, &f.Reordered, &f.Partitions, &f.LongPartitions, &f.CommitFailures, &f.GatewayRestarts, &f.CardsRestored,
		&f.CardsCloned, &f.GatewaysSwapped, &f.OldCardsBack, &f.ClockSteps, &f.LogDamages, &f.NewerFacts, &f.Trims, &f.Settled, &f.SendersRestored,
	}
}

// add adds what fired at more lots of the same chain.
func (f *Faults) add(more *Faults) {
	counts := f.ofLots()
	for i, count := range more.ofLots() {
		*counts[i] += *count
	}
	f.LongestPartition = max(f.LongestPartition, more.LongestPartition)
	f.BrokerRestarts, f.CloudRestarts = more.BrokerRestarts, more.CloudRestarts
	f.CloudRestores, f.SilentRestores = more.CloudRestores, more.SilentRestores
}

// Result is what a run came to.
type Result struct {
	Converged         bool   `json:"converged"`
	Facts             int    `json:"facts"`
	DuplicatesDropped uint64 `json:"duplicates_dropped"`
	Rewinds           uint64 `json:"rewinds"`
	Fenced            int    `json:"fenced"` // incarnations that were fenced, superseded or rejected at some time
	Lost              int    `json:"lost"`
	Double            int    `json:"double"`
	Digest            string `json:"digest"`

	Lots        int    `json:"lots"`
	Days        int    `json:"days"`
	Seed        uint64 `json:"seed"`
	Vehicles    int    `json:"vehicles_per_lot_and_day"`
	Destroyed   int    `json:"destroyed"`  // facts that went with a card before anybody had them
	KeptApart   int    `json:"kept_apart"` // facts of boxes that were not the lot's
	Batches     int    `json:"batches"`
	WireBytes   int64  `json:"wire_bytes"`
	Conflicts   uint64 `json:"conflicts"`
	Forged      uint64 `json:"forged"`
	SimulatedMS int64  `json:"simulated_ms"`
	Fired       Faults `json:"fired"`
	// Wrong says what is wrong, of the first lots where something is.
	Wrong     []string          `json:"wrong,omitempty"`
	WrongLots []fact.LocationID `json:"wrong_lots,omitempty"`
}

// add adds what more lots of the same chain came to.
func (r *Result) add(more *Result) {
	r.Facts += more.Facts
	r.DuplicatesDropped += more.DuplicatesDropped
	r.Rewinds += more.Rewinds
	r.Fenced += more.Fenced
	r.Lost += more.Lost
	r.Double += more.Double
	r.Destroyed += more.Destroyed
	r.KeptApart += more.KeptApart
	r.Batches += more.Batches
	r.WireBytes += more.WireBytes
	r.Conflicts += more.Conflicts
	r.Forged += more.Forged
	r.SimulatedMS = more.SimulatedMS
	r.Fired.add(&more.Fired)
	r.Wrong = append(r.Wrong, more.Wrong[:min(len(more.Wrong), wrongMax-len(r.Wrong))]...)
	r.WrongLots = append(r.WrongLots, more.WrongLots...)
}
