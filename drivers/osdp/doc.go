// Package osdp drives card readers and keypads that speak OSDP 2.2 over RS-485, plain or with a secure channel.
//
// The gateway (ACU) speaks first, always: an order, then its answer. A packet is
//
//	53 address lengthLo lengthHi control [block] code [data] [MAC] CRC (or a checksum of one byte)
//
// with bit 7 of the address set in answers, a sequence number of two bits in control, and a CRC with polynomial 1021 that
// begins with 1D0F. An order that is not answered is sent again with its number, so that the reader does nothing twice. After
// eight seconds without an answer the reader is offline.
//
// Readers on one port share it: each has an address of its own, and is asked in turn.
//
// The secure channel (AES-128) begins with CHLNG, CCRYPT, SCRYPT, RMAC_I; then each packet has a MAC that is chained to the
// one before, and its data are encrypted. With a key, the driver takes nothing from a reader that is not in the channel: a
// reader that refuses the key is a fault, and its cards are not read. The default key SCBK-D is public. It is used only with
// install = true, to give a new reader its key (KEYSET); take install away then.
//
// A reader that was opened or whose supply fails says so, by itself and when it is asked at the start: that is a fault, and its
// cards are read all the same.
//
// A card comes as bits (RAW), which are read as "facility-number" where they are of a format of package credentials and its
// parity fits, and else as the digits of their bytes; or as characters (FMT, deprecated and in use), which are the number of a
// card, or with text = "code" what a QR reader scanned.
//
// The reader's lamp shows the colour of a face (LED), and it beeps when a card was read (BUZ). An order to the lamp that is lost
// because the reader, or its channel, begins anew is given again in the new one.
//
// packet.go, channel.go and data.go are pure; vectors are those of the SIA OSDP specification, Annex E. Simulator is the
// other side, on the same codec. The package imports drivers, drivers/credentials
// and drivers/dialog.
package osdp
