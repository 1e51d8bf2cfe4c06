// Package gate is the passage of vehicles through one gate: loops, arm switches, the fire and stop inputs and
// the lot's grants go in; commands to the barrier and what happened come out. Safety comes first.
//
// A Gate holds only what a restart must forget: levels and timers. Tickets, facts and decisions are the lot's
// (gateway/lot). It feeds this machine and turns what comes out into facts.
//
// # Who is who
//
// A vehicle comes over one loop (its near loop) and leaves over the other (its far loop). A gate with a
// direction has the arming loop before the arm and the closing loop under it. A gate that serves both has the
// arm between two loops, and each loop is the arming loop of one direction.
//
//	near occupied                                  Arrived
//	near occupied, far occupied, near clear,       Passed (or Tailgated, or WrongWay)
//	  far clear
//	near clear, far not occupied in BackOutMS      BackedOut with a vend, Left without
//	far occupied within BackOutMS of near clear    a short vehicle between the loops: it crosses
//	far clear, near occupied all the while         it came back to its near loop and keeps its vend; asked again
//	                                               after BackOutMS, for it may be another, bumper to bumper: a
//	                                               grant with another ticket tells them apart, and so does
//	                                               Follows
//	far clear, near clear within LateMS of it      Passed: nobody backs off a loop that fast, but its detector may hold
//	                                               on for longer, or a busy machine hear of it later
//	far clear, near occupied anew                  Passed; the next vehicle stands on the near loop
//	far occupied within TrailerGapMS of far clear  the same vehicle (a trailer), unless the vehicle on the near
//	                                               loop has a vend of its own, or Follows said that there is another
//
// Two binary loops can't tell everything. A vehicle that has left its near loop and then reverses onto it looks
// like the next one, and counts as passed. Two vehicles closer than TrailerGapMS count as one.
//
// # Guarantees
//
//   - One vend counts one vehicle, by the loops and never by the command. Every vend ends once, in Passed or in
//     BackedOut. It raises the arm once, when its turn comes; a retry says so, and only follows an arm that did
//     not get up or fell.
//   - In the way of the arm are the closing loop, and both loops of a gate that serves both ways. A vehicle on the arming
//     loop of a gate with a direction stands before the arm and does not hold it up: it would keep the arm up for the next
//     in a queue, and turn it before one who was refused. It delays the arm for as long as it may be driving: ReachMS
//     after it came onto its loop, FollowMS after the vehicle ahead of it left the closing loop. It does hold the arm up
//     where the closing loop saw nobody since the arm rose, for that loop may have gone blind; where that loop was occupied
//     for longer than PassageMS, for it may have been stuck, and reset under a vehicle; and where it has waited before the
//     open arm for longer than that, for its driver may drive on at any moment. A closing loop that goes blind between two
//     vehicles of one opening is beyond what two loops can tell.
//   - The arm is lowered only when nothing in Blocks says no: for a gate that is ClosedByGateway by the timer,
//     for every gate by hand. What appears in its way while it is
//     being lowered reverses it in the same Step, and so does a vehicle that leaves the arming loop towards it.
//   - Nothing is commanded at start-up. A loop blocks lowering until it has been seen occupied and then clear
//     since power came, since it failed, and since it missed a vehicle that may have gone through an open arm.
//   - A fire and a hold are given anew to a barrier that was stopped, or was away, and may know nothing of them.
//   - STOP > fire > manual raise > manual lower > hold > vend > timer. A manual lower never drops a held arm
//     nor a granted vehicle: end the hold first.
//   - A movement that nobody commanded, a switch not reached in time and switches that contradict each other
//     are faults, and end automatic lowering until a commanded movement works or a person confirms.
//
// With one loop under the arm, no logic can tell a vehicle that left from a loop that lost it for longer than
// ClearMS. So the barrier needs a safety device of its own, and ClosedByBarrier is the default.
//
// # What the lot has to know
//
//   - Arrived asks for a decision and is over with Left, with the vehicle's Passed, Tailgated or BackedOut, or with
//     the next Arrived of that direction. A decision that comes later belongs to nobody, and must not be granted.
//   - BackedOut and a new Arrived in one Step: the vehicle still stands there, in front of an arm that closed. Let
//     it through with a new cause.
//   - Arrived with a Vend: grant the same ticket if it is the same vehicle (it gets one more raise), another
//     ticket if it is another; or say nothing.
//   - A grant for a vehicle that a person has raised the arm for already names that passage, and raises no more.
//   - Urgent commands before anything durable; all others after the facts of their Step, and of the grant.
//   - A grant instead of another names that passage anew and raises no more. The other vend has no end of its own.
//   - A gate that is locked out takes grants and does not raise for them.
//
// # With less installed, or with inputs that failed
//
//   - No closing loop: the vehicle passed if the arming loop cleared while the arm could be up; never lowered by us.
//   - No arming loop: grants come without Arrived, every vehicle on the closing loop came the right way.
//   - No loop at all: a vend counts as used when the barrier has closed again, or after VendTimeoutMS.
//   - No arm (NoArm, free flow): there are no loops and no switches either. Whoever is granted or refused has passed in that
//     Step; nothing is commanded for it.
//   - No switch: the arm is taken to be where it was sent after MaxRunMS; what it does by itself is not seen.
//
// Nothing here reads a clock, starts a goroutine, allocates in steady state or does I/O. It imports sync/fact
// and pure parts of the standard library, and must not import drivers, the lot or anything above.
package gate
