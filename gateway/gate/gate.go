package gate

import "gatehouse/sync/fact"

// Never is the time that does not come.
const Never int64 = 1<<63 - 1

// Gate is one gate. Make it with New, and use it from one goroutine.
type Gate struct {
	cfg Config

	nowMS int64
	out   []Output // of the Step that runs

	loops       [2]loop
	edgeMS      int64 // of the last change of a loop
	clearFromMS int64 // since when nothing changed that keeps the arm up

	near       [2]approach // by the loop that the vehicle came over
	crossing   crossing
	returned   crossing // the last one that came back to its near loop
	returnedMS int64
	passedFrom Loop
	passedMS   int64
	pursued    bool // another was known to be behind the one that passed

	vends    vends
	lastVend Vend // the last one used since the arm was down

	fire, hold, stop     bool
	fireGiven, holdGiven bool  // the barrier was told
	held                 Cause // of the hold level that is asserted now

	arm          arm
	stoppedShort bool        // STOP was used, and nothing worked since
	openFor      fact.Reason // why the arm is up for a vehicle without a vend
	ended        State       // how the last passage ended

	told      FaultSet
	qualified bool

	wakeMS int64 // since the last Step
}

// New is a gate just after power-up: the arm's position is not known, no loop is believed, nothing is commanded.
func New(cfg Config) *Gate {
	g := &Gate{cfg: cfg.WithDefaults(), passedMS: Never, openFor: fact.ReasonPowerLoss}
	g.loops = [2]loop{
		ArmingLoop:  {installed: cfg.ArmingLoop, stuckMS: Never},
		ClosingLoop: {installed: cfg.ClosingLoop, stuckMS: Never},
	}
	g.crossing.strayMS = Never
	g.arm = arm{hasUp: cfg.UpSwitch, hasDown: cfg.DownSwitch, dueMS: Never}
	g.wakeMS = g.nextMS()
	return g
}

// Step takes one input at a monotonic time and appends what the gate says to out. A time before the last one
// counts as the last one.
func (g *Gate) Step(nowMS int64, in Input, out []Output) []Output {
	g.nowMS = max(g.nowMS, nowMS)
	g.out = out
	g.expire(g.nowMS - 1) // what is due now has to look at the input first
	g.report()
	g.take(in)
	g.report()
	g.expire(g.nowMS)
	g.report()
	g.settle()
	g.report()
	g.wakeMS = g.nextMS()
	out, g.out = g.out, nil
	return out
}

// take applies one input.
func (g *Gate) take(in Input) {
	switch in.Kind {
	case InputLoop:
		g.readLoop(in.Loop, in.Level)
	case InputArm:
		g.readArm(in.Up, in.Down)
	case InputGrant:
		g.grant(in.Vend, in.Instead)
	case InputRefuse:
		g.refuse(in.Vend.Direction)
	case InputFollows:
		g.follows(g.asker(in.Vend.Direction), in.On)
	case InputRaiseOnce:
		g.raiseOnce(in.Vend.Reason)
	case InputHold:
		g.setHold(in.On)
	case InputFire:
		g.setFire(in.On)
	case InputStop:
		g.setStop(in.On)
	case InputBack:
		g.forgets()
	case InputLower:
		g.lowerByHand()
	case InputConfirm:
		g.confirm()
	}
}

// expire does what is due by a time.
func (g *Gate) expire(byMS int64) {
	for at := range g.near {
		if g.loops[at].stuckMS <= byMS {
			g.loopStuck(Loop(at))
		}
		if g.near[at].standing != nobody && g.near[at].dueMS <= byMS {
			g.approachDue(Loop(at))
		}
	}
	if g.crossing.active && g.crossing.strayMS <= byMS {
		g.strayDue()
	}
	if g.vendTimeoutMS() <= byMS {
		g.expireVend()
	}
	if g.arm.dueMS <= byMS {
		g.armDue()
	}
	if g.stuckOpenMS() <= byMS {
		g.arm.stuckOpen = true
		g.openFor = fact.ReasonGateFault
	}
}

// WakeMS is when the gate must get a Tick at the latest, unless it gets another input; Never: no need.
func (g *Gate) WakeMS() int64 { return g.wakeMS }

// nextMS is when something is due by itself.
func (g *Gate) nextMS() int64 {
	wake := min(g.vendTimeoutMS(), g.arm.dueMS, g.stuckOpenMS(), g.clearDueMS())
	for at := range g.near {
		wake = min(wake, g.loops[at].stuckMS)
		if g.near[at].standing != nobody {
			wake = min(wake, g.near[at].dueMS)
		}
	}
	if g.crossing.active {
		wake = min(wake, g.crossing.strayMS)
	}
	return wake
}

// settle lets the causes that are live now act, in the order of their priority.
func (g *Gate) settle() {
	g.noteOpenArm()
	if g.stop {
		return
	}
	g.keepUp()
	g.letGo()
	if g.closesByItself() && g.Blocks() == 0 {
		g.lower(CauseTimer)
	}
}

// noteOpenArm remembers that a vehicle near the arm has had an open way.
func (g *Gate) noteOpenArm() {
	if !g.arm.mayBeOpen() {
		return
	}
	g.crossing.open = true
	g.near[ArmingLoop].open, g.near[ClosingLoop].open = true, true
}

// report says which faults began and ended, and when the loops became qualified.
func (g *Gate) report() {
	if faults := g.Faults(); faults != g.told {
		g.reportFaults(faults)
	}
	if q := g.Qualified(); q != g.qualified {
		g.qualified = q
		if q {
			g.say(Output{Kind: Qualified})
		}
	}
}

func (g *Gate) reportFaults(faults FaultSet) {
	for fault := fact.FaultNone + 1; fault <= lastFault; fault++ {
		switch is, was := faults.Has(fault), g.told.Has(fault); {
		case is && !was:
			g.say(Output{Kind: Faulted, Fault: fault})
		case was && !is:
			g.say(Output{Kind: Recovered, Fault: fault})
		}
	}
	g.told = faults
}

// say appends one output.
func (g *Gate) say(o Output) { g.out = append(g.out, o) }

// end says how a passage ended.
func (g *Gate) end(how State, o Output) {
	g.ended = how
	g.say(o)
}
