// Package urm drives DFRobot's older ultrasonic sensors on RS-485: URM04, URM06 and their kin, several on one bus.
//
// A frame is 55 AA, the address, the count of data, the command, the data and SUM, the low byte of the sum of all before.
// Command 02 reads the distance in centimetres; FFFF is none (wiki.dfrobot.com, DFRobot Communication Protocol).
//
// The sensors are asked one after the other, so that no two sound at once. One that missed three times is asked on every
// twentieth round only; if none answers, the device is away.
//
// frame.go is pure. Simulator is the other side, on the same codec. The package imports drivers.
package urm
