// Package ultrasonic drives the overhead distance sensors with the frame FF H L SUM: A02YYUW, DYP-A02, ME007YS,
// JSN-SR04T and AJ-SR04M in their serial modes, by themselves or when asked, and the newer DYP sensors with their special
// codes. What differs between them is the table in model.go.
//
// A frame is the distance in millimetres, high byte first, and SUM, the low byte of FF + H + L (datasheet of the
// A02YYUW, section "UART output"). FF may also be data: 2047 mm is FF 07 FF 05. The codes FFFE and FFFD, of the
// newer DYP sensors, are interference by a neighbour and no object. A distance within the sensor's blind zone is no reading
// and is told as interference. Whether a spot is taken is decided in gateway/occupancy.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and
// drivers/talker.
package ultrasonic
