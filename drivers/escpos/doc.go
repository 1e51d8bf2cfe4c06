// Package escpos drives ticket and receipt printers that understand ESC/POS, on a serial port.
//
// A slip is a document: lines of text in code page 858, its code as a QR code or as CODE128, a cut, and perhaps a drawer.
// Control characters in a slip become "?": nobody's name is an order to the printer.
//
// Printing asks for the status, prints, and asks again. The second question (GS r) waits in the printer's buffer behind the
// slip, so its answer says that the slip is out; while it does not come, real-time questions (DLE EOT) find out whether the
// paper ended in the middle of it. No answer is not success: it is an error that wraps drivers.ErrOffline, and the slip may
// be out or not. No paper, an open cover, a jammed cutter, a hot head and a broken printer are errors with names.
//
// document.go, text.go, status.go and machine.go are pure. Simulator is the other side: Machine understands the bytes.
// The package imports drivers and drivers/dialog. Source: Epson's ESC/POS reference; python-escpos, constants.
package escpos
