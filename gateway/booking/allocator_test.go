package booking_test

import (
	"cmp"
	"errors"
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

// garage is two floors of three regular spots each. The way to the elevator grows with the index on each floor;
// the way from the second gate shrinks.
func garage() []booking.SpotInfo {
	var spots []booking.SpotInfo
	for i := range int32(6) {
		spots = append(spots, booking.SpotInfo{
			Index: i, Type: fact.Regular, FloorNumber: int(i / 3), ElevatorDistanceM: 10 * (i%3 + 1),
			EntryDistanceM: []int32{10 + i, 50 - i},
		})
	}
	return spots
}

func opened(t *testing.T, strategy booking.Strategy, spots []booking.SpotInfo) *booking.Allocator {
	t.Helper()
	a, err := booking.NewAllocator(strategy, 2, spots)
	if err != nil {
		t.Fatal(err)
	}
	for _, spot := range spots {
		a.Free(spot.Index)
	}
	return a
}

// regular asks for regular spots only.
func regular() []fact.SpotType { return []fact.SpotType{fact.Regular} }

func TestEachStrategyFillsInItsOrder(t *testing.T) {
	for _, want := range []struct {
		strategy booking.Strategy
		gate     int
		order    []int32
	}{
		{booking.NearestElevator, 0, []int32{0, 3, 1, 4, 2, 5}},
		{booking.NearestEntry, 0, []int32{0, 1, 2, 3, 4, 5}},
		{booking.NearestEntry, 1, []int32{5, 4, 3, 2, 1, 0}},
		{booking.NearestEntry, 7, []int32{0, 1, 2, 3, 4, 5}},
		{booking.TopFloorFirst, 0, []int32{3, 4, 5, 0, 1, 2}},
		{booking.EvenWear, 0, []int32{0, 3, 1, 4, 2, 5}},
	} {
		t.Run(want.strategy.String(), func(t *testing.T) {
			a := opened(t, want.strategy, garage())
			for _, spot := range want.order {
				got, ok := a.Best(regular(), want.gate)
				if !ok || got != spot {
					t.Fatalf("got spot %d (%t), want %d of %v", got, ok, spot, want.order)
				}
				a.Take(got)
			}
			if got, ok := a.Best(regular(), want.gate); ok {
				t.Errorf("spot %d from a full garage", got)
			}
		})
	}
}

func TestEvenWearPrefersTheLeastUsedSpot(t *testing.T) {
	a := opened(t, booking.EvenWear, garage())
	for range 60 {
		spot, _ := a.Best(regular(), 0)
		a.Take(spot)
		a.Free(spot)
	}
	for i := range int32(6) {
		if a.Uses(i) != 10 {
			t.Errorf("spot %d was used %d times of 60, want 10", i, a.Uses(i))
		}
	}
}

func TestUsesSurviveARestart(t *testing.T) {
	a := opened(t, booking.EvenWear, garage())
	a.Restore([]uint32{5, 4, 3, 2, 1, 9})
	for _, want := range []int32{4, 3, 2, 1, 0, 5} {
		if got, _ := a.Best(regular(), 0); got != want {
			t.Fatalf("got spot %d, want %d", got, want)
		}
		a.Take(want)
	}
}

func TestASpotOutOfServiceIsNotUsed(t *testing.T) {
	a := opened(t, booking.NearestElevator, garage())
	if !a.Withdraw(0) || a.Withdraw(0) || a.Take(0) || a.Uses(0) != 0 || a.IsFree(0) {
		t.Error("a withdrawn spot was withdrawn twice, taken or used")
	}
	a.Free(0)
	a.Free(0)
	if !a.IsFree(0) || a.FreeCount(fact.Regular) != 6 || a.FreeCount(fact.AnyType) != 6 {
		t.Error("freed twice, it counts twice")
	}
}

func TestSpotsThatDoNotExistAreNobodys(t *testing.T) {
	a := opened(t, booking.NearestElevator, garage())
	for _, i := range []int32{-1, 6, math.MaxInt32} {
		a.Free(i)
		if a.IsFree(i) || a.Take(i) || a.Uses(i) != 0 {
			t.Errorf("spot %d exists", i)
		}
	}
	if _, ok := a.Best([]fact.SpotType{fact.EV, 99}, -5); ok || a.FreeCount(99) != 0 {
		t.Error("found a spot of a type that there is none of")
	}
}

func TestSpotsMustBeNumberedAndTyped(t *testing.T) {
	for name, spoil := range map[string]func([]booking.SpotInfo){
		"twice":   func(s []booking.SpotInfo) { s[1].Index = 0 },
		"beyond":  func(s []booking.SpotInfo) { s[1].Index = 6 },
		"below":   func(s []booking.SpotInfo) { s[1].Index = -1 },
		"no type": func(s []booking.SpotInfo) { s[1].Type = fact.AnyType },
		"unknown": func(s []booking.SpotInfo) { s[1].Type = 77 },
	} {
		spots := garage()
		spoil(spots)
		if _, err := booking.NewAllocator(booking.EvenWear, 1, spots); !errors.Is(err, booking.ErrSpots) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// slowBest looks at every spot.
func slowBest(strategy booking.Strategy, spots []booking.SpotInfo, free map[int32]bool, uses map[int32]int, types []fact.SpotType, gate int) (int32, bool) {
	key := func(s booking.SpotInfo) [3]int {
		entry := math.MaxInt32
		if gate < len(s.EntryDistanceM) {
			entry = int(s.EntryDistanceM[gate])
		}
		switch strategy {
		case booking.NearestEntry:
			return [3]int{entry}
		case booking.TopFloorFirst:
			return [3]int{-s.FloorNumber, int(s.ElevatorDistanceM)}
		case booking.EvenWear:
			return [3]int{uses[s.Index], int(s.ElevatorDistanceM)}
		}
		return [3]int{int(s.ElevatorDistanceM)}
	}
	less := func(a, b booking.SpotInfo) bool {
		x, y := key(a), key(b)
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]), cmp.Compare(x[2], y[2]), cmp.Compare(a.Index, b.Index)) < 0
	}
	for _, t := range types {
		best := -1
		for i, s := range spots {
			if s.Type == t && free[s.Index] && (best < 0 || less(s, spots[best])) {
				best = i
			}
		}
		if best >= 0 {
			return spots[best].Index, true
		}
	}
	return 0, false
}

