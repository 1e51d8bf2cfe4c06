package booking

import (
	"errors"
	"fmt"
	"slices"

	"gatehouse/sync/fact"
)

// ErrSpots is wrapped by the errors of NewAllocator.
var ErrSpots = errors.New("booking: wrong spots")

// typesMax is one more than the largest SpotType; AnyType counts all of them.
const typesMax = int(fact.Handicapped) + 1

// Allocator knows the free spots of a location and the best one of each type. Not safe for concurrent use.
type Allocator struct {
	types  []fact.SpotType // by spot
	free   []bool          // by spot
	uses   []uint32        // by spot
	counts [typesMax]int   // of free spots
	queues []queue         // one for each entry gate if the way from there matters, else one
}

// NewAllocator takes all spots of the location, in any order, and the number of its entry gates. All spots are
// taken at first.
func NewAllocator(strategy Strategy, entryGates int, spots []SpotInfo) (*Allocator, error) {
	byIndex := make([]*SpotInfo, len(spots))
	for i := range spots {
		spot := &spots[i]
		switch {
		case spot.Index < 0 || int(spot.Index) >= len(spots) || byIndex[spot.Index] != nil:
			return nil, fmt.Errorf("%w: index %d: number them 0 to %d, each once", ErrSpots, spot.Index, len(spots)-1)
		case spot.Type == fact.AnyType || int(spot.Type) >= typesMax:
			return nil, fmt.Errorf("%w: spot %d is of type %s: give it one of %s", ErrSpots, spot.Index, spot.Type, fact.SpotTypes())
		}
		byIndex[spot.Index] = spot
	}
	a := &Allocator{
		types: make([]fact.SpotType, len(spots)),
		free:  make([]bool, len(spots)),
		uses:  make([]uint32, len(spots)),
	}
	for i, spot := range byIndex {
		a.types[i] = spot.Type
	}
	if strategy != NearestEntry {
		entryGates = 1
	}
	for gate := range max(entryGates, 1) {
		a.queues = append(a.queues, a.newQueue(strategy, gate, byIndex))
	}
	return a, nil
}

// newQueue ranks all spots as a vehicle from that gate would.
func (a *Allocator) newQueue(strategy Strategy, entryGate int, spots []*SpotInfo) queue {
	ranked := slices.Clone(spots)
	slices.SortFunc(ranked, func(x, y *SpotInfo) int { return strategy.compare(x, y, entryGate) })
	q := queue{rank: make([]int32, len(spots)), place: make([]int32, len(spots))}
	if strategy == EvenWear {
		q.uses = a.uses
	}
	var counts [typesMax]int
	for rank, spot := range ranked {
		q.rank[spot.Index], q.place[spot.Index] = int32(rank), absent
		counts[spot.Type]++
	}
	for t, count := range counts {
		q.heaps[t] = make([]int32, 0, count)
	}
	return q
}

// Free makes a spot available. A spot that is free already stays so.
func (a *Allocator) Free(i int32) {
	if !a.has(i) || a.free[i] {
		return
	}
	a.free[i] = true
	a.count(i, +1)
	for q := range a.queues {
		a.queues[q].push(a.types[i], i)
	}
}

// Take makes a spot unavailable and counts one use. It returns false, and counts nothing, if it was not free.
func (a *Allocator) Take(i int32) bool {
	if !a.Withdraw(i) {
		return false
	}
	a.uses[i]++
	return true
}

// Withdraw makes a spot unavailable without a use: out of service, or not known to be free.
func (a *Allocator) Withdraw(i int32) bool {
	if !a.IsFree(i) {
		return false
	}
	a.free[i] = false
	a.count(i, -1)
	for q := range a.queues {
		a.queues[q].remove(a.types[i], i)
	}
	return true
}

func (a *Allocator) count(i int32, change int) {
	a.counts[a.types[i]] += change
	a.counts[fact.AnyType] += change
}

// Best is the best free spot of the first type that has one, for a vehicle from that entry gate (0 if it is not
// known). It stays free until Take.
func (a *Allocator) Best(types []fact.SpotType, entryGate int) (i int32, ok bool) {
	if entryGate < 0 || entryGate >= len(a.queues) {
		entryGate = 0
	}
	for _, t := range types {
		if int(t) >= typesMax {
			continue
		}
		if heap := a.queues[entryGate].heaps[t]; len(heap) > 0 {
			return heap[0], true
		}
	}
	return 0, false
}

// FreeCount is the number of free spots of a type; of all for AnyType.
func (a *Allocator) FreeCount(t fact.SpotType) int {
	if int(t) >= typesMax {
		return 0
	}
	return a.counts[t]
}

// IsFree reports whether the spot is available; false for a spot that does not exist.
func (a *Allocator) IsFree(i int32) bool { return a.has(i) && a.free[i] }

func (a *Allocator) has(i int32) bool { return i >= 0 && int(i) < len(a.free) }

// Restore sets the uses by spot after a restart. Spots beyond the end keep theirs.
func (a *Allocator) Restore(uses []uint32) {
	copy(a.uses, uses)
	for q := range a.queues {
		a.queues[q].reorder()
	}
}
