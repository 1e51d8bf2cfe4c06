// Package contact drives anything that opens and closes a contact on an input of the board: loop detectors, the
// switches at a barrier's arm, stop buttons, the fire contact, photocells.
//
// A normally closed contact is active when it is open, so that a cut wire reads as active: right for fire, stop and
// photocells. The board may already say so of its input (nc = true); saying it here as well changes nothing.
//
// The driver filters bounces that are longer than the board's, and decides nothing: how long a loop may be occupied
// is gateway/gate's business. When the input is lost it reports LevelFailed before it returns the error.
//
// The simulated contact is the board's input itself: drive its line. The package imports drivers.
package contact
