// Package trafficlight drives a lane's light by relays of the board: red, green and perhaps yellow.
//
// One lamp is on at a time: the others go off before it comes on, so that a light which fails half-way is dark and never
// green and red. A face whose count is not known is dark. A light without a yellow lamp shows red for it.
//
// The simulated light is the relays themselves: watch the board's outputs. The package imports drivers.
package trafficlight
