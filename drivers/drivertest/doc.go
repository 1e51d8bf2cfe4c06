// Package drivertest holds fakes of everything a driver opens, and one conformance suite per contract of package
// drivers, which every driver's tests run.
//
// Host is a fake board: a name exists as soon as it is asked for. Input, Output, Group, Wire, Bus and SPI are the far
// sides of what a driver opened; a simulated device reads and writes Wire.Far, or is a BusDevice attached to an address.
// All of it works in a testing/synctest bubble, where a suite's hours pass in microseconds and "within a second" is exact.
//
// A suite takes a function that makes a Bench: a driver, its settings, and what the far side can do. It checks
// what every driver promises (see package drivers): making it does no I/O, cancelling ends it within a second,
// nonsense changes nothing and is counted, opening makes no edge, an absent device is an error and heals.
//
// HostSuite checks the contract of Host itself, on these fakes and on real ones (drivers/line).
//
// It imports drivers, drivers/pca9548 and sync/fact, and testing: only tests import it.
package drivertest
