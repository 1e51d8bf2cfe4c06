// Package plate finds the open ticket that a camera's reading of a licence plate means (FR-2).
//
// A camera misreads about three characters in a hundred, mostly as their look-alikes, so an exact comparison
// strands every fifth driver at the exit, while counting differing characters merges strangers. Match weighs each
// difference instead: by how alike the two characters look, by how sure the camera was of that character, and by
// the camera's own second opinions.
//
// Words:
//   - A cost is a likelihood: 100 means ten times less likely than a reading without fault, 200 a hundred times.
//   - Two characters are twins if nobody can tell them apart (Latin A, Cyrillic А, Greek Α), alike if cameras
//     often mix them up (O 0 D Q), near if they do so at times (1 7).
//   - The skeleton of a plate is its text with all alike characters collapsed into one.
//
// Guarantees:
//   - Match never guesses. Two open tickets that are about equally likely are Ambiguous, and so is an exact
//     reading of a plate that two tickets carry; then the driver is asked.
//   - Only plates at most one edit of the skeleton away are compared: those that share the skeleton, or the
//     skeleton less one character, with the reading or one of the camera's candidates. Nothing scans all plates.
//   - The same plates and the same reading give the same answer, in whatever order the plates were added.
//   - An unambiguous answer allocates nothing.
//
// An Index belongs to one goroutine at a time. The package imports sync/fact, sync/platetext (which makes the normal form)
// and pure parts of the standard library; it must not import a clock, a log, or anything else of the gateway.
package plate
