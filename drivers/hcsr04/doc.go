// Package hcsr04 drives ultrasonic sensors with a trigger and an echo line: HC-SR04, JSN-SR04T as delivered, and clones.
//
// A pulse on TRIG starts a measurement; ECHO is then high for as long as the sound was under way. Nobody's echo is timed
// by when a program got to run: the edges carry the kernel's time. One device has any number of sensors, a spot each, and
// fires them one after the other in slots of their own, so that no sensor hears its neighbour.
//
// A sensor is never triggered while its ECHO is high: some clones hang there until their power is cycled, and are silent
// then. An echo of more than 36 ms means that nothing is there. ECHO is a 5 V signal: it needs a divider before the board.
//
// measure.go is pure. Simulator is the other side. The package imports drivers.
package hcsr04
