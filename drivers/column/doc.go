// Package column drives a lane's column over one serial port: its buttons, its QR scanner and card reader, a small
// text display and a ticket printer. The protocol is our own, for columns with a controller that we program; other
// printers and scanners have drivers of their own.
//
// Both sides send lines of UTF-8, at most LineMax bytes, ended by CR, LF or both. A line's fields are separated by
// "|"; within a field "|", "%" and control characters are written as % and two hex digits. Empty lines mean nothing.
//
//	from the column
//	  BUTTON|TICKET  BUTTON|HELP    a button was pressed
//	  SCAN|text                     a code was scanned; see credentials.Readable for what counts
//	  CARD|text                     a card was shown, likewise
//	  DONE|n                        order n is done; for a print: the slip is out
//	  FAIL|n|reason                 order n can't be done: PAPER, JAM, ORDER, or another word
//	to the column
//	  SHOW|n|GREEN|line|line…       show these lines; colours are GREEN, YELLOW, RED
//	  PRINT|n|code|line|line…       print these lines, and the code as QR if there is one
//
// A scanned code that begins with R is a reservation's, any other a ticket's (see fact.Dot.ID). The same code again
// within two seconds is the same showing. What was scanned is never logged.
//
// Read must be running for Show and Print to work: it receives the column's answers. An order that is not answered
// within replyLimit is an error that wraps ErrOffline; a slip may then be out or not.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and drivers/credentials.
package column
