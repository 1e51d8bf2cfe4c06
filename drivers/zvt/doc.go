// Package zvt drives payment terminals with the ZVT protocol (PA00P015, PA00P016), over TCP or a serial port.
//
// Both sides send APDUs: two bytes of control field, a length (one byte, or FF and two, the low one first), data. On a
// serial port an APDU stands between DLE STX and DLE ETX, with DLE doubled, behind it a CRC with polynomial 8408 over the APDU
// and ETX, low byte first; a frame is answered with ACK or NAK, and sent again three times. Over TCP an APDU stands alone.
//
//	to the terminal                          from the terminal
//	  06 00 registration                       04 FF intermediate status: a card is asked for …
//	  06 01 authorisation: an amount           04 0F status: how a payment ended, amount, receipt number
//	  05 01 status enquiry                     06 D1, 06 D3 lines of a receipt
//	  06 20 repeat receipt                     06 0F completion
//	  06 30 reversal                           06 1E abort
//	  06 50 end of day
//	  06 B0 abort
//	each answered with 80 00 00, or with 84 and a reason
//
// Money. A payment is approved when its status says so and its completion has come. ZVT has no number of ours in a payment,
// so the driver asks for the last receipt before the first payment, and remembers the last one: after a lost answer the
// receipt that is repeated tells whether money was taken, by its number and amount. While that is not known no other payment
// is begun. A payment that a restart has made the driver forget is unknown: never "not found", which would be paid twice.
// A status that comes when nobody pays is refused (84 66), on which the terminal takes its payment back. Terminals that do
// not repeat the status of a receipt leave a payment unknown, for people to look at.
//
// Card numbers are skipped, not kept; receipts are acknowledged and dropped.
//
// apdu.go, frame.go and status.go are pure. Simulator is the other side, on the same codec. The package imports drivers,
// drivers/dialog and sync/fact.
package zvt
