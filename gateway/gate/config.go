package gate

import "gatehouse/sync/fact"

// Closing says who lowers the arm.
type Closing uint8

// ClosedByBarrier: the barrier closes with its own loop and timer, and we only ask it to open. ClosedByGateway:
// the barrier waits for our command. NoArm: there is no barrier; who was seen has passed.
const (
	ClosedByBarrier Closing = iota
	ClosedByGateway
	NoArm
)

// Config is what is installed at a gate and how patient it is. All times are in milliseconds; zero means the
// default.
type Config struct {
	// Direction is the way the gate serves; DirectionUnknown: both ways.
	Direction fact.Direction
	// What is installed.
	ArmingLoop, ClosingLoop, UpSwitch, DownSwitch bool
	Closing                                       Closing

	MaxRunMS      int64 // the arm reaches its switch within; 6,000
	ClearMS       int64 // no presence for so long before lowering; 1,000, at least TrailerGapMS
	ReachMS       int64 // from the edge of the arming loop to the closing loop, without a stop; 2,500
	FollowMS      int64 // behind the vehicle ahead onto the closing loop, without a stop; 1,600
	PassageMS     int64 // a passage takes no longer: else a loop may be stuck, and whoever waits before the open arm may drive; 5,000
	BackOutMS     int64 // off the near loop for so long without the far loop: it went back; 3,000
	VendTimeoutMS int64 // nobody drove through, and no loop changed; 30,000
	TrailerGapMS  int64 // far loop occupied again within: the same vehicle; 500
	LateMS        int64 // both loops clear within: no vehicle that came back, but a near loop that was told late; 300
	LoopStuckMS   int64 // occupied for longer: a fault, not a car; 900,000
	WrongWayMS    int64 // on the closing loop from the wrong side for so long: reported while it stands; 2,000
	StuckOpenMS   int64 // a barrier that closes by itself is up without a reason; 120,000
	RetryMax      int   // raises repeated for one cause before the gate is locked out; 4, which is also the most
}

// retryLimit is the most that P9 allows.
const retryLimit = 4

// WithDefaults fills in what is zero or makes no sense.
func (c Config) WithDefaults() Config {
	c.MaxRunMS = orDefault(c.MaxRunMS, 6_000)
	c.ReachMS = orDefault(c.ReachMS, 2_500)
	c.FollowMS = orDefault(c.FollowMS, 1_600)
	c.PassageMS = orDefault(c.PassageMS, 5_000)
	c.BackOutMS = orDefault(c.BackOutMS, 3_000)
	c.VendTimeoutMS = orDefault(c.VendTimeoutMS, 30_000)
	c.TrailerGapMS = orDefault(c.TrailerGapMS, 500)
	c.LateMS = orDefault(c.LateMS, 300)
	c.ClearMS = max(orDefault(c.ClearMS, 1_000), c.TrailerGapMS)
	c.LoopStuckMS = orDefault(c.LoopStuckMS, 900_000)
	c.WrongWayMS = orDefault(c.WrongWayMS, 2_000)
	c.StuckOpenMS = orDefault(c.StuckOpenMS, 120_000)
	if c.RetryMax <= 0 || c.RetryMax > retryLimit {
		c.RetryMax = retryLimit
	}
	return c
}

func orDefault(valueMS, defaultMS int64) int64 {
	if valueMS <= 0 {
		return defaultMS
	}
	return valueMS
}

// twoWay reports whether the gate serves both directions.
func (c Config) twoWay() bool { return c.Direction == fact.DirectionUnknown }

// served reports whether vehicles may come over this loop.
func (c Config) served(from Loop) bool { return from == ArmingLoop || c.twoWay() }

// inTheWay reports whether the arm comes down on what stands on this loop. The arming loop of a gate with a direction lies
// before the arm, as long as there is a closing loop to see what comes under it.
func (c Config) inTheWay(at Loop) bool { return at == ClosingLoop || c.twoWay() || !c.ClosingLoop }

// travel is the direction of a vehicle that comes over this loop.
func (c Config) travel(from Loop) fact.Direction {
	outward := c.Direction == fact.Outward
	if (from == ArmingLoop) != outward {
		return fact.Inward
	}
	return fact.Outward
}
