package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gatehouse/sync/commandline"
	"gatehouse/sync/fact"
	"gatehouse/tools/lotsim/chain"
)

// chainCommand is `lotsim chain`: headquarters and its car parks over a bad network.
type chainCommand struct {
	Lots     int    `help:"How many car parks." default:"500"`
	Days     int    `help:"Days of traffic under faults; an aftermath of 90 quiet days follows." default:"1"`
	Vehicles int    `help:"Vehicles a day and lot; each makes about nine facts. 0: 60, or as many as keep a long run of a large chain to some three million facts." default:"0"`
	Seed     uint64 `help:"Seed of everything that is left to chance." default:"1" aliases:"from"`
	Count    int    `help:"How many seeds, from the given one on." default:"1"`
	Trouble  int    `help:"How many times as often as usual something goes wrong at a lot." default:"1"`
	Lot      string `help:"Run only this car park of them, lot-007 for example: it fares as it does among the others."`
	Tell     bool   `help:"Print everything that happens."`
	JSON     bool   `help:"Print one JSON object for each seed." name:"json"`
}

var errNotConverged = errors.New("headquarters and lots do not agree")

// Run prints what the chain came to, for each seed, until one is wrong.
func (r *chainCommand) Run(out io.Writer) error {
	if r.Lots < 1 || r.Lots > 5_000 || r.Days < 1 || r.Days > 400 || r.Vehicles < 0 || r.Vehicles > 20_000 {
		return fmt.Errorf("%w: --lots is 1 to 5000, --days 1 to 400, --vehicles 0 to 20000", commandline.ErrUsage)
	}
	if r.Count < 1 || r.Trouble < 1 || r.Trouble > 100 {
		return fmt.Errorf("%w: --count is at least 1, --trouble 1 to 100", commandline.ErrUsage)
	}
	for seed := r.Seed; seed < r.Seed+uint64(r.Count); seed++ {
		if err := r.runSeed(out, seed); err != nil {
			return err
		}
	}
	return nil
}

// What a run is kept to if nobody says how many vehicles come.
const (
	usualVehicles   = 60
	leastVehicles   = 6
	factsOfAVehicle = 9
	usualFactsMax   = 3_000_000
)

// vehicles is how many come to a lot on a day.
func (r *chainCommand) vehicles() int {
	if r.Vehicles > 0 {
		return r.Vehicles
	}
	return max(leastVehicles, min(usualVehicles, usualFactsMax/(r.Lots*r.Days*factsOfAVehicle)))
}

func (r *chainCommand) runSeed(out io.Writer, seed uint64) error {
	options := chain.Options{Lots: r.Lots, Days: r.Days, Vehicles: r.vehicles(), Seed: seed, Trouble: r.Trouble, Only: fact.LocationID(r.Lot)}
	if r.Tell {
		options.Tell = func(what string) { fmt.Fprintln(out, what) }
	}
	result := chain.Run(options)
	if r.JSON {
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
	} else if err := r.print(out, &result); err != nil {
		return err
	}
	if !result.Converged {
		again := fmt.Sprintf("go run ./tools/lotsim chain --lots %d --days %d --vehicles %d --trouble %d --seed %d", r.Lots, r.Days, r.vehicles(), r.Trouble, seed)
		if len(result.WrongLots) > 0 {
			again += " --lot " + string(result.WrongLots[0])
		}
		return fmt.Errorf("%w: %d lost, %d double\nagain: %s", errNotConverged, result.Lost, result.Double, again)
	}
	return nil
}

// print tells the run in words.
func (r *chainCommand) print(out io.Writer, result *chain.Result) error {
	faults, err := json.MarshalIndent(result.Fired, "  ", "  ")
	if err != nil {
		return err
	}
	if r.Count > 1 {
		faults = nil
	}
	_, err = fmt.Fprintf(out, `seed %d: %d lots, %d days of traffic, %d facts in %d batches (%.1f bytes a fact)
lost %d, double %d, duplicates dropped %d, rewinds %d, incarnations fenced %d
  %s
digest %s
`, result.Seed, result.Lots, result.Days, result.Facts, result.Batches, float64(result.WireBytes)/float64(max(1, result.Facts)), result.Lost,
		result.Double, result.DuplicatesDropped, result.Rewinds, result.Fenced, faults, result.Digest)
	return err
}
