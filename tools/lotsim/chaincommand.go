package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gatehouse/tools/lotsim/chain"
)

// chainCommand is `lotsim chain`: headquarters and its car parks over a bad network.
type chainCommand struct {
	Lots     int    `help:"How many car parks." default:"500"`
	Days     int    `help:"Days of traffic under faults; an aftermath of 90 quiet days follows." default:"1"`
	Vehicles int    `help:"Vehicles a day and lot; each makes about nine facts." default:"60"`
	Seed     uint64 `help:"Seed of everything that is left to chance." default:"1"`
	JSON     bool   `help:"Print one JSON object." name:"json"`
}

var errNotConverged = errors.New("lotsim: headquarters and lots do not agree")

// Run prints what the chain came to.
func (r *chainCommand) Run(out io.Writer) error {
	if r.Lots < 1 || r.Lots > 5_000 || r.Days < 1 || r.Days > 400 || r.Vehicles < 1 || r.Vehicles > 20_000 {
		return errors.New("lotsim: --lots is 1 to 5000, --days 1 to 400, --vehicles 1 to 20000")
	}
	result := chain.Run(chain.Options{Lots: r.Lots, Days: r.Days, Vehicles: r.Vehicles, Seed: r.Seed})
	if r.JSON {
		if err := json.NewEncoder(out).Encode(result); err != nil {
			return err
		}
	} else if err := r.print(out, &result); err != nil {
		return err
	}
	if !result.Converged {
		return fmt.Errorf("%w: %d lost, %d double\nagain: go run ./tools/lotsim chain --lots %d --days %d --vehicles %d --seed %d",
			errNotConverged, result.Lost, result.Double, r.Lots, r.Days, r.Vehicles, r.Seed)
	}
	return nil
}

// print tells the run in words.
func (r *chainCommand) print(out io.Writer, result *chain.Result) error {
	faults, err := json.MarshalIndent(result.Fired, "  ", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `%d lots, %d days of traffic, %d facts in %d batches (%.1f bytes a fact)
lost %d, double %d, duplicates dropped %d, rewinds %d, incarnations fenced %d
  %s
digest %s
`, result.Lots, result.Days, result.Facts, result.Batches, float64(result.WireBytes)/float64(max(1, result.Facts)), result.Lost,
		result.Double, result.DuplicatesDropped, result.Rewinds, result.Fenced, faults, result.Digest)
	return err
}
