// Package lanelight drives lane lights of the TL-280 kind on RS-232 or RS-485: two fields beside each other, of which an order
// of three bytes sets both.
//
//	3A 52 20   "R " red on the left       3A 20 47   " G" green on the right
//	3A 3C 3E   "<>" arrows                3A 20 20   dark
//
// The light does not answer: one that is away is noticed only when its port is. A face whose count is not known is dark;
// yellow is what the site file says. Source: B-TEK, TL-280 remote traffic light.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and drivers/dialog.
package lanelight
