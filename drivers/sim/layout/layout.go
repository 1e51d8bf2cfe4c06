package layout

import (
	"fmt"
	"strings"

	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

// Layout is a car park in a few numbers.
type Layout struct {
	ID       string
	Name     string
	Timezone string
	Currency string
	Entries  int
	Exits    int
	Spots    int
	Mixed    bool // with compact, EV and handicapped spots; else every spot serves every vehicle
	Second   bool // each spot has a second sensor
	ByHand   bool // barriers that close only when the gateway says so
	Sensed   bool // spots have sensors
	Zoned    int  // spots of a floor that a zone controller watches; 0: the sensor of each spot is a device
	// SlackMS is added to how long gates wait for arms, loops and cameras: where a fast clock makes a moment of the
	// machine's a second of the lot's.
	SlackMS int64
}

// spotsPerFloor is when a floor is full and the next begins.
const spotsPerFloor = 120

// Floors is how many floors the spots take.
func (l Layout) Floors() int {
	floors := (l.Spots + spotsPerFloor - 1) / spotsPerFloor
	if l.Spots >= 20 {
		floors = max(2, floors)
	}
	return max(1, floors)
}

// Gates is how many gates there are: the entries first, then the exits.
func (l Layout) Gates() int { return l.Entries + l.Exits }

// GateID is the id of a gate by its number.
func (l Layout) GateID(gate int) string {
	if gate < l.Entries {
		return fmt.Sprintf("in-%d", gate+1)
	}
	return fmt.Sprintf("out-%d", gate-l.Entries+1)
}

func (l Layout) gateName(gate int) string {
	if gate < l.Entries {
		return fmt.Sprintf("Entry %d", gate+1)
	}
	return fmt.Sprintf("Exit %d", gate-l.Entries+1)
}

// SpotNumber is the number of a spot by its index: A-001 on the first floor, B-001 on the second.
func (l Layout) SpotNumber(spot int) string {
	floor, place := l.placeOf(spot)
	return fmt.Sprintf("%s-%03d", letter(floor), place+1)
}

func letter(floor int) string {
	if floor < 26 {
		return string(rune('A' + floor))
	}
	return string(rune('A'+floor/26-1)) + string(rune('A'+floor%26))
}

// perFloor is how many spots a floor has; the last may have fewer.
func (l Layout) perFloor() int { return (l.Spots + l.Floors() - 1) / l.Floors() }

func (l Layout) placeOf(spot int) (floor, place int) { return spot / l.perFloor(), spot % l.perFloor() }

// typeOf is the type of a spot: in a mixed layout the first places of a floor are special.
func (l Layout) typeOf(spot int) fact.SpotType {
	_, place := l.placeOf(spot)
	switch {
	case place%5 == 4:
		return fact.Large
	case !l.Mixed:
		return fact.Regular
	case place == 0:
		return fact.Handicapped
	case place == 1 || place == 2:
		return fact.EV
	case place%10 == 3:
		return fact.Compact
	}
	return fact.Regular
}

// Plan is the plan of the world, without cars.
func (l Layout) Plan(seed uint64) world.Plan {
	plan := world.Plan{Seed: seed}
	closing := world.ClosedByBarrier
	if l.ByHand {
		closing = world.ClosedByGateway
	}
	for gate := range l.Gates() {
		inward := gate < l.Entries
		direction := fact.Outward
		if inward {
			direction = fact.Inward
		}
		plan.Gates = append(plan.Gates, world.GatePlan{
			Name: l.GateID(gate), Direction: direction, Closing: closing, Camera: true, Column: true, Display: true, Terminal: !inward,
		})
	}
	for spot := range l.Spots {
		_, place := l.placeOf(spot)
		plan.Spots = append(plan.Spots, world.SpotPlan{
			Number: l.SpotNumber(spot), Type: l.typeOf(spot), Ultrasonic: l.Sensed, Second: l.Second, DistanceM: int32(30 + 3*place),
		})
	}
	return plan
}

// rowsOf groups a floor's spots into rows of one type that follow each other.
func (l Layout) rowsOf(floor int) [][2]int {
	var rows [][2]int
	first := floor * l.perFloor()
	last := min(first+l.perFloor(), l.Spots)
	for spot := first; spot < last; spot++ {
		if n := len(rows); n > 0 && l.typeOf(rows[n-1][0]) == l.typeOf(spot) {
			rows[n-1][1] = spot
		} else {
			rows = append(rows, [2]int{spot, spot})
		}
	}
	return rows
}

// quote writes a TOML text.
func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `'`) + `"` }
