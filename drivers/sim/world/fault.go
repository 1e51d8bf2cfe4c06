package world

// Fault is one class of what goes wrong in a car park: with its equipment, or with its drivers. Each counts in
// Truth.Fired when it really happens.
type Fault uint8

// The faults, each with the occasion on which its chance is taken. An incident may name those of the arm, of
// loops and spots, LoopTouch, TerminalDown and FireAlarm.
const (
	ArmJam       Fault = iota // movement: it does not move until repaired
	ArmBroken                 // lowering: the boom is off and both switches are open until repaired
	ArmLimitLost              // movement: one of the two switches stays open until repaired
	ArmSlow                   // movement: it takes three times as long (an incident: every movement)
	ArmByHand                 // gate and hour: somebody lifts a closed arm and puts it back

	LoopStuckOn  // edge
	LoopStuckOff // edge
	LoopDropout  // vehicle: clear for a moment while it stands there
	LoopRetuned  // loop with a vehicle on it, when power is back: reads clear until that leaves
	LoopTouch    // gate and hour: a bicycle or a trolley on the arming loop

	SpotOutlier      // frame: an echo by a detour, or none
	SpotMissed       // frame
	SpotInterference // frame
	SpotStuck        // car coming or going: one value until repaired
	SpotSilent       // car coming or going: no frames until repaired
	SecondWrong      // car coming or going: the second sensor says the opposite until repaired

	PlateMisread  // plate
	PlateUnread   // plate: a vehicle without a readable plate
	PlateMissed   // plate: no event at all
	PlateRepeated // plate: sent twice
	PlateLate     // plate: 3 to 8 seconds late
	PlateBehind   // plate: that of the vehicle behind

	PaymentDeclined // order; a car that does this declines its first order
	ReplyLost       // order: decided, but the answer never arrives
	OrderLost       // order: the terminal never gets it
	TerminalDown    // gate and hour: neither hears nor answers until repaired

	BackOut        // car: at an entry, whether the gate answers or not
	BackOutGranted // car: at an entry, once the gate has answered
	Tailgate       // car: through on another's grant, if somebody is just ahead
	WrongWay       // car: first tries to leave by an entry
	StopUnderArm   // car: stops under the arm of the entry for a while
	ParkElsewhere  // car: on another free spot than it was told
	PressTwice     // car: two presses for a ticket
	LoseTicket     // car: its paper ticket, while parked

	FireAlarm // hour
	PowerLoss // by the caller

	faults
)

// Faults is the number of classes.
const Faults = int(faults)

var faultText = [faults]string{
	"arm_jam", "arm_broken", "arm_limit_lost", "arm_slow", "arm_by_hand",
	"loop_stuck_on", "loop_stuck_off", "loop_dropout", "loop_retuned", "loop_touch",
	"spot_outlier", "spot_missed", "spot_interference", "spot_stuck", "spot_silent", "second_wrong",
	"plate_misread", "plate_unread", "plate_missed", "plate_repeated", "plate_late", "plate_behind",
	"payment_declined", "reply_lost", "order_lost", "terminal_down",
	"back_out", "back_out_granted", "tailgate", "wrong_way", "stop_under_arm", "park_elsewhere", "press_twice", "lose_ticket",
	"fire_alarm", "power_loss",
}

// String is the code of the fault.
func (f Fault) String() string {
	if f < faults {
		return faultText[f]
	}
	return "unknown"
}

// FaultSet is a set of faults.
type FaultSet uint64

// FaultsOf makes a set.
func FaultsOf(members ...Fault) FaultSet {
	var set FaultSet
	for _, f := range members {
		set |= 1 << f
	}
	return set
}

// Has reports whether a fault is in the set.
func (s FaultSet) Has(f Fault) bool { return s&(1<<f) != 0 }

// FaultPlan is what chance does. The zero plan is a perfect day.
type FaultPlan struct {
	Chance   [Faults]int // times in a million occasions
	RepairMS int64       // how long what has to be repaired lasts, on average; 0: 5 minutes
}

