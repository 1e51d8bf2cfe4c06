// Package qrscanner drives a code scanner on a serial port that sends each code as a line of text, ended by CR, LF or both.
//
// A code, without the prefix and the suffix that a scanner may be set to write round it, is at most credentials.TextMax
// bytes of UTF-8 without control characters; a line that is too long is dropped whole, and so is one that stops for a
// second. What a scanner sees for longer than a moment is shown once. A code is a credential: it is never part of an
// error or of a log line.
//
// Lines is pure. Simulator is the other side. The package imports drivers and drivers/credentials.
package qrscanner
