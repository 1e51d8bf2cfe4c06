// Package pca9548 keeps the multiplexers PCA9548 (and TCA9548A) of one I2C bus in order, so that chips of one address can stand
// behind several channels and behind several multiplexers.
//
// Guarantees:
//   - While a transaction goes to a chip behind a channel, that channel is connected and no other one of the bus; while one
//     goes to a chip on the bus itself, none is. What a multiplexer was left with, by another life of the gateway or by a
//     power-up, is not trusted: it is disconnected before the first transaction.
//   - An answer is believed only if afterwards every multiplexer that is there still says what it should. One that lost its
//     register meanwhile is a fault that says which one (ErrReset, ErrCrossed), and so is what never does as it is told
//     (ErrForeign); the answer is thrown away.
//   - A multiplexer that is away (ErrAbsent) takes only what is behind it with it. When it is back, the first transaction with
//     each of its channels is ErrReset: its chips may have lost their power as well, and have to be set up anew.
//
// The register and its meaning (a bit for each channel, read back as written, 0 after a reset) are those of the data sheets of
// the NXP PCA9548A and the TI TCA9548A, "Control register" and "Power-on reset".
//
// Tree is pure and for one goroutine: the one that owns the bus. Simulator is the other side. The package imports drivers.
package pca9548
