// Package magnetic drives the magnetometers that lie under parking spots on an I2C bus: QMC5883L, HMC5883L, RM3100,
// LIS3MDL and MMC5983MA, each alone or several of a kind behind multiplexers PCA9548, of which a bus may have eight.
//
// Every sample is the field in nanotesla, with the chip's temperature where it has a thermometer: the detector in
// gateway/occupancy needs it. A chip is told by its identity registers before it is used; an HMC5883L that is a
// QMC5883L, as many are that are sold, is an error that says so. A field beyond the range widens the range; beyond the
// widest it is reported as interference. Before a chip is used, and again whenever it had been away, it does its self
// test (the QMC5883L has none): one that does not feel its own coil is ErrSelfTest, and not a spot that never changes.
// A chip that answers nothing but zeros or ones is not believed.
//
// Registers and scales are those of the datasheets: QST QMC5883L 1.0, Honeywell HMC5883L rev. E, PNI RM3100 user manual,
// ST LIS3MDL DocID024204, MEMSIC MMC5983MA rev. A. What the MMC5983MA says of one count follows from its range: 8 gauss in
// half of 18 bits is 16384 counts a gauss.
//
// The files of the chips are pure codecs but for the transactions; Simulator is the other side, on the same codecs. The
// package imports drivers and drivers/pca9548.
package magnetic
