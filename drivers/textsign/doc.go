// Package textsign drives LED text signs with the AM03127 protocol on a serial port.
//
//	<ID01><L1><PA><FE><MA><WC><FE>TEXT 1F <E>
//
// is page A of line 1 of the sign 01: what it shows at once, without effects; before <E> stands the exclusive or of all after
// the address, in two hex digits. The sign answers ACK or NACK; ID 00 is every sign, and no answer. The angle brackets are the
// protocol's, so in a text they become round ones.
//
// parse.go is pure. Simulator is the other side, on the same codec. The package imports drivers and drivers/dialog. Source:
// manual AM03127-H13, and the example frame that public programs for it share.
package textsign
