// Package app is the shell round the lot: New, Run, and it ends with its context.
//
//	devices ──► inbox ──► owner goroutine: lot.Step ──► journal ──► effects ──► devices
//
// One goroutine owns the lot. It never waits for a disk, a device or a network: facts go to the journal, and
// the effects that rest on them leave when the journal says that they are durable. Urgent effects (an arm over
// a car) leave at once. Each device has a goroutine of its own and a bounded queue, so that one that hangs
// delays nobody else; it is started again with back-off when it fails.
//
// If the disk does not answer within stallMS, vehicles are let through by each gate's written policy, the
// facts become durable when it answers, and a fact says which left early. A flush that fails is an unknown
// outcome: the journal is closed, opened anew and read, and what it does not hold is handed to it again.
//
// What if a queue is full: a sensor's reading is dropped and counted, because the next one says the same; an
// order to a device that has stopped taking orders is dropped and the device counts as offline; everything else
// waits.
package app
