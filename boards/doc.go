// Package boards holds one TOML file per carrier board: which line is which relay or contact, its polarity, its
// safe level, how long it may stay on, and which device path is which serial port.
//
// A board is described, not programmed: drivers/line opens what a Board names, and drivers and sites know nothing
// but the names. A file that extends another says only what differs; an entry of the same name replaces the
// base's entry as a whole.
//
//	line     one digital line: a chip's label and a number, or a pin's name. On a virtual board: only its name.
//	output   a relay or a lamp on a line. safe is its level whenever nobody commands it.
//	input    a contact on a line. nc: a normally closed contact, so that an open wire reads as active.
//	uart     a serial port and its device path. On a virtual board the simulator plugs something in.
//
// Guarantees:
//   - A Board that Load or Parse returned is consistent: every name it mentions exists, no line is used twice, every
//     output says how long it may stay on. All problems of a file are reported together, with line and column.
//   - Nothing here touches hardware.
//
// It imports sync/tomlfile and nothing else of this project.
package boards