func anySpots(rt *rapid.T) []booking.SpotInfo {
	spots := make([]booking.SpotInfo, rapid.IntRange(1, 40).Draw(rt, "spots"))
	for i := range spots {
		spots[i] = booking.SpotInfo{
			Index: int32(i), Type: rapid.SampledFrom(fact.SpotTypes()).Draw(rt, "type"),
			FloorNumber:       rapid.IntRange(-2, 2).Draw(rt, "floor"),
			ElevatorDistanceM: int32(rapid.IntRange(0, 5).Draw(rt, "elevator")),
		}
		for range rapid.IntRange(0, 3).Draw(rt, "gates") {
			spots[i].EntryDistanceM = append(spots[i].EntryDistanceM, int32(rapid.IntRange(0, 5).Draw(rt, "entry")))
		}
	}
	return rapid.Permutation(spots).Draw(rt, "order")
}

func TestAllocatorIsTheLinearScan(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		strategy := booking.Strategy(rapid.IntRange(0, 3).Draw(rt, "strategy"))
		spots, gates := anySpots(rt), rapid.IntRange(1, 3).Draw(rt, "entry gates")
		a, err := booking.NewAllocator(strategy, gates, spots)
		if err != nil {
			rt.Fatal(err)
		}
		free, uses := map[int32]bool{}, map[int32]int{}
		for range rapid.IntRange(1, 200).Draw(rt, "steps") {
			spot := int32(rapid.IntRange(0, len(spots)-1).Draw(rt, "spot"))
			switch rapid.SampledFrom([]string{"free", "free", "take", "withdraw", "best"}).Draw(rt, "step") {
			case "free":
				a.Free(spot)
				free[spot] = true
			case "take":
				if a.Take(spot) != free[spot] {
					rt.Fatalf("take %d, which is free: %t", spot, free[spot])
				}
				if free[spot] {
					uses[spot]++
				}
				free[spot] = false
			case "withdraw":
				a.Withdraw(spot)
				free[spot] = false
			case "best":
				types := rapid.SliceOfN(rapid.SampledFrom(fact.SpotTypes()), 1, 3).Draw(rt, "types")
				gate := rapid.IntRange(0, gates-1).Draw(rt, "gate")
				got, ok := a.Best(types, gate)
				want, wantOK := slowBest(strategy, spots, free, uses, types, gate)
				if got != want || ok != wantOK {
					rt.Fatalf("best of %s from gate %d: %d %t, want %d %t", types, gate, got, ok, want, wantOK)
				}
			}
		}
		for _, kind := range fact.SpotTypes() {
			count := 0
			for _, s := range spots {
				if s.Type == kind && free[s.Index] {
					count++
				}
			}
			if a.FreeCount(kind) != count {
				rt.Fatalf("%d free %s, want %d", a.FreeCount(kind), kind, count)
			}
		}
	})
}

