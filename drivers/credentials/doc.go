// Package credentials turns what readers read into what a driver showed, alike for all of them: the bits of cards, the keys
// of keypads, the texts of codes, and the same thing read again while it is held before the reader.
//
// Card formats, with P for a parity bit (ESPHome component wiegand; HID H10301, H10304):
//
//	26   P facility(8)  number(16) P    even parity over bits 1 to 13, odd over 14 to 26
//	34   P facility(16) number(16) P    even over 1 to 17, odd over 18 to 34
//	37   P facility(16) number(19) P    even over 1 to 19, odd over 19 to 37
//
// A card is written "facility-number", as it is printed on cards; other lengths as hex digits.
//
// The package is pure but for the time that its callers give it. It imports drivers, sync/fact
// and sync/policy.
package credentials
