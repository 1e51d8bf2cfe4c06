// Package dialog is a port that a driver speaks on, or a broker or a bus that it has in the same way: for one caller at a time,
// opened when it is first needed, given up after any failure, so that the next caller begins anew and no late answer is taken
// for its own. A connection in the network is made a port here (network.go).
//
// It imports drivers.
package dialog
