// Package ledger holds one real day of each of four car parks, embedded, so that a demonstration needs no other
// data. SOURCE.md gives the credit and the licence.
//
// It imports drivers/sim/world, whose ReadLedger and Day do the work.
package ledger
