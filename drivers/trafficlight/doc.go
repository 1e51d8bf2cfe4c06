// Package trafficlight drives a lane's light by relays: red, green and perhaps yellow.
//
// One lamp is on at a time: the others go off before it comes on, so that a light which fails half-way is dark and never
// green and red. A face whose count is not known is dark. A light without a yellow lamp shows red for it.
//
// Driver has its lamps on outputs of the gateway's board, CoilDriver on a relay board with Modbus, whose lamps one order
// switches together (function 15). Such a board keeps what it shows when the gateway dies.
//
// The simulated light is the relays themselves: watch the board's outputs, or the coils of a modbus.Simulator. The package
// imports drivers and drivers/modbus.
package trafficlight
