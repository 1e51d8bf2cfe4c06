// Package gatecheck judges a gate: it is told what went into a gate and what came out, and in a simulator also
// what is true, and answers with the rules that were broken.
//
//	P1   never lowered, nor left coming down, on a failed or silent loop, nor on an occupied one in the way of the arm
//	P1a  never lowered before a vehicle on the arming loop that has had no time to stop there, or has waited there for long
//	P1t  the arm is not kept coming down for more than 100 ms while a vehicle is in its way
//	P2   presence while the arm comes down reverses it at once
//	P3   nothing moves before every input has spoken, unless somebody ordered it
//	P4   never lowered before each loop was seen occupied and then clear, or a person confirmed
//	P5   on fire the arm is raised and held, and stays so
//	P6   STOP > fire > manual raise > hold and vend; a lower waits for all of them
//	P7   the timer lowers only after ClearMS without a change, with no vend and no hold
//	P8   every vend ends once; vehicles counted = vehicles through
//	P9   what nobody commanded, or what does not work, is a fault and ends automatic lowering; retries are few
//	A1   every command has a cause that is live
//	A2   a vend raises the arm once; retries follow an arm that did not get up, or fell
//
// In the way of the arm are the closing loop; the arming loop too, if the gate serves both ways (the arm is between the
// two) or has no closing loop. Else the arming loop lies before the arm. What stands there is no presence: if it were, the
// next vehicle of a queue would keep the arm up, and an arm that turns before it would let it follow without a vend.
//
// It knows the rules and not the machine: it shares nothing with package gate but the words. Simulators use it
// (gateway/gate's own tests, tools/lotsim). It is pure: no clock, goroutine or I/O, and it must not import
// anything above package gate.
package gatecheck
