package chain

import (
	"runtime"
	"slices"
	"sync"
)

// togetherLots is how many lots are simulated as one: few, so that a large chain needs no more memory than a small one.
const togetherLots = 4

// Run runs the chain to its end, some lots at a time on each processor.
func Run(o Options) Result {
	var lots []int
	for i := range o.Lots {
		if o.Only == "" || o.Only == locationOf(i) {
			lots = append(lots, i)
		}
	}
	result := Result{Lots: o.Lots, Days: o.Days, Seed: o.Seed, Vehicles: o.Vehicles}
	var ours, theirs [][32]byte
	for _, part := range runParts(o, slices.Collect(slices.Chunk(lots, togetherLots))) {
		result.add(&part.result)
		ours, theirs = append(ours, part.ours...), append(theirs, part.theirs...)
	}
	result.Digest = digest(theirs)
	result.Converged = result.Digest == digest(ours) && result.Lost == 0 && result.Double == 0
	return result
}

// runParts runs each part; none knows of the others. If somebody is told what happens, it is told part by part.
func runParts(o Options, parts [][]int) []outcome {
	outcomes := make([]outcome, len(parts))
	slots := runtime.GOMAXPROCS(0)
	if o.Tell != nil {
		slots = 1
	}
	free := make(chan struct{}, slots)
	var running sync.WaitGroup
	for i, lots := range parts {
		free <- struct{}{}
		running.Go(func() {
			outcomes[i] = run(o, lots)
			<-free
		})
	}
	running.Wait()
	return outcomes
}