// driverFaults are those whose occasion is a car.
func driverFaults() []Fault {
	return []Fault{BackOut, BackOutGranted, Tailgate, WrongWay, StopUnderArm, ParkElsewhere, PressTwice, LoseTicket}
}

// hourlyFaults are those whose occasion is a gate and an hour.
func hourlyFaults() []Fault { return []Fault{ArmByHand, LoopTouch, TerminalDown} }

// happens takes the chance of a fault, and counts it.
func (w *World) happens(d *dice, f Fault) bool {
	if !d.chance(w.plan.Faults.Chance[f]) {
		return false
	}
	w.truth.Fired[f]++
	return true
}

// repairMS is how long a fault lasts that chance gave.
func (w *World) repairMS(d *dice) int64 {
	mean := orElse(w.plan.Faults.RepairMS, 300_000)
	return d.between(mean/2, mean+mean/2)
}

// planFaults plans the incidents and the first hour.
func (w *World) planFaults() {
	for i := range w.plan.Incidents {
		w.queue.push(event{ms: w.plan.Incidents[i].AtMS, what: faultComes, at: int32(i), other: -1})
	}
	for _, f := range append(hourlyFaults(), FireAlarm) {
		if w.plan.Faults.Chance[f] > 0 {
			w.queue.push(event{what: hourStrikes})
			return
		}
	}
}

// strike takes the chances of one hour.
func (w *World) strike() {
	const hourMS = 3_600_000
	for g := range w.lanes {
		d := &w.lanes[g].dice
		for _, f := range hourlyFaults() {
			if d.chance(w.plan.Faults.Chance[f]) {
				w.queue.push(event{ms: w.nowMS + d.below(hourMS), what: faultComes, at: int32(f), other: int32(g)})
			}
		}
	}
	if w.dice.chance(w.plan.Faults.Chance[FireAlarm]) {
		w.queue.push(event{ms: w.nowMS + w.dice.below(hourMS), what: faultComes, at: int32(FireAlarm), other: 0})
	}
	w.queue.push(event{ms: w.nowMS + hourMS, what: hourStrikes})
}

// faultComes begins an incident (other is -1 and at its number), or a fault that chance gave.
func (w *World) faultComes(at, other int32) {
	incident := Incident{Fault: Fault(at), At: int(other)}
	if other < 0 {
		incident = w.plan.Incidents[at]
	} else if incident.Fault == FireAlarm {
		incident.ForMS = w.repairMS(&w.dice)
	} else {
		incident.ForMS = w.repairMS(&w.lanes[other].dice)
	}
	w.truth.Fired[incident.Fault]++
	w.inflict(incident.Fault, incident.At, incident.ForMS)
}

// inflict begins a fault and plans its repair.
func (w *World) inflict(f Fault, at int, forMS int64) {
	if f == LoopTouch || f == LoopDropout {
		w.disturbLoop(f, at)
		return
	}
	w.turnFault(f, at, true)
	if forMS > 0 {
		w.queue.push(event{ms: w.nowMS + forMS, what: faultHeals, at: int32(at), other: int32(f)})
	}
}

// turnFault begins or ends a fault at a place.
func (w *World) turnFault(f Fault, at int, on bool) {
	switch f {
	case ArmJam, ArmBroken, ArmLimitLost, ArmSlow, ArmByHand:
		w.turnArmFault(f, at, on)
	case LoopStuckOn:
		w.lanes[at/2].loops[at%2].stuckOn = on
		w.readLoop(at/2, at%2)
	case LoopStuckOff:
		w.lanes[at/2].loops[at%2].stuckOff = on
		w.readLoop(at/2, at%2)
	case SpotStuck:
		w.spots[at].stuck, w.spots[at].stuckAt = on, w.echo(at)
	case SpotSilent:
		w.spots[at].silent = on
	case SecondWrong:
		w.spots[at].wrong = on
	case TerminalDown:
		w.lanes[at].terminalDown = on
	case FireAlarm:
		w.fire = on
		w.emit(Fire{Active: on})
	}
}
