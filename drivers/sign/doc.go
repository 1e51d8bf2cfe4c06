// Package sign drives the number signs that show free spots per direction or floor and take one frame over RS-485
// or RS-232 at 9600 8N1:
//
//	3A colour countLo countHi 01 SUM 0A
//
// Colour is 0 green, 1 yellow, 2 red; SUM is the low byte of the sum of all bytes before it (maker's protocol sheet
// of the Sunpn guidance sign; its example, 888 in green, is 3A 00 78 03 01 B6 0A). The sheet's own examples of the
// reply contradict each other, so the driver does not read: a sign that is away is noticed only when its port is.
//
// The sheet has no frame for "blank". The driver sends a count that has more digits than the sign, which such a
// sign can't draw; the setting blank_count says which. An unknown count is never shown as 0 nor as the last one.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and drivers/dialog.
package sign
