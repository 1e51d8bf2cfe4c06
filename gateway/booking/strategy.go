package booking

import (
	"cmp"
	"fmt"
	"math"

	"gatehouse/sync/fact"
)

// Strategy says which free spot is the best one.
type Strategy uint8

// The strategies. Equals go by index.
const (
	NearestElevator Strategy = iota // shortest way to an elevator
	NearestEntry                    // shortest way from the gate that the vehicle comes through
	TopFloorFirst                   // highest floor, there nearest to the elevator
	EvenWear                        // fewest uses, among those nearest to the elevator
)

var strategyText = []string{"nearest_elevator", "nearest_entry", "top_floor_first", "even_wear"}

// String is the code of the strategy, as the site file writes it.
func (s Strategy) String() string {
	if int(s) < len(strategyText) {
		return strategyText[s]
	}
	return fmt.Sprintf("unknown_%d", uint8(s))
}

// SpotInfo is what the allocator must know of a spot.
type SpotInfo struct {
	Index             int32 // 0 to n-1, each once
	Type              fact.SpotType
	FloorNumber       int
	ElevatorDistanceM int32
	EntryDistanceM    []int32 // by entry gate; a gate beyond the end is infinitely far
}

// compare orders two spots by what does not change, for a vehicle from the given entry gate.
func (s Strategy) compare(a, b *SpotInfo, entryGate int) int {
	elevator, index := cmp.Compare(a.ElevatorDistanceM, b.ElevatorDistanceM), cmp.Compare(a.Index, b.Index)
	switch s {
	case NearestEntry:
		return cmp.Or(cmp.Compare(a.fromEntryM(entryGate), b.fromEntryM(entryGate)), index)
	case TopFloorFirst:
		return cmp.Or(cmp.Compare(b.FloorNumber, a.FloorNumber), elevator, index)
	}
	return cmp.Or(elevator, index)
}

func (s *SpotInfo) fromEntryM(entryGate int) int32 {
	if entryGate < len(s.EntryDistanceM) {
		return s.EntryDistanceM[entryGate]
	}
	return math.MaxInt32
}
