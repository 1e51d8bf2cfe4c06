// Package ultrasonic drives the overhead distance sensors that send the frame FF H L SUM by themselves: A02YYUW,
// DYP-A02, ME007YS, JSN-SR04T in its serial mode, and the newer DYP sensors with their special codes.
//
// A frame is the distance in millimetres, high byte first, and SUM, the low byte of FF + H + L (datasheet of the
// A02YYUW, section "UART output"). FF may also be data: 2047 mm is FF 07 FF 05. The codes FFFE and FFFD, of the
// newer DYP sensors, are interference by a neighbour and no object. Whether a spot is taken, and what a very short
// distance means, is decided in gateway/occupancy.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers.
package ultrasonic
