// Package matrix drives displays of MAX7219 chips on an SPI bus: seven-segment digits, or dot matrices of 8 by 8 in a chain.
//
// The chips' driver is periph's max7219. Each time a face is shown, the chips are set up anew, so that a display that lost its
// power heals with the next refresh; at bus speed nobody sees it. Digits show the count, a matrix the first line that fits
// and else the count. A count that is not known is "--", and one with more digits than there are is all nines.
//
// Simulator is the chips: what they are told by their registers. The package imports drivers, drivers/dialog, drivers/line
// and periph's device drivers.
package matrix
