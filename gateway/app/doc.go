// Package app is the shell round the lot: New, Run, and it ends with its context.
//
//	devices ──► inbox ──► owner goroutine: lot.Step ──► journal ──► effects ──► devices
//
// One goroutine owns the lot. It never waits for a disk, a device or a network: facts go to the journal, and the
// effects that rest on them leave, in their order, when the journal says that they are durable. Urgent effects (an arm
// over a car) leave at once, and what they overtake lowers no arm that they turned, and moves none that they stopped. It
// also tells the lot when the wall clock was set, before anything that comes after.
//
// # The disk
//
// If the disk does not answer within stallMax, vehicles are let through by each gate's written policy; what they are
// shown leaves with them. Money, tickets and answers to commands wait. The facts become durable when the disk answers,
// and a fact says which effects left before (CommitsLate). Whoever reads or commands meanwhile is told after viewMax and
// submitMax that the outcome is not known.
//
// A flush that fails has an unknown outcome. A goroutine beside the owner closes the journal and opens it anew, again
// and again, while the owner goes on deciding by policy. What the new one holds is durable; what it does not hold is
// handed to it again, in order, so that nothing is lost, doubled or done twice. A full disk is the same.
//
// A fact that can't be encoded is a defect of the lot: Run ends with an error, and the next start goes on from the log
// without it.
//
// # Devices
//
// Each device has goroutines of its own and a bounded queue of orders, so that one that hangs, fails, panics or can't be
// made delays nobody else. It is watched again with back-off, and the lot is told of each change once, in its order. A
// switch that nobody watches any more reads as failed, never as its last level; a spot is not free for ever whose sensor
// speaks only of changes. An order that had to wait for longer than its patience is dropped: a barrier that comes back after
// a minute must not rise for vehicles that are gone. A display whose turn comes shows its last face, not those before, and
// is shown it again from time to time. A device that is away is asked whether it is back, and one that takes orders and can
// be asked without harm, each minute, whether it is still there; a question is given up when an order comes.
//
// # What if a queue is full
//
// A sensor's reading waits beside it, and a later one of the same sensor takes its place, which is counted: its last word is
// never lost, for there are sensors that say each change once. An order to a device that takes none is dropped, and the
// device counts as offline. Behind outstandingMax commits that wait for the disk, commands and reads are refused. Whatever
// else a device reports waits for its place in the inbox and is never lost.
//
// # What sensors said
//
// Where the site asks for it, package recorder writes down each reading as the lot gets it, with the lot's time. It
// copies a row and never waits; its disk may fail without anybody else noticing.
//
// # The end
//
// When the context ends, what has arrived is decided on, facts are made durable (a failed disk gets one more try, a
// silent one stopMax), devices carry out the last orders, and then end.
//
// It must not import cmd or tools, and nothing imports it but those.
package app
