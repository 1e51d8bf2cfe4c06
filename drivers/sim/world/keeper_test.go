package world_test

import (
	"fmt"
	"hash/fnv"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

// keeper is a gateway that lets everybody through, one by one: it shows that a world works without one that
// decides anything.
type keeper struct {
	w     *world.World
	lanes []keptLane
	full  bool
	mute  bool // never raises
	apart bool // raises a closed arm only: it comes down between any two cars
	paid  int
	order int
	sum   uint64
	count int
}

type keptLane struct {
	arming, closing, down, served bool
	payment                       fact.PaymentID
}

func newKeeper(t rapid.TB, plan world.Plan) *keeper {
	t.Helper()
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	return &keeper{w: w, lanes: make([]keptLane, len(plan.Gates))}
}

// run moves the world until nothing moves any more, or the time is up.
func (k *keeper) run(untilMS int64) {
	hash := fnv.New64a()
	var signals []world.Signal
	for !k.w.Settled() {
		ms, ok := k.w.Next()
		if !ok || ms > untilMS {
			break
		}
		signals = k.w.Advance(ms, signals[:0])
		for _, s := range signals {
			fmt.Fprintf(hash, "%d %T%v\n", ms, s, s)
			k.count++
			k.hear(ms, s)
		}
	}
	k.sum = hash.Sum64()
}

func (k *keeper) hear(ms int64, s world.Signal) {
	switch s := s.(type) {
	case world.LoopEdge:
		lane := &k.lanes[s.Gate]
		if s.Closing {
			lane.closing = s.Active
		} else {
			lane.arming, lane.served = s.Active, false
		}
		if s.Closing && !s.Active {
			lane.served = false
		}
		k.decide(ms, s.Gate)
	case world.ArmEdge:
		k.lanes[s.Gate].down = s.Down
		if k.apart {
			k.decide(ms, s.Gate)
		}
	case world.Button:
		if s.Button == drivers.ButtonTicket {
			k.w.Printed(ms, s.Gate, "T-1")
		}
	case world.PaymentAnswer:
		lane := &k.lanes[s.Gate]
		if s.Payment != lane.payment {
			return
		}
		lane.payment = ""
		if s.Answer.Outcome == drivers.PaymentApproved {
			k.paid++
			k.w.Barrier(ms, s.Gate, drivers.BarrierRaise)
		} else {
			k.ask(ms, s.Gate)
		}
	}
}

// decide serves who stands before the arm, and closes it when nobody is there.
func (k *keeper) decide(ms int64, g int) {
	lane := &k.lanes[g]
	plan := k.w.Plan().Gates[g]
	switch {
	case k.mute:
	case k.apart && !lane.down:
		if !lane.closing && !lane.served {
			k.w.Barrier(ms, g, drivers.BarrierLower)
		}
	case lane.arming && !lane.served:
		lane.served = true
		switch {
		case k.full && plan.Direction == fact.Inward:
			k.w.Face(ms, g, []string{"FULL", "Please drive on"}, drivers.ColourRed)
		case plan.Terminal:
			k.ask(ms, g)
		default:
			k.w.Barrier(ms, g, drivers.BarrierRaise)
		}
	case !lane.arming && !lane.closing:
		k.w.Barrier(ms, g, drivers.BarrierLower)
	}
}

func (k *keeper) ask(ms int64, g int) {
	lane := &k.lanes[g]
	if !lane.arming {
		return
	}
	k.order++
	lane.payment = fact.PaymentID(fmt.Sprint("P", k.order))
	k.w.PayOrder(ms, g, lane.payment, fact.Money{Minor: 500, Currency: "EUR"})
}

// lot is a plan with one entry, one exit and so many spots.
func lot(closing world.Closing, spots int) world.Plan {
	plan := world.Plan{
		Seed: 1,
		Gates: []world.GatePlan{
			{Name: "in", Direction: fact.Inward, Closing: closing, Camera: true, Column: true, Display: true},
			{Name: "out", Direction: fact.Outward, Closing: closing, Camera: true, Column: true, Display: true},
		},
		Sensing: world.Sensing{HeartbeatMS: -1},
	}
	for i := range spots {
		plan.Spots = append(plan.Spots, world.SpotPlan{
			Number: fmt.Sprintf("A-%d", i+1), Type: fact.Regular, Ultrasonic: true, DistanceM: int32(10 + i),
		})
	}
	return plan
}

// cars are so many strangers who come every so many ms and stay an hour.
func cars(n int, everyMS int64) []world.CarPlan {
	list := make([]world.CarPlan, n)
	for i := range list {
		list[i] = world.Stranger(1, i)
		list[i].ArriveMS, list[i].StayMS = int64(i)*everyMS, 3_600_000
	}
	return list
}
