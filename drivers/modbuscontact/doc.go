// Package modbuscontact drives a contact (a loop, an arm's switch, fire, stop) on an input of a relay board or input module
// with Modbus-RTU, which it reads again and again.
//
// A normally closed contact is active when it is open, so that a cut wire reads as active. A board that does not answer, or
// refuses, three times in a row is LevelFailed and the bus's fault; an edge is seen within a period, so this is for loops and
// switches and not for pulses that are shorter.
//
// The simulated board is modbus.Simulator. The package imports drivers and drivers/modbus.
package modbuscontact
