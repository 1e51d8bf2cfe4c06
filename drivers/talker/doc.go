// Package talker listens to a sensor that talks by itself on a serial port of its own.
//
// Sensors say the same many times a second, and a spot is judged over seconds. So after it has heard something, Listen
// lets a moment's frames gather in the kernel before it reads again: a lot of such sensors costs a third of the processor.
// Nothing gets lost: while a read is full, the next one follows at once.
//
// It imports drivers.
package talker