// churn fills and empties a location of n regular spots and returns the most comparisons of one operation.
func churn(t *testing.T, strategy booking.Strategy, n int) int {
	spots := make([]booking.SpotInfo, n)
	for i := range spots {
		spots[i] = booking.SpotInfo{Index: int32(i), Type: fact.Regular, ElevatorDistanceM: int32(i * 7919 % 1009)}
	}
	a := opened(t, strategy, spots)
	most, before := 0, a.Comparisons()
	measure := func() {
		most, before = max(most, a.Comparisons()-before), a.Comparisons()
	}
	for i := range 4 * n {
		spot, ok := a.Best(regular(), 0)
		measure()
		if ok && i%3 > 0 {
			a.Take(spot)
			measure()
		}
		some := int32(i * 31 % n)
		a.Take(some)
		measure()
		a.Free(some)
		measure()
	}
	return most
}

func TestAnOperationTakesLogarithmicTime(t *testing.T) {
	for _, strategy := range []booking.Strategy{booking.NearestElevator, booking.EvenWear} {
		for _, n := range []int{100, 10_000} {
			if most, limit := churn(t, strategy, n), 3*bits.Len(uint(n)); most > limit {
				t.Errorf("%s, %d spots: %d comparisons for one operation, want at most %d", strategy, n, most, limit)
			}
		}
	}
}

func TestAnOperationAllocatesNothing(t *testing.T) {
	for strategy := booking.NearestElevator; strategy <= booking.EvenWear; strategy++ {
		a := opened(t, strategy, garage())
		types := []fact.SpotType{fact.Large, fact.Regular}
		if allocations := testing.AllocsPerRun(1000, func() {
			spot, _ := a.Best(types, 1)
			a.Take(spot)
			a.Withdraw(4)
			a.Free(4)
			a.Free(spot)
		}); allocations != 0 {
			t.Errorf("%s: %v allocations", strategy, allocations)
		}
	}
}

func BenchmarkTakeBestOf10000(b *testing.B) {
	spots := make([]booking.SpotInfo, 10_000)
	for i := range spots {
		spots[i] = booking.SpotInfo{Index: int32(i), Type: fact.Regular, ElevatorDistanceM: int32(i * 7919 % 1009)}
	}
	a, _ := booking.NewAllocator(booking.NearestElevator, 1, spots)
	for i := range spots {
		a.Free(int32(i))
	}
	for b.Loop() {
		spot, _ := a.Best(regular(), 0)
		a.Take(spot)
		a.Free(spot)
	}
}
