package occupancy

// Cause says what a sensor saw that made its opinion. A fact.Reason, where there is one, says more.
type Cause uint8

// The causes; their texts are stable.
const (
	CauseNone          Cause = iota
	CauseLearned             // the baseline was learned, and this is it
	CauseCarAtStart          // as at the start, when a car was there
	CauseEchoNear            // an echo from well above the floor
	CauseEchoFloor           // an echo from the floor
	CauseFieldAway           // a field that is not the empty spot's
	CauseFieldEmpty          // the field of the empty spot
	CauseNeighbour           // a field that a car on the next spot makes
	CauseBaselineMoved       // the field returns here between cars: the empty spot's field has moved
	CauseSensorSays          // the sensor decides by itself
	CauseFieldStep           // a step of the field that stands out, though not as far as most cars are
)

func (c Cause) String() string {
	switch c {
	case CauseLearned:
		return "baseline_learned"
	case CauseCarAtStart:
		return "car_at_start"
	case CauseEchoNear:
		return "echo_near"
	case CauseEchoFloor:
		return "echo_floor"
	case CauseFieldAway:
		return "field_away"
	case CauseFieldEmpty:
		return "field_empty"
	case CauseNeighbour:
		return "neighbour"
	case CauseBaselineMoved:
		return "baseline_moved"
	case CauseSensorSays:
		return "sensor_says"
	case CauseFieldStep:
		return "field_step"
	}
	return "none"
}
